"""Queries on tapes: what they find, consume and give back."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Fault, Operand
from tfgraphlint.facts.gradients import (
    SYMBOLIC,
    GradientLost,
    GradientNotFinite,
    QuerySwapped,
    TapeExhausted,
    WeightsUnbuilt,
)
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import GradientAsked, SourceJudged
from tfgraphlint.interpret.core.fields import Queried
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Edge, Flow, Recorded, Way, reaches
from tfgraphlint.interpret.core.structures import elements, weights_within
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import FLOAT, Items, Tape, Tensor, Unknown, Variable, Weights, sequence
from tfgraphlint.interpret.gradients import losses, lost_parts
from tfgraphlint.interpret.gradients.finiteness import Suspects, not_finite, suspects_of
from tfgraphlint.interpret.gradients.lost_terms import OF_THE_SOURCE, carries_alone, lost_term, partly_lost
from tfgraphlint.interpret.gradients.query_sources import Source, flatten, host_nodes, target_nodes
from tfgraphlint.interpret.gradients.tapes import kind_unwatchable, never_entered, report_unwatchable
from tfgraphlint.interpret.gradients.verdicts import judge_one


def query(m: Machine, tape: Tape, method: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``tape.gradient(target, sources)`` and its kin."""
    m.tell(GradientAsked(node, tape, args))
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
    hosts = host_nodes(target)
    targets = hosts or target_nodes(m, target)
    if targets is None:
        return
    recorded = {target: Recorded(target, tape.bit) for target in targets}
    suspects = suspects_of(targets, tape.bit)
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
        _check_finite(m, suspects, source)
        lost = judge_one(m, tape, recorded, source)
        partly = partly_lost(m, tape, targets, source) if lost is None else None
        if lost is None and partly is None and source.kind == "weights" and tape.persistent is False:
            lost_parts.report(m, tape, recorded, source, (m.place(node), m.place(written_target)))
        if lost is not None and all(fault.kind in OF_THE_SOURCE for fault in lost[0]):
            partly = lost_term(tape, targets, source)
        judged = SourceJudged(node, tape, written_target, targets, source, lost, partly)
        m.tell(judged)
        for found, partial in ((lost, False), (partly, True)):
            if found is not None:
                m.emit(lost_gradient(m, judged, *found, partial=partial))


def lost_gradient(
    m: Machine, judged: SourceJudged, faults: Sequence[Fault], way: Way | None, *, partial: bool
) -> GradientLost:
    """The fact that these faults keep a gradient, or a part of it, from the source."""
    source, targets, tape = judged.source, judged.targets, judged.tape
    made = way.source.place if way is not None else source.goals[0].place if source.goals else None
    return GradientLost(
        m.place(judged.node), use_of(tape),
        Operand(m.place(judged.target), targets[0].place),
        Operand(m.place(source.written), made, source.kind),
        tuple(faults), partial, None, tuple(m.calls),
        alone=partial and way is not None and carries_alone(way, targets, source, tape.bit),
    )  # fmt: skip


def _check_finite(m: Machine, suspects: Suspects, source: Source) -> None:
    for node, risky in not_finite(suspects, set(source.goals)):
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
