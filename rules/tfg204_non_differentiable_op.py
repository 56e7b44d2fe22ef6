"""TFG204 non-differentiable-op."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, outcome, path_of


class NonDifferentiableOp(Rule):
    """An operation without a gradient is the only way from source to target.

    ## What it does

    An operation without a gradient is the only way from source to target.
    """

    code = "TFG204"
    name = "non-differentiable-op"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.NON_DIFFERENTIABLE and not fact.partial:
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is {outcome(fact.faults)}: `{brief(fault.place.code)}` has no gradient",
                    path=path_of(fact),
                    help="use a differentiable form, or `x + tf.stop_gradient(f(x) - x)` to pass the gradient straight through",
                )
