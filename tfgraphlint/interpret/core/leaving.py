"""How values leave TensorFlow and become arrays and numbers of Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.events import ValueRead
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.provenance import Edge, Flow
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import ANY, Host, HostKind


def leave(
    m: Machine, node: cst.CSTNode, values: Sequence[Value], kind: FaultKind, name: str, result: HostKind = "array",
    dtype: str = ANY,
) -> Host:
    """The host value that these values become when they leave TensorFlow through ``name``."""
    fault = m.fault(kind, node, name, value_text(m, node))
    further = replace(fault, outside=True)
    m.tell(ValueRead(node, values, kind, name))
    edges = [
        Edge(part, Flow.CUT, further if isinstance(value, Host) else fault)
        for value in values for part in parts(m, [value])
    ]  # fmt: skip
    return Host(m.operation(node, edges), result, dtype)


def argument_text(m: Machine, node: cst.CSTNode) -> str:
    """The first argument of a call as it is written."""
    return m.frame.scope.tree.code(node.args[0].value if isinstance(node, cst.Call) and node.args else node)


def value_text(m: Machine, node: cst.CSTNode) -> str:
    """What leaves TensorFlow, as it is written: the first argument of a call, or the owner of the method."""
    if isinstance(node, cst.Call):
        inner = node.func.value if isinstance(node.func, cst.Attribute) else None
        if node.args:
            inner = node.args[0].value
        if inner is not None:
            return m.frame.scope.tree.code(inner)
    return m.frame.scope.tree.code(node)
