"""TFG305 nothing-watched."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class NothingWatched(Rule):
    """A tape that watches no variables by itself was told to watch nothing.

    ## What it does

    A tape that watches no variables by itself was told to watch nothing.
    """

    code = "TFG305"
    name = "nothing-watched"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.NOTHING_WATCHED:
                yield self.report(
                    fact.tape.made.span,
                    f"{gradient_of(fact)} is None: with `watch_accessed_variables=False` nothing watches `{brief(fault.value)}`",
                    path=path_of(fact),
                    help=f"watch it first in the block: `{fact.tape.name or 'tape'}.watch({brief(fault.value)})`",
                )
