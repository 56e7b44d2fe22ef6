"""TFG306 swapped-target-and-sources."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import QuerySwapped
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief


class SwappedTargetAndSources(Rule):
    """`tape.gradient` is given the variables as target and the loss as source.

    ## What it does

    `tape.gradient` is given the variables as target and the loss as source.
    """

    code = "TFG306"
    name = "swapped-target-and-sources"

    def check(self, fact: QuerySwapped) -> Iterable[Diagnostic]:
        target, source = brief(fact.target.code), brief(fact.source.code)
        yield self.report(
            fact.place.span,
            f"the gradient of `{target}` with respect to `{source}` is None: target and sources are swapped",
            help=f"the target comes first: `gradient({source}, {target})`",
        )
