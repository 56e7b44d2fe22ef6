"""Compound statements that change how their body runs: ``with``, conditions, loops, ``try``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import arguments, strategy_scopes, unknown_calls
from tfgraphlint.interpret.core.autograph import inside
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import (
    GeneratorManager,
    Graph,
    InitScope,
    StopRecording,
    StrategyScope,
    TensorArray,
)
from tfgraphlint.interpret.core.provenance import now
from tfgraphlint.interpret.core.structures import MAX_LEVELS
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Choice, Dict, Instance, Items, Object, Spread, Tape, Tensor
from tfgraphlint.interpret.gradients import tapes
from tfgraphlint.interpret.python import generators
from tfgraphlint.interpret.python.targets import bind
from tfgraphlint.libraries.words import EXPECTS_FAILURE


def with_statement(m: Machine, node: cst.With) -> bool:
    """Enter the managers from left to right, run the body, leave them in reverse."""
    return _with_items(m, node, node.items)


def _with_items(m: Machine, node: cst.With, items: Sequence[cst.WithItem]) -> bool:

    if not items:
        return m.execute(node.body)

    item = items[0]
    value = m.evaluate(item.item)

    def body() -> bool:
        return _with_items(m, node, items[1:])

    def enter(bound: Value) -> None:
        if item.asname is not None:
            bind(m, item.asname.name, bound)

    return run_with(m, node, item.item, value, enter, body)


def run_with(
    m: Machine, node: cst.With, expression: cst.BaseExpression, value: Value,
    enter: Callable[[Value], None], body: Callable[[], bool],
) -> bool:
    """Run ``body`` inside the context manager ``value``."""
    if isinstance(value, Tape):
        return tapes.run_inside(m, node, value, enter, body)
    if isinstance(value, GeneratorManager):
        return _run_generator(m, value, enter, body)
    if isinstance(value, StopRecording) and value.tape is not None:
        enter(Const(None))
        return tapes.run_paused(m, value.tape, body)
    if isinstance(value, Graph):
        enter(value)
        with m.run_as(Running(Mode.GRAPH, m.place(expression), by="tensorflow.Graph")):
            return body()
    if isinstance(value, StrategyScope):
        enter(value)
        with strategy_scopes.inside(m, value):
            return body()
    if isinstance(value, InitScope):
        enter(Const(None))
        with m.run_as(Running(Mode.UNKNOWN, m.place(expression))):
            return body()
    if _fails_on_purpose(expression):
        enter(m.opaque(expression, [value]))
        with m.mute():
            return body()
    if isinstance(value, Instance):
        return _run_instance(m, node, expression, value, enter, body)
    tapes_inside = tapes.held(value)
    for tape in tapes_inside:
        unknown_calls.escape(m, tape)
    enter(value if isinstance(value, Object) else m.opaque(expression, [value]))
    eager = m.mode is Mode.EAGER or m.running.uncalled
    if not isinstance(value, Object) and eager and _may_enter_graph(m, expression):
        with m.run_as(Running(Mode.UNKNOWN, m.place(expression))):
            return body()
    return body()


def _may_enter_graph(m: Machine, expression: cst.BaseExpression) -> bool:
    """Whether a manager that nobody knows may be a graph or session: ``self.graph.as_default()``, not a writer's."""
    text = m.frame.scope.tree.code(expression).lower()
    if "as_default" in text:
        return not any(word in text for word in ("writer", "summary", "logger"))
    return "graph" in text or "session" in text


def _fails_on_purpose(expression: cst.BaseExpression) -> bool:
    function = expression.func if isinstance(expression, cst.Call) else expression
    if isinstance(function, cst.Attribute):
        return function.attr.value in EXPECTS_FAILURE
    return isinstance(function, cst.Name) and function.value in EXPECTS_FAILURE


def _run_generator(
    m: Machine, value: GeneratorManager, enter: Callable[[Value], None], body: Callable[[], bool]
) -> bool:
    """``@contextmanager``: the body of ``with`` runs where the generator yields."""
    caller = m.frame
    goes_on = [True]

    def at_yield(yielded: Value) -> None:
        inner, m.frame = m.frame, caller
        try:
            enter(yielded)
            goes_on[0] = body()
        finally:
            m.frame = inner

    generators.run_to_yield(m, value, at_yield)
    return goes_on[0]


def _run_instance(
    m: Machine, node: cst.With, expression: cst.BaseExpression, value: Instance,
    enter: Callable[[Value], None], body: Callable[[], bool],
) -> bool:
    method = m.attribute(value, "__enter__", expression)
    bound = m.call(method, arguments.Arguments([]), expression) if method else m.opaque(expression, [value])
    enter(bound)
    goes_on = body()
    leave = m.attribute(value, "__exit__", expression)
    if leave is not None:
        m.call(leave, arguments.Arguments([Const(None)] * 3), expression)
    return goes_on


@contextmanager
def loop(m: Machine, by_tensor: bool | None) -> Iterator[None]:
    """Around the turns of a loop. One of the graph has a graph of its own, that hands out only bound names."""
    if not by_tensor or not m.graphs:
        yield
        return
    outer, mark = m.graphs, m.store.mark()
    m.graphs = (*outer, now())
    try:
        yield
    finally:
        began, m.graphs = m.graphs[-1], outer
        bound = m.store.changes(mark)
        m.store.keep(mark)
        for state, key, held in bound.values():
            if isinstance(held, Value):
                m.store.write(state, key, _handed_on(m, held, began, outer[-1]))


def _handed_on(m: Machine, value: Value, began: int, graph: int, levels: int = MAX_LEVELS) -> Value:
    """What the graph of a loop hands out for a value bound in it: tensors of ``graph``, also in what was made there."""

    def inner(held: Value) -> Value:
        return _handed_on(m, held, began, graph, levels - 1)

    if not levels:
        return value
    if isinstance(value, Tensor):
        return replace(value, graph=graph) if value.graph == began else value
    if isinstance(value, Choice):
        return Choice(tuple(inner(option) for option in value.options))
    if isinstance(value, Items) and value.made > began:
        items = value.items
        new = Spread(inner(items.element)) if isinstance(items, Spread) else tuple(inner(item) for item in items)
        m.store.set(value, Items.items, new)
    elif isinstance(value, Dict) and value.made > began or isinstance(value, TensorArray):
        for key, held in list(value.state.items()):
            if isinstance(held, Value):
                m.store.write(value.state, key, inner(held))
    return value


CATCHES_ALL = ("Exception", "BaseException", "RuntimeError", "AttributeError", "ValueError", "TypeError")


@contextmanager
def guarded(m: Machine, node: cst.Try | cst.TryStar) -> Iterator[None]:
    """Around the body of a ``try``: an error that a handler expects is no evidence."""
    expects = any(_expects_errors(handler) for handler in node.handlers)
    m.guards += expects
    try:
        with inside(m, node, "try", None):
            yield
    finally:
        m.guards -= expects


def _expects_errors(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    if handler.type is None:
        return True
    kinds = [e.value for e in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    return any(isinstance(kind, cst.Name) and kind.value in CATCHES_ALL for kind in kinds)


def assigned(m: Machine, target: cst.BaseExpression, value: Value, node: cst.CSTNode) -> None:
    """An assignment is about to bind ``value`` to ``target``: note where a variable is lost by it."""
    tapes.rebinding(m, target, value, node)
