"""Whether certainly no gradient flows from a target to a source, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import (
    Flow,
    Kind,
    Node,
    Recorded,
    Verdict,
    Way,
    ancestors,
    calls_of,
    cheapest_way,
    judge,
    reaches,
    same_value,
)
from tfgraphlint.interpret.core.values import Tape
from tfgraphlint.interpret.gradients.lost_terms import LEFT_TENSORFLOW
from tfgraphlint.interpret.gradients.query_sources import Source, is_without_numbers, may_be_empty
from tfgraphlint.interpret.gradients.watches import first_watches, is_on_tape, unwatched, watched_late


def judge_one(
    m: Machine, tape: Tape, targets: Mapping[Node, Recorded], source: Source
) -> tuple[tuple[Fault, ...], Way | None] | None:
    """The faults for which no gradient flows to ``source``, for certain; None where one may."""
    if not source.goals:
        return None
    if source.kind == "member":  # whether or not the target was computed from it
        made = source.goals[0].place or m.place(source.written)
        return (Fault(FaultKind.NON_FLOAT, made, value=m.frame.scope.tree.code(source.written), mode=m.mode),), None
    goals = {same for goal in source.goals for same in same_value(goal)}
    watched = set(tape.watched)
    perhaps = set(tape.perhaps)
    numberless = is_without_numbers(source.value)
    on_tape = set() if numberless else {goal for goal in goals if is_on_tape(m, tape, goal, watched | perhaps)}
    strangers = source.kind != "tensor"
    late = first_watches(tape, on_tape) if tape.watch_accessed is False else {}
    if any(same in goals for target in targets for same in same_value(target)):
        return None  # the gradient of a tensor with respect to itself is one, watched or not
    for target, recorded in targets.items():
        plainly = recorded.judge(on_tape, strangers) if not late else None
        if (plainly or judge(target, on_tape, tape.bit, strangers, late)) is not Verdict.LOST:
            return None
    ways = [cheapest_way(target, goals, tape.bit) for target in targets]
    found = [way for way in ways if way is not None]
    if not found:
        certain = source.kind != "unknown" and not may_be_empty(source.value)
        return ((), None) if certain and _all_known([*targets, *goals]) else None
    way = min(found, key=lambda w: len(w.faults))
    way = _with_parallel_ways(way, list(targets), goals, tape.bit)
    faults = _with_inner_gradient(_at_replicas(way.faults), list(targets), goals, tape.bit)
    if numberless:
        faults.insert(0, Fault(FaultKind.NON_FLOAT, way.source.place or m.place(source.written),
                               value=m.frame.scope.tree.code(source.written), mode=m.mode))
    elif not any(goal in on_tape for goal in goals):
        reason = unwatched(m, tape, source, way)
        if reason is None:
            return None
        faults.insert(0, reason)
    elif (late_watch := watched_late(tape, way)) is not None:
        faults.insert(0, late_watch)
    return (tuple(faults), way) if faults else None


MAX_WAYS = 6


def _with_parallel_ways(way: Way, targets: Sequence[Node], goals: set[Node], bit: int) -> Way:
    """The way with the faults of others that are cut off like it: all have to be mended."""
    if not way.faults or not all(fault.kind in LEFT_TENSORFLOW for fault in way.faults):
        return way
    faults = list(way.faults)
    for _ in range(MAX_WAYS):
        others = [cheapest_way(target, goals, bit, set(faults)) for target in targets]
        other = next((o for o in others if o is not None and len(o.faults) == len(way.faults)), None)
        if other is None or not all(fault.kind in LEFT_TENSORFLOW for fault in other.faults):
            break
        faults.extend(other.faults)
    faults += [fault for fault in _of_other_branches(way, targets, goals, bit) if fault not in faults]
    return Way(way.source, tuple(faults), way.nodes)


def _of_other_branches(way: Way, targets: Sequence[Node], goals: set[Node], bit: int) -> list[Fault]:
    """The faults of values that a condition chose instead: nobody knows which branch runs, and none has a gradient."""
    joined = [node for node in (*targets, *way.nodes) if node.kind is Kind.JOIN]
    options = dict.fromkeys(edge.node for node in joined for edge in node.edges if edge.node not in way.nodes)
    ways = [cheapest_way(option, goals, bit) for option in list(options)[:MAX_WAYS]]
    found = [other.faults for other in ways if other is not None and other.faults]
    return [fault for faults in found if all(one.kind in LEFT_TENSORFLOW for one in faults) for fault in faults]


def _at_replicas(faults: Sequence[Fault]) -> list[Fault]:
    """What a strategy runs in threads is one fault, at the call that has it run."""
    runs = {fault.place.node for fault in faults if fault.kind is FaultKind.REPLICAS}

    def is_within(fault: Fault) -> bool:
        reached = {fault.place.node, *(call.node for call in fault.calls)}
        return fault.kind in (FaultKind.OUTSIDE, FaultKind.INNER_GRADIENT) and not runs.isdisjoint(reached)

    return [fault for fault in faults if not is_within(fault)]


def _with_inner_gradient(
    faults: list[Fault], targets: Sequence[Node], goals: set[Node], bit: int
) -> list[Fault]:
    """Where the target was computed outside the block from a gradient that was: the gradient comes first."""
    if not any(fault.kind is FaultKind.OUTSIDE for fault in faults):
        return faults
    for node in ancestors(targets, over_faults=False):
        if node.queried and not node.active & bit and node.place is not None and reaches(node, goals):
            inner = Fault(FaultKind.INNER_GRADIENT, node.place, calls=calls_of(node))
            return [inner, *(fault for fault in faults if fault.kind is not FaultKind.OUTSIDE)]
    return faults


def _all_known(targets: Sequence[Node]) -> bool:
    """Whether nothing unknown went into the targets."""
    return not any(
        node.kind is Kind.OPAQUE or any(edge.flow in (Flow.UNKNOWN, Flow.STOPPED) for edge in node.edges)
        for node in ancestors(targets)
    )
