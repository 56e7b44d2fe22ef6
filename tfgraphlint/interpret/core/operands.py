"""Values as operands: their nodes, their kinds of number, their items."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core.events import ValuesUsed
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import PART, Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.structures import elements
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
    Library,
    Tensor,
    Unknown,
    Variable,
    Weights,
)


def dtype_named(value: Value | None) -> str:
    """The kind of number that a dtype argument names: ``tf.float32``, ``"int64"``, ``float``."""
    name = ""
    if isinstance(value, Library):
        name = value.name.rpartition(".")[2]
    elif isinstance(value, Const) and isinstance(value.value, str):
        name = value.value
    for start, kind in (("float", FLOAT), ("bfloat", FLOAT), ("half", FLOAT), ("double", FLOAT), ("single", FLOAT),
                        ("int", INT), ("uint", INT), ("bool", BOOL), ("str", STRING), ("complex", COMPLEX)):
        if name.startswith(start):
            return kind
    return ANY


def parts(m: Machine, values: Sequence[Value]) -> list[Node]:
    """The nodes of the operands of a numeric operation, lists of tensors taken apart."""
    if ValuesUsed in m.awake:
        m.tell(ValuesUsed(values))
    found: list[Node] = []
    for value in values:
        if isinstance(value, Variable):
            found.append(read(m, value))
        elif isinstance(value, (Tensor, Host, Unknown)):
            found.append(value.node)
        elif not isinstance(value, Const):
            found.extend(m.nodes([value]))
    return found


def read(m: Machine, variable: Variable) -> Node:
    """The node of a variable's value: also what was assigned to it, behind a fault."""
    assigned = variable.assigned
    if not assigned:
        return variable.node
    edges = [Edge(variable.node)]
    edges += [Edge(node, Flow.CUT, fault) for node, fault in assigned]
    return m.value_of(variable.node, edges)


def dtype_of(value: Value) -> str:
    """The kind of number that a value holds."""
    if isinstance(value, Weights):
        return FLOAT
    if isinstance(value, (Tensor, Variable, Host)):
        return value.dtype
    if isinstance(value, Const):
        if isinstance(value.value, bool):
            return BOOL
        for kind, name in ((int, INT), (float, FLOAT), (complex, "complex"), (str, STRING), (bytes, STRING)):
            if isinstance(value.value, kind):
                return name
    if isinstance(value, Items):
        kinds = {dtype_of(held) for held in elements(value)}
        if FLOAT in kinds and kinds <= {FLOAT, INT}:
            return FLOAT
        return kinds.pop() if len(kinds) == 1 else ANY
    return ANY


def dtype_of_operator(values: Sequence[Value], name: str) -> str:
    tensors = {value.dtype for value in values if isinstance(value, (Tensor, Variable))}
    if name == "Divide" and tensors <= {INT}:
        return FLOAT
    if len(tensors) == 1:
        return tensors.pop()
    if tensors:
        return FLOAT if FLOAT in tensors else ANY
    kinds = {dtype_of(value) for value in values}
    if FLOAT in kinds:
        return FLOAT
    if kinds == {INT}:
        return FLOAT if name == "Divide" else INT
    return ANY


def is_no_number(value: Value) -> bool:
    """Whether the value certainly is nothing to compute with: the None of a body without ``return``, a placeholder
    ``...``, or a list of such. Operators and functions that want a tensor raise, so that what follows never runs."""
    if isinstance(value, Items) and isinstance(value.items, tuple):
        return any(is_no_number(item) for item in value.items)
    return isinstance(value, Const) and (value.value is None or value.value is ...)


def is_tensor(value: Value) -> bool:
    """Whether the value certainly is a tensor or a variable."""
    return isinstance(value, (Tensor, Variable))


def part_of_unknown(m: Machine, node: cst.CSTNode, value: Unknown) -> Unknown:
    """An item of something unknown, which may be a list or a dictionary: to take it from there is no operation."""
    made = m.leaf(Kind.OPAQUE, node)
    made.edges = (Edge(value.node, Flow.UNKNOWN),)
    made.active, made.maybe = value.node.active, value.node.maybe
    made.operation = PART
    return Unknown(made, external=value.external)
