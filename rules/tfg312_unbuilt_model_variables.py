"""TFG312 unbuilt-model-variables."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts import WeightsUnbuilt
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief


class UnbuiltModelVariables(Rule):
    """A model's variables are read before the model has any.

    ## What it does

    A model's variables are read before the model has any.
    """

    code = "TFG312"
    name = "unbuilt-model-variables"

    def check(self, fact: WeightsUnbuilt) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` is an empty list: the model is not built before its first call",
            path=(Step(Role.CONSEQUENCE, "used here, still empty", fact.used.span),),
            help="call the model once on data, or give it an `Input`, before reading its variables",
        )
