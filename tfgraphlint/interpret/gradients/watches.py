"""Whether a tape watches a source, since when, and why not."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind, Place
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind, Node, Way, same_value
from tfgraphlint.interpret.core.values import Tape, Variable
from tfgraphlint.interpret.gradients.query_sources import Source


def watched_late(tape: Tape, way: Way) -> Fault | None:
    """The watch of the source that came after the first operation on the way; of one that the tape does not watch by
    itself."""
    if tape.may_watch_by_itself(way.source):
        return None
    first = way.nodes[-2] if len(way.nodes) > 1 else None
    for node, number, place in sorted(tape.watch_places, key=lambda entry: entry[1]):
        if node is way.source:
            if first is not None and first.number < number:
                return Fault(FaultKind.WATCHED_LATE, place, value=watched_text(place))
            return None
    return None


def first_watches(tape: Tape, goals: Collection[Node]) -> dict[Node, int]:
    """When variables were watched for the first time. A tensor may be watched after an operation that another one put
    on the tape; what a variable was read for before is not on it."""
    found: dict[Node, int] = {}
    for node, number, _ in tape.watch_places:
        if node in goals and node.kind is Kind.VARIABLE:
            found[node] = min(number, found.get(node, number))
    return found


def watched_text(place: Place) -> str:
    node = place.node
    if isinstance(node, cst.Call) and node.args:
        return place.tree.code(node.args[0].value)
    return place.code


def is_on_tape(m: Machine, tape: Tape, goal: Node, watched: set[Node]) -> bool:
    if goal in watched:
        return True
    if goal.kind is Kind.VARIABLE:
        return tape.may_watch_by_itself(goal)
    if goal.kind is Kind.OPAQUE:
        return tape.watch_accessed is not False or bool((goal.on | goal.maybe) & tape.bit)
    if goal.kind is Kind.JOIN:
        return any(is_on_tape(m, tape, part, watched) for part in same_value(goal) if part is not goal)
    return bool((goal.on | goal.maybe) & tape.bit)


def unwatched(m: Machine, tape: Tape, source: Source, way: Way) -> Fault | None:
    """Why the tape does not see the source itself."""
    place = Place(m.frame.scope.tree, source.written)
    text = place.code
    rebound = m.rebound.get(way.source)
    if rebound is not None:
        return Fault(FaultKind.REBOUND, rebound, value=text, mode=m.mode)
    if source.kind == "tensor":
        return Fault(FaultKind.UNWATCHED, place, value=text, mode=m.mode)
    if source.kind == "variable":
        assert isinstance(source.value, Variable)
        if source.value.trainable is False and tape.watch_accessed is not False:
            return Fault(FaultKind.UNTRAINABLE, place, value=text, mode=m.mode)
        if tape.watch_accessed is False:
            return Fault(FaultKind.NOTHING_WATCHED, place, value=text, mode=m.mode)
    if source.kind == "weights" and tape.watch_accessed is False:
        return Fault(FaultKind.NOTHING_WATCHED, place, value=text, mode=m.mode)
    return None
