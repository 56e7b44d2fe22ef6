"""TFG209 variable-rebound."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost, VariableAugmented
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class VariableRebound(Rule):
    """A name that held a variable now holds a tensor.

    ## What it does

    A name that held a variable now holds a tensor.
    """

    code = "TFG209"
    name = "variable-rebound"

    def check(self, fact: GradientLost | VariableAugmented) -> Iterable[Diagnostic]:
        if isinstance(fact, VariableAugmented):
            target = brief(fact.target.code)
            yield self.report(
                fact.place.span,
                f"`{target} {fact.operator}= ...` on a variable raises RuntimeError",
                help=f"change the variable in place: `{target}.assign_sub(...)`, `{target}.assign(...)`",
            )
            return
        for fault in fact.faults:
            if fault.kind is FaultKind.REBOUND:
                name = brief(fault.value)
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is None: `{name}` was a variable and becomes a plain tensor here",
                    path=path_of(fact),
                    help=f"change the variable in place: `{name}.assign_sub(...)` or `{name}.assign(...)`",
                )
