"""From what an observer saw to what is told of the rows that somebody asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from tfgraphlint.diagnostic import Span
from tfgraphlint.facts.common import Fault, Mode, Place, TapeUse
from tfgraphlint.facts.tracing import ArgumentRetraced, FunctionRebuilt
from tfgraphlint.interpret.core.machine import Running
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node, Verdict, ancestors
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Host, Method, Tape, Tensor, TracedCallable, Unknown
from tfgraphlint.interpret.explaining.flows import Reach, flow_between
from tfgraphlint.interpret.explaining.observer import Asked, Call, Judged, Observer, Seen
from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop, Story
from tfgraphlint.interpret.explaining.words import Words, argument_said, code_of, kind_said, name_of
from tfgraphlint.rule_api.wording import cut_label, cut_place, describe, name_gradient, traced_by
from tfgraphlint.syntax.bindings import parameters
from tfgraphlint.syntax.parents import ancestors as parents

MAX_TOLD = 6  # stories of one kind about one place
OUTCOMES = {Verdict.FLOWS: Outcome.FLOWS, Verdict.LOST: Outcome.LOST, Verdict.UNKNOWN: Outcome.UNKNOWN}


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

    def stories(self) -> list[Story]:
        """All that is known, the most important first, each once."""
        found = [*self._queries(), *self._calls(), *self._made(), *self._functions(), *self._tapes()]
        if not any(story.about in ("gradient", "call") for story in found):
            found += self._values()
        return list(dict.fromkeys(found))

    def _is_here(self, place: Place) -> bool:
        return place.span.start.row in self.rows

    # -- gradients -------------------------------------------------------------------------------

    def _queries(self) -> Iterator[Story]:
        first: dict[Story, Asked] = {}
        for asked in self.observer.asked:
            if self._is_here(asked.place):
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
        for judged in asked.judged:
            yield self._gradient(asked, judged)
        if not asked.judged:
            title = f"`{code_of(asked.place)}`: nothing is known of this gradient"
            yield Story("gradient", Outcome.UNKNOWN, title, asked.place.span, notes=self._why_unjudged(asked))

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
        way = [stop for stop in self._way(reach) if stop.span != asked.place.span or stop.part is not Part.OPERATION]
        path = [*way, Stop(Part.QUERY, code_of(asked.place), "", asked.place.span)]
        notes = tuple(self._about_gradient(asked, reach, outcome, path))
        title = said.get(outcome) or describe(lost)
        return Story("gradient", outcome, title, asked.place.span, tuple(path), notes)

    def _about_gradient(self, asked: Asked, reach: Reach, outcome: Outcome, path: Sequence[Stop]) -> Iterator[str]:
        shown = {stop.said for stop in path}
        if outcome is Outcome.UNKNOWN:
            yield from (said for said, plain in self._doubts(reach) if plain not in shown)
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
        yield from self._besides(reach)

    def _besides(self, reach: Reach) -> Iterator[str]:
        """What else is known of a gradient that flows."""
        flows, asked = reach.alike
        if asked > 1:
            yield f"drawn for one of {asked} layers or variables: it certainly flows to {flows} of them"
        for node in reach.without:
            assert node.place is not None
            yield f"none flows where the value comes from `{code_of(node.place)}` ({self.words.at(node.place)})"
        for fault in reach.also_cut:
            where = self.words.at(fault.place)
            yield f"another way is cut at `{code_of(fault.place)}` ({where}): that part adds nothing to the gradient"

    def _doubts(self, reach: Reach) -> Iterator[tuple[str, str]]:
        """Why nothing is known, with the place and without it."""
        for node in reach.doubts:
            if node.place is not None:
                said = self.words.doubt_said(node)
                yield f"{said} ({self.words.at(node.place)})", said

    def _way(self, reach: Reach) -> list[Stop]:
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

    # -- values ----------------------------------------------------------------------------------

    def _values(self) -> Iterator[Story]:
        here = [each for each in self.observer.seen if self._is_here(each.place) and not _is_in_lambda(each.place)]
        seen = [each for each in here if _what(each)]
        outer = max((_size(each.place.span) for each in seen), default=None)
        told = [self._value(each) for each in seen if _size(each.place.span) == outer]
        merged: dict[object, Story] = {}
        for story in told:  # of two that differ only in what they lead to, the one that says it
            key = story.title, story.outcome, story.path
            merged[key] = max(merged.get(key, story), story, key=lambda each: len(each.notes))
        yield from list(merged.values())[:MAX_TOLD]

    def _value(self, seen: Seen) -> Story:
        name = self.written or f"`{code_of(seen.place)}`"
        others = [reach for reach in seen.reaches if reach.start is not reach.goal]
        shown = next((reach for verdict in ORDER for reach in others if reach.verdict is verdict), None)
        path = tuple(self._way(shown)) if shown is not None else ()
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
            sources = ", ".join(dict.fromkeys(self._named(reach) for reach in flows))
            yield f"a gradient flows through it to {sources}" if seen.tapes else f"it is computed from {sources}"
        for reach in flows:
            yield from self._besides(reach)
        if flows and not seen.tapes:
            yield "no tape is recording here: no gradient comes back through it"
        for reach in others:
            if reach.partial and reach.goal is not None:
                yield f"a part of it has no gradient to {self._named(reach)}: {self._why_lost(reach, names)}"
            elif reach.verdict is Verdict.LOST and reach.goal is not None:
                yield f"no gradient flows through it to {self._named(reach)}: {self._why_lost(reach, names)}"
            elif reach.verdict is Verdict.UNKNOWN and reach.goal is not None:
                why, _ = next(self._doubts(reach), ("nobody knows which way the program takes", ""))
                yield f"it is not known whether one flows to {self._named(reach)}: {why}"
        watches = [judged.reach.watch for asked in self.observer.asked for judged in asked.judged]
        if any(watch is not None and self._is_here(watch) for watch in watches):
            yield "a tape watches it from here on"
        elif seen.tapes and isinstance(seen.value, (Tensor, Host)) and not seen.reaches:
            yield f"it is computed from no trainable variable, and from nothing that {names} watches"
        if isinstance(seen.value, Unknown) and _is_unknown(seen.value) and not seen.reaches and seen.value.node.place:
            yield f"{self.words.doubt_said(seen.value.node)} ({self.words.at(seen.value.node.place)})"
        yield from self._uses(seen)

    def _named(self, reach: Reach) -> str:
        assert reach.goal is not None
        where = f" ({self.words.at(reach.goal.place)})" if reach.goal.place is not None else ""
        return f"{name_of(reach.goal)}{where}"

    def _why_lost(self, reach: Reach, names: str) -> str:
        if not reach.faults:
            stopped = next((stop for stop in self._way(reach) if stop.part is Part.CUT), None)
            return f"{names} does not watch it" if stopped is None else stopped.said
        fault = reach.faults[0]
        return f"{cut_label(fault)} ({self.words.at(fault.place)})"

    def _uses(self, seen: Seen) -> Iterator[str]:
        starts = set(seen.nodes)
        said: dict[str, None] = {}
        for asked in self.observer.asked if starts else ():
            for judged in asked.judged:
                if not starts.isdisjoint(ancestors(judged.event.targets)):
                    outcome = outcome_of(judged.reach)
                    where = self.words.at(asked.place)
                    said[f"it leads to `{code_of(asked.place)}` at {where}: {outcome.value}"] = None
        yield from said

    # -- tapes -----------------------------------------------------------------------------------

    def _tapes(self) -> Iterator[Story]:
        for seen in self.observer.seen:
            if self._is_here(seen.place) and isinstance(seen.value, Tape) and seen.value.made.node is seen.place.node:
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
            results = [outcome_of(one.reach) for one in each.judged]
            words = ", ".join(dict.fromkeys(result.value for result in results)) or "unknown"
            notes.append(f"`{code_of(each.place)}` at {self.words.at(each.place)}: {words}")
        if not asked:
            notes.append("nothing that was read asks it for a gradient")
        return Story("tape", Outcome.INFO, "a tape that records what is computed in its block", seen.place.span,
                     notes=tuple(dict.fromkeys(notes)))

    # -- traced code -----------------------------------------------------------------------------

    def _calls(self) -> Iterator[Story]:
        told = [self._call(call) for call in self.observer.called if self._is_here(call.place)]
        merged: dict[str, Story] = {}
        for story in told:
            merged.setdefault(story.title, story)
            if story.outcome is Outcome.RETRACED:
                merged[story.title] = story
        yield from list(merged.values())[:MAX_TOLD]

    def _call(self, call: Call) -> Story:
        event = call.event
        traced, args = event.function.traced, event.args
        name = _callable_name(event.function)
        reasons = self._retraces(call.place)
        stops = [
            Stop(Part.TRACE, code_of(traced.place), f"makes a graph of `{name}`", traced.place.span),
            Stop(Part.CALL, code_of(call.place), "called eagerly: the first call traces it", call.place.span),
            *reasons,
        ]
        notes = []
        if traced.specs is not None:
            notes.append("it has an input signature: it is traced once, and numbers become tensors")
        else:
            notes += [f"{written}: {argument_said(value)}" for written, value in _arguments(event.function, args)]
        notes.append(
            "traced again in later calls: see above" if reasons else "nothing is known that has it traced again here"
        )
        if not traced.autograph:
            notes.append("autograph=False: `if` and loops are not converted")
        outcome = Outcome.RETRACED if reasons else Outcome.TRACED
        title = f"`{code_of(call.place)}` calls the tf.function `{name}`"
        return Story("call", outcome, title, call.place.span, tuple(stops), tuple(notes))

    def _retraces(self, call: Place) -> list[Stop]:
        found = []
        for fact in self.facts:
            if isinstance(fact, FunctionRebuilt) and fact.call.span == call.span:
                said = "a new tf.function is made each time: each is traced anew"
                found.append(Stop(Part.RETRACE, code_of(fact.place), said, fact.place.span))
            elif isinstance(fact, ArgumentRetraced) and fact.call.span == call.span:
                said = "another Python value each time: each has it traced again"
                found.append(Stop(Part.RETRACE, code_of(fact.place), said, fact.place.span))
        return list(dict.fromkeys(found))

    def _made(self) -> Iterator[Story]:
        for made in self.observer.made:
            function = _inner(made.event.function)
            head = function is not None and self._is_here(_head(function))
            if self._is_here(made.place) or head:
                yield self._traced(made, function)

    def _traced(self, made: Call, function: Function | None) -> Story:
        traced = made.event.traced
        calls = [each for each in self.observer.called if each.event.function.traced.place.node is traced.place.node]
        notes = [f"called at {self.words.at(call.place)}: `{code_of(call.place)}`" for call in calls]
        if traced.specs is not None:
            notes.append("it has an input signature: it is traced for nothing else")
        if not traced.autograph:
            notes.append("autograph=False: `if` and loops on tensors are not converted")
        if traced.jit:
            notes.append("jit_compile=True: XLA compiles it")
        rebuilt = any(isinstance(each, FunctionRebuilt) and each.place.span == made.place.span for each in self.facts)
        if rebuilt:
            notes.append("a new one is made each time that this runs: each is traced anew")
        if not calls:
            notes.append("nothing that was read calls it eagerly")
        name = function.name if function is not None else code_of(made.place)
        outcome = Outcome.RETRACED if rebuilt else Outcome.TRACED
        return Story("function", outcome, f"`{name}` is a tf.function: its Python runs while it is traced",
                     made.place.span, notes=tuple(dict.fromkeys(notes)))

    # -- functions -------------------------------------------------------------------------------

    def _functions(self) -> Iterator[Story]:
        for entered in self.observer.entered.values():
            definition = entered.place.node
            if isinstance(definition, cst.FunctionDef):
                named = Place(entered.place.tree, definition.name)
                if self._is_here(named):
                    yield self._function(named, definition, entered.callers.values())

    def _function(
        self, named: Place, definition: cst.FunctionDef, callers: Iterable[tuple[Place | None, Running]]
    ) -> Story:
        name = definition.name.value
        notes = []
        for caller, running in callers:
            if caller is None or caller.node is definition:
                notes.append(_uncalled(name, running))
            else:
                notes.append(f"called at {self.words.at(caller)}: {_how(running)}")
        return Story("function", Outcome.INFO, f"how `{name}` is run", named.span, notes=tuple(dict.fromkeys(notes)))


def _uncalled(name: str, running: Running) -> str:
    if running.mode is Mode.GRAPH:
        return f"it runs while {traced_by(running.by)} traces it, with arguments of which nothing is known"
    return f"nothing that was read calls `{name}`: it is read with arguments of which nothing is known"


def _how(running: Running) -> str:
    if running.mode is Mode.GRAPH:
        return f"while {traced_by(running.by)} traces it"
    return "eagerly" if running.mode is Mode.EAGER else "most likely eagerly"


def _what(seen: Seen) -> str:
    """What a value is; empty for one that no gradient can have to do with."""
    return kind_said(seen.value) or ("an object that holds variables or layers" if seen.nodes else "")


def _is_unknown(value: Value) -> bool:
    return isinstance(value, Unknown) and value.node.place is not None and not value.node.queried


ORDER = (Verdict.LOST, Verdict.UNKNOWN, Verdict.FLOWS)  # which way is drawn of several


STOPPED = {
    Flow.STOPPED: "the gradient is stopped here on purpose",
    Flow.INDEX: "only chooses among other values here",
}


def outcome_of(reach: Reach) -> Outcome:
    """How it is with one gradient."""
    if reach.partial:
        return Outcome.PARTLY
    return Outcome.DEPENDS if reach.without else OUTCOMES[reach.verdict]


def _outcome_of(reaches: Sequence[Reach]) -> Outcome:
    verdicts = {reach.verdict for reach in reaches}
    if any(reach.partial for reach in reaches) or {Verdict.LOST, Verdict.FLOWS} <= verdicts:
        return Outcome.PARTLY
    if verdicts == {Verdict.FLOWS} and any(reach.without for reach in reaches):
        return Outcome.DEPENDS
    return OUTCOMES[next(verdict for verdict in ORDER if verdict in verdicts)]


def _is_in_lambda(place: Place) -> bool:
    return any(isinstance(above, cst.Lambda) for above in parents(place.tree, place.node))


def _name_of_tape(tape: TapeUse) -> str:
    return tape.name or code_of(tape.made)


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


def _size(span: Span) -> tuple[int, int]:
    """How much of the text a span takes."""
    return span.end.row - span.start.row, span.end.column - (span.start.column if span.end.row == span.start.row else 0)


def _inner(value: Value) -> Function | None:
    if isinstance(value, TracedCallable):
        return _inner(value.inner)
    if isinstance(value, Method):
        return value.function
    return value if isinstance(value, Function) else None


def _callable_name(value: Value) -> str:
    function = _inner(value)
    return function.name if function is not None else "it"


def _head(function: Function) -> Place:
    definition = function.definition
    named = definition.name if isinstance(definition, cst.FunctionDef) else definition
    return Place(function.scope.tree, named)


def _arguments(function: TracedCallable, args: object) -> Iterator[tuple[str, Value]]:
    """The arguments by the names of their parameters."""
    inner = _inner(function)
    names = [each.name.value for each in parameters(inner.definition)] if inner is not None else []
    if isinstance(function.inner, Method):
        names = names[1:]
    for index, value in enumerate(args.positional):  # type: ignore[attr-defined]
        yield f"`{names[index]}`" if index < len(names) else f"argument {index + 1}", value
    for name, value in args.keywords.items():  # type: ignore[attr-defined]
        yield f"`{name}`", value
