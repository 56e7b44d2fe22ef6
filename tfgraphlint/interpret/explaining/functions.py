"""What is told of calls of a ``tf.function``, of where one is made, and of how other functions are run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.facts.tracing import ArgumentRetraced, FunctionRebuilt
from tfgraphlint.interpret.core.machine import Running
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Method, TracedCallable
from tfgraphlint.interpret.explaining.observer import Call
from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop, Story
from tfgraphlint.interpret.explaining.ways import MAX_TOLD, Teller
from tfgraphlint.interpret.explaining.words import argument_said, code_of
from tfgraphlint.rule_api.wording import traced_by
from tfgraphlint.syntax.bindings import parameters


class TracedCalls(Teller):
    """Tells of calls that have a function traced."""

    def stories(self) -> Iterator[Story]:
        """One story for each call."""
        told = [self._call(call) for call in self.observer.called if self.is_here(call.place)]
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


class Functions(Teller):
    """Tells of the head of a function, and of what makes a ``tf.function`` of it."""

    def stories(self) -> Iterator[Story]:
        """What traces it, and who calls it."""
        yield from self._made()
        yield from self._functions()

    def _made(self) -> Iterator[Story]:
        for made in self.observer.made:
            function = _inner(made.event.function)
            head = function is not None and self.is_here(_head(function))
            if self.is_here(made.place) or head:
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

    def _functions(self) -> Iterator[Story]:
        for entered in self.observer.entered.values():
            definition = entered.place.node
            if isinstance(definition, cst.FunctionDef):
                named = Place(entered.place.tree, definition.name)
                if self.is_here(named):
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
