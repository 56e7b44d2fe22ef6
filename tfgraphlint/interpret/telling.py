"""Which functions are worth running as roots: those from which a fact can come, by the names in them."""

from __future__ import annotations

from tfgraphlint.outline import RUN_ONCE, TRACED_METHODS, Outline, Part
from tfgraphlint.screen import COMPILE, TRIGGERS


class Telling:
    """The functions of a file from which a fact can come.

    A function tells if it names a trigger (``GradientTape``, ``compile``, …), if it may be traced and a symptom is
    reached from it, or if it names a function, method or class of the file that tells.
    """

    def __init__(self, outline: Outline) -> None:
        self._parts: dict[str, list[Part]] = {}
        for part in outline.parts:
            self._parts.setdefault(part.name, []).append(part)
        self._telling = _telling(outline)

    def tells(self, name: str, of: str | None = None) -> bool:
        """Whether running a function, or a method of the class ``of``, can yield a fact."""
        parts = self._parts.get(name, [])
        exact = [part for part in parts if part.outer is not None and (part.outer.name or None) == of]
        return not parts or any(id(part) in self._telling for part in exact or parts)


def _telling(outline: Outline) -> set[int]:
    hot = {*TRIGGERS, COMPILE}
    telling: set[int] = set()
    for part in outline.suspects(through_imports=True):
        telling.add(id(part))
        while not part.name and part.outer is not None:  # a lambda is looked at where it is made
            part = part.outer
            telling.add(id(part))
        if part.name and part.name not in TRACED_METHODS | RUN_ONCE:
            hot.add(part.name)
    changed = True
    while changed:
        changed = False
        for part in outline.parts:
            if id(part) not in telling and not part.words.isdisjoint(hot):
                telling.add(id(part))
                hot.add(part.name)
                changed = True
    return telling
