"""Queries on tapes: what a gradient is certain to be, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind, Mode, Operand, Place
from tfgraphlint.facts.gradients import (
    SYMBOLIC,
    GradientLost,
    GradientNotFinite,
    QuerySwapped,
    TapeExhausted,
    WeightsUnbuilt,
)
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.fields import Queried
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import (
    Edge,
    Flow,
    Kind,
    Node,
    Verdict,
    Way,
    ancestors,
    calls_of,
    cheapest_way,
    join_nodes,
    judge,
    reaches,
    same_value,
    terms,
    used_before,
)
from tfgraphlint.interpret.core.structures import elements, is_constant, weights_within
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    Choice,
    Dict,
    Host,
    Items,
    Tape,
    Tensor,
    Unknown,
    Variable,
    Weights,
    is_none,
    sequence,
)
from tfgraphlint.interpret.gradients import losses
from tfgraphlint.interpret.gradients.finiteness import not_finite
from tfgraphlint.interpret.gradients.tapes import kind_unwatchable, never_entered, report_unwatchable


@dataclass(frozen=True)
class Source:
    """One source of a query, with the nodes that stand for it."""

    value: Value
    written: cst.BaseExpression
    goals: tuple[Node, ...]
    kind: str
    node: cst.CSTNode | None = None


def query(m: Machine, tape: Tape, method: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``tape.gradient(target, sources)`` and its kin."""
    target, sources = args.get(0, "target"), args.get(1, "sources")
    if sources is None:
        sources = args.get(1, "source")
    written_target, written_sources = args.node(0, "target"), args.node(1, "sources") or args.node(1, "source")
    if target is None or sources is None or not args.certain:
        return m.opaque(node, args.all())
    _consume(m, tape, node)
    losses.returned_nothing(m, target, node)
    if not tape.escaped and not tape.failed and tape.entered_at is not None:
        if written_target is not None and written_sources is not None:
            if args.get(3 if method == "gradient" else 2, "unconnected_gradients") is None:
                judge_call(m, tape, target, written_target, flatten(m, sources, written_sources), node)
    if isinstance(target, (Weights, Variable)):
        return m.opaque(node, args.all())
    return _result(m, target, sources, node)


def _consume(m: Machine, tape: Tape, node: cst.CSTNode) -> None:
    """Report a second query on a tape that keeps nothing; note this one."""
    place = m.place(node)
    if tape.escaped:
        return
    asked = tape.queried
    if never_entered(tape):
        if not m.guards:
            m.emit(TapeExhausted(place, use_of(tape), None, tuple(m.calls)))
    elif tape.persistent is False and isinstance(asked, Queried) and asked.certain and not m.guards:
        m.emit(TapeExhausted(place, use_of(tape), asked.place, tuple(m.calls)))
    if tape.persistent is not True:
        m.store.set(tape, Tape.queried, Queried(place, tape.persistent is False))


def flatten(m: Machine, value: Value, written: cst.BaseExpression) -> list[Source]:
    """The sources of a query one by one; a model's variables count as one."""
    if isinstance(value, Items) and isinstance(value.items, tuple):
        items = value.items
        nodes: Sequence[cst.BaseExpression] = [written] * len(items)
        if isinstance(written, (cst.List, cst.Tuple)) and len(written.elements) == len(items):
            nodes = [element.value for element in written.elements]
        return [source for item, at in zip(items, nodes) for source in flatten(m, item, at)]
    if isinstance(value, Dict):
        return [source for item in elements(value) for source in flatten(m, item, written)]
    if isinstance(value, Choice) and all(isinstance(o, (Weights, Variable, Unknown)) for o in value.options):
        goals = dict.fromkeys(node for option in value.options for node in weights_within(option))
        return [Source(value, written, tuple(goals), "weights")]
    if isinstance(value, Items):
        return flatten(m, elements(value)[0], written)
    if isinstance(value, Tensor):
        return [Source(value, written, (value.node,), "tensor")]
    if isinstance(value, Variable):
        if value.node.place is not None:
            m.named.add(value.node.place.node)
        return [Source(value, written, (value.node,), "variable")]
    if isinstance(value, Weights):
        return [Source(value, written, tuple(weights_within(value.owner)), "weights")]
    if isinstance(value, Unknown):
        plain = value.node.kind is Kind.TENSOR
        return [Source(value, written, (value.node,), "tensor" if plain else "unknown")]
    return [Source(value, written, (), "other")]


def judge_call(
    m: Machine, tape: Tape, target: Value, written_target: cst.BaseExpression, sources: Sequence[Source],
    node: cst.CSTNode,
) -> None:
    """Report each source to which certainly no gradient flows from ``target``."""
    if _swapped(m, target, written_target, sources, node):
        return
    if kind_unwatchable(m, target) == SYMBOLIC:
        report_unwatchable(m, tape, written_target, node, "target", SYMBOLIC)
        return
    hosts = _host_nodes(target)
    targets = hosts or _target_nodes(m, target)
    if targets is None:
        return
    for source in sources:
        if hosts and not any(reaches(host, source.goals) for host in hosts):
            continue  # what raises has nothing to do with this one
        what = kind_unwatchable(m, source.value)
        if what is not None:
            report_unwatchable(m, tape, source.written, node, "source", what)
            continue
        if isinstance(source.value, Weights) and source.value.unbuilt is not None:
            m.emit(WeightsUnbuilt(source.value.unbuilt, m.place(node), _model_name(source), tuple(m.calls)))
            continue
        _check_finite(m, tape, targets, source)
        lost = judge_one(m, tape, targets, source)
        partly = _partly_lost(m, tape, targets, source) if lost is None else None
        if lost is not None and all(fault.kind in OF_THE_SOURCE for fault in lost[0]):
            partly = _lost_term(tape, targets, source)
        for found, partial in ((lost, False), (partly, True)):
            if found is not None:
                faults, way = found
                made = way.source.place if way is not None else source.goals[0].place if source.goals else None
                m.emit(GradientLost(
                    m.place(node), use_of(tape),
                    Operand(m.place(written_target), targets[0].place),
                    Operand(m.place(source.written), made, source.kind),
                    faults, partial, None, tuple(m.calls),
                ))


def _check_finite(m: Machine, tape: Tape, targets: Sequence[Node], source: Source) -> None:
    for node, risky in not_finite(targets, set(source.goals), tape.bit):
        if node.place is not None and risky.place is not None:
            name = risky.operation
            m.emit(GradientNotFinite(node.place, risky.place, name, m.place(source.written), tuple(m.calls)))


def _model_name(source: Source) -> str:
    written = source.written
    return cst.Module([]).code_for_node(written.value) if isinstance(written, cst.Attribute) else "the model"


def _swapped(
    m: Machine, target: Value, written: cst.BaseExpression, sources: Sequence[Source], node: cst.CSTNode
) -> bool:
    """Report a query whose target is a variable that its source was computed from."""
    if not isinstance(target, (Weights, Variable)) and not (
        isinstance(target, Items) and elements(target)
        and all(isinstance(item, (Variable, Weights)) for item in elements(target))
    ):
        return False
    variables = set(weights_within(target))
    for source in sources:
        if isinstance(source.value, Tensor) and source.value.node not in variables:
            if reaches(source.value.node, variables):
                m.emit(QuerySwapped(m.place(node), m.place(written), m.place(source.written), tuple(m.calls)))
                return True
    return False


def _partly_lost(
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
                    fault = Fault(FaultKind.WATCHED_LATE, place, value=_watched_text(place), outcome="part")
                    return (fault,), None
    return _lost_term(tape, targets, source)


# Faults of the source itself, or of how it is watched: with them mended, the rest of the way counts.
OF_THE_SOURCE = frozenset({
    FaultKind.UNWATCHED, FaultKind.WATCHED_LATE, FaultKind.NOTHING_WATCHED, FaultKind.UNTRAINABLE, FaultKind.NON_FLOAT,
    FaultKind.REBOUND,
})
LEFT_TENSORFLOW = frozenset({
    FaultKind.NUMPY_METHOD, FaultKind.NUMPY_CALL, FaultKind.PYTHON_SCALAR, FaultKind.REWRAP, FaultKind.PREDICT,
    FaultKind.PY_FUNCTION,
})


def _lost_term(
    tape: Tape, targets: Sequence[Node], source: Source
) -> tuple[tuple[Fault, ...], Way | None] | None:
    """A term of the target that depends on the source and is cut off from it, where another one is not."""
    goals = set(source.goals)
    parts = [part for target in targets for part in terms(target, goals, tape.bit)]
    if len(parts) < 2 or source.kind == "other":
        return None
    ways = {part: cheapest_way(part, goals, tape.bit) for part in parts}
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
            if fault is not None and fault.kind is FaultKind.PY_FUNCTION and fault.outcome == "zero":
                if reaches(edge.node, source.goals):
                    return fault
            if edge.flow is Flow.FLOWS and edge.node not in seen:
                seen.add(edge.node)
                stack.append(edge.node)
    return None


def _host_nodes(target: Value) -> list[Node]:
    """The values that left TensorFlow among several targets: with one of them the query raises, whatever the others
    are."""
    held = elements(target) if isinstance(target, Items) and isinstance(target.items, tuple) else []
    return [item.node for item in held if isinstance(item, Host) and not is_constant(item)]


def _target_nodes(m: Machine, target: Value) -> list[Node] | None:
    """The nodes of the target; None where it is not a value that can be judged."""
    if isinstance(target, (Tensor, Host, Unknown)):
        return [target.node]
    if isinstance(target, Variable):
        return [target.node]
    if isinstance(target, Choice):
        options = [_target_nodes(m, option) for option in target.options if not is_none(option)]
        if not options or any(option is None for option in options):
            return None
        return [join_nodes([join_nodes(option) for option in options if option])]
    if isinstance(target, (Items, Dict)):
        found: list[Node] = []
        for element in elements(target):
            nodes = _target_nodes(m, element)
            if nodes is None:
                return None
            found.extend(nodes)
        return found or None
    return None


def judge_one(
    m: Machine, tape: Tape, targets: Sequence[Node], source: Source
) -> tuple[tuple[Fault, ...], Way | None] | None:
    """The faults for which no gradient flows to ``source``, for certain; None where one may."""
    if not source.goals:
        return None
    goals = {same for goal in source.goals for same in same_value(goal)}
    watched = set(tape.watched)
    perhaps = set(tape.perhaps)
    numberless = _numberless(source.value)
    on_tape = set() if numberless else {goal for goal in goals if _on_tape(m, tape, goal, watched | perhaps)}
    strangers = source.kind != "tensor"
    late = _first_watches(tape, on_tape) if tape.watch_accessed is False else {}
    if any(same in goals for target in targets for same in same_value(target)):
        return None  # the gradient of a tensor with respect to itself is one, watched or not
    for target in targets:
        if judge(target, on_tape, tape.bit, strangers, late) is not Verdict.LOST:
            return None
    ways = [cheapest_way(target, goals, tape.bit) for target in targets]
    found = [way for way in ways if way is not None]
    if not found:
        return ((), None) if source.kind != "unknown" and _all_known([*targets, *goals]) else None
    way = min(found, key=lambda w: len(w.faults))
    way = _with_parallel_ways(way, targets, goals, tape.bit)
    faults = _with_inner_gradient(list(way.faults), targets, goals, tape.bit)
    if numberless:
        faults.insert(0, Fault(FaultKind.NON_FLOAT, way.source.place or m.place(source.written),
                               value=m.frame.scope.tree.code(source.written), mode=m.mode))
    elif not any(goal in on_tape for goal in goals):
        unwatched = _unwatched(m, tape, source, way)
        if unwatched is None:
            return None
        faults.insert(0, unwatched)
    elif (watched_late := _watched_late(tape, way)) is not None:
        faults.insert(0, watched_late)
    return (tuple(faults), way) if faults else None


MOST_WAYS = 6


def _with_parallel_ways(way: Way, targets: Sequence[Node], goals: set[Node], bit: int) -> Way:
    """The way with the faults of others that are cut off like it: all have to be mended."""
    if not way.faults or not all(fault.kind in LEFT_TENSORFLOW for fault in way.faults):
        return way
    faults = list(way.faults)
    for _ in range(MOST_WAYS):
        others = [cheapest_way(target, goals, bit, set(faults)) for target in targets]
        other = next((o for o in others if o is not None and len(o.faults) == len(way.faults)), None)
        if other is None or not all(fault.kind in LEFT_TENSORFLOW for fault in other.faults):
            break
        faults.extend(other.faults)
    return Way(way.source, tuple(faults), way.nodes)


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


def _numberless(value: Value) -> bool:
    return isinstance(value, (Tensor, Variable)) and value.dtype in (INT, BOOL, STRING)


def _all_known(targets: Sequence[Node]) -> bool:
    """Whether nothing unknown went into the targets."""
    return not any(
        node.kind is Kind.OPAQUE or any(edge.flow in (Flow.UNKNOWN, Flow.STOPPED) for edge in node.edges)
        for node in ancestors(targets)
    )


def _watched_late(tape: Tape, way: Way) -> Fault | None:
    """The watch of the source that came after the first operation on the way; of one that the tape does not watch by
    itself."""
    if tape.may_watch_by_itself(way.source):
        return None
    first = way.nodes[-2] if len(way.nodes) > 1 else None
    for node, number, place in sorted(tape.watch_places, key=lambda entry: entry[1]):
        if node is way.source:
            if first is not None and first.number < number:
                return Fault(FaultKind.WATCHED_LATE, place, value=_watched_text(place))
            return None
    return None


def _first_watches(tape: Tape, goals: Collection[Node]) -> dict[Node, int]:
    """When variables were watched for the first time. A tensor may be watched after an operation that another one put
    on the tape; what a variable was read for before is not on it."""
    found: dict[Node, int] = {}
    for node, number, _ in tape.watch_places:
        if node in goals and node.kind is Kind.VARIABLE:
            found[node] = min(number, found.get(node, number))
    return found


def _watched_text(place: Place) -> str:
    node = place.node
    if isinstance(node, cst.Call) and node.args:
        return place.tree.code(node.args[0].value)
    return place.code


def _on_tape(m: Machine, tape: Tape, goal: Node, watched: set[Node]) -> bool:
    if goal in watched:
        return True
    if goal.kind is Kind.VARIABLE:
        return tape.may_watch_by_itself(goal)
    if goal.kind is Kind.OPAQUE:
        return tape.watch_accessed is not False or bool((goal.on | goal.maybe) & tape.bit)
    if goal.kind is Kind.JOIN:
        return any(_on_tape(m, tape, part, watched) for part in same_value(goal) if part is not goal)
    return bool((goal.on | goal.maybe) & tape.bit)


def _unwatched(m: Machine, tape: Tape, source: Source, way: Way) -> Fault | None:
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


def _result(m: Machine, target: Value, sources: Value, node: cst.CSTNode) -> Value:
    """What a query returns: gradients in the structure of the sources."""
    if isinstance(sources, Items) and isinstance(sources.items, tuple):
        if any(isinstance(item, Weights) for item in sources.items):
            result = m.opaque(node, [target, sources])
            result.node.queried = True
            return result
        return sequence("list", [_result(m, target, item, node) for item in sources.items])
    inputs = [Edge(n, Flow.UNKNOWN) for n in (*m.nodes([target]), *m.nodes([sources]))]
    made = m.operation(node, inputs)
    made.queried = True
    if isinstance(sources, (Tensor, Variable)):
        return m.tensor(made, FLOAT)
    return Unknown(made)
