"""TFG309 inner-gradient-outside-tape."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class InnerGradientOutsideTape(Rule):
    """The inner gradient of a second derivative is computed while the outer tape is not recording.

    ## What it does

    The inner gradient of a second derivative is computed while the outer tape is not recording.
    """

    code = "TFG309"
    name = "inner-gradient-outside-tape"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.INNER_GRADIENT and not fact.partial:
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is None: `{brief(fault.place.code)}` runs outside the outer tape",
                    path=path_of(fact),
                    help="ask the inner tape inside the block of the outer one",
                )
