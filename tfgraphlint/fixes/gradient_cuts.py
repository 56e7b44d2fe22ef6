"""Repairs of what cuts a gradient: the value stays a tensor at the place where it left TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.fixes import numpy_calls
from tfgraphlint.fixes.as_tensor import merged, settled, unwrapped
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of
from tfgraphlint.fixes.host_body import called_directly
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import Rewrite, spell_tensorflow, text_after, text_of
from tfgraphlint.fixes.parallel_cuts import NUMBER_TYPES, mended, taken
from tfgraphlint.fixes.suggestions import differentiable, numpy_of_tensorflow, stop_meant
from tfgraphlint.rule_api.wording import brief, short_name
from tfgraphlint.syntax.tree import Tree

# What is an array behind them: what comes after may compute in another precision than TensorFlow does.
TO_HOST = frozenset({
    FaultKind.NUMPY_METHOD, FaultKind.NUMPY_CALL, FaultKind.PYTHON_SCALAR, FaultKind.PREDICT, FaultKind.PY_FUNCTION,
    FaultKind.NON_DIFFERENTIABLE, FaultKind.NON_FLOAT,
})  # fmt: skip

def without_method(fault: Fault) -> Fix | None:
    """``t.numpy()``, ``K.eval(t)``: the tensor itself, with what its uses need then."""
    call, tree = fault.place.node, fault.place.tree
    kept = taken(call, fault.name)
    result = mended(tree, call, fault.name) if isinstance(call, cst.Call) and kept is not None else None
    if kept is None or result is None:
        return None
    return Fix(f"keep the tensor: `{brief(tree.code(kept))}`", Applicability.UNSAFE, tuple(result.edits))


def with_tensorflow(fault: Fault, faults: Sequence[Fault] = ()) -> Fix | None:
    """``np.sum(t)``: TensorFlow's function of the same meaning.

    Safe where the table saw the same result each time, the argument is a tensor (nothing before on the way made an
    array of it) and every use of the result is seen.
    """
    call, tree = fault.place.node, fault.place.tree
    if not isinstance(call, cst.Call):
        return None
    if fault.name in NUMBER_TYPES:
        return without_method(fault)
    result = mended(tree, call, fault.name)
    if result is None:
        return None
    before = faults[: faults.index(fault)] if fault in faults else ()
    is_tensor = not any(each.kind in TO_HOST for each in before)
    is_safe = result.exact and is_tensor and result.complete and not result.changed_uses and _is_called_here(fault)
    kind = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return Fix(f"use `{short_name(result.name)}`", kind, tuple(result.edits))


def _is_called_here(fault: Fault) -> bool:
    """Whether the code was reached from its own file alone."""
    return all(call.tree.filename == fault.place.tree.filename for call in fault.calls)


def without_number(fault: Fault) -> Fix | None:
    """``float(t)``: the tensor itself; ``math.log(t)``: TensorFlow's function."""
    if fault.name not in NUMBER_TYPES and not fault.name.startswith("math."):
        return None
    fix = with_tensorflow(fault)
    return replace(fix, applicability=Applicability.UNSAFE) if fix is not None else None


# -- wrapping anew -------------------------------------------------------------------------------


def without_wrapping(fault: Fault) -> Fix | None:
    """``tf.Variable(t)`` as ``tf.convert_to_tensor(t)``, ``tf.constant(np.array([a, b]))`` as ``tf.stack([a, b])``."""
    call, tree = fault.place.node, fault.place.tree
    if not isinstance(call, cst.Call) or not call.args or any(argument.star for argument in call.args):
        return None
    result = settled(tree, call)
    edits = _unwrapped_edits(tree, call)
    if edits is None or result is None:
        return None
    message, own = edits
    return Fix(message, Applicability.UNSAFE, tuple(merged([*own, *result.edits])))


def _unwrapped_edits(tree: Tree, call: cst.Call) -> tuple[str, list[Edit]] | None:
    first = call.args[0]
    others = [argument for argument in call.args[1:] if not _is_only_for_variables(argument)]
    if any(argument.keyword is None or argument.keyword.value not in ("dtype", "name") for argument in others):
        return None
    if first.keyword is not None and first.keyword.value not in ("value", "initial_value"):
        return None
    inner = first.value
    made = numpy_calls.of_call(tree, inner, _array_maker(tree, inner)) if isinstance(inner, cst.Call) else None
    if made is not None and isinstance(inner, cst.Call):
        return _stacked(tree, call, inner, made, others)
    spelled = spell_tensorflow(tree, "tensorflow.convert_to_tensor", call)
    edits = [in_place_of(tree, call.func, spelled.text), *spelled.edits, *_without(tree, call, others)]
    if first.keyword is not None and first.keyword.value != "value":
        edits.append(tree.replace(first.keyword, "value"))
    return "use `tf.convert_to_tensor`", edits


def _array_maker(tree: Tree, call: cst.Call) -> str:
    name = full_name(tree, call.func) or ""
    return name if name in (*numpy_calls.ARRAY_MAKERS, "numpy.stack") else ""


def _stacked(
    tree: Tree, call: cst.Call, inner: cst.Call, made: Rewrite, others: Sequence[cst.Arg]
) -> tuple[str, list[Edit]] | None:
    """The inner call, in TensorFlow's words, in the place of the outer one, which may remain as a cast."""
    message = f"use `{short_name(made.name)}`"
    if not others:
        around = unwrapped(tree, call, inner)
        return (message, [*around, *made.edits]) if around is not None else None
    if [each.keyword.value for each in others if each.keyword is not None] != ["dtype"]:
        return None
    cast = spell_tensorflow(tree, "tensorflow.cast", call)
    return message, [in_place_of(tree, call.func, cast.text), *made.edits, *cast.edits]


VARIABLE_WORDS = frozenset({"trainable", "name", "validate_shape", "caching_device", "constraint", "shape"})


def _is_only_for_variables(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value in VARIABLE_WORDS


def _without(tree: Tree, call: cst.Call, others: Sequence[cst.Arg]) -> list[Edit]:
    """The edit that takes the arguments away which only a variable has."""
    if len(others) == len(call.args) - 1:
        return []
    kept = "".join(f", {tree.code(argument).rstrip(', ')}" for argument in others)
    gap = Span(tree.filename, end_of(tree, call.args[0].value), tree.span(call).end)
    return [Edit(gap, f"{kept})")]


# -- predictions ---------------------------------------------------------------------------------

QUIET = frozenset({"verbose", "batch_size", "steps", "callbacks", "max_queue_size", "workers", "use_multiprocessing"})


def called_model(fault: Fault) -> Fix | None:
    """``model.predict(x)`` as ``model(x, training=False)``: safe where nothing else was asked for."""
    call, tree = fault.place.node, fault.place.tree
    match call:
        case cst.Call(func=cst.Attribute(value=model, attr=cst.Name(value="predict" | "predict_on_batch")), args=args):
            pass
        case _:
            return None
    if not args or args[0].star or (args[0].keyword is not None and args[0].keyword.value != "x"):
        return None
    if any(argument.keyword is None or argument.keyword.value not in QUIET for argument in args[1:]):
        return None
    result = settled(tree, call)
    if result is None:
        return None
    head = Span(tree.filename, end_of(tree, model), start_of(tree, args[0].value))
    tail = Span(tree.filename, end_of(tree, args[0].value), tree.span(call).end)
    if "#" in text_of(tree, head) + text_of(tree, tail):
        return None
    edits = merged([Edit(head, "("), Edit(tail, ", training=False)"), *result.edits])
    is_safe = result.complete and not result.edits and all(_is_quiet(argument) for argument in args[1:])
    kind = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return Fix(f"call the model: `{brief(tree.code(model))}({brief(tree.code(args[0].value))}, training=False)`", kind,
               tuple(edits))


def _is_quiet(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "verbose"


# -- all of them ----------------------------------------------------------------------------------

REPAIRS: dict[FaultKind, Callable[[Fault], Fix | None]] = {
    FaultKind.NUMPY_METHOD: without_method,
    FaultKind.NUMPY_CALL: with_tensorflow,
    FaultKind.PYTHON_SCALAR: without_number,
    FaultKind.REWRAP: without_wrapping,
    FaultKind.PREDICT: called_model,
    FaultKind.PY_FUNCTION: called_directly,
}


def repair_of(fault: Fault) -> Fix | None:
    """The repair of one cut, never safe: it is not the value that was wrong. None where none is certain."""
    build = REPAIRS.get(fault.kind)
    fix = build(fault) if build is not None else None
    return replace(fix, applicability=Applicability.UNSAFE) if fix is not None else None


def suggestions(fault: Fault) -> tuple[Fix, ...]:
    """What can be done about a cut besides its repair, for display."""
    found: list[Fix] = []
    if fault.kind is FaultKind.NUMPY_CALL and with_tensorflow(fault) is None:
        found += numpy_of_tensorflow(fault)
    if fault.kind is FaultKind.NON_DIFFERENTIABLE:
        found += differentiable(fault)
    return (*found, *stop_meant(fault))


def advice(fault: Fault, fix: Fix | None, words: str) -> str:
    """``words``, and what the code becomes by the fix."""
    node = fault.place.node
    if fix is None or not isinstance(node, cst.BaseExpression):
        return words
    after, before = text_after(fault.place.tree, node, fix.edits), fault.place.code
    return f"{words}: `{brief(after)}`" if after.strip() and after != before else words
