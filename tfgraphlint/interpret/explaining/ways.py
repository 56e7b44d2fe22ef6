"""How the way of a gradient is drawn, and what is said beside it: what stories about gradients and values share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.facts.common import Fault, Place
from tfgraphlint.facts.gradients import TapeExhausted
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node, Verdict
from tfgraphlint.interpret.explaining.flows import Reach, flow_between
from tfgraphlint.interpret.explaining.observer import Asked, Judged, Observer
from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop
from tfgraphlint.interpret.explaining.words import Words, code_of, name_of
from tfgraphlint.rule_api.wording import cut_label, cut_place

MAX_TOLD = 6  # stories of one kind about one place
OUTCOMES = {Verdict.FLOWS: Outcome.FLOWS, Verdict.LOST: Outcome.LOST, Verdict.UNKNOWN: Outcome.UNKNOWN}
STOPPED = {
    Flow.STOPPED: "the gradient is stopped here on purpose",
    Flow.INDEX: "only chooses among other values here",
}


@dataclass(frozen=True)
class Teller:
    """Tells of the statement in ``rows`` what ``observer`` saw.

    ``facts`` are those of the file, ``written`` what a value there is called.
    """

    observer: Observer
    words: Words
    rows: range
    facts: Sequence[object] = ()
    written: str = ""

    def is_here(self, place: Place) -> bool:
        """Whether something stands where somebody asks about."""
        return place.span.start.row in self.rows

    def result(self, asked: Asked, reach: Reach) -> str:
        """How a query ends for one of its sources, in a word."""
        exhausted = (fact.place.span for fact in self.facts if isinstance(fact, TapeExhausted))
        return "raises" if asked.place.span in exhausted else outcome_of(reach).value

    def results(self, asked: Asked, judged: Sequence[Judged]) -> str:
        """How a query ends for these of its sources: in a word, or where that differs, for each of them."""
        of_each: dict[str, dict[str, None]] = {}
        for each in judged:
            named = code_of(each.written)
            of_each.setdefault(self.result(asked, each.reach), {})[f"`{named}`"] = None
        if len(of_each) < 2:
            return "".join(of_each)
        return ", ".join(f"{result} ({', '.join(names)})" for result, names in of_each.items())

    def besides(self, reach: Reach) -> Iterator[str]:
        """What else is known of a gradient that flows."""
        flows, asked = reach.alike
        if asked > 1:
            which = f"{flows} of them" if flows else "some of them"
            yield f"drawn for one of {asked} layers or variables; it certainly flows to {which}"
        for node in reach.without:
            assert node.place is not None
            yield f"none flows where the value comes from `{code_of(node.place)}` ({self.words.at(node.place)})"
        for fault in reach.also_cut:
            where = self.words.at(fault.place)
            yield f"another way is cut at `{code_of(fault.place)}` ({where}): that part adds nothing to the gradient"

    def doubts(self, reach: Reach) -> Iterator[tuple[str, str]]:
        """Why nothing is known, with the place and without it."""
        for node in reach.doubts:
            if node.place is not None:
                said = self.words.doubt_said(node)
                yield f"{said} ({self.words.at(node.place)})", said

    def way(self, reach: Reach) -> list[Stop]:
        """The stops from the source on, cuts where they happen."""
        stops: list[Stop] = []
        faults = list(reach.faults)
        nodes = list(reach.nodes)
        if reach.goal is not None and reach.goal.place is not None and (not nodes or nodes[0] is not reach.goal):
            nodes.insert(0, reach.goal)
        for index, node in enumerate(nodes):
            if node.place is None:
                continue
            own = [] if index == 0 else [fault for fault in faults if fault.place.node is node.place.node]
            faults = [fault for fault in faults if fault not in own]
            if index == 0:
                stops.append(self._first(reach, node))
                early = [fault for fault in faults if not _lies_on(fault, nodes[1:])]
                stops += [self._cut(fault, reach) for fault in early]
                faults = [fault for fault in faults if fault not in early]
            elif own:
                stops += [self._cut(fault, reach) for fault in own]
            elif (said := STOPPED.get(flow_between(nodes[index - 1], node), "")) and reach.verdict is Verdict.LOST:
                stops.append(Stop(Part.CUT, code_of(node.place), said, node.place.span))
            elif node in reach.doubts:
                stops.append(Stop(Part.UNKNOWN, code_of(node.place), self.words.doubt_said(node), node.place.span))
            elif node.kind is not Kind.JOIN and not isinstance(node.place.node, (cst.FunctionDef, cst.Module)):
                stops.append(Stop(Part.OPERATION, code_of(node.place), "", node.place.span))
        if not nodes:
            stops += [self._cut(fault, reach) for fault in faults]
        return _without_repeats(stops)

    def _first(self, reach: Reach, node: Node) -> Stop:
        assert node.place is not None
        if node is reach.goal:
            part = Part.UNKNOWN if node in reach.doubts else Part.SOURCE
            return Stop(part, code_of(node.place), self.words.source_said(reach), node.place.span)
        return Stop(Part.UNKNOWN, code_of(node.place), self.words.doubt_said(node), node.place.span)

    def _cut(self, fault: Fault, reach: Reach) -> Stop:
        place = cut_place(fault, reach.lost) if reach.lost is not None else fault.place
        return Stop(Part.CUT, code_of(place), cut_label(fault), place.span)

    def named(self, reach: Reach) -> str:
        """What the source of a way is called, and where it is."""
        assert reach.goal is not None
        where = f" ({self.words.at(reach.goal.place)})" if reach.goal.place is not None else ""
        return f"{name_of(reach.goal)}{where}"

    def why_lost(self, reach: Reach, names: str) -> str:
        """What keeps a gradient from the source; ``names`` are the tapes that record."""
        if not reach.faults:
            stopped = next((stop for stop in self.way(reach) if stop.part is Part.CUT), None)
            return f"{names} does not watch it" if stopped is None else stopped.said
        fault = reach.faults[0]
        return f"{cut_label(fault)} ({self.words.at(fault.place)})"


def outcome_of(reach: Reach) -> Outcome:
    """How it is with one gradient."""
    if reach.partial:
        return Outcome.PARTLY
    flows, asked = reach.alike
    return Outcome.DEPENDS if reach.without or flows < asked else OUTCOMES[reach.verdict]


def _lies_on(fault: Fault, nodes: Sequence[Node]) -> bool:
    return any(node.place is not None and node.place.node is fault.place.node for node in nodes)


def _without_repeats(stops: Sequence[Stop]) -> list[Stop]:
    """The stops without what is said twice in a row: one call makes several nodes."""
    found: list[Stop] = []
    for stop in stops:
        if found and stop.span == found[-1].span and stop.part is Part.OPERATION:
            continue
        if stop not in found:
            found.append(stop)
    return found


def extent(span: Span) -> tuple[int, int]:
    """How much of the text a span takes."""
    return span.end.row - span.start.row, span.end.column - (span.start.column if span.end.row == span.start.row else 0)


def holds(span: Span, place: Position) -> bool:
    """Whether a place lies in a span, or right behind it."""
    return span.start <= place <= span.end
