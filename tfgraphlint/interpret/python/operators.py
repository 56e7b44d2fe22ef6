"""Operators, comparisons, subscripts and truth values on abstract values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core import arguments, shapes, texts
from tfgraphlint.interpret.core.class_hierarchy import kind_of
from tfgraphlint.interpret.core.events import OperationBuilt, OperatorApplied
from tfgraphlint.interpret.core.graph_state import is_assumed
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Network
from tfgraphlint.interpret.core.operands import dtype_of_operator, is_no_number, parts
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.structures import MAX_CHAINED, elements, nests_too_much, truth
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    ELEMENT,
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
    sequence,
)

FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Subtract": operator.sub, "Multiply": operator.mul,
    "Divide": operator.truediv, "FloorDivide": operator.floordiv, "Modulo": operator.mod,
}
ADDITIVE = ("Add", "Subtract")
LINEAR = ("Multiply", "Divide", "Minus")
OF_ARRAYS = {"Add": "__add__", "Subtract": "__sub__", "Multiply": "__mul__", "Divide": "__truediv__",
             "MatrixMultiply": "__matmul__", "Power": "__pow__", "Modulo": "__mod__", "FloorDivide": "__floordiv__"}
BITWISE = ("BitAnd", "BitOr", "BitXor", "LeftShift", "RightShift")
NUMERIC = (int, float, complex)
MAX_BITS = 1024  # of an integer that is computed: `n = n * n` doubles them each time
MAX_TEXT = 500  # characters of a text that is put together


def unary(m: Machine, node: cst.UnaryOperation, value: Value) -> Value:
    """``-x``, ``+x``, ``~x`` and ``not x``."""
    if isinstance(node.operator, cst.Not):
        known = truth(value)
        if known is not None:
            return Const(not known)
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    if isinstance(value, Choice):
        return join([unary(m, node, option) for option in value.options])
    if is_no_number(value):
        return m.opaque(node, [value])
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
    if any(isinstance(side, Const) and is_no_number(side) for side in (left, right)):
        return m.opaque(node, [left, right])  # raises: nothing that follows is evidence
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
    if isinstance(left, Host):
        if isinstance(right, Tensor):
            m.tell(OperatorApplied(node, name, left, right))
        elif name in OF_ARRAYS and left.kind == "array" and _is_taken_for_array(m, right):
            return leave(m, node, [left, right], FaultKind.NUMPY_CALL, f"numpy.ndarray.{OF_ARRAYS[name]}")
    flow = Flow.CUT if name == "FloorDivide" or name in BITWISE else Flow.FLOWS
    result = numeric(m, node, [left, right], flow, additive=name in ADDITIVE, name=name)
    return shapes.of_operator(left, right, result)


def _is_taken_for_array(m: Machine, value: Value) -> bool:
    """Whether NumPy takes the value for an array and computes ``array * value`` alone: a variable of Keras 3."""
    if isinstance(value, Weights):
        of_keras = isinstance(value.owner, Network) or isinstance(value.owner, Instance) and issubclass(
            kind_of(m, value.owner.cls), Network
        )
        return of_keras and m.tables.keras >= 3 and value.which == ELEMENT and not value.plain
    return isinstance(value, Variable) and value.keras


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
    fold = FOLDED.get(name) if _bits(left) + _bits(right) <= MAX_BITS else None
    if name == "Power" and isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
        if abs(left) <= 1e6 and abs(right) <= 16:
            fold = operator.pow
    if fold is not None and not (isinstance(left, (str, bytes)) or isinstance(right, (str, bytes))):
        try:
            return Const(fold(left, right))
        except (TypeError, ArithmeticError, ValueError):
            pass
    if name == "Add" and isinstance(left, str) and isinstance(right, str) and len(left) + len(right) < MAX_TEXT:
        return Const(left + right)
    dtype = STRING if isinstance(left, str) else ANY
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype)


def _bits(number: Any) -> int:
    return number.bit_length() if isinstance(number, int) else 0


def _combine_lists(m: Machine, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value | None:
    """``left + right`` of lists, and a list that is multiplied by a number."""
    if name == "Add":
        if isinstance(left, Items) and isinstance(right, Items):
            return _chained(left, right)
        if is_list(left) and (is_list(right) or isinstance(right, Unknown) or is_assumed(right)) or is_list(right):
            both = [left, right]
            return m.opaque(node, both) if nests_too_much(both) else sequence("list", both)
    if name == "Multiply":
        items, times = (left, right) if isinstance(left, Items) else (right, left)
        return _repeated(items, times) if isinstance(items, Items) else None
    return None


def _chained(left: Items, right: Items) -> Items:
    one, two = left.items, right.items
    if isinstance(one, tuple) and isinstance(two, tuple) and len(one) + len(two) <= MAX_CHAINED:
        return sequence(left.kind, one + two)
    both = elements(left) + elements(right)
    return Items(left.kind, {Items.items: Spread(join(both)) if both else ()})


MAX_REPEATED = 64  # elements of a list that is known one by one


def _repeated(items: Items, times: Value) -> Items | None:
    known, held = items.items, elements(items)
    if isinstance(times, Const):
        if isinstance(known, tuple) and isinstance(times.value, int) and len(known) * times.value <= MAX_REPEATED:
            return sequence(items.kind, known * times.value)
    elif not isinstance(times, Host) or times.kind != "scalar":
        return None
    return Items(items.kind, {Items.items: Spread(join(held))}) if held else None


def numeric(
    m: Machine, node: cst.CSTNode, values: Sequence[Value], flow: Flow, *,
    additive: bool = False, name: str = "", dtype: str = "",
) -> Value:
    """The result of an arithmetic operation on these values."""
    if m.switching:
        m.tell(OperationBuilt(node, values))
    fault = None
    tensors = any(isinstance(value, (Tensor, Variable, Weights)) for value in values)
    hosts = all(isinstance(value, (Host, Const)) for value in values)
    if flow is Flow.CUT and tensors:
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, name)
    elif flow is Flow.CUT:
        flow = Flow.FLOWS if hosts else Flow.UNKNOWN
    edges = [Edge(part, flow, fault) for part in parts(m, values)]
    made = m.operation(node, edges, additive=additive, linear=name in LINEAR)
    made.operation, made.operands = name, tuple(values)
    dtype = dtype or dtype_of_operator(values, name)
    if tensors:
        keras = any(isinstance(value, Tensor) and value.keras for value in values)
        return m.tensor(made, dtype, keras=keras)
    if any(isinstance(value, Unknown) for value in values):
        return Unknown(made)
    if hosts:
        arrays = any(isinstance(value, Host) and value.kind == "array" for value in values)
        return Host(made, "array" if arrays else "scalar", dtype, counts=name in COUNTING and _count(values))
    return m.opaque(node, values)


COUNTING = ("Add", "Subtract", "Multiply", "Divide", "Power", "Minus")


def _count(values: Sequence[Value]) -> bool:
    """Whether numbers of which one is another in each turn of a loop are combined with the same ones each time."""
    counted = [isinstance(value, Host) and value.counts for value in values]
    return any(counted) and all(known or isinstance(value, Const) for known, value in zip(counted, values))
