"""TFG208 assign-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class AssignInGradientPath(Rule):
    """A value assigned to a variable and read back has lost its gradient.

    ## What it does

    A value assigned to a variable and read back has lost its gradient.
    """

    code = "TFG208"
    name = "assign-in-gradient-path"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.ASSIGN and not fact.partial:
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is None: `{brief(fault.place.code)}` is no operation that a tape follows",
                    path=path_of(fact),
                    help="use the tensor itself where the gradient is needed, and assign afterwards",
                )
