"""TFG302 watched-too-late."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class WatchedTooLate(Rule):
    """The tensor is watched after it was used.

    ## What it does

    The tensor is watched after it was used.
    """

    code = "TFG302"
    name = "watched-too-late"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.WATCHED_LATE:
                what = "lacks a part" if fault.outcome == "part" else "is None"
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} {what}: `{brief(fault.value)}` was used before it is watched here",
                    path=path_of(fact),
                    help="watch it first in the block, before any operation on it",
                )
