"""Gradients that flow but lack a part: terms that were cut off, late watches, zeros beside them."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraphlint.facts.common import Fault, FaultKind, Mode
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import (
    PART,
    Flow,
    Kind,
    Node,
    Way,
    ancestors,
    cheapest_way,
    depending,
    reaches,
    terms,
    used_before,
)
from tfgraphlint.interpret.core.values import Tape
from tfgraphlint.interpret.gradients.query_sources import Source
from tfgraphlint.interpret.gradients.watches import watched_text


def partly_lost(
    m: Machine, tape: Tape, targets: Sequence[Node], source: Source
) -> tuple[tuple[Fault, ...], Way | None] | None:
    """A gradient that flows but lacks a part, or cannot be summed with one that is zero."""
    zero = _zero_beside(tape, targets, source)
    if zero is not None:
        return (zero,), None
    for node, number, place in tape.watch_places:
        if source.kind == "tensor" and node in source.goals and not tape.escaped:
            if any(used_before(target, node, number, tape.bit) for target in targets):
                first = min(entry[1] for entry in tape.watch_places if entry[0] is node)
                if first == number:
                    fault = Fault(FaultKind.WATCHED_LATE, place, value=watched_text(place), outcome="part")
                    return (fault,), None
    return lost_term(tape, targets, source)


# Faults of the source itself, or of how it is watched: with them mended, the rest of the way counts.
OF_THE_SOURCE = frozenset({
    FaultKind.UNWATCHED, FaultKind.WATCHED_LATE, FaultKind.NOTHING_WATCHED, FaultKind.UNTRAINABLE, FaultKind.NON_FLOAT,
    FaultKind.REBOUND,
})
LEFT_TENSORFLOW = frozenset({
    FaultKind.NUMPY_METHOD, FaultKind.NUMPY_CALL, FaultKind.PYTHON_SCALAR, FaultKind.REWRAP, FaultKind.PREDICT,
    FaultKind.PY_FUNCTION,
})


def lost_term(
    tape: Tape, targets: Sequence[Node], source: Source
) -> tuple[tuple[Fault, ...], Way | None] | None:
    """A term of the target that depends on the source and is cut off from it, where another one is not."""
    goals = set(source.goals)
    among = depending(targets, goals)
    parts = [part for target in targets for part in terms(target, among, tape.bit)]
    if len(parts) < 2 or source.kind == "other":
        return None
    ways = {part: cheapest_way(part, goals, tape.bit, among=among) for part in parts}
    live = [part for part, way in ways.items() if way is not None and not way.faults]
    if not live:
        return None
    behind_live = set(ancestors(live))
    for part, way in ways.items():
        if way is None or not way.faults or (part.on | part.maybe) & tape.bit:
            continue
        if all(fault.kind in LEFT_TENSORFLOW for fault in way.faults):
            if not _cancels(way, live, behind_live) and not _raises(way):
                return way.faults, way
    return None


def carries_alone(way: Way, targets: Sequence[Node], source: Source, bit: int) -> bool:
    """Whether some of the weights that are asked for reach the target only through the term that was cut off, as those
    of one head of a model do. What is computed from weights first stands for them: it is in another term, or not.
    """
    goals = set(source.goals)
    if source.kind != "weights":
        return False  # one variable or tensor: a gradient comes from another term
    parts = [part for target in targets for part in terms(target, depending(targets, goals), bit)]
    cut = [part for part in parts if part is way.nodes[0]]
    elsewhere = set(ancestors([part for part in parts if part not in cut], over_faults=False))
    return any(elsewhere.isdisjoint(alike) for alike in _made_of(goals, cut))


def _made_of(goals: set[Node], parts: Sequence[Node]) -> list[list[Node]]:
    """What the parts have that was computed from the goals directly, and the items that were taken of it.

    The goals themselves where they are cut off at once: one of them is meant in ``np.sum(weight)``, and nobody knows
    which if it is any weight of a model.
    """
    behind = list(ancestors(parts))
    found, at_once = set[Node](), list[list[Node]]()
    for node in behind:
        direct = [edge for edge in node.edges if edge.node in goals]
        if any(edge.flow is Flow.CUT for edge in direct):
            at_once.append([edge.node for edge in direct])
        elif direct:
            found.add(node)
    while new := {
        node for node in behind
        if (node.operation == PART or node.kind is Kind.OPAQUE) and any(edge.node in found for edge in node.edges)
    } - found:  # fmt: skip
        found |= new
    return [*([node] for node in found), *at_once]


def _cancels(way: Way, live: Sequence[Node], behind_live: set[Node]) -> bool:
    """Whether what left TensorFlow on this way also stands in a live term, or is one: it is there to cancel."""
    for node, before in zip(way.nodes, way.nodes[1:]):
        if any(edge.node is before and edge.flow is Flow.CUT for edge in node.edges):
            if node in behind_live or before in live:
                return True
    return False


def _raises(way: Way) -> bool:
    """Whether this is traced code, where NumPy raises."""
    return any(fault.mode is Mode.GRAPH and fault.kind is not FaultKind.PY_FUNCTION for fault in way.faults)


def _zero_beside(tape: Tape, targets: Sequence[Node], source: Source) -> Fault | None:
    """The ``py_function`` whose zero gradient, a scalar, is added to a gradient that flows."""
    stack, seen = list(targets), set(targets)
    while stack:
        node = stack.pop()
        if not node.active & tape.bit:
            continue
        for edge in node.edges:
            fault = edge.fault
            if fault is not None and fault.kind is FaultKind.PY_FUNCTION and fault.outcome.startswith("zero"):
                if reaches(edge.node, source.goals):
                    return fault
            if edge.flow is Flow.FLOWS and edge.node not in seen:
                seen.add(edge.node)
                stack.append(edge.node)
    return None
