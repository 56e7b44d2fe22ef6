"""Paths that start from the same state and meet again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.store import Changes


def branch(m: Machine, paths: Sequence[Callable[[], bool]]) -> bool:
    """Run each path from the same state and join those that go on."""
    return meet(m, run_apart(m, paths))


def run_apart(m: Machine, paths: Sequence[Callable[[], bool]]) -> list[Changes | None]:
    """What each path changes, run from the same state; None for one that does not go on."""
    ends: list[Changes | None] = []
    for path in paths:
        mark = m.store.mark()
        ends.append(m.store.changes(mark) if path() else None)
        m.store.rewind(mark)
    return ends


def meet(m: Machine, ends: Sequence[Changes | None]) -> bool:
    going_on = [end for end in ends if end is not None]
    m.store.merge(going_on)
    return bool(going_on)
