"""Operators, comparisons, subscripts and truth values on abstract values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core import arguments, shapes, texts
from tfgraphlint.interpret.core.events import OperationBuilt, OperatorApplied
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_of_operator, is_tensor, parts
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.structures import elements, truth
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    ELEMENT,
    OTHER,
    STRING,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    Object,
    OpenDimension,
    Spread,
    Tensor,
    Unknown,
    Variable,
    Weights,
    is_none,
    sequence,
)

FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Subtract": operator.sub, "Multiply": operator.mul,
    "Divide": operator.truediv, "FloorDivide": operator.floordiv, "Modulo": operator.mod,
}
COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq, cst.NotEqual: operator.ne, cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le, cst.GreaterThan: operator.gt, cst.GreaterThanEqual: operator.ge,
}
ADDITIVE = ("Add", "Subtract")
LINEAR = ("Multiply", "Divide", "Minus")
BITWISE = ("BitAnd", "BitOr", "BitXor", "LeftShift", "RightShift")
NUMERIC = (int, float, complex)


def unary(m: Machine, node: cst.UnaryOperation, value: Value) -> Value:
    """``-x``, ``+x``, ``~x`` and ``not x``."""
    if isinstance(node.operator, cst.Not):
        known = truth(value)
        if known is not None:
            return Const(not known)
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if isinstance(value, Choice):
        return join([unary(m, node, option) for option in value.options])
    if isinstance(value, Const) and isinstance(value.value, NUMERIC):
        if isinstance(node.operator, cst.Minus):
            return Const(-value.value)
        return value if isinstance(node.operator, cst.Plus) else Const(None)
    if isinstance(value, (Tensor, Variable, Host, Unknown)):
        return numeric(m, node, [value], Flow.FLOWS, name=type(node.operator).__name__)
    return m.opaque(node, [value])


def binary(m: Machine, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value:
    """``left name right`` where ``name`` is libcst's name of the operator: ``Add``, ``MatrixMultiply``."""
    if isinstance(left, Choice) or isinstance(right, Choice):
        return join([binary(m, node, name, a, b) for a in m.each(left) for b in m.each(right)])
    if isinstance(left, OpenDimension) or isinstance(right, OpenDimension):
        m.tell(OperatorApplied(node, name, left, right))
        return m.opaque(node, [left, right])
    if isinstance(left, Const) and isinstance(right, Const):
        return _fold(m, node, name, left.value, right.value)
    if is_list(left) or is_list(right):
        combined = _combine_lists(m, node, name, left, right)
        if combined is not None:
            return combined
    if name in ("Modulo", "Add") and (combined := _text(m, node, name, left, right)) is not None:
        return combined
    if any(isinstance(side, (Instance, Object, Function, Class, Library, Dict)) for side in (left, right)):
        return _operator_method(m, node, name, left, right)
    if isinstance(left, Host) and isinstance(right, Tensor):
        m.tell(OperatorApplied(node, name, left, right))
    flow = Flow.CUT if name == "FloorDivide" or name in BITWISE else Flow.FLOWS
    result = numeric(m, node, [left, right], flow, additive=name in ADDITIVE, name=name)
    return shapes.of_operator(left, right, result)


def _text(m: Machine, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value | None:
    """``"%.3f" % x``, and texts put together."""
    template = texts.constant_text(left)
    if name == "Modulo":
        return texts.percent(m, node, template, right) if template is not None else None
    sides = (left, right)
    unknown = [side for side in sides if isinstance(side, Host) and side.dtype == STRING]
    known = [side for side in sides if texts.constant_text(side) is not None]
    return texts.text(m, node, sides) if unknown and len(unknown) + len(known) == 2 else None


def is_list(value: Value) -> bool:
    """Whether the value is a list, also one of variables."""
    return isinstance(value, Items) or isinstance(value, Weights) and value.which != ELEMENT


def _operator_method(m: Machine, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value:
    method = {"Add": "__add__", "Subtract": "__sub__", "Multiply": "__mul__", "Divide": "__truediv__",
              "MatrixMultiply": "__matmul__", "Power": "__pow__"}.get(name)
    if isinstance(left, Instance) and method:
        found = m.attribute(left, method, node)
        if found is not None:
            return m.call(found, arguments.Arguments([right]), node)
    return m.opaque(node, [left, right])


def _fold(m: Machine, node: cst.CSTNode, name: str, left: Any, right: Any) -> Value:
    fold = FOLDED.get(name)
    if name == "Power" and isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
        if abs(left) <= 1e6 and abs(right) <= 16:
            fold = operator.pow
    if fold is not None and not (isinstance(left, (str, bytes)) or isinstance(right, (str, bytes))):
        try:
            return Const(fold(left, right))
        except (TypeError, ArithmeticError, ValueError):
            pass
    if name == "Add" and isinstance(left, str) and isinstance(right, str) and len(left + right) < 500:
        return Const(left + right)
    dtype = STRING if isinstance(left, str) else ANY
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype)


def _combine_lists(m: Machine, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value | None:
    if name == "Add":
        if isinstance(left, Items) and isinstance(right, Items):
            one, two = left.items, right.items
            if isinstance(one, tuple) and isinstance(two, tuple):
                return sequence(left.kind, one + two)
            both = elements(left) + elements(right)
            return Items(left.kind, {Items.items: Spread(join(both)) if both else ()})
        if is_list(left) and (is_list(right) or isinstance(right, Unknown)) or is_list(right):
            return sequence("list", [left, right])
    if name == "Multiply":
        items, times = (left, right) if isinstance(left, Items) else (right, left)
        if isinstance(items, Items) and isinstance(times, (Const, Host, Unknown)):
            known = items.items
            if isinstance(times, Const) and isinstance(known, tuple) and isinstance(times.value, int):
                if len(known) * times.value <= 64:
                    return sequence(items.kind, known * times.value)
            held = elements(items)
            if isinstance(times, (Const, Host)) and held and getattr(times, "kind", "scalar") == "scalar":
                return Items(items.kind, {Items.items: Spread(join(held))})
    return None


def numeric(
    m: Machine, node: cst.CSTNode, values: Sequence[Value], flow: Flow, *,
    additive: bool = False, name: str = "", dtype: str = "",
) -> Value:
    """The result of an arithmetic operation on these values."""
    if m.switching:
        m.tell(OperationBuilt(node, values))
    fault = None
    tensors = any(isinstance(value, (Tensor, Variable, Weights)) for value in values)
    if flow is Flow.CUT and tensors:
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, name)
    elif flow is Flow.CUT and not all(isinstance(v, (Host, Const)) for v in values):
        flow = Flow.UNKNOWN
    elif flow is Flow.CUT:
        flow = Flow.FLOWS
    edges = [Edge(part, flow, fault) for part in parts(m, values)]
    made = m.operation(node, edges, additive=additive, linear=name in LINEAR)
    made.operation, made.operands = name, tuple(values)
    dtype = dtype or dtype_of_operator(values, name)
    if tensors:
        keras = any(isinstance(value, Tensor) and value.keras for value in values)
        return m.tensor(made, dtype, keras=keras)
    if any(isinstance(value, Unknown) for value in values):
        return Unknown(made)
    if all(isinstance(value, (Host, Const)) for value in values):
        arrays = any(isinstance(value, Host) and value.kind == "array" for value in values)
        return Host(made, "array" if arrays else "scalar", dtype, counts=name in COUNTING and _count(values))
    return m.opaque(node, values)


COUNTING = ("Add", "Subtract", "Multiply", "Divide", "Power", "Minus")


def _count(values: Sequence[Value]) -> bool:
    """Whether numbers of which one is another in each turn of a loop are combined with the same ones each time."""
    counted = [isinstance(value, Host) and value.counts for value in values]
    return any(counted) and all(known or isinstance(value, Const) for known, value in zip(counted, values))


def compare(
    m: Machine, node: cst.Comparison, sign: cst.BaseCompOp, left: Value, right: Value
) -> Value:
    """One comparison; a constant where its outcome is certain."""
    if isinstance(sign, (cst.Is, cst.IsNot)):
        for value, other in _both(left, right):
            if is_none(other):
                _tested_for_none(m, value)
        known = _identical(left, right)
        if known is not None:
            return Const(known if isinstance(sign, cst.Is) else not known)
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if isinstance(sign, (cst.In, cst.NotIn)):
        known = _contains(left, right)
        if known is not None:
            return Const(known if isinstance(sign, cst.In) else not known)
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(bool(COMPARED[type(sign)](left.value, right.value)))
        except TypeError:
            m.tell(OperatorApplied(node, type(sign).__name__, left, right))
            return Const(False)
    equality = isinstance(sign, (cst.Equal, cst.NotEqual))
    if any(isinstance(side, Choice) and (equality or not is_tensor(other)) for side, other in _both(left, right)):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if is_none(left) or is_none(right):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    values = [left, right]
    if _is_identity(m, sign, values):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if any(is_tensor(v) for v in values):
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, _sign(sign))
        made = m.operation(node, [Edge(part, Flow.CUT, fault) for part in parts(m, values)])
        made.operation, made.operands = type(sign).__name__, (left, right)
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


def _tested_for_none(m: Machine, value: Value) -> None:
    """A gradient that is compared with None: whoever wrote it expects some to be None."""
    for option in m.each(value):
        node = option.node if isinstance(option, (Tensor, Unknown)) else None
        for _ in range(3):
            if node is None or node.queried:
                break
            node = node.edges[0].node if node.edges else None
        if node is not None and node.queried and node.place is not None:
            m.none_expected.add(node.place.node)


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
