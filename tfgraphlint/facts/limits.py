"""Facts about what was left unseen, since a file is read within limits."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from tfgraphlint.facts.common import Fact, Place


@dataclass(frozen=True, eq=False)
class ReadInPart(Fact):
    """A function, or the top level of a file (``name`` is empty), was not followed to its end, or some calls in it were
    not: that takes too many steps. What is wrong in the rest is not seen."""

    place: Place
    name: str

    @property
    def row(self) -> int:
        """Where it begins."""
        node = self.place.node
        return self.place.tree.row(node) if isinstance(node, (cst.FunctionDef, cst.ClassDef)) else 1
