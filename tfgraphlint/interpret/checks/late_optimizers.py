"""Optimizers that make variables in a second trace of a ``tf.function``, which may make some in the first only."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import VariableCreated
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import LibraryCalled, MethodCalled, TraceRun
from tfgraphlint.interpret.core.graph_state import in_trace
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Optimizer
from tfgraphlint.interpret.core.provenance import Node
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.libraries.words import WITHOUT_SLOTS

APPLYING = ("apply_gradients", "apply", "minimize")


class Built(set[Node]):
    """The optimizers that have their variables, or may have them: something else was given them."""


class FirstTraces(dict[Hashable, Any]):
    """When each ``tf.function`` was first traced with an optimizer that had no variables; None where paths differ."""


class Given(dict[Hashable, Arguments]):
    """The arguments of the last call of each ``tf.function``."""


def ran(m: Machine, event: TraceRun) -> None:
    """Note what a ``tf.function`` is called with."""
    if event.args is not None:
        m.memory(Given)[event.trace] = event.args


def passed_on(m: Machine, event: LibraryCalled) -> None:
    """What gets an optimizer may build it: a checkpoint, another optimizer."""
    _may_be_built(m, event.args)


def called(m: Machine, event: MethodCalled) -> None:
    """Report that an optimizer is built where it is another one than that of the first call."""
    receiver, name, args, node = event
    if not isinstance(receiver, Optimizer) or name not in APPLYING:
        _may_be_built(m, args)
        if isinstance(receiver, Optimizer):
            m.memory(Built).add(receiver.node)
        return
    if _is_too_late(m, receiver):
        m.emit(VariableCreated(
            m.place(node), receiver.cls, m.running.by, m.running.why, tuple(m.calls), optimizer=True
        ))  # fmt: skip
    m.memory(Built).add(receiver.node)


def _is_too_late(m: Machine, optimizer: Optimizer) -> bool:
    if m.mode is not Mode.GRAPH or not in_trace(m) or not m.graphs or optimizer.node in m.memory(Built):
        return False
    args = m.memory(Given).get(m.tracing) if m.tracing is not None else None
    if args is None or optimizer.node.number >= m.graphs[0] or not _makes_variables(m, optimizer):
        return False
    traces = m.memory(FirstTraces)
    if m.tracing not in traces:
        m.store.write(traces, m.tracing, m.graphs[0])
        return False
    first = traces[m.tracing]
    return first is not None and first != m.graphs[0] and any(_is_in(optimizer, value) for value in args.all())


def _makes_variables(m: Machine, optimizer: Optimizer) -> bool:
    """Whether it has variables for those that it trains."""
    return ".v1." not in optimizer.cls and (m.tables.keras < 3 or optimizer.cls.rpartition(".")[2] not in WITHOUT_SLOTS)


def _is_in(optimizer: Optimizer, value: Value) -> bool:
    return any(isinstance(held, Optimizer) and held.node is optimizer.node for held in within(value))


def _may_be_built(m: Machine, args: Arguments) -> None:
    for value in args.all():
        if isinstance(value, Optimizer):
            m.memory(Built).add(value.node)
