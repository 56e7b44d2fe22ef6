"""Strategies of ``tf.distribute`` that run a function in threads of their own, which no tape around ``run`` records.

Other strategies call the function where ``run`` stands, or are unknown here. What ``run`` gives is one value or one for
each replica: nothing is known of it but what it was computed from.
"""

from __future__ import annotations

from functools import partial

import libcst as cst

from tfgraphlint.interpret.core import strategy_scopes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Network, Strategy, StrategyScope
from tfgraphlint.interpret.core.operands import dtype_of, parts
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import REPLICAS, Edge, Kind, now
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import changed
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    Dict,
    Instance,
    Items,
    Method,
    Partial,
    Spread,
    Tensor,
    TracedCallable,
    Unknown,
)

CALLED = (Function, Method, Partial, Instance, Network)  # what a thread calls; a ``tf.function`` is traced around it


ON_ONE_DEVICE = ("tensorflow.distribute.OneDeviceStrategy", "tensorflow.compat.v1.distribute.OneDeviceStrategy")


@functions.handles(
    *ON_ONE_DEVICE,
    "tensorflow.distribute.MirroredStrategy", "tensorflow.compat.v1.distribute.MirroredStrategy",
    "tensorflow.distribute.MultiWorkerMirroredStrategy",
    "tensorflow.distribute.experimental.MultiWorkerMirroredStrategy",
    "tensorflow.distribute.experimental.CentralStorageStrategy",
)  # fmt: skip
def _strategy(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Strategy(name, m.leaf(Kind.OPAQUE, node), made=m.place(node))


@methods.handles(Strategy, "scope")
def _scope(m: Machine, value: Strategy, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return StrategyScope(name, value.node, {StrategyScope.strategy: value}, made=m.place(node))


@methods.handles(Strategy, "run")
def _run(m: Machine, value: Strategy, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``strategy.run(function, args=(…))``."""
    function, given, keywords = args.get(0, "fn"), args.get(1, "args"), args.get(2, "kwargs")
    passed = _passed(given, keywords)
    if value.cls in ON_ONE_DEVICE or not args.certain or passed is None:
        return None
    if not isinstance(function, (*CALLED, TracedCallable)):
        return None
    began, recording = now(), m.active
    if not isinstance(function, TracedCallable):
        m.record_on(_outer_tapes(m))
    with m.called_by(is_converted(m)), strategy_scopes.left(m):
        result = m.call(function, passed, node)
    handed = changed(result, partial(_of_replicas, m, node, began))
    m.record_on(recording)
    return handed


def _passed(given: Value | None, keywords: Value | None) -> Arguments | None:
    """The arguments in a tuple and a dictionary; None where they are not known."""
    if given is not None and not (isinstance(given, Items) and isinstance(given.items, tuple)):
        return None
    if keywords is not None and not isinstance(keywords, Dict):
        return None
    named = keywords.state if isinstance(keywords, Dict) else {}
    if not all(isinstance(key, str) for key in named):
        return None
    return Arguments(list(given.items) if isinstance(given, Items) else [], dict(named))  # type: ignore[arg-type]


def _outer_tapes(m: Machine) -> int:
    """The tapes that record the graph of which this is a part, as one operation of theirs."""
    if not m.graphs:
        return 0
    return sum(tape.bit for tape in m.recording_tapes() if tape.born < m.graphs[0] or tape.escaped)


def _of_replicas(m: Machine, node: cst.CSTNode, began: int, value: Value) -> Value:
    """What the replicas have computed. A tensor that was there before is what it was."""
    if not isinstance(value, Tensor) or value.node.number < began:
        return value
    made = m.operation(node, [Edge(value.node)])
    made.operation = REPLICAS
    return Unknown(made)


@methods.handles(Strategy, "reduce")
def _reduce(m: Machine, value: Strategy, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``strategy.reduce(op, value, axis)``: the sum or mean over the replicas."""
    given = args.get(1, "value")
    if given is None or not args.certain:
        return None
    return changed(given, partial(_reduced, m, node))


def _reduced(m: Machine, node: cst.CSTNode, value: Value) -> Value:
    if isinstance(value, Unknown) and value.node.operation != REPLICAS:
        return m.opaque(node, [value])
    dtype = dtype_of(value)
    made = m.operation(node, [Edge(part) for part in parts(m, [value])])
    return m.tensor(made, dtype if dtype in (INT, BOOL, STRING) else FLOAT)


@methods.handles(Strategy, "experimental_local_results")
def _local_results(m: Machine, value: Strategy, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """A tuple of the values of the replicas."""
    given = args.get(0, "value")
    return None if given is None else Items("tuple", {Items.items: Spread(given)})
