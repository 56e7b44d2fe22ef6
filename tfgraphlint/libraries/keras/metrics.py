"""Metrics of Keras: what they were given, and what they make of it."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import (
    Metric,
)
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.overlay import methods
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    Tensor,
)


def update(m: Machine, value: Metric, args: Arguments, node: cst.CSTNode) -> None:
    """A metric takes something in: no gradient comes through it."""
    fault = m.fault(FaultKind.ASSIGN, node, f"{value.cls}.update_state", m.frame.scope.tree.code(node))
    made = m.operation(node, [Edge(part, Flow.CUT, fault) for part in parts(m, args.all())])
    held, tensor = value.updates, Tensor(made, FLOAT)
    m.store.set(value, Metric.updates, join([held, tensor]) if held is not None else tensor)


def result(m: Machine, value: Metric, node: cst.CSTNode) -> Value:
    """What a metric has computed from all that it was given."""
    inputs = [Edge(part) for part in parts(m, [value.updates])] if value.updates is not None else []
    made = m.operation(node, inputs) if inputs else m.leaf(Kind.TENSOR, node)
    return m.tensor(made, FLOAT)


@methods.handles(Metric, "update_state")
def _update_state(m: Machine, value: Metric, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    update(m, value, args, node)
    return Const(None)


@methods.handles(Metric, "result")
def _result(m: Machine, value: Metric, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return result(m, value, node)


@methods.handles(Metric, "reset_state", "reset_states")
def _reset(m: Machine, value: Metric, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const(None)
