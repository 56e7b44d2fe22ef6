"""Gradient tapes: entering, watching, pausing, and what a query is certain to give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.facts import (
    Fault, FaultKind, GradientLost, Operand, Place, TapeExhausted, TapeUse,
)
from tfgraphlint.interpret.calls import Arguments
from tfgraphlint.interpret.frames import Certain, Possible, Queried
from tfgraphlint.interpret.inspect import elements, tapes_within, weights_within
from tfgraphlint.interpret.machine import Machine
from tfgraphlint.interpret.provenance import (
    Edge, Flow, Kind, Node, Verdict, Way, cheapest_way, join_nodes, judge, same_value,
)
from tfgraphlint.interpret.values import (
    FLOAT, Choice, Const, Dict, Host, Items, Object, Tape, Tensor, Unknown, Value, Variable,
    Weights, is_none, sequence,
)


def make(m: Machine, args: Arguments, node: cst.CSTNode) -> Tape:
    """``tf.GradientTape(persistent=..., watch_accessed_variables=...)``."""
    persistent = _flag(args.get(0, "persistent"), False)
    accessed = _flag(args.get(1, "watch_accessed_variables"), True)
    if not args.certain:
        persistent = accessed = None
    return m.new_tape(Tape(0, m.place(node), persistent, accessed))


def _flag(value: Value | None, default: bool) -> bool | None:
    if value is None:
        return default
    if isinstance(value, Const):
        return bool(value.value)
    return None


def held(value: Value) -> list[Tape]:
    """The tapes inside a value."""
    return tapes_within(value)


def use_of(tape: Tape) -> TapeUse:
    """What rules are told of a tape."""
    entered = tape.state.get("entered_at")
    return TapeUse(tape.made, str(tape.state.get("name") or ""), entered, tape.persistent, tape.watch_accessed)


def run_inside(
    m: Machine, node: cst.With, tape: Tape, enter: Callable[[Value], None], body: Callable[[], bool]
) -> bool:
    """The body of ``with tape:``; entered anew, the tape begins an empty recording."""
    write = m.store.write
    write(tape.state, "entered_at", m.place(node))
    for item in node.items:
        if item.asname is not None and isinstance(item.asname.name, cst.Name):
            if tape.made.node is item.item:
                write(tape.state, "name", item.asname.name.value)
    if tape.state.get("queried") is not None and not tape.persistent:
        write(tape.state, "queried", None)
    write(m.recording, "mask", m.active | tape.bit)
    enter(tape)
    goes_on = body()
    write(m.recording, "mask", m.active & ~tape.bit)
    return goes_on


def run_paused(m: Machine, manager: Object, body: Callable[[], bool]) -> bool:
    """The body of ``with tape.stop_recording():``."""
    tape = manager.state["tape"]
    assert isinstance(tape, Tape)
    was = m.active & tape.bit
    m.store.write(m.recording, "mask", m.active & ~tape.bit)
    goes_on = body()
    m.store.write(m.recording, "mask", m.active | was)
    return goes_on


def escape(m: Machine, tape: Tape) -> None:
    """The tape went where we cannot follow: what it watches and whether it was asked is not known."""
    m.store.write(tape.state, "escaped", True)
    m.store.write(tape.state, "queried", None)


def watch(m: Machine, tape: Tape, args: Arguments, node: cst.CSTNode) -> Value:
    """``tape.watch(x)``: a tensor, a variable, or a list or dictionary of them."""
    value = args.get(0, "tensor")
    if value is None or not args.certain:
        escape(m, tape)
        return Const(None)
    watched: list[Node] = []
    perhaps: list[Node] = []
    _collect(m, value, watched, perhaps)
    certain = Certain(tape.state.get("watched", Certain()))
    possible = Possible(tape.state.get("perhaps", Possible()))
    m.store.write(tape.state, "watched", Certain(certain | set(watched)))
    m.store.write(tape.state, "perhaps", Possible(possible | set(perhaps) | set(watched)))
    return Const(None)


def _collect(m: Machine, value: Value, watched: list[Node], perhaps: list[Node]) -> None:
    if isinstance(value, (Tensor, Variable)):
        watched.append(value.node)
    elif isinstance(value, Unknown):
        watched.append(value.node)
    elif isinstance(value, Choice):
        for option in value.options:
            _collect(m, option, perhaps, perhaps)
    elif isinstance(value, (Items, Dict)):
        for element in elements(value):
            _collect(m, element, watched, perhaps)
    elif isinstance(value, Weights):
        watched.extend(weights_within(value.owner))
    elif isinstance(value, Host):
        perhaps.append(value.node)


def reset(m: Machine, tape: Tape) -> None:
    """``tape.reset()``: what was recorded and watched is forgotten; nothing is claimed of this tape."""
    escape(m, tape)


# -- queries -------------------------------------------------------------------------------------


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
    if not tape.state.get("escaped") and tape.state.get("entered_at") is not None:
        if written_target is not None and written_sources is not None:
            if args.get(3 if method == "gradient" else 2, "unconnected_gradients") is None:
                judge_call(m, tape, target, written_target, flatten(m, sources, written_sources), node)
    return _result(m, target, sources, node)


def _consume(m: Machine, tape: Tape, node: cst.CSTNode) -> None:
    """Report a second query on a tape that keeps nothing; note this one."""
    place = m.place(node)
    if tape.state.get("escaped"):
        return
    entered = tape.state.get("entered_at")
    asked = tape.state.get("queried")
    if entered is None:
        if not m.guards:
            m.emit(TapeExhausted(place, use_of(tape), None, tuple(m.calls)))
    elif tape.persistent is False and isinstance(asked, Queried) and asked.certain and not m.guards:
        m.emit(TapeExhausted(place, use_of(tape), asked.place, tuple(m.calls)))
    if tape.persistent is not True:
        m.store.write(tape.state, "queried", Queried(place, tape.persistent is False))


def flatten(m: Machine, value: Value, written: cst.BaseExpression) -> list[Source]:
    """The sources of a query one by one; a model's variables count as one."""
    if isinstance(value, Items) and isinstance(value.state["items"], tuple):
        items = value.state["items"]
        nodes: Sequence[cst.BaseExpression] = [written] * len(items)
        if isinstance(written, (cst.List, cst.Tuple)) and len(written.elements) == len(items):
            nodes = [element.value for element in written.elements]
        return [source for item, at in zip(items, nodes) for source in flatten(m, item, at)]
    if isinstance(value, Dict):
        return [source for item in elements(value) for source in flatten(m, item, written)]
    if isinstance(value, Items):
        return flatten(m, elements(value)[0], written)
    if isinstance(value, Tensor):
        return [Source(value, written, (value.node,), "tensor")]
    if isinstance(value, Variable):
        return [Source(value, written, (value.node,), "variable")]
    if isinstance(value, Weights):
        return [Source(value, written, tuple(weights_within(value.owner)), "weights")]
    if isinstance(value, Unknown):
        return [Source(value, written, (value.node,), "unknown")]
    return []


def judge_call(
    m: Machine, tape: Tape, target: Value, written_target: cst.BaseExpression, sources: Sequence[Source],
    node: cst.CSTNode,
) -> None:
    """Report each source to which certainly no gradient flows from ``target``."""
    targets = _target_nodes(m, target)
    if targets is None:
        return
    for source in sources:
        fact = judge_one(m, tape, targets, source)
        if fact is None:
            continue
        faults, way = fact
        made = way.source.place if way is not None else source.goals[0].place if source.goals else None
        lost = GradientLost(
            m.place(node), use_of(tape),
            Operand(m.place(written_target), targets[0].place),
            Operand(m.place(source.written), made, source.kind),
            faults, False, tuple(m.calls),
        )
        m.emit(lost)


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
    watched = set(tape.state.get("watched", ()))
    perhaps = set(tape.state.get("perhaps", ()))
    on_tape = {goal for goal in goals if _on_tape(m, tape, goal, watched | perhaps)}
    strangers = source.kind != "tensor"
    for target in targets:
        if judge(target, on_tape, tape.bit, strangers) is not Verdict.LOST:
            return None
    ways = [cheapest_way(target, goals, tape.bit, {}) for target in targets]
    found = [way for way in ways if way is not None]
    if not found:
        return None
    way = min(found, key=lambda w: len(w.faults))
    faults = list(way.faults)
    if way.source not in on_tape and not any(goal in on_tape for goal in goals):
        unwatched = _unwatched(m, tape, source, way)
        if unwatched is None:
            return None
        faults.insert(0, unwatched)
    return (tuple(faults), way) if faults else None


def _on_tape(m: Machine, tape: Tape, goal: Node, watched: set[Node]) -> bool:
    if goal in watched:
        return True
    if goal.kind is Kind.VARIABLE:
        return tape.watch_accessed is not False and goal.trainable is not False
    if goal.kind is Kind.OPAQUE:
        return tape.watch_accessed is not False or bool((goal.on | goal.maybe) & tape.bit)
    if goal.kind is Kind.JOIN:
        return any(_on_tape(m, tape, part, watched) for part in same_value(goal) if part is not goal)
    return bool((goal.on | goal.maybe) & tape.bit)


def _unwatched(m: Machine, tape: Tape, source: Source, way: Way) -> Fault | None:
    """Why the tape does not see the source itself."""
    place = Place(m.frame.scope.tree, source.written)
    text = place.code
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
    if isinstance(sources, Items) and isinstance(sources.state["items"], tuple):
        if any(isinstance(item, Weights) for item in sources.state["items"]):
            return m.opaque(node, [target, sources])
        return sequence("list", [_result(m, target, item, node) for item in sources.state["items"]])
    inputs = [Edge(n, Flow.UNKNOWN) for n in (*m.nodes([target]), *m.nodes([sources]))]
    made = m.operation(node, inputs)
    if isinstance(sources, (Tensor, Variable)):
        return m.tensor(made, FLOAT)
    return Unknown(made)


def rebinding(m: Machine, target: cst.BaseExpression, value: Value, node: cst.CSTNode) -> None:
    """Note that a name which held a variable now holds a tensor."""
