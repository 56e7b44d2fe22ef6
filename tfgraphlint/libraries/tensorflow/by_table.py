"""What a function of TensorFlow or Keras gives as the derived tables say."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, is_no_number, parts
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.structures import is_constant
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    STRING,
    Host,
    Items,
    Spread,
    Tensor,
    Unknown,
    Variable,
    sequence,
)
from tfgraphlint.libraries.tables import FunctionRecord


def by_table(m: Machine, record: FunctionRecord, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of a function as its record says."""
    given = _by_parameter(record, args)
    if any(_refuses(record, name, value) for name, value in given):
        return m.opaque(node, [value for _, value in given])
    edges: list[Edge] = []
    for name, value in given:
        flow, fault = _flow_of(m, record, name, value, node)
        edges += [Edge(part, flow, fault) for part in parts(m, [value])]
    if not args.certain:
        unseen = [value for value in (args.starred, args.double_starred) if value is not None]
        edges += [Edge(part, Flow.UNKNOWN) for part in m.nodes(unseen)]
    result = _returned(m, record, edges, given, node)
    for name, value in given:
        if name in (record.dtype_argument, "dtype") and isinstance(result, Tensor) and dtype_named(value) != ANY:
            result.dtype = dtype_named(value)
    return result


def _by_parameter(record: FunctionRecord, args: Arguments) -> list[tuple[str, Value]]:
    found = [(record.parameter(index) or "", value) for index, value in enumerate(args.positional)]
    found.extend(args.keywords.items())
    return found


def _refuses(record: FunctionRecord, name: str, value: Value) -> bool:
    """Whether the function raises, being given no number in the place of a tensor that it needs."""
    return name in record.params[: record.required] and record.outcome(name) is not None and is_no_number(value)


def _flow_of(
    m: Machine, record: FunctionRecord, name: str, value: Value, node: cst.CSTNode
) -> tuple[Flow, Fault | None]:
    if is_constant(value):
        return Flow.FLOWS, None
    outcome = record.outcome(name)
    if not record.tried or outcome is None:
        return (Flow.INDEX if dtype_of(value) in NON_NUMERIC else Flow.UNKNOWN), None
    if outcome.kind == "nonfloat" or outcome.kind == "shape" and record.dtype != BOOL:
        return Flow.INDEX, None
    if outcome.kind == "flows" or dtype_of(value) in NON_NUMERIC:
        return Flow.FLOWS, None
    if isinstance(value, Unknown):
        return Flow.UNKNOWN if name in record.varies else Flow.CUT, m.fault(
            FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcome.kind)
    return Flow.CUT, m.fault(FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcome.kind)


ADDITIVE = ("add", "subtract")
LINEAR = ("reduce_sum", "reduce_mean", "negative", "multiply", "divide", "scalar_mul", "squeeze", "reshape", "sum",
          "mean", "expand_dims")
NON_NUMERIC = (INT, BOOL, STRING)


def _written(m: Machine, node: cst.CSTNode) -> str:
    return m.frame.scope.tree.code(node)


def _returned(
    m: Machine, record: FunctionRecord, edges: Sequence[Edge], given: Sequence[tuple[str, Value]], node: cst.CSTNode
) -> Value:
    values = [value for _, value in given]
    tried = [(outcome, value) for name, value in given if (outcome := record.outcome(name)) is not None]
    numbers = [value for outcome, value in tried if outcome.kind != "nonfloat"] if tried else values
    symbolic = any(isinstance(value, Tensor) and value.keras for value in values)
    dtype = result_dtype(record.dtype, numbers)
    short = record.name.rpartition(".")[2]
    made = m.operation(node, edges, additive=short in ADDITIVE, linear=short in LINEAR)
    made.operation, made.operands = record.name, tuple(values)
    kind = record.returns.partition(":")[0]
    if kind in ("tensor", "variable", "list", "tuple") and made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
        made.operation, made.operands = record.name, tuple(values)
    if record.sometimes:
        return Unknown(made)
    match kind:
        case "tensor":
            return m.tensor(made, dtype, keras=symbolic)
        case "ndarray":
            return Host(_cut(m, record, edges, node), "array", dtype)
        case "python":
            return Host(_cut(m, record, edges, node), "scalar", dtype)
        case "none":
            return Const(None)
        case "list":
            return Items("list", {Items.items: Spread(m.tensor(made, dtype))})
        case "tuple" if record.elements and all(element.startswith("tensor") for element in record.elements):
            return sequence("tuple", [_element(m, record, edges, index, node) for index in range(len(record.elements))])
    return Unknown(made)


def _cut(m: Machine, record: FunctionRecord, edges: Sequence[Edge], node: cst.CSTNode) -> Node:
    """The node of a result that is no tensor: each input is cut, by the function itself."""
    fault = m.fault(FaultKind.NUMPY_CALL, node, record.name, _written(m, node))
    return m.operation(node, [Edge(edge.node, Flow.CUT, edge.fault or fault) for edge in edges])


def _element(
    m: Machine, record: FunctionRecord, edges: Sequence[Edge], index: int, node: cst.CSTNode
) -> Value:
    """One element of a tuple of results, which may pass gradients where another does not."""
    own: list[Edge] = list(edges)
    outcomes = [outcome for name in record.parts if (outcome := record.outcome(name, index)) is not None]
    if outcomes and all(outcome.cuts for outcome in outcomes):
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcomes[0].kind)
        own = [Edge(edge.node, Flow.CUT, edge.fault or fault) for edge in edges]
    made = m.operation(node, own)
    if made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
    return m.tensor(made, record.elements[index].partition(":")[2] or ANY)


def result_dtype(relation: str, values: Sequence[Value]) -> str:
    """The kind of number that results, from the record's relation to the inputs."""
    if relation in (FLOAT, INT, BOOL, STRING, COMPLEX):
        return relation
    if relation == "same":
        for value in values:
            if isinstance(value, (Tensor, Variable)):
                return value.dtype
        kinds = {dtype_of(value) for value in values}
        if FLOAT in kinds:
            return FLOAT
    return ANY
