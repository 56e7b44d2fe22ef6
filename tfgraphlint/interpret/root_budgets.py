"""Which functions are worth running as roots: those from which a fact can come, by the names in them."""

from __future__ import annotations

from tfgraphlint.libraries.words import GRAPH_API
from tfgraphlint.screen.graph_api_triggers import calls_graph_api
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.parts import Part
from tfgraphlint.screen.telling import naming, suspects
from tfgraphlint.screen.triggers import COMPILE, REFUSED, TRIGGERS

# What is evaluated of a root. What goes wrong in a trace stands near to where it begins, so that those end sooner.
GRADIENT_STEPS = 6_000
TRACED_STEPS = 800
# What is evaluated of the top level, and of one that only starts what other files do.
TOP_LEVEL_STEPS = 25_000
STARTING_STEPS = 8_000


class Telling:
    """The functions of a file from which a fact can come.

    A function tells if it names a trigger (``GradientTape``, ``compile``, …), if it may be traced and a symptom is
    reached from it, or if it names a function, method or class of the file that tells.
    """

    def __init__(self, outline: Outline) -> None:
        self._starts = outline.tells_by_imports
        self._parts: dict[str, list[Part]] = {}
        for part in outline.parts:
            self._parts.setdefault(part.name, []).append(part)
        graph_api = GRAPH_API if calls_graph_api(outline) else ()
        self._of_gradients = naming(outline.parts, set(), {*TRIGGERS, COMPILE, REFUSED, *graph_api})
        self._of_traces = naming(outline.parts, *suspects(outline))
        self._of_imports = naming(outline.parts, set(), set(outline.telling_imports))

    @property
    def steps_of_top_level(self) -> int:
        """How much running the top level is worth."""
        return STARTING_STEPS if self._starts else TOP_LEVEL_STEPS

    def steps(self, name: str, of: str | None = None) -> int:
        """How much running a function, or a method of the class ``of``, is worth; 0 where no fact can come of it."""
        parts = self._parts.get(name, [])
        exact = [part for part in parts if part.outer is not None and (part.outer.name or None) == of] or parts
        if not parts or any(id(part) in self._of_gradients for part in exact):
            return GRADIENT_STEPS
        return TRACED_STEPS if any(id(part) in self._of_traces for part in exact) else 0

    def steps_of_started(self, name: str, of: str | None = None) -> int:
        """The same for what is certainly started; what its imports can tell counts as well."""
        imported = any(id(part) in self._of_imports for part in self._parts.get(name, ()))
        return GRADIENT_STEPS if imported else self.steps(name, of)
