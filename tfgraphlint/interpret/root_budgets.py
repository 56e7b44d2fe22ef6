"""Which functions are worth running as roots: those from which a fact can come, by the names in them."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraphlint.libraries.words import GRADIENT_TRIGGERS, GRAPH_API, RUN_ONCE
from tfgraphlint.screen.graph_api_triggers import calls_graph_api
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.parts import Part
from tfgraphlint.screen.tracing import TRACED_METHODS
from tfgraphlint.screen.triggers import COMPILE

# What is evaluated of a root. What goes wrong in a trace stands near to where it begins, so that those end sooner.
GRADIENT_STEPS = 6_000
TRACED_STEPS = 800


class Telling:
    """The functions of a file from which a fact can come.

    A function tells if it names a trigger (``GradientTape``, ``compile``, …), if it may be traced and a symptom is
    reached from it, or if it names a function, method or class of the file that tells.
    """

    def __init__(self, outline: Outline) -> None:
        self._parts: dict[str, list[Part]] = {}
        for part in outline.parts:
            self._parts.setdefault(part.name, []).append(part)
        graph_api = GRAPH_API if calls_graph_api(outline) else ()
        self._of_gradients = _closure(outline.parts, set(), {*GRADIENT_TRIGGERS, COMPILE, *graph_api})
        self._of_traces = _closure(outline.parts, *_suspects(outline))

    def steps(self, name: str, of: str | None = None) -> int:
        """How much running a function, or a method of the class ``of``, is worth; 0 where no fact can come of it."""
        parts = self._parts.get(name, [])
        exact = [part for part in parts if part.outer is not None and (part.outer.name or None) == of] or parts
        if not parts or any(id(part) in self._of_gradients for part in exact):
            return GRADIENT_STEPS
        return TRACED_STEPS if any(id(part) in self._of_traces for part in exact) else 0


def _suspects(outline: Outline) -> tuple[set[int], set[str]]:
    """The functions that may be traced and show a symptom, and the names under which others call them."""
    telling: set[int] = set()
    names: set[str] = set()
    for part in outline.suspects(through_imports=True):
        telling.add(id(part))
        while part.is_lambda and part.outer is not None:  # a lambda is looked at where it is made
            part = part.outer
            telling.add(id(part))
        if part.name and part.name not in TRACED_METHODS | RUN_ONCE:
            names.add(part.name)
    return telling, names


def _closure(parts: Sequence[Part], telling: set[int], hot: set[str]) -> set[int]:
    """With ``telling``, all functions that name one of ``hot``, or a function that does."""
    changed = True
    while changed:
        changed = False
        for part in parts:
            if id(part) not in telling and not part.words.isdisjoint(hot):
                telling.add(id(part))
                hot.add(part.name)
                changed = True
    return telling
