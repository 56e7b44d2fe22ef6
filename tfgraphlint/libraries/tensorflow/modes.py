"""Graphs, sessions and the switches of eager execution."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import EagerSwitchedOn, OperationBuilt
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Graph, InitScope, Session
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    Host,
)


@functions.handles("tensorflow.init_scope")
def _init_scope(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return InitScope(name, m.leaf(Kind.OPAQUE, node))


@functions.handles("tensorflow.compat.v1.Session", "tensorflow.compat.v1.InteractiveSession", "tensorflow.Session")
def _session(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if m.switching:
        m.tell(OperationBuilt(node, (), builds=True))
    graph = args.get(1, "graph")
    return Session(name, m.leaf(Kind.OPAQUE, node), {} if graph is None and args.certain else {Session.graph: graph})


@functions.handles("tensorflow.Graph", "tensorflow.compat.v1.Graph")
def _graph(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Graph(name, m.leaf(Kind.OPAQUE, node))


@functions.handles("tensorflow.config.run_functions_eagerly", "tensorflow.config.experimental_run_functions_eagerly")
def _run_functions_eagerly(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    flag = args.get(0, "run_eagerly")
    m.store.set(m.recording, Recording.functions_eager, not (isinstance(flag, Const) and not flag.value))
    return Const(None)


@functions.handles("tensorflow.compat.v1.disable_eager_execution", "tensorflow.compat.v1.disable_v2_behavior")
def _disable_eager(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    eagerness.switch_off(m, node, name)
    return Const(None)


@functions.handles("tensorflow.compat.v1.enable_eager_execution", "tensorflow.compat.v1.enable_v2_behavior")
def _enable_eager(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.tell(EagerSwitchedOn(node, name))
    return Const(None)



@functions.handles("tensorflow.executing_eagerly")
def _executing_eagerly(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if m.mode is Mode.UNKNOWN:
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    return Const(m.mode is Mode.EAGER)


@functions.handles("tensorflow.compat.v1.trainable_variables", "tensorflow.compat.v1.global_variables",
                   "tensorflow.compat.v1.get_collection")
def _collected(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """What a collection of the graph holds: eagerly nothing."""
    return m.opaque(node)


@methods.handles(Graph, "as_default")
def _as_default(m: Machine, value: Graph, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return value
