"""Looks on while a file is interpreted, and remembers what happens at the rows that somebody asks about.

It stands between the parts of the interpreter (``Ports``) and among those who listen to events: the interpreter itself
knows nothing of it, and a run in which nobody asks pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.events import (
    Augmented,
    FunctionTraced,
    GradientAsked,
    SourceJudged,
    TracedCalled,
)
from tfgraphlint.interpret.core.machine import Listener, Machine, Ports, Running
from tfgraphlint.interpret.core.provenance import Kind, Node
from tfgraphlint.interpret.core.structures import weights_within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Object, Tape
from tfgraphlint.interpret.explaining.flows import Reach, judged, reaches_of
from tfgraphlint.interpret.gradients.query_sources import target_nodes
from tfgraphlint.interpret.roots import usual_ports
from tfgraphlint.rule_api.shortening import brief

MAX_SEEN = 12  # of one expression: as often as it is evaluated in another way
MAX_QUERIES = 60


@dataclass(frozen=True, eq=False)
class Seen:
    """An expression, or what a statement makes of one, with the value that it had once."""

    place: Place
    value: Value
    running: Running
    tapes: tuple[str, ...]  # the names of those that were recording
    reaches: tuple[Reach, ...]
    nodes: tuple[Node, ...] = ()  # what stands for it: of a layer or model its weights


@dataclass(frozen=True, eq=False)
class Asked:
    """A query on a tape, and what was found of each of its sources."""

    place: Place
    tape: Tape
    event: GradientAsked | None
    escaped: bool
    failed: bool
    calls: tuple[Place, ...]
    turn: int  # how many times it was asked by these calls
    judged: list[Judged] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Judged:
    """A ``SourceJudged`` with what else is known of it at that moment."""

    event: SourceJudged
    written: Place
    reach: Reach


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a ``tf.function``, or the place that makes one."""

    place: Place
    event: Any
    running: Running
    calls: tuple[Place, ...]


@dataclass(frozen=True, eq=False)
class Entered:
    """A function that was run, and the calls that it was run by, each with how it ran first."""

    place: Place
    callers: dict[cst.CSTNode | None, tuple[Place | None, Running]] = field(default_factory=dict)


@dataclass(eq=False)
class Observer:
    """What happened in the file at ``path``, and at its ``rows`` in full."""

    path: str
    rows: range
    seen: list[Seen] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    called: list[Call] = field(default_factory=list)
    made: list[Call] = field(default_factory=list)
    begun: dict[cst.CSTNode, Place] = field(default_factory=dict)  # expressions whose evaluation began
    entered: dict[cst.CSTNode, Entered] = field(default_factory=dict)  # the functions that were run
    last: dict[cst.CSTNode, Value] = field(default_factory=dict)  # the value that an expression had, in any file
    _counts: dict[cst.CSTNode, int] = field(default_factory=dict)

    def ports(self) -> Ports:
        """The usual ones, with this observer in between."""
        usual = usual_ports()
        listeners: dict[type[Any], tuple[Listener, ...]] = {k: tuple(held) for k, held in usual.listeners.items()}
        own: dict[type[Any], Callable[[Machine, Any], None]] = {
            Augmented: self._augmented, GradientAsked: self._asked, SourceJudged: self._judged,
            TracedCalled: self._called, FunctionTraced: self._made,
        }  # fmt: skip
        for kind, listener in own.items():
            listeners[kind] = (*listeners.get(kind, ()), listener)

        def evaluate(m: Machine, node: cst.BaseExpression) -> Value:
            self._begin(m, node)
            value = usual.evaluate(m, node)
            self._end(m, node, value)
            return value

        return replace(usual, evaluate=evaluate, listeners=listeners)

    def _begin(self, m: Machine, node: cst.CSTNode) -> None:
        if m.frame.scope.path == self.path:
            self.begun.setdefault(node, m.place(node))
            function = m.frame.function
            if function is not None:
                place = Place(function.scope.tree, function.definition)
                entered = self.entered.setdefault(function.definition, Entered(place))
                caller = m.calls[-1] if m.calls else None
                entered.callers.setdefault(caller.node if caller else None, (caller, m.running))

    def _end(self, m: Machine, node: cst.CSTNode, value: Value) -> None:
        self.last[node] = value
        if m.frame.scope.path == self.path:
            self._note(m, node, value)

    def _note(self, m: Machine, node: cst.CSTNode, value: Value) -> None:
        count = self._counts.get(node, 0)
        if count >= MAX_SEEN:
            return
        self._counts[node] = count + 1
        place = m.place(node)
        is_asked = place.span.start.row in self.rows
        tapes = m.recording_tapes() if is_asked else []
        reaches = tuple(reaches_of(m, value, tapes)) if is_asked else ()
        names = tuple(tape.name or brief(tape.made.code) for tape in tapes)
        nodes = _nodes_of(m, value) if is_asked else ()
        self.seen.append(Seen(place, value, m.running, names, reaches, nodes))

    def _augmented(self, m: Machine, event: Augmented) -> None:
        if m.frame.scope.path == self.path:
            self._note(m, event.node, event.value)

    def _asked(self, m: Machine, event: GradientAsked) -> None:
        if m.frame.scope.path == self.path and len(self.asked) < MAX_QUERIES:
            self.asked.append(self._new(m, event.node, event.tape, event))

    def _judged(self, m: Machine, event: SourceJudged) -> None:
        if m.frame.scope.path != self.path or len(self.asked) >= MAX_QUERIES:
            return
        query = self.asked[-1] if self.asked else None
        if query is None or query.place.node is not event.node or query.tape is not event.tape:
            query = self._new(m, event.node, event.tape, None)  # of Keras, which asks by itself
            self.asked.append(query)
        query.judged.append(Judged(event, m.place(event.source.written), judged(m, event)))

    def _new(self, m: Machine, node: cst.CSTNode, tape: Tape, event: GradientAsked | None) -> Asked:
        way = (node, *(call.node for call in m.calls))
        before = [each for each in self.asked if (each.place.node, *(call.node for call in each.calls)) == way]
        calls = tuple(m.calls)
        return Asked(m.place(node), tape, event, bool(tape.escaped), bool(tape.failed), calls, len(before) + 1)

    def _called(self, m: Machine, event: TracedCalled) -> None:
        if m.frame.scope.path == self.path:
            self.called.append(Call(m.place(event.node), event, m.running, tuple(m.calls)))

    def _made(self, m: Machine, event: FunctionTraced) -> None:
        if m.frame.scope.path == self.path:
            self.made.append(Call(m.place(event.node), event, m.running, tuple(m.calls)))


def _nodes_of(m: Machine, value: Value) -> tuple[Node, ...]:
    """The nodes that stand for a value, as far as a gradient can have to do with it."""
    if isinstance(value, (Object, Instance)):
        return tuple(node for node in weights_within(value) if node.kind is Kind.VARIABLE)
    return tuple(target_nodes(m, value) or ())
