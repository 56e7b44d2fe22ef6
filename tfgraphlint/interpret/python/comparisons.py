"""Comparisons: ``==``, ``<``, ``is``, ``in``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.events import OperatorApplied
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import is_tensor, parts
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import BOOL, OTHER, Choice, Dict, Host, Items, Tensor, Unknown, is_none
from tfgraphlint.syntax.parents import parent

COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq, cst.NotEqual: operator.ne, cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le, cst.GreaterThan: operator.gt, cst.GreaterThanEqual: operator.ge,
}


def compare(
    m: Machine, node: cst.Comparison, sign: cst.BaseCompOp, left: Value, right: Value
) -> Value:
    """One comparison; a constant where its outcome is certain."""
    if isinstance(sign, (cst.Is, cst.IsNot)):
        _test_for_none(m, node, sign, left, right)
        return _outcome(m, node, _identical(left, right), isinstance(sign, cst.IsNot))
    if isinstance(sign, (cst.In, cst.NotIn)):
        return _outcome(m, node, _contains(left, right), isinstance(sign, cst.NotIn))
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(bool(COMPARED[type(sign)](left.value, right.value)))
        except TypeError:
            m.tell(OperatorApplied(node, type(sign).__name__, left, right))
            return Const(False)
    values = [left, right]
    if _is_one_of_several(sign, left, right) or is_none(left) or is_none(right) or _is_identity(m, sign, values):
        return _outcome(m, node, None)
    return _computed(m, node, sign, values)


def _outcome(m: Machine, node: cst.CSTNode, known: bool | None, negated: bool = False) -> Value:
    """What a comparison gives that no tensor takes part in; ``known`` is None where it may be either."""
    if known is None:
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    return Const(known is not negated)


def _is_one_of_several(sign: cst.BaseCompOp, left: Value, right: Value) -> bool:
    """Whether a side may be several things, of which not all need be compared as tensors."""
    equality = isinstance(sign, (cst.Equal, cst.NotEqual))
    return any(isinstance(side, Choice) and (equality or not is_tensor(other)) for side, other in _both(left, right))


def _computed(m: Machine, node: cst.Comparison, sign: cst.BaseCompOp, values: Sequence[Value]) -> Value:
    """A comparison of tensors, arrays, or what is unknown."""
    if any(is_tensor(v) for v in values):
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, _sign(sign))
        made = m.operation(node, [Edge(part, Flow.CUT, fault) for part in parts(m, values)])
        made.operation, made.operands = type(sign).__name__, tuple(values)
        return m.tensor(made, BOOL, keras=any(isinstance(v, Tensor) and v.keras for v in values))
    if any(isinstance(v, Unknown) for v in values):
        return Unknown(m.operation(node, [Edge(part, Flow.UNKNOWN) for part in parts(m, values)]))
    return Host(m.operation(node, [Edge(part) for part in parts(m, values)]), "scalar", BOOL)


def _both(left: Value, right: Value) -> tuple[tuple[Value, Value], tuple[Value, Value]]:
    return (left, right), (right, left)


def _is_identity(m: Machine, sign: cst.BaseCompOp, values: Sequence[Value]) -> bool:
    """Whether ``==`` asks if both are one object, as it does for symbolic tensors of Keras 3."""
    equality = isinstance(sign, (cst.Equal, cst.NotEqual))
    return equality and m.tables.keras >= 3 and any(isinstance(v, Tensor) and v.keras for v in values)


def _refuses_none(m: Machine, node: cst.Comparison, sign: cst.BaseCompOp) -> bool:
    """Whether None is an error here: ``assert x is not None``, ``if x is None: raise …``."""
    above = parent(m.frame.scope.tree, node)
    if isinstance(above, cst.Assert):
        return isinstance(sign, cst.IsNot)
    return isinstance(above, cst.If) and isinstance(sign, cst.Is) and any(
        isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[-1], cst.Raise) for line in above.body.body
    )


def _test_for_none(m: Machine, node: cst.Comparison, sign: cst.BaseCompOp, left: Value, right: Value) -> None:
    """What is compared with None. What holds a node is only asked for a gradient: all of the file is parsed for it."""
    queries = [query for value, other in _both(left, right) if is_none(other) for query in _queries(m, value)]
    if queries and not _refuses_none(m, node, sign):
        m.none_expected.update(queries)


def expect_none(m: Machine, value: Value) -> None:
    """A gradient that is compared with None: whoever wrote it expects some to be None."""
    m.none_expected.update(_queries(m, value))


def _queries(m: Machine, value: Value) -> Iterator[cst.CSTNode]:
    """The queries whose gradient this is."""
    for option in m.each(value):
        node = option.node if isinstance(option, (Tensor, Unknown)) else None
        for _ in range(3):
            if node is None or node.queried:
                break
            node = node.edges[0].node if node.edges else None
        if node is not None and node.queried and node.place is not None:
            yield node.place.node


def _sign(sign: cst.BaseCompOp) -> str:
    return cst.Module([]).code_for_node(sign).strip()


def _identical(left: Value, right: Value) -> bool | None:
    for one, other in _both(left, right):
        if is_none(one):
            if isinstance(other, Const):
                return is_none(other)
            if isinstance(other, (Unknown, Choice)):
                return None
            return False
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(left.value, bool) and isinstance(right.value, bool):
            return left.value is right.value
    return None


def _contains(left: Value, right: Value) -> bool | None:
    if not isinstance(left, Const):
        return None
    if isinstance(right, Dict) and OTHER not in right.state:
        return left.value in right.state
    if isinstance(right, Items):
        items = right.items
        if isinstance(items, tuple) and all(isinstance(item, Const) for item in items):
            return any(item.value == left.value for item in items)
    if isinstance(right, Const) and isinstance(right.value, str) and isinstance(left.value, str):
        return left.value in right.value
    return None
