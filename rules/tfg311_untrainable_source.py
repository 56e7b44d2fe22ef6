"""TFG311 untrainable-source."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class UntrainableSource(Rule):
    """A variable made with `trainable=False` is asked for its gradient.

    ## What it does

    A variable made with `trainable=False` is asked for its gradient.
    """

    code = "TFG311"
    name = "untrainable-source"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.UNTRAINABLE:
                yield self.report(
                    fact.place.span,
                    f"{gradient_of(fact)} is None: `{brief(fault.value)}` is not trainable and no tape watches it",
                    path=path_of(fact),
                    help=f"watch it first in the block: `{fact.tape.name or 'tape'}.watch({brief(fault.value)})`",
                )
