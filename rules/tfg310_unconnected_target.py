"""TFG310 unconnected-target."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class UnconnectedTarget(Rule):
    """The target does not depend on the source.

    ## What it does

    The target does not depend on the source.
    """

    code = "TFG310"
    name = "unconnected-target"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        if not fact.faults and not fact.partial:
            yield self.report(
                fact.place.span,
                f"{gradient_of(fact)} is None: `{brief(fact.target.code)}` is not computed from it",
                path=path_of(fact),
                help="compute the target from the source, or leave the source out",
            )
