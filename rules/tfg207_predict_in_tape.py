"""TFG207 predict-in-tape."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class PredictInTape(Rule):
    """`predict` returns a NumPy array: no gradient comes through it.

    ## What it does

    `predict` returns a NumPy array: no gradient comes through it.
    """

    code = "TFG207"
    name = "predict-in-tape"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.PREDICT and not fact.partial:
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is None: `{brief(fault.place.code)}` returns a NumPy array",
                    path=path_of(fact),
                    help="call the model itself: `model(x, training=False)`",
                )
