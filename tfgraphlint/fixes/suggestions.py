"""Suggestions for a cut gradient, which are shown and never applied.

Most cuts have two honest repairs: make the operation differentiable, or state that no gradient is wanted. The first is
offered where a gradient comes through what follows, the second where another path carries one: else nothing trains.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.facts.gradients import Cause
from tfgraphlint.fixes import numpy_calls
from tfgraphlint.fixes.as_tensor import settled
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_after, text_of
from tfgraphlint.fixes.parallel_cuts import taken
from tfgraphlint.fixes.smooth_uses import is_first_in_one_hot, keeps_gradient
from tfgraphlint.libraries.tables import load
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name
from tfgraphlint.syntax.bindings import names_in
from tfgraphlint.syntax.tree import Tree, nodes_in, once_per_node

STEPS = frozenset({"round", "floor", "ceil", "sign", "rint"})  # of one tensor, same shape
SOFT = {"sign": "tensorflow.tanh"}
ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Float, cst.Integer)
UNWRAPPED = (FaultKind.NUMPY_METHOD, FaultKind.PYTHON_SCALAR, FaultKind.REWRAP)
WHOLE = (FaultKind.PY_FUNCTION, FaultKind.NON_DIFFERENTIABLE)


def stop_meant(cut: Cause) -> Iterator[Fix]:
    """``tf.stop_gradient(t)`` in the place of a term's cut: it states that no gradient is wanted of this term."""
    fault = cut.fault
    node, tree = fault.place.node, fault.place.tree
    if not cut.lost.partial or not isinstance(node, (cst.Call, cst.BinaryOperation, cst.Comparison)):
        return
    found = _stopped(fault, node)
    if found is None or _is_one_of_several(tree, node):
        return
    whole, text = found
    spelled = spell_tensorflow(tree, "tensorflow.stop_gradient", node)
    content = f"{spelled.text}({text})"
    span = Span(tree.filename, start_of(tree, whole), end_of(tree, whole))
    yield _shown("if no gradient is wanted here", content, (Edit(span, content), *spelled.edits))


def _is_one_of_several(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether what a cut takes is one of the results of a call: of a model with two heads, the weights of this head
    get no gradient by the path of the other."""
    named = {each.value for each in nodes_in(node) if isinstance(each, cst.Name)}
    return not named.isdisjoint(_results_of_calls(tree, tree.module))


@once_per_node
def _results_of_calls(tree: Tree, module: cst.CSTNode) -> set[str]:
    """The names that are one of the results of a call: ``a, b = f(x)``."""
    return {
        name
        for each in nodes_in(module)
        if isinstance(each, cst.Assign) and isinstance(each.value, cst.Call)
        and isinstance(target := each.targets[0].target, (cst.Tuple, cst.List))
        for name in names_in(target)
    }  # fmt: skip


def _stopped(fault: Fault, node: cst.BaseExpression) -> tuple[cst.BaseExpression, str] | None:
    """What ``tf.stop_gradient`` replaces, and what it is given."""
    tree = fault.place.tree
    if fault.kind in WHOLE:
        return node, _written(tree, node)
    if not isinstance(node, cst.Call):
        return None
    tensor = taken(node, fault.name)
    if fault.kind in UNWRAPPED and tensor is not None:
        return (node if _is_free(tree, node) else tensor), _written(tree, tensor)
    if not node.args or node.args[0].star or isinstance(node.args[0].value, cst.GeneratorExp):
        return None
    first = node.args[0].value
    if fault.kind is FaultKind.ASSIGN and not fault.name.startswith("assign"):
        return None
    if fault.kind is FaultKind.PREDICT:
        is_predict = isinstance(node.func, cst.Attribute) and node.func.attr.value.startswith("predict")
        model = node.func.value if is_predict and isinstance(node.func, cst.Attribute) else None
        if model is None or not _is_free(tree, node):
            return None
        return node, f"{tree.code(model)}({_written(tree, first)}, training=False)"
    return first, _written(tree, first)


def _is_free(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether an array or number can be a tensor instead without a change elsewhere."""
    uses = settled(tree, node)
    return uses is not None and not uses.edits


def _written(tree: Tree, node: cst.BaseExpression) -> str:
    return text_of(tree, Span(tree.filename, start_of(tree, node), end_of(tree, node)))


def _shown(what: str, code: str, edits: tuple[Edit, ...]) -> Fix:
    return Fix(f"{what}: `{brief(code)}`", Applicability.DISPLAY, edits)


def numpy_of_tensorflow(fault: Fault) -> Iterator[Fix]:
    """``tf.experimental.numpy`` has a function that gave the same: a suggestion, since it has types of its own."""
    call, tree = fault.place.node, fault.place.tree
    if isinstance(call, cst.Call):
        rewrite = numpy_calls.spell_numpy_of_tensorflow(tree, call, fault.name)
        if rewrite is not None:
            code = text_after(tree, call, rewrite.edits)
            yield _shown(f"`{short_name(rewrite.name)}` keeps the gradient", code, rewrite.edits)


def name_replacement(name: str) -> str:
    """What to write instead of a function of NumPy or ``math``; of other libraries nothing has a gradient."""
    equivalent = load().numpy_equivalent(name)
    for replacement in (equivalent.tensorflow, equivalent.tnp) if equivalent is not None else ():
        if replacement is not None and any(outcome.kind == "flows" for outcome in replacement.gradient.values()):
            return f"use `{short_name(replacement.name)}`"
    package = name.partition(".")[0]
    if package in ("numpy", "math"):
        return "write it with operations of TensorFlow"
    return f"write it with operations of TensorFlow: no function of `{package}` has a gradient"


def numpy_in_graph(tree: Tree, call: cst.Call, name: str) -> Iterator[Fix]:
    """The same in a graph, where the values count and not the gradient."""
    rewrite = numpy_calls.spell_numpy_of_tensorflow(tree, call, name, differentiable=False)
    if rewrite is not None:
        code = text_after(tree, call, rewrite.edits)
        yield _shown(f"`{short_name(rewrite.name)}` computes it in the graph", code, rewrite.edits)


def differentiable(fault: Fault) -> Iterator[Fix]:
    """A smooth relative of an operation without a gradient, and the form that passes the gradient straight through."""
    match fault.place.node:
        case cst.Call() as call if (outer := is_first_in_one_hot(fault.place.tree, call)) is not None:
            yield from _of_one_hot(fault.place.tree, call, outer, fault.name)
        case cst.BaseExpression() as node if not keeps_gradient(fault.place.tree, node):
            return
        case cst.Call() as call:
            yield from _of_call(fault.place.tree, call, fault.name)
        case cst.BinaryOperation(operator=cst.FloorDivide() as operator) as node:
            edits = (fault.place.tree.replace(operator, "/"),)
            yield _shown("a division without floor has a gradient", text_after(fault.place.tree, node, edits), edits)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=sign, comparator=right)]) as node:
            yield from _of_comparison(fault.place.tree, node, left, sign, right)


def is_of_use(fault: Fault) -> bool:
    """Whether a differentiable form of an operation is known, or would help: it gives floats, and all that follows
    has a gradient."""
    node = fault.place.node
    if any(True for _ in differentiable(fault)):
        return True
    record = load().function(fault.name) if isinstance(node, cst.Call) else None
    gives_floats = record is not None and record.dtype in ("same", "float")
    return gives_floats and isinstance(node, cst.Call) and keeps_gradient(fault.place.tree, node)


def _of_one_hot(tree: Tree, call: cst.Call, outer: cst.Call, name: str) -> Iterator[Fix]:
    """``tf.one_hot(tf.argmax(x, axis=-1), n)`` as the chances of all classes."""
    is_choice = load().canonical(name).rpartition(".")[2] == "argmax"
    axis = [_written(tree, each.value) for each in call.args[1:]]
    if not is_choice or axis not in (["-1"], ["1"]) or not keeps_gradient(tree, outer):
        return
    soft = spell_tensorflow(tree, "tensorflow.nn.softmax", call)
    code = f"{soft.text}({_written(tree, call.args[0].value)})"
    yield _shown("a smooth replacement has a gradient", code, (in_place_of(tree, outer, code), *soft.edits))


def _of_call(tree: Tree, call: cst.Call, name: str) -> Iterator[Fix]:
    short = load().canonical(name).rpartition(".")[2]
    if not call.args or call.args[0].keyword is not None or call.args[0].star:
        return
    if short in SOFT:
        spelled = spell_tensorflow(tree, SOFT[short], call)
        edits = (in_place_of(tree, call.func, spelled.text), *spelled.edits)
        yield _shown("a smooth replacement has a gradient", text_after(tree, call, edits), edits)
    value = call.args[0].value
    if short in STEPS and len(call.args) == 1 and isinstance(value, (cst.Name, cst.Attribute, cst.Subscript)):
        stop, x = spell_tensorflow(tree, "tensorflow.stop_gradient", call), tree.code(value)
        code = f"{x} + {stop.text}({tree.code(call)} - {x})"
        edits = (in_place_of(tree, call, code), *stop.edits)
        yield _shown("the same value with a straight-through gradient", code, edits)


def _of_comparison(
    tree: Tree, node: cst.Comparison, left: cst.BaseExpression, sign: cst.BaseCompOp, right: cst.BaseExpression
) -> Iterator[Fix]:
    if isinstance(sign, (cst.LessThan, cst.LessThanEqual)):
        left, right = right, left
    elif not isinstance(sign, (cst.GreaterThan, cst.GreaterThanEqual)):
        return
    sigmoid = spell_tensorflow(tree, "tensorflow.sigmoid", node)
    other = _written(tree, right)
    is_zero = other in ("0", "0.0", "0.")
    inside = _written(tree, left) if is_zero else f"{_written(tree, left)} - {_grouped(right, other)}"
    code = f"{sigmoid.text}({inside})"
    yield _shown("a soft threshold has a gradient", code, (in_place_of(tree, node, code), *sigmoid.edits))


def _grouped(node: cst.BaseExpression, text: str) -> str:
    return text if node.lpar or isinstance(node, ATOMS) else f"({text})"
