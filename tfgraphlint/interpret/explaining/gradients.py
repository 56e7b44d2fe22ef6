"""What is told of queries on tapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfgraphlint.facts.common import Place, TapeUse
from tfgraphlint.facts.gradients import QuerySwapped, TapeExhausted, Unwatchable, WeightsUnbuilt
from tfgraphlint.interpret.core.values import Unknown
from tfgraphlint.interpret.explaining.flows import Reach
from tfgraphlint.interpret.explaining.observer import Asked, Judged
from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop, Story
from tfgraphlint.interpret.explaining.ways import MAX_TOLD, Teller, outcome_of
from tfgraphlint.interpret.explaining.words import code_of
from tfgraphlint.rule_api.wording import describe, name_gradient


class Gradients(Teller):
    """Tells of queries."""

    def stories(self) -> Iterator[Story]:
        """One story for each source of a query, and for each way in which it ends."""
        first: dict[Story, Asked] = {}
        for asked in self.observer.asked:
            if self.is_here(asked.place):
                for story in self._told(asked):
                    first.setdefault(story, asked)
        several = len({(asked.place.node, tuple(call.node for call in asked.calls)) for asked in first.values()}) > 1
        for story, asked in list(first.items())[:MAX_TOLD]:
            if several and asked.calls:
                story = replace(story, notes=(*story.notes, f"when called at {self.words.at(asked.calls[-1])}"))
            elif len({id(each) for each in first.values()}) > 1 and asked.turn > 1:
                story = replace(story, notes=(*story.notes, "in a later turn of the loop"))
            yield story

    def _told(self, asked: Asked) -> Iterator[Story]:
        wrong = list(dict.fromkeys(self._wrong(asked.place)))
        if wrong:
            yield from wrong
            return
        for judged in asked.judged:
            yield self._gradient(asked, judged)
        if not asked.judged:
            title = f"`{code_of(asked.place)}`: nothing is known of this gradient"
            yield Story("gradient", Outcome.UNKNOWN, title, asked.place.span, notes=self._why_unjudged(asked))

    def _wrong(self, query: Place) -> Iterator[Story]:
        """What keeps the query as a whole from an answer, whatever the way of a gradient is."""
        said = f"`{code_of(query)}`"
        for fact in self.facts:
            match fact:
                case TapeExhausted(place=place, first=first) if place.span == query.span:
                    yield _exhausted(query, first)
                case Unwatchable(query=place, place=value, what=what, how="target" | "source") if (
                    place.span == query.span
                ):
                    title = f"{said}: `{code_of(value)}` is {_article(what)}, and no tape follows it"
                    yield Story("gradient", Outcome.LOST, title, query.span)
                case QuerySwapped(place=place) if place.span == query.span:
                    yield Story("gradient", Outcome.LOST, f"{said}: target and sources are swapped", query.span)
                case WeightsUnbuilt(used=place, place=read, model=model) if place.span == query.span:
                    stop = Stop(Part.CUT, code_of(read), "read here, before the first call makes them", read.span)
                    name = model if model == "the model" else f"`{model}`"
                    title = f"{said}: {name} has no variables yet where they are read"
                    yield Story("gradient", Outcome.LOST, title, query.span, (stop,))

    def _why_unjudged(self, asked: Asked) -> tuple[str, ...]:
        args = asked.event.args if asked.event is not None else None
        if asked.escaped:
            return ("the tape was given to code that could not be followed: what it watches is not known",)
        if asked.failed:
            return ("an error before it ends the program",)
        if args is not None and any(name == "unconnected_gradients" for name in args.keywords):
            return ("`unconnected_gradients` says what to return where nothing flows: nothing is reported",)
        target = args.get(0, "target") if args is not None else None
        if isinstance(target, Unknown) and target.node.place is not None:
            return (self.words.doubt_said(target.node),)
        return ("the target or the sources are not known",)

    def _gradient(self, asked: Asked, judged: Judged) -> Story:
        reach = judged.reach
        lost = reach.lost
        assert lost is not None
        outcome = outcome_of(reach)
        said = {
            Outcome.DEPENDS: f"{name_gradient(lost)} flows or not, depending on the way that the program takes",
            Outcome.FLOWS: f"{name_gradient(lost)} flows",
            Outcome.UNKNOWN: f"{name_gradient(lost)}: it is not known whether it flows",
            Outcome.PARTLY: f"{name_gradient(lost)} flows, but lacks a part",
        }
        way = [stop for stop in self.way(reach) if stop.span != asked.place.span or stop.part is not Part.OPERATION]
        path = [*way, Stop(Part.QUERY, code_of(asked.place), "", asked.place.span)]
        notes = tuple(self._about_gradient(asked, reach, outcome, path))
        title = said.get(outcome) or describe(lost)
        return Story("gradient", outcome, title, asked.place.span, tuple(path), notes)

    def _about_gradient(self, asked: Asked, reach: Reach, outcome: Outcome, path: Sequence[Stop]) -> Iterator[str]:
        shown = {stop.said for stop in path}
        if outcome is Outcome.UNKNOWN:
            yield from (said for said, plain in self.doubts(reach) if plain not in shown)
            if not reach.doubts:
                yield "the target or the source is not known to be a tensor or a variable"
            elif reach.goal in reach.doubts and reach.watch is None:
                yield "if it is a tensor, the gradient is None: a tape watches by itself only trainable variables"
        elif outcome is Outcome.FLOWS and len(reach.nodes) > 1 and reach.lost is not None:
            recorder = f"`{_name_of_tape(reach.lost.tape)}`" if asked.event is not None else "the tape of Keras"
            yield f"each operation on the way has a gradient, and {recorder} recorded it"
        elif outcome is Outcome.PARTLY:
            yield "this part of the target adds nothing to the gradient; another part does"
        elif outcome is Outcome.LOST and not reach.faults:
            stopped = any(stop.part is Part.CUT for stop in path)
            said_so = "this is taken to be meant: nothing is reported"
            yield said_so if stopped else "the target was not computed from the source"
        yield from self.besides(reach)


def _name_of_tape(tape: TapeUse) -> str:
    return tape.name or code_of(tape.made)


def _exhausted(query: Place, first: Place | None) -> Story:
    """A query on a tape that has nothing to give."""
    said = f"`{code_of(query)}` raises RuntimeError"
    if first is None:
        return Story("gradient", Outcome.LOST, f"{said}: nothing has entered the tape", query.span)
    stops = (
        Stop(Part.QUERY, code_of(first), "the first query", first.span),
        Stop(Part.CUT, code_of(query), "a tape that is not persistent keeps nothing after it", query.span),
    )
    return Story("gradient", Outcome.LOST, f"{said}: the tape was asked before", query.span, stops)


def _article(what: str) -> str:
    return what if what == "weights" else f"{'an' if what[0] in 'aeiou' else 'a'} {what}"
