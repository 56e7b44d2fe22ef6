"""How values came to be: a graph from each value back to what it was computed from.

The graph repeats what TensorFlow's tapes do. Each tape has one bit. A node knows which tapes were
recording when it was made (``active``), on which tapes it is (``on``: recorded there because one of its
inputs was, or a variable), and on which it may be (``maybe``). A gradient flows where every node on some
way from the target back to the source was recorded and no edge on it is cut.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import count
from typing import Any

from tfgraphlint.facts.common import Fault, FaultKind, Place
from tfgraphlint.interpret.core.effort import look


class Flow(Enum):
    """What an operation does to the gradient of one of its inputs."""

    FLOWS = "flows"
    CUT = "cut"
    UNKNOWN = "unknown"  # an unmodelled call: it may flow
    STOPPED = "stopped"  # stop_gradient: cut on purpose
    INDEX = "index"  # the input only chooses among other values (a mask, an index, a condition)


class Kind(Enum):
    """What a node stands for."""

    OPERATION = "operation"
    CONSTANT = "constant"  # a Python or NumPy value that no tensor went into
    TENSOR = "tensor"  # a plain tensor made from no other tensor
    VARIABLE = "variable"
    OPAQUE = "opaque"  # a value that we know nothing about
    JOIN = "join"  # one of its inputs, depending on the path taken


@dataclass(slots=True, frozen=True)
class Edge:
    """From a node to one of its inputs."""

    node: Node
    flow: Flow = Flow.FLOWS
    fault: Fault | None = None


_numbers = count(1)


def now() -> int:
    """The number that the next node will have passed: later nodes have higher ones."""
    return next(_numbers)


@dataclass(slots=True, frozen=True, eq=False)
class Calls:
    """The calls through which code was reached, innermost first."""

    place: Place
    outer: Calls | None


class Node:
    """One value as it was computed at one place."""

    __slots__ = (
        "active", "additive", "application", "calls", "edges", "kind", "linear", "maybe", "number", "on", "operands",
        "operation", "place", "queried", "trainable", "without_numbers",
    )

    def __init__(
        self,
        kind: Kind,
        place: Place | None,
        edges: Sequence[Edge] = (),
        *,
        active: int = 0,
        on: int = 0,
        maybe: int = 0,
        additive: bool = False,
        trainable: bool | None = None,
        calls: Calls | None = None,
        queried: bool = False,
        linear: bool = False,
    ) -> None:
        self.kind = kind
        self.place = place
        self.edges = tuple(edges)
        self.active = active
        self.on = on
        self.maybe = maybe
        self.additive = additive  # a sum: each input is a term of its own
        self.trainable = trainable  # of a variable: whether tapes watch it by themselves
        self.calls = calls
        self.linear = linear  # scales or adds up one input: its terms are those of the input
        self.queried = queried  # a gradient, the result of a query
        self.operation = ""  # the operator or library function: "Power", "tensorflow.where"
        self.operands: tuple[Any, ...] = ()  # the values it was applied to
        self.application: Any = None  # the call of a layer that gave this symbolic tensor of Keras
        self.without_numbers = False  # of integers, booleans or strings, which no tape follows
        self.number = next(_numbers)


def join_nodes(nodes: Sequence[Node], place: Place | None = None) -> Node:
    """The node of a value that is one of several, depending on the path taken."""
    unique = list(dict.fromkeys(nodes))
    if len(unique) == 1:
        return unique[0]
    on = unique[0].on
    either = 0
    for node in unique:
        on &= node.on
        either |= node.on | node.maybe
    joined = Node(Kind.JOIN, place or unique[0].place, [Edge(n) for n in unique], active=-1)
    joined.on, joined.maybe = on, either & ~on
    return joined


def ancestors(starts: Iterable[Node], *, over_faults: bool = True) -> Iterator[Node]:
    """The nodes and all that they were computed from, also over edges that have a fault."""
    seen: set[Node] = set()
    stack = list(starts)
    while stack:
        node = stack.pop()
        if node not in seen:
            look()
            seen.add(node)
            yield node
            stack.extend(edge.node for edge in node.edges if over_faults or edge.fault is None)


def reaches(start: Node, goals: Iterable[Node]) -> bool:
    """Whether ``start`` was computed from one of ``goals`` in any way, faults or not."""
    wanted = set(goals)
    first = min((goal.number for goal in wanted), default=0)
    seen: set[Node] = set()
    stack = [start]
    while stack:
        node = stack.pop()
        if node in wanted:
            return True
        if node not in seen and node.number > first:  # what came before all goals was computed from none
            look()
            seen.add(node)
            stack.extend(edge.node for edge in node.edges)
    return False


def depending(starts: Iterable[Node], goals: Collection[Node]) -> set[Node]:
    """Of the nodes and all that they were computed from, those that were computed from one of ``goals``, and these."""
    first = min((goal.number for goal in goals), default=0)
    seen: set[Node] = set()
    stack = list(starts)
    while stack:
        node = stack.pop()
        if node not in seen and node.number >= first:
            seen.add(node)
            stack.extend(edge.node for edge in node.edges)
    look(len(seen))
    found: set[Node] = set()
    for node in sorted(seen, key=lambda node: node.number):
        if node in goals or any(edge.node in found for edge in node.edges):
            found.add(node)
    return found


def same_value(node: Node) -> list[Node]:
    """The node and, where it is a join, the nodes that it may stand for."""
    found: dict[Node, None] = {}
    stack = [node]
    while stack:
        here = stack.pop()
        if here not in found:
            found[here] = None
            if here.kind is Kind.JOIN:
                stack.extend(edge.node for edge in here.edges)
    return list(found)


PART = "Part"  # the operation of an item taken of something unknown: of a list it is no operation


REPLICAS = "Replicas"  # the operation of what a strategy's ``run`` gives


class Verdict(Enum):
    """What is certain about a gradient."""

    FLOWS = "flows"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Way:
    """A way from the target back to a source, and the faults on it from source to target."""

    source: Node
    faults: tuple[Fault, ...]
    nodes: tuple[Node, ...]  # target first


class Recorded:
    """What a tape recorded on the way to ``target``, found once where many sources ask for it."""

    def __init__(self, target: Node, bit: int) -> None:
        self._target = target
        self._bit = bit

    @cached_property
    def certainly(self) -> set[Node]:
        """What a gradient certainly comes to."""
        found: set[Node] = set()
        _reached(self._target, set(), self._bit, {}, found)
        return found

    @cached_property
    def perhaps(self) -> tuple[set[Node], bool]:
        """What a gradient may come to, and whether something unknown is among it."""
        found: set[Node] = set()
        _maybe_reached(self._target, set(), self._bit, False, {}, found)
        return found, any(node.kind is Kind.OPAQUE and (node.on | node.maybe) & self._bit for node in found)

    def judge(self, goals: set[Node], strangers: bool) -> Verdict:
        """As ``judge``, of variables that the tape saw from the start."""
        if not goals.isdisjoint(self.certainly):
            return Verdict.FLOWS
        found, is_strange = self.perhaps
        return Verdict.UNKNOWN if strangers and is_strange or not goals.isdisjoint(found) else Verdict.LOST


def judge(target: Node, goals: set[Node], bit: int, strangers: bool, since: Mapping[Node, int]) -> Verdict:
    """Whether a gradient flows from ``target`` back to one of ``goals`` over what the tape recorded.

    ``strangers``: the goals may be known to code that we cannot see (variables, models), so that an
    unknown call made while the tape was recording may have used them. ``since``: for variables of which the tape did
    not see what read them before, the number from which on it does.
    """
    if target in goals or _reached(target, goals, bit, since):
        return Verdict.FLOWS
    return Verdict.UNKNOWN if _maybe_reached(target, goals, bit, strangers, since) else Verdict.LOST


def _seen(node: Node, edge: Edge, since: Mapping[Node, int]) -> bool:
    return node.number >= since.get(edge.node, 0)


def _reached(
    target: Node, goals: set[Node], bit: int, since: Mapping[Node, int], found: set[Node] | None = None
) -> bool:
    """Over edges that certainly flow and operations that were certainly recorded. ``found`` is told of all."""
    first = min((goal.number for goal in goals), default=0)
    seen: set[Node] = set()
    stack = [target]
    while stack:
        node = stack.pop()
        if node in goals:
            return True
        if found is not None:
            found.add(node)
        if node in seen or node.number < first or not (node.on & bit or node.kind is Kind.JOIN):
            continue
        look()
        seen.add(node)
        stack.extend(edge.node for edge in node.edges if edge.flow is Flow.FLOWS and _seen(node, edge, since))
    return False


def _maybe_reached(
    target: Node, goals: set[Node], bit: int, strangers: bool, since: Mapping[Node, int],
    found: set[Node] | None = None,
) -> bool:
    """Over edges that may flow and operations that may have been recorded. ``found`` is told of all."""
    seen: set[Node] = set() if found is None else found
    stack = [target]
    while stack:
        node = stack.pop()
        if node in goals:
            return True
        if node in seen:
            continue
        look()
        seen.add(node)
        recorded = (node.on | node.maybe) & bit
        if node.kind is Kind.OPAQUE and recorded and strangers:
            return True
        if recorded or node.kind is Kind.JOIN or node.operation == PART:
            stack.extend(e.node for e in node.edges if e.flow in (Flow.FLOWS, Flow.UNKNOWN) and _seen(node, e, since))
    return False


def unreached(targets: Sequence[Node], goals: set[Node], bit: int) -> set[Node]:
    """The goals, known to code that we cannot see, to which certainly no gradient flows from any of the targets."""
    left = set(goals)
    seen: set[Node] = set()
    stack = list(targets)
    while stack and left:
        node = stack.pop()
        left.discard(node)
        if node in seen:
            continue
        seen.add(node)
        recorded = (node.on | node.maybe) & bit
        if node.kind is Kind.OPAQUE and recorded:
            return set()
        if recorded or node.kind is Kind.JOIN or node.operation == PART:
            stack.extend(edge.node for edge in node.edges if edge.flow in (Flow.FLOWS, Flow.UNKNOWN))
    return left


FAULT_PRICE = 1000  # a fault against a step over an edge of which we are not sure


def cheapest_way(
    target: Node, goals: set[Node], bit: int, without: Collection[Fault] = (), among: Collection[Node] | None = None
) -> Way | None:
    """The way back to a goal with the fewest faults, and with none of those in ``without``.

    ``among``: what depends on the goals, where that is known already.
    """
    among = depending([target], goals) if among is None else among
    if target not in among:
        return None
    best: dict[Node, int] = {target: 0}
    came: dict[Node, tuple[Node, Edge]] = {}
    queue: list[tuple[int, int, Node]] = [(0, -target.number, target)]
    while queue:
        cost, _, node = heapq.heappop(queue)
        if cost > best[node]:
            continue
        look()
        if node in goals:
            return _way(node, target, came, bit)
        outside = not node.active & bit
        follows = node in came and not came[node][0].active & bit  # one fault, however many operations run outside
        toll = (1 if follows else FAULT_PRICE) if outside else 0
        for edge in node.edges:
            if edge.node not in among or edge.flow is Flow.STOPPED or edge.fault in without:
                continue
            price = cost + (FAULT_PRICE if edge.fault else toll if edge.flow is not Flow.CUT else 0)
            price += edge.flow in (Flow.INDEX, Flow.UNKNOWN)
            if price < best.get(edge.node, 1 << 30):
                best[edge.node] = price
                came[edge.node] = (node, edge)
                heapq.heappush(queue, (price, -edge.node.number, edge.node))
    return None


def _way(goal: Node, target: Node, came: dict[Node, tuple[Node, Edge]], bit: int) -> Way:
    nodes = [goal]
    faults: list[Fault] = []
    node = goal
    while node is not target:
        node, edge = came[node]
        nodes.append(node)
        if edge.fault is not None:
            faults.append(edge.fault)
        elif not node.active & bit and node.place is not None:
            kind = FaultKind.INNER_GRADIENT if node.queried else FaultKind.OUTSIDE
            kind = FaultKind.REPLICAS if node.operation == REPLICAS else kind
            faults.append(Fault(kind, node.place, calls=calls_of(node)))
    return Way(goal, tuple(faults), tuple(reversed(nodes)))


def calls_of(node: Node) -> tuple[Place, ...]:
    """The calls through which the operation was reached, outermost first."""
    found: list[Place] = []
    calls = node.calls
    while calls is not None:
        found.append(calls.place)
        calls = calls.outer
    return tuple(reversed(found))


def used_before(target: Node, source: Node, number: int, bit: int) -> bool:
    """Whether the target was computed, on every path, from an operation on ``source`` that came before ``number`` and
    that the tape, though it was recording, did not record."""
    seen: set[Node] = set()
    stack = [target]
    while stack:
        node = stack.pop()
        if node in seen or node.kind is Kind.JOIN or node.number < source.number:
            continue
        look()
        seen.add(node)
        for edge in node.edges:
            if edge.flow is not Flow.FLOWS:
                continue
            if edge.node is source:
                if node.number < number and not (node.on | node.maybe) & bit and node.kind is Kind.OPERATION:
                    return True
            else:
                stack.append(edge.node)
    return False


MAX_JOINS = 8  # of a sum, one within another


def terms(target: Node, among: Collection[Node], bit: int, joins: int = 0) -> list[Node]:
    """The terms that a sum is made of, looking through what only scales or adds up what depends on a source, as those
    ``among`` its dependants do."""
    found: list[Node] = []
    seen: set[Node] = set()
    stack = [target]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        look()
        seen.add(node)
        if node.kind is Kind.JOIN and joins < MAX_JOINS:
            found += _terms_of_paths(node, among, bit, joins)
            continue
        inputs = [edge.node for edge in node.edges if edge.flow is Flow.FLOWS]
        if node.additive and (len(inputs) > 1 or len(inputs) == len(node.edges) == 1):
            stack.extend(inputs)
        elif node.linear and len(dependent := [one for one in inputs if one in among or _live(one, bit)]) == 1:
            stack.append(dependent[0])
        else:
            found.append(node)
    return found


def _terms_of_paths(joined: Node, among: Collection[Node], bit: int, joins: int) -> list[Node]:
    """The terms of all paths, where these differ in terms only that no tape follows; else what they join to."""
    paths = [dict.fromkeys(terms(edge.node, among, bit, joins + 1)) for edge in joined.edges if edge.fault is None]
    every = {node: None for path in paths for node in path}
    if any(_live(node, bit) and not all(node in path for path in paths) for node in every):
        return [joined]
    return list(every)


def _live(node: Node, bit: int) -> bool:
    """Whether the tape follows the value, whatever it was computed from."""
    return bool((node.on | node.maybe) & bit) or node.kind in (Kind.VARIABLE, Kind.OPAQUE)
