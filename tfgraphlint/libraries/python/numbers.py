"""Numbers of Python: conversions, operators as functions, sums and extremes."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.core import operands
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.structures import elements, is_constant
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    Dict,
    Host,
    Items,
    Tensor,
    Unknown,
    Variable,
)
from tfgraphlint.interpret.python import operators
from tfgraphlint.interpret.python.iteration import element_of


def number(m: Machine, node: cst.CSTNode, dtype: str = ANY) -> Host:
    """A number that nothing is known of but its kind."""
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype)


@functions.handles("builtins.float", "builtins.int", "builtins.bool", "builtins.complex")
def _scalar(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    short = name.partition(".")[2]
    dtype = {"float": FLOAT, "int": INT, "bool": BOOL}.get(short, ANY)
    if not args.positional:
        return Const({"float": 0.0, "int": 0, "bool": False}.get(short, 0))
    value = args.positional[0]
    if isinstance(value, Const):
        try:
            return Const({"float": float, "int": int, "bool": bool, "complex": complex}[short](value.value))
        except (TypeError, ValueError, OverflowError):
            return number(m, node, dtype)
    if isinstance(value, Host) and value.counts and short == "float":
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype, counts=True)
    if is_constant(value):
        return number(m, node, dtype)
    if isinstance(value, Host):
        return Host(m.operation(node, [Edge(value.node)]), "scalar", dtype)
    if short in ("float", "int") and isinstance(value, (Tensor, Variable)) and is_converted(m):
        flow = Flow.FLOWS if short == "float" else Flow.UNKNOWN
        return m.tensor(m.operation(node, [Edge(part, flow) for part in operands.parts(m, [value])]), dtype)
    if m.mode is Mode.GRAPH and m.running.autograph and short in ("float", "int"):
        return Unknown(m.operation(node, [Edge(part, Flow.UNKNOWN) for part in operands.parts(m, [value])]))
    if isinstance(value, (Tensor, Variable, Unknown)):
        return leave(m, node, [value], FaultKind.PYTHON_SCALAR, name, "scalar", dtype)
    return None


@functions.handles("builtins.abs")
def _abs(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if args.positional else None
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(abs(value.value))
    if isinstance(value, (Tensor, Variable, Host, Unknown)):
        return operators.numeric(m, node, [value], Flow.FLOWS)
    return None


@functions.handles("builtins.pow")
def _pow(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) == 2:
        return operators.binary(m, node, "Power", *args.positional)
    return None


OPERATORS = {
    "add": "Add", "iadd": "Add", "sub": "Subtract", "isub": "Subtract", "mul": "Multiply", "imul": "Multiply",
    "truediv": "Divide", "itruediv": "Divide", "floordiv": "FloorDivide", "mod": "Modulo", "pow": "Power",
    "matmul": "MatrixMultiply",
}


@functions.handles(*(f"operator.{name}" for name in OPERATORS))
def _operator(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``operator.mul(a, b)``: what the operator does."""
    if len(args.positional) != 2 or not args.certain or args.keywords:
        return None
    return operators.binary(m, node, OPERATORS[name.partition(".")[2]], *args.positional)


@functions.handles("operator.neg", "operator.pos", "operator.abs")
def _sign(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if len(args.positional) == 1 else None
    if isinstance(value, (Tensor, Variable, Unknown)):
        return operators.numeric(m, node, [value], Flow.FLOWS)
    return None


@functions.handles("builtins.sum")
def _sum(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    value = args.positional[0]
    start = args.get(1, "start") or Const(0)
    if isinstance(value, (Items, Dict)):
        total: Value = start
        for element in elements(value):
            total = operators.binary(m, node, "Add", total, element)
        return total
    return operators.binary(m, node, "Add", start, element_of(m, value, node))


def extreme(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What ``max`` or ``min`` gives."""
    values = args.positional
    if all(isinstance(value, Const) for value in values):
        numbers = [value.value for value in values if isinstance(value, Const)]
        if len(numbers) > 1 and all(isinstance(number, (int, float)) for number in numbers):
            return Const(max(numbers) if name.endswith("max") else min(numbers))
    if len(values) > 1 and all(isinstance(value, (Const, Host)) and is_constant(value) for value in values):
        dtypes = {operands.dtype_of(value) for value in values}
        found = number(m, node, FLOAT if FLOAT in dtypes else INT if dtypes == {INT} else ANY)
        found.counts = any(isinstance(value, Host) and value.counts for value in values)
        return found
    if len(values) > 1:
        return join(values)
    if isinstance(values[0], (Items, Dict)):
        held = elements(values[0])
        return join(held) if held else None
    return element_of(m, values[0], node)


@functions.handles("builtins.round", "builtins.divmod")
def _round(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if args.positional and is_constant(args.positional[0]):
        return number(m, node, FLOAT)
    if name.endswith("round") and args.positional and isinstance(args.positional[0], Host):
        return operators.numeric(m, node, [args.positional[0]], Flow.FLOWS)
    return None
