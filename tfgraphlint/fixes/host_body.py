"""``tf.numpy_function(f, [x], dtype)`` as ``f(x)``, where the body of ``f`` can be written in TensorFlow's words."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Fault
from tfgraphlint.fixes.as_tensor import merged, settled
from tfgraphlint.fixes.edits import end_of, start_of
from tfgraphlint.fixes.numpy_calls import text_of
from tfgraphlint.fixes.parallel_cuts import inputs, leaves_by, mended, spread
from tfgraphlint.fixes.value_uses import function_meant, loads
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.lookups import names_called
from tfgraphlint.syntax.tree import Tree, nodes_in

WORDS = ("func", "inp", "Tout")
PLAIN_STATEMENTS = (cst.SimpleStatementLine,)


def called_directly(fault: Fault) -> Fix | None:
    """The function is called itself; None where TensorFlow lacks a word of its body, or it does more than compute."""
    call, tree = fault.place.node, fault.place.tree
    given = _given(call) if isinstance(call, cst.Call) else None
    if given is None or not isinstance(call, cst.Call):
        return None
    func, inp = given
    function = function_meant(tree, func, call)
    if function is None or not isinstance(inp, (cst.List, cst.Tuple)) or not _is_plain(tree, function, func, inp):
        return None
    body = _rewritten(tree, function)
    result = settled(tree, call)
    if body is None or result is None:
        return None
    first, last = inp.elements[0].value, inp.elements[-1].value
    head = Span(tree.filename, tree.span(call).start, start_of(tree, first))
    tail = Span(tree.filename, end_of(tree, last), tree.span(call).end)
    if "#" in text_of(tree, head) + text_of(tree, tail):
        return None
    name = tree.code(func)
    edits = merged([Edit(head, f"{name}("), Edit(tail, ")"), *body, *result.edits])
    return Fix(f"call `{brief(name)}` directly, with TensorFlow functions", Applicability.UNSAFE, tuple(edits))


def _given(call: cst.Call) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(call.args):
        if argument.star or (argument.keyword is None and index >= len(WORDS)):
            return None
        found[argument.keyword.value if argument.keyword is not None else WORDS[index]] = argument.value
    return (found["func"], found["inp"]) if {"func", "inp"} <= set(found) else None


def _is_plain(
    tree: Tree, function: cst.FunctionDef, func: cst.BaseExpression, inp: cst.List | cst.Tuple
) -> bool:
    """Whether a function only computes one statement after the other, from what it is given, and for this call only."""
    params = function.params
    names = [param.name.value for param in params.params if param.name.value not in ("self", "cls")]
    is_simple = not (params.kwonly_params or params.posonly_params or params.star_kwarg or function.decorators)
    uses = names_called(tree, tree.module, function.name.value)
    lines = function.body.body
    return (
        is_simple
        and len(names) == len(inp.elements) > 0
        and not any(isinstance(element, cst.StarredElement) for element in inp.elements)
        and len(uses) == 2
        and all(isinstance(line, PLAIN_STATEMENTS) for line in lines)
    )


def _rewritten(tree: Tree, function: cst.FunctionDef) -> list[Edit] | None:
    """The edits that put all of a body into TensorFlow's words; its parameters are tensors then."""
    names = {param.name.value for param in function.params.params}
    edits: list[Edit] = []
    for name in names:
        for load in loads(tree, function.body, name):
            uses = settled(tree, load)
            if uses is None:
                return None
            edits += uses.edits
    spread(tree, function.body, names)
    for node in nodes_in(function.body):
        if isinstance(node, cst.Call) and leaves_by(tree, node) and names & set(inputs(node)):
            result = mended(tree, node, leaves_by(tree, node))
            if result is None:
                return None
            edits += result.edits
    return list(dict.fromkeys(edits))
