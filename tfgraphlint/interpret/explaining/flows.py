"""Whether a gradient flows from a value back to a source, over which way, and what keeps us from knowing it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind, Place
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.interpret.core.events import SourceJudged
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import (
    PART,
    Edge,
    Flow,
    Kind,
    Node,
    Verdict,
    Way,
    ancestors,
    cheapest_way,
    depending,
    judge,
    same_value,
)
from tfgraphlint.interpret.core.structures import weights_within, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Object, Tape, Weights
from tfgraphlint.interpret.gradients.lost_terms import LEFT_TENSORFLOW, lost_term
from tfgraphlint.interpret.gradients.queries import lost_gradient
from tfgraphlint.interpret.gradients.query_sources import Source, target_nodes
from tfgraphlint.interpret.gradients.watches import first_watches, is_on_tape

MAX_STARTS = 3  # nodes of a list or dictionary that are followed back
MAX_GOALS = 10  # sources that are told of one value
MAX_DOUBTS = 4
OUTSIDE = (FaultKind.OUTSIDE, FaultKind.INNER_GRADIENT, FaultKind.REPLICAS)
MAX_SEARCHED = 20_000  # nodes


@dataclass(frozen=True, eq=False)
class Reach:
    """What is known of the gradient from ``start`` back to ``goal``.

    ``nodes`` are the way, source first; ``faults`` what cuts it; ``doubts`` the nodes of which nothing is known.
    ``watch`` is the call that watches the source. ``lost`` has the words of reports.
    """

    start: Node
    goal: Node | None
    verdict: Verdict
    nodes: tuple[Node, ...] = ()
    faults: tuple[Fault, ...] = ()
    doubts: tuple[Node, ...] = ()
    watch: Place | None = None
    partial: bool = False
    lost: GradientLost | None = None
    without: tuple[Node, ...] = ()  # values from which none flows, where the way that the program takes decides
    alike: tuple[int, int] = (1, 1)  # of the layers and variables that are asked for, those that certainly have one
    also_cut: tuple[Fault, ...] = ()  # on other ways from the source, where one flows


Follows = Callable[[Node, Edge], bool]


def way_back(start: Node, goals: Collection[Node], follows: Follows) -> tuple[Node, ...]:
    """The shortest way from one of ``goals`` to ``start`` over what ``follows`` lets pass; empty if there is none."""
    came: dict[Node, Node | None] = {start: None}
    queue = deque([start])
    while queue and len(came) < MAX_SEARCHED:
        node = queue.popleft()
        if node in goals:
            return tuple(_from(node, came))
        for edge in node.edges:
            if edge.node not in came and follows(node, edge):
                came[edge.node] = node
                queue.append(edge.node)
    return ()


def _from(node: Node, came: Mapping[Node, Node | None]) -> Iterator[Node]:
    here: Node | None = node
    while here is not None:
        yield here
        here = came[here]


def _certain(bit: int) -> Follows:
    return lambda node, edge: edge.flow is Flow.FLOWS and bool(node.on & bit or node.kind is Kind.JOIN)


def _possible(bit: int) -> Follows:
    def follows(node: Node, edge: Edge) -> bool:
        passes = (node.on | node.maybe) & bit or node.kind is Kind.JOIN or node.operation == PART
        return bool(passes) and edge.flow in (Flow.FLOWS, Flow.UNKNOWN)

    return follows


def _connected(node: Node, edge: Edge) -> bool:
    return edge.flow is Flow.FLOWS and edge.fault is None


def _any(node: Node, edge: Edge) -> bool:
    return True


# -- queries -------------------------------------------------------------------------------------


def judged(m: Machine, event: SourceJudged) -> Reach:
    """What a query finds of one source: what the reports say, or whether it flows for certain."""
    found = event.lost or event.partly
    if found is not None:
        faults, way = found
        return _lost(m, event, tuple(faults), way, partial=event.lost is None)
    source: Source = event.source
    goals = {same for goal in source.goals for same in same_value(goal)}
    if not goals or not event.targets:
        start = event.targets[0] if event.targets else next(iter(goals), Node(Kind.OPAQUE, None))
        return Reach(start, None, Verdict.UNKNOWN, lost=lost_gradient(m, event, (), None, partial=False))
    reach = _flowing(m, event.tape, list(event.targets), goals, source.kind != "tensor")
    if reach.verdict is Verdict.FLOWS and len(goals) > 1:
        owner = source.value.owner if isinstance(source.value, Weights) else source.value
        single = goals - _holders(owner) or goals
        certain = _within(reach.start, _certain(event.tape.bit))
        reach = replace(reach, alike=(len(single & certain), len(single)))
    return replace(reach, lost=lost_gradient(m, event, (), None, partial=False))


def _holders(owner: Value) -> set[Node]:
    """The nodes of models that hold layers: they stand for what these have."""
    held = [each for each in within(owner) if isinstance(each, (Object, Instance))]
    return {each.node for each in held if len(list(weights_within(each))) > 1}


def _lost(m: Machine, event: SourceJudged, faults: tuple[Fault, ...], way: Way | None, partial: bool) -> Reach:
    goal = way.source if way is not None else next(iter(event.source.goals), None)
    nodes = tuple(reversed(way.nodes)) if way is not None else ()
    start = nodes[-1] if nodes else event.targets[0]
    fact = lost_gradient(m, event, faults, way, partial=partial)
    watch = _watch_of(event.tape, goal)
    return Reach(start, goal, Verdict.LOST, nodes, faults, watch=watch, partial=partial, lost=fact)


def _flowing(m: Machine, tape: Tape, targets: Sequence[Node], goals: set[Node], strangers: bool) -> Reach:
    """A gradient that certainly is not lost: whether it certainly flows."""
    bit = tape.bit
    for target in targets:
        if target in goals:
            return Reach(target, target, Verdict.FLOWS, (target,), watch=_watch_of(tape, target))
    watched = set(tape.watched) | set(tape.perhaps)
    on_tape = {goal for goal in goals if is_on_tape(m, tape, goal, watched)}
    late = first_watches(tape, on_tape) if tape.watch_accessed is False else {}
    certain = {goal for goal in on_tape if _certainly_on(tape, goal)}
    for target in targets:
        if certain and judge(target, certain, bit, strangers, late) is Verdict.FLOWS:
            nodes = way_back(target, certain, _certain(bit))
            return _flows(tape, target, certain, nodes)
    verdicts = {judge(target, on_tape, bit, strangers, late) for target in targets}
    if verdicts == {Verdict.LOST} and (stopped := _stopped(targets, goals)):
        return Reach(stopped[-1], stopped[0], Verdict.LOST, stopped, watch=_watch_of(tape, stopped[0]))
    return _unknown(tape, targets, goals, on_tape)


def _stopped(targets: Sequence[Node], goals: set[Node]) -> tuple[Node, ...]:
    """The way to a target on which the gradient is stopped on purpose, or the source only chooses other values."""
    ways = (way_back(target, goals, _any) for target in targets)
    return next((nodes for nodes in ways if any(_stops(pair) for pair in zip(nodes, nodes[1:]))), ())


def flow_between(before: Node, node: Node) -> Flow:
    """What the operation of ``node`` does to the gradient of its input ``before``."""
    return next((edge.flow for edge in node.edges if edge.node is before), Flow.UNKNOWN)


def _stops(pair: tuple[Node, Node]) -> bool:
    return flow_between(*pair) in (Flow.STOPPED, Flow.INDEX)


def _flows(tape: Tape, target: Node, goals: set[Node], nodes: tuple[Node, ...]) -> Reach:
    """A gradient that flows over ``nodes``: whether it does on all ways of the program, and what else is cut."""
    goal = nodes[0] if nodes else None
    without = _options_without(target, goals, tape.bit)
    cut = _cut_beside(target, goals)
    return Reach(target, goal, Verdict.FLOWS, nodes, watch=_watch_of(tape, goal), without=without, also_cut=cut)


def _options_without(target: Node, goals: set[Node], bit: int) -> tuple[Node, ...]:
    """The values from which no gradient certainly flows, among those of which the way of the program chooses one."""
    certain = _certain(bit)
    sure: set[Node] = set()
    found: dict[Node, None] = {}
    for node in sorted(_within(target, certain), key=lambda node: node.number):
        inputs = [edge.node in sure for edge in node.edges if certain(node, edge)]
        is_choice = node.kind is Kind.JOIN and all(edge.fault is None for edge in node.edges)
        if node in goals or inputs and (all(inputs) if is_choice else any(inputs)):
            sure.add(node)
        elif is_choice and any(inputs):
            found.update(dict.fromkeys(edge.node for edge in node.edges if edge.node not in sure))
    return () if target in sure else tuple(node for node in found if node.place is not None)


def _within(target: Node, follows: Follows) -> set[Node]:
    seen = {target}
    stack = [target]
    while stack and len(seen) < MAX_SEARCHED:
        node = stack.pop()
        new = {edge.node for edge in node.edges if follows(node, edge)} - seen
        seen |= new
        stack += new
    return seen


def _cut_beside(target: Node, goals: set[Node]) -> tuple[Fault, ...]:
    """Where the source leaves TensorFlow on other ways to the target."""
    among = depending([target], goals)
    faults = (edge.fault for node in among for edge in node.edges if edge.node in among and edge.fault is not None)
    return tuple({fault.place.node: fault for fault in faults if fault.kind in LEFT_TENSORFLOW}.values())[:MAX_DOUBTS]


def _certainly_on(tape: Tape, goal: Node) -> bool:
    """Whether the tape certainly records what is computed from a source; ``is_on_tape`` says whether it may."""
    if goal in tape.watched or goal.on & tape.bit:
        return True
    return goal.kind is Kind.VARIABLE and goal.trainable is True and tape.watch_accessed is True


def _unknown(tape: Tape, targets: Sequence[Node], goals: set[Node], on_tape: set[Node]) -> Reach:
    """A gradient of which nothing is certain: the way that it may take, or the values that nobody knows."""
    for target in targets:
        nodes = way_back(target, on_tape or goals, _possible(tape.bit))
        if nodes:
            doubts = _doubts(nodes) or [node for node in nodes if node.maybe & tape.bit][:1]
            watch = _watch_of(tape, nodes[0])
            return Reach(target, nodes[0], Verdict.UNKNOWN, nodes, doubts=tuple(doubts), watch=watch)
    strange = sorted({node for node in ancestors(targets) if _is_strange(node)}, key=lambda node: -node.number)
    goal = min(goals, key=lambda node: node.number) if goals else None
    for doubt in strange[:1]:
        nodes = way_back(targets[0], {doubt}, _any)
        return Reach(targets[0], goal, Verdict.UNKNOWN, nodes, doubts=tuple(strange[:MAX_DOUBTS]))
    return Reach(targets[0], goal, Verdict.UNKNOWN)


def _is_strange(node: Node) -> bool:
    return node.kind is Kind.OPAQUE and node.place is not None


def _doubts(nodes: Sequence[Node]) -> list[Node]:
    """The nodes on a way that are not known, or of which it is not known what they do to a gradient."""
    found = [node for node in nodes if _is_strange(node)]
    for before, node in zip(nodes, nodes[1:]):
        if any(edge.node is before and edge.flow is Flow.UNKNOWN for edge in node.edges) and node.place is not None:
            found.append(node)
    return list(dict.fromkeys(found))[:MAX_DOUBTS]


def _watch_of(tape: Tape, goal: Node | None) -> Place | None:
    """The call that watches a source."""
    entries = [(number, place) for node, number, place in tape.watch_places if node is goal]
    return min(entries, key=lambda entry: entry[0])[1] if entries else None


# -- values --------------------------------------------------------------------------------------


def reaches_of(m: Machine, value: Value, tapes: Sequence[Tape]) -> Iterator[Reach]:
    """What is known of the gradients from a value back to each variable, watched tensor or unknown in it."""
    starts = target_nodes(m, value) or []
    for start in starts[:MAX_STARTS]:
        goals = _goals(start, tapes)
        for goal in goals[:MAX_GOALS]:
            reach = _reach(m, start, goal, tapes[-1]) if tapes else _without_tape(start, goal)
            if reach is None or is_argument(goal) and {fault.kind for fault in reach.faults} == {FaultKind.OUTSIDE}:
                continue  # whatever was computed of an argument before the tape records can be watched itself
            yield reach
            if reach.verdict is Verdict.FLOWS and tapes:
                yield from _parts_lost(tapes[-1], start, goal, value)


def _goals(start: Node, tapes: Sequence[Tape]) -> list[Node]:
    """What a gradient may be asked for: variables, what is watched, and what is not known, in the order of the code."""
    watched = {node for tape in tapes for node in (*tape.watched, *tape.perhaps)}
    found = [
        node for node in ancestors([start])
        if node.place is not None and (
            node.kind is Kind.VARIABLE or node in watched or is_argument(node)
        )
    ]  # fmt: skip
    if any(node in watched for node in found):
        found = [node for node in found if node in watched or not is_argument(node)]  # these were made of arguments
    trained = [node for node in found if node in watched or node.trainable is not False]
    found = trained or found
    return sorted(found, key=lambda node: node.number)


def _reach(m: Machine, start: Node, goal: Node, tape: Tape) -> Reach:
    on_tape = {goal} if is_on_tape(m, tape, goal, set(tape.watched) | set(tape.perhaps)) else set()
    verdict = judge(start, on_tape, tape.bit, goal.kind is Kind.VARIABLE, {})
    watch = _watch_of(tape, goal)
    if verdict is Verdict.FLOWS and _certainly_on(tape, goal):
        return _flows(tape, start, on_tape, way_back(start, on_tape, _certain(tape.bit)))
    way = cheapest_way(start, {goal}, tape.bit)
    if verdict is Verdict.LOST and way is not None and way.faults:
        return Reach(start, goal, verdict, tuple(reversed(way.nodes)), way.faults, watch=watch)
    if verdict is Verdict.LOST and not on_tape and way is not None:
        return Reach(start, goal, verdict, tuple(reversed(way.nodes)))  # the tape does not watch it
    if verdict is Verdict.LOST and (stopped := _stopped([start], {goal})):
        return Reach(start, goal, verdict, stopped, watch=watch)
    nodes = way_back(start, {goal}, _possible(tape.bit)) or way_back(start, {goal}, _any)
    return Reach(start, goal, Verdict.UNKNOWN, nodes, doubts=tuple(_doubts(nodes)), watch=watch)


def _parts_lost(tape: Tape, start: Node, goal: Node, value: Value) -> Iterator[Reach]:
    """The part of a value that has no gradient to a source, where another part has one."""
    assert start.place is not None and goal.place is not None
    written = goal.place.node
    if isinstance(written, cst.BaseExpression):
        found = lost_term(tape, [start], Source(value, written, (goal,), "tensor"))
        faults, way = found or ((), None)
        if way is not None:
            nodes = tuple(reversed(way.nodes)) + ((start,) if way.nodes[0] is not start else ())
            yield Reach(start, goal, Verdict.LOST, nodes, tuple(faults), watch=_watch_of(tape, goal), partial=True)


def _without_tape(start: Node, goal: Node) -> Reach | None:
    """No tape is recording: whether TensorFlow computes all of the way, for a tape that may come."""
    nodes = way_back(start, {goal}, _connected)
    if nodes:
        return Reach(start, goal, Verdict.FLOWS, nodes)
    way = cheapest_way(start, {goal}, -1)
    faults = [fault for fault in way.faults if fault.kind not in OUTSIDE] if way is not None else []
    if way is not None and faults:
        return Reach(start, goal, Verdict.LOST, tuple(reversed(way.nodes)), tuple(faults))
    nodes = way_back(start, {goal}, _any)
    if any(node.queried for node in nodes):
        return None  # the result of a query
    return Reach(start, goal, Verdict.UNKNOWN, nodes, doubts=tuple(_doubts(nodes)))


def is_argument(node: Node) -> bool:
    """Whether this is an argument that nobody passes."""
    return node.place is not None and isinstance(node.place.node, cst.Param)
