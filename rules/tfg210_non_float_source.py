"""TFG210 non-float-source."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import gradient_of, path_of


class NonFloatSource(Rule):
    """The source is an integer, boolean or string: it has no gradient.

    ## What it does

    The source is an integer, boolean or string: it has no gradient.
    """

    code = "TFG210"
    name = "non-float-source"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.NON_FLOAT:
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is None: it does not hold floating-point numbers",
                    path=path_of(fact),
                    help="make it floating point: `3.0` instead of `3`, or `dtype=tf.float32`",
                )
