"""Where the code runs that ``with strategy.scope():`` holds, and which variables were made there.

A scope does not run its code on the replicas: what is made of it are their variables. Only ``strategy.run`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Strategy, StrategyScope
from tfgraphlint.interpret.core.provenance import Node, now
from tfgraphlint.interpret.core.value import Value


class Scopes:
    """The scopes that were entered."""

    def __init__(self) -> None:
        self.running: StrategyScope | None = None  # the one that holds the code that runs
        self.built: dict[Node, Value | None] = {}  # by layer or model: the strategy in whose scope it was first called
        self.spans: list[tuple[StrategyScope, int, int | None]] = []  # each with when it began and ended


@contextmanager
def inside(m: Machine, scope: StrategyScope) -> Iterator[None]:
    """While ``with strategy.scope():`` runs its body."""
    scopes = m.memory(Scopes)
    before, index = scopes.running, len(scopes.spans)
    scopes.running = scope
    scopes.spans.append((scope, now(), None))
    try:
        yield
    finally:
        scopes.running = before
        scopes.spans[index] = (*scopes.spans[index][:2], now())


@contextmanager
def left(m: Machine) -> Iterator[None]:
    """While code runs on the replicas, or in another thread."""
    scopes = m.memory(Scopes)
    before, scopes.running = scopes.running, None
    try:
        yield
    finally:
        scopes.running = before


def running(m: Machine) -> StrategyScope | None:
    """The scope that holds the code that runs, if any does."""
    return m.memory(Scopes).running


def note_built(m: Machine, node: Node) -> None:
    """A layer or model makes its variables here, if it has none yet."""
    scope = m.memory(Scopes).running
    m.memory(Scopes).built.setdefault(node, scope.strategy if scope is not None else None)


def was_built_in(m: Machine, strategy: Strategy, node: Node) -> bool | None:
    """Whether the layer of ``node`` was first called in a scope of this strategy; None where it was not called."""
    built = m.memory(Scopes).built
    return built[node] is strategy if node in built else None


def was_made_in(m: Machine, strategy: Strategy, node: Node) -> bool:
    """Whether what ``node`` stands for was made in a scope of this strategy."""
    spans = m.memory(Scopes).spans
    return any(
        scope.strategy is strategy and began < node.number and (ended is None or node.number < ended)
        for scope, began, ended in spans
    )
