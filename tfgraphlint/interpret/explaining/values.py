"""What is told of values, and of the tapes that record them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.diagnostic import Position
from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.provenance import Verdict, ancestors
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Host, Tape, Tensor, Unknown
from tfgraphlint.interpret.explaining.flows import Reach
from tfgraphlint.interpret.explaining.observer import Seen
from tfgraphlint.interpret.explaining.story import Outcome, Story
from tfgraphlint.interpret.explaining.ways import MAX_TOLD, OUTCOMES, Teller, extent, holds
from tfgraphlint.interpret.explaining.words import code_of, kind_said
from tfgraphlint.syntax.parents import ancestors as parents

ORDER = (Verdict.LOST, Verdict.UNKNOWN, Verdict.FLOWS)  # which way is drawn of several


class Values(Teller):
    """Tells of what an expression or assignment gives."""

    def stories(self) -> Iterator[Story]:
        """One story for each kind of value that the statement computes."""
        here = [each for each in self.observer.seen if self.is_here(each.place) and not _is_in_lambda(each.place)]
        seen = [each for each in here if _what(each) and not self._is_dropped(each)]
        outer = max((extent(each.place.span) for each in seen), default=None)
        told = [self._value(each) for each in seen if extent(each.place.span) == outer]
        merged: dict[object, Story] = {}
        for story in told:  # of two that differ only in what they lead to, the one that says it
            key = story.title, story.outcome, story.path
            merged[key] = max(merged.get(key, story), story, key=lambda each: len(each.notes))
        yield from list(merged.values())[:MAX_TOLD]

    def around(self, place: Position) -> Iterator[Story]:
        """The values of the expressions around a place, but for those of which there is nothing to say."""
        for seen in self.observer.seen:
            if holds(seen.place.span, place) and not _is_in_lambda(seen.place) and _what(seen):
                story = replace(self, written="")._value(seen)
                is_plain = isinstance(seen.value, (Host, Unknown)) and not seen.reaches and not story.path
                if not is_plain:
                    yield story

    def _is_dropped(self, seen: Seen) -> bool:
        """Whether this is an unknown result that nobody takes: of a statement that is run for its effects."""
        return not self.written and _is_unknown(seen.value) and not seen.reaches

    def _value(self, seen: Seen) -> Story:
        name = self.written or f"`{code_of(seen.place)}`"
        others = [reach for reach in seen.reaches if reach.start is not reach.goal]
        shown = next((reach for verdict in ORDER for reach in others if reach.verdict is verdict), None)
        path = tuple(self.way(shown)) if shown is not None else ()
        outcome = _outcome_of(others) if others else Outcome.INFO
        if _is_unknown(seen.value) and not path:
            outcome = Outcome.UNKNOWN
        if outcome is Outcome.FLOWS and not seen.tapes:
            outcome = Outcome.INFO  # nothing flows before a tape records
        title = f"{name} is {_what(seen)}"
        return Story("value", outcome, title, seen.place.span, path, tuple(self._about_value(seen)))

    def _about_value(self, seen: Seen) -> Iterator[str]:
        names = " and ".join(dict.fromkeys(f"`{name}`" for name in seen.tapes))
        others = [reach for reach in seen.reaches if reach.start is not reach.goal]
        flows = [reach for reach in others if reach.verdict is Verdict.FLOWS and reach.goal is not None]
        if flows:
            sources = ", ".join(dict.fromkeys(self.named(reach) for reach in flows))
            yield f"a gradient flows through it to {sources}" if seen.tapes else f"it is computed from {sources}"
        for reach in flows:
            yield from self.besides(reach)
        is_made_here = not isinstance(seen.place.node, (cst.Name, cst.Attribute))
        if flows and not seen.tapes and is_made_here:
            yield "no tape is recording here: no gradient comes back through it"
        for reach in others:
            if reach.partial and reach.goal is not None:
                yield f"a part of it has no gradient to {self.named(reach)}: {self.why_lost(reach, names)}"
            elif reach.verdict is Verdict.LOST and reach.goal is not None:
                yield f"no gradient flows through it to {self.named(reach)}: {self.why_lost(reach, names)}"
            elif reach.verdict is Verdict.UNKNOWN and reach.goal is not None:
                why, _ = next(self.doubts(reach), ("nobody knows which way the program takes", ""))
                yield f"it is not known whether one flows to {self.named(reach)}: {why}"
        watches = [judged.reach.watch for asked in self.observer.asked for judged in asked.judged]
        if any(watch is not None and self.is_here(watch) for watch in watches):
            yield "a tape watches it from here on"
        elif seen.tapes and isinstance(seen.value, (Tensor, Host)) and not seen.reaches:
            yield f"it is computed from no trainable variable, and from nothing that {names} watches"
        if isinstance(seen.value, Unknown) and _is_unknown(seen.value) and not seen.reaches and seen.value.node.place:
            yield f"{self.words.doubt_said(seen.value.node)} ({self.words.at(seen.value.node.place)})"
        yield from self._uses(seen)

    def _uses(self, seen: Seen) -> Iterator[str]:
        starts = set(seen.nodes)
        said: dict[str, None] = {}
        for asked in self.observer.asked if starts else ():
            led = [each for each in asked.judged if not starts.isdisjoint(ancestors(each.event.targets))]
            if led:
                where = self.words.at(asked.place)
                said[f"it leads to `{code_of(asked.place)}` at {where}: {self.results(asked, led)}"] = None
        yield from said


class Tapes(Teller):
    """Tells of a tape where it is made."""

    def stories(self) -> Iterator[Story]:
        """One story for each tape."""
        for seen in self.observer.seen:
            if self.is_here(seen.place) and isinstance(seen.value, Tape) and seen.value.made.node is seen.place.node:
                yield self._tape(seen, seen.value)

    def _tape(self, seen: Seen, tape: Tape) -> Story:
        asked = [each for each in self.observer.asked if each.tape.made.node is tape.made.node]
        notes = ["it can be asked once" if tape.persistent is False else "it can be asked more than once"]
        if tape.persistent is None:
            notes = []
        if tape.watch_accessed is False:
            notes.append("it watches only what `watch` is called for")
        elif tape.watch_accessed:
            notes.append("it watches trainable variables by itself, and nothing else that is not watched")
        for each in asked:
            words = self.results(each, each.judged) or "unknown"
            notes.append(f"`{code_of(each.place)}` at {self.words.at(each.place)}: {words}")
        if not asked:
            notes.append("nothing that was read asks it for a gradient")
        return Story("tape", Outcome.INFO, "a tape that records what is computed in its block", seen.place.span,
                     notes=tuple(dict.fromkeys(notes)))


def _what(seen: Seen) -> str:
    """What a value is; empty for one that no gradient can have to do with."""
    return kind_said(seen.value) or ("an object that holds variables or layers" if seen.nodes else "")


def _is_unknown(value: Value) -> bool:
    return isinstance(value, Unknown) and value.node.place is not None and not value.node.queried


def _outcome_of(reaches: Sequence[Reach]) -> Outcome:
    verdicts = {reach.verdict for reach in reaches}
    if any(reach.partial for reach in reaches) or {Verdict.LOST, Verdict.FLOWS} <= verdicts:
        return Outcome.PARTLY
    if verdicts == {Verdict.FLOWS} and any(reach.without for reach in reaches):
        return Outcome.DEPENDS
    return OUTCOMES[next(verdict for verdict in ORDER if verdict in verdicts)]


def _is_in_lambda(place: Place) -> bool:
    return any(isinstance(above, cst.Lambda) for above in parents(place.tree, place.node))
