"""TFG307 swapped-grads-and-vars."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts import PairsSwapped, PairsWalked
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief


class SwappedGradsAndVars(Rule):
    """`apply_gradients` is given pairs in the wrong order, or none at all.

    ## What it does

    `apply_gradients` is given pairs in the wrong order, or none at all.
    """

    code = "TFG307"
    name = "swapped-grads-and-vars"

    def check(self, fact: PairsSwapped | PairsWalked) -> Iterable[Diagnostic]:
        if isinstance(fact, PairsSwapped):
            first, second = brief(fact.first.code), brief(fact.second.code)
            yield self.report(
                fact.place.span,
                f"`apply_gradients` wants (gradient, variable) pairs, this gives it (`{first}`, `{second}`)",
                path=(Step(Role.CONSEQUENCE, "raises AttributeError here", fact.apply.span),),
                help=f"gradients first: `zip({second}, {first})`",
            )
        else:
            yield self.report(
                fact.place.span,
                "this `zip` is walked before `apply_gradients` gets it and is empty by then",
                path=(
                    Step(Role.CUT, "walked here", fact.walked.span),
                    Step(Role.CONSEQUENCE, "nothing is left to apply", fact.apply.span),
                ),
                help=f"keep the pairs: `list({brief(fact.place.code)})`",
            )
