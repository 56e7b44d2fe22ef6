"""Repairs of what cuts a gradient: the value stays a tensor at the place where it left TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Fault, FaultKind, Place
from tfgraphlint.facts.gradients import Cause, TermCut
from tfgraphlint.fixes import array_operators, numpy_calls
from tfgraphlint.fixes.as_tensor import merged, settled, unwrapped
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of
from tfgraphlint.fixes.host_body import called_directly
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import Rewrite, spell_tensorflow, text_after, text_of
from tfgraphlint.fixes.parallel_cuts import NUMBER_TYPES, Mending, mended, taken
from tfgraphlint.fixes.suggestions import differentiable, numpy_of_tensorflow, stop_meant
from tfgraphlint.fixes.value_kinds import TENSOR, VARIABLE, Held, held, values_of
from tfgraphlint.libraries.words import WEIGHT_LISTS
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import is_operator, short_name
from tfgraphlint.syntax.parents import ancestors
from tfgraphlint.syntax.tree import Tree

# What is an array behind them: what comes after may compute in another precision than TensorFlow does.
TO_HOST = frozenset({
    FaultKind.NUMPY_METHOD, FaultKind.NUMPY_CALL, FaultKind.PYTHON_SCALAR, FaultKind.PREDICT, FaultKind.PY_FUNCTION,
    FaultKind.NON_DIFFERENTIABLE, FaultKind.NON_FLOAT,
})  # fmt: skip


def repair(cut: Cause) -> Fix | None:
    """One fix for all of a cause; None where a part of it cannot be mended for certain.

    Where a gradient flows on another path it is never safe: it is not the value of the loss that was wrong.
    """
    build = REPAIRS.get(cut.kind)
    fix = build(cut) if build is not None else None
    if fix is None:
        return None
    rest = [fault.place for fault in cut.further if cut.kind is FaultKind.PREDICT or not _is_beside(fault, cut.fault)]
    for tree in dict.fromkeys(place.tree for place in rest):
        result = _mended(tree, [place for place in rest if place.tree is tree])
        if result is None:
            return None
        fix = Fix(fix.message, Applicability.UNSAFE, tuple(merged([*fix.edits, *result.edits])))
    return replace(fix, applicability=Applicability.UNSAFE) if isinstance(cut, TermCut) else fix


def _mended(tree: Tree, places: Sequence[Place], name: str = "") -> Mending | None:
    """The calls at ``places``, all in ``tree``, in TensorFlow's words."""
    calls = [place.node for place in places if isinstance(place.node, cst.Call)]
    return mended(tree, calls[0], name, calls[1:]) if len(calls) == len(places) else None


def _of_stretch(cut: Cause) -> Mending | None:
    """What leaves TensorFlow in a call, and what takes the value further in the same file, in TensorFlow's words."""
    beside = [fault.place for fault in cut.further if _is_beside(fault, cut.fault)]
    return _mended(cut.place.tree, [cut.place, *beside], cut.fault.name)


def _is_beside(fault: Fault, first: Fault) -> bool:
    return fault.place.tree is first.place.tree


def without_method(cut: Cause) -> Fix | None:
    """``t.numpy()``, ``K.eval(t)``: the tensor itself, with what its uses need then."""
    tree, kept = cut.place.tree, taken(cut.place.node, cut.fault.name)
    if _keeps_old_weights(tree, cut.place.node):
        return None
    result = _of_stretch(cut) if kept is not None else None
    if kept is None or result is None:
        return None
    code = text_after(tree, _whole(cut, result.edits), result.edits) if cut.further else tree.code(kept)
    return Fix(f"keep the value a tensor: `{brief(code)}`", Applicability.UNSAFE, tuple(result.edits))


def _keeps_old_weights(tree: Tree, call: cst.CSTNode) -> bool:
    """Whether ``call`` copies weights that are kept as they are now: ``self.old = [v.numpy() for v in model.weights]``.
    The variables themselves would be the new ones at any time."""
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return False
    copied, (made, *around) = call.func.value, ancestors(tree, call)
    loop = made.for_in if isinstance(made, cst.ListComp) and made.elt is call else None
    if loop is None or not isinstance(copied, cst.Name) or not loop.target.deep_equals(copied):
        return False
    weights = isinstance(loop.iter, cst.Attribute) and loop.iter.attr.value in WEIGHT_LISTS
    statement = around[0] if around else None
    targets = statement.targets if isinstance(statement, cst.Assign) else ()
    return weights and any(isinstance(each.target, cst.Attribute) for each in targets)


def with_tensorflow(cut: Cause) -> Fix | None:
    """``np.sum(t)``: TensorFlow's function of the same meaning.

    Safe where the table saw the same result each time, the argument is a tensor (nothing before on the way made an
    array of it) and every use of the result is seen.
    """
    fault, faults = cut.fault, cut.lost.faults
    if fault.name in NUMBER_TYPES:
        return without_method(cut)
    if is_operator(fault.name):
        return _with_converted(cut)
    result = _of_stretch(cut)
    if result is None:
        return None
    is_tensor = not any(each.kind in TO_HOST for each in faults[: faults.index(fault)])
    is_safe = result.exact and is_tensor and result.complete and not result.changed_uses and _is_called_here(fault)
    kind = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return Fix(f"use `{short_name(result.name)}`", kind, tuple(result.edits))


def _with_converted(cut: Cause) -> Fix | None:
    """``array * variable``: a tensor of the variable, so that TensorFlow computes it."""
    beside = [fault.place for fault in cut.further if _is_beside(fault, cut.fault)]
    result = array_operators.converted(cut.place.tree, cut.place.node)
    further = _mended(cut.place.tree, beside) if beside else None
    if result is None or beside and further is None:
        return None
    edits = merged([*result.edits, *(further.edits if further is not None else ())])
    return Fix(array_operators.MESSAGE, Applicability.UNSAFE, tuple(edits))


def _is_called_here(fault: Fault) -> bool:
    """Whether the code was reached from its own file alone."""
    return all(call.tree.filename == fault.place.tree.filename for call in fault.calls)


def without_number(cut: Cause) -> Fix | None:
    """``float(t)``: the tensor itself; ``math.log(t)``: TensorFlow's function."""
    if cut.fault.name not in NUMBER_TYPES and not cut.fault.name.startswith("math."):
        return None
    fix = with_tensorflow(cut)
    return replace(fix, applicability=Applicability.UNSAFE) if fix is not None else None


# -- wrapping anew -------------------------------------------------------------------------------


def without_wrapping(cut: Cause) -> Fix | None:
    """``tf.Variable(t)`` as ``tf.convert_to_tensor(t)``, ``tf.constant(np.array([a, b]))`` as ``tf.stack([a, b])``."""
    call, tree = cut.place.node, cut.place.tree
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


def called_model(cut: Cause) -> Fix | None:
    """``model.predict(x)`` as ``model(x, training=False)``: safe where no other argument has a meaning."""
    call, tree = cut.place.node, cut.place.tree
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
    inputs = made_tensors(tree, args[0].value)
    if inputs is None:
        return None
    edits = merged([Edit(head, "("), *inputs, Edit(tail, ", training=False)"), *result.edits])
    is_one = held(tree, args[0].value) in (Held(TENSOR), Held(VARIABLE))  # else it may be a list with arrays in it
    is_safe = is_one and result.complete and not result.edits and all(_is_quiet(argument) for argument in args[1:])
    kind = Applicability.SAFE if is_safe else Applicability.UNSAFE
    given = brief(text_after(tree, args[0].value, inputs))
    return Fix(f"call the model: `{brief(tree.code(model))}({given}, training=False)`", kind, tuple(edits))


def made_tensors(tree: Tree, value: cst.BaseExpression) -> list[Edit] | None:
    """The edits that make tensors of all that a list, tuple or dictionary gives to a model, which refuses a mixture.

    None where it is made elsewhere and may hold arrays.
    """
    made = [value] if not isinstance(value, cst.Name) else values_of(tree, value)
    if any(isinstance(part, (cst.StarredElement, cst.StarredDictElement)) for each in made for part in _elements(each)):
        return None
    parts = [part for each in made for part in _parts(each)]
    if all(held(tree, part) == Held(TENSOR) for part in parts):
        return []
    if isinstance(value, cst.Name):
        return None
    spelled = [spell_tensorflow(tree, "tensorflow.convert_to_tensor", part) for part in parts]
    return [
        edit
        for part, each in zip(parts, spelled)
        if held(tree, part) != Held(TENSOR)
        for edit in (tree.replace(part, f"{each.text}({tree.code(part)})"), *each.edits)
    ]


def _parts(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [each.value for each in _elements(value)]


def _elements(value: cst.BaseExpression) -> Sequence[cst.BaseElement | cst.BaseDictElement]:
    return value.elements if isinstance(value, (cst.List, cst.Tuple, cst.Dict)) else ()


def _is_quiet(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "verbose"


# -- all of them ----------------------------------------------------------------------------------

REPAIRS: dict[FaultKind, Callable[[Cause], Fix | None]] = {
    FaultKind.NUMPY_METHOD: without_method,
    FaultKind.NUMPY_CALL: with_tensorflow,
    FaultKind.PYTHON_SCALAR: without_number,
    FaultKind.REWRAP: without_wrapping,
    FaultKind.PREDICT: called_model,
    FaultKind.PY_FUNCTION: lambda cut: called_directly(cut.fault),
}


def suggest(cut: Cause, fix: Fix | None) -> tuple[Fix, ...]:
    """What can be done about a cut besides its ``fix``, for display."""
    found: list[Fix] = []
    if cut.kind is FaultKind.NUMPY_CALL and fix is None:
        found += numpy_of_tensorflow(cut.fault)
    if cut.kind is FaultKind.NON_DIFFERENTIABLE:
        found += differentiable(cut.fault)
    return (*found, *stop_meant(cut))


def advise(cut: Cause, fix: Fix | None, words: str) -> str:
    """``words``, and what the code becomes by the fix."""
    if fix is None or not isinstance(cut.place.node, cst.BaseExpression):
        return words
    whole = _whole(cut, fix.edits)
    after, before = text_after(cut.place.tree, whole, fix.edits), cut.place.tree.code(whole)
    return f"{words}: `{brief(after)}`" if after.strip() and after != before else words


def _whole(cut: Cause, edits: Sequence[Edit]) -> cst.BaseExpression:
    """The expression that shows a repair: ``np.mean(x.numpy())`` for ``x.numpy()`` where both are steps of the cause,
    and so much around it that no edit lies across its border."""
    tree, steps, whole = cut.place.tree, [fault.place.node for fault in cut.further], cut.place.node
    assert isinstance(whole, cst.BaseExpression)
    for node in ancestors(tree, whole):
        if isinstance(node, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            break
        if isinstance(node, cst.BaseExpression) and (node in steps or _is_crossed(tree, whole, edits)):
            whole = node
    return whole


def _is_crossed(tree: Tree, node: cst.BaseExpression, edits: Sequence[Edit]) -> bool:
    start, end = start_of(tree, node), end_of(tree, node)
    spans = [edit.span for edit in edits if edit.span.filename == tree.filename]
    return any(one.start < start < one.end or one.start < end < one.end for one in spans)
