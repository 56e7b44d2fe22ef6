"""Which functions of a file a fact can come from: those that name something telling, and those that name them."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraphlint.libraries.words import RUN_ONCE
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.parts import Part
from tfgraphlint.screen.tracing import TRACED_METHODS


def suspects(outline: Outline, *, through_imports: bool = True) -> tuple[set[int], set[str]]:
    """The functions that may be traced and show a symptom, and the names under which others call them."""
    telling: set[int] = set()
    names: set[str] = set()
    for part in outline.suspects(through_imports=through_imports):
        telling.add(id(part))
        while part.is_lambda and part.outer is not None:  # a lambda is looked at where it is made
            part = part.outer
            telling.add(id(part))
        if part.name and part.name not in TRACED_METHODS | RUN_ONCE:
            names.add(part.name)
    return telling, names


def naming(parts: Sequence[Part], telling: set[int], hot: set[str]) -> set[int]:
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
