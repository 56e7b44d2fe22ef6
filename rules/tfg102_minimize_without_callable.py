"""TFG102 minimize-without-callable."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import LossNotCallable
from tfgraphlint.rule import Rule


class MinimizeWithoutCallable(Rule):
    """An optimizer's `minimize` is given a tensor instead of a function.

    ## What it does

    An optimizer's `minimize` is given a tensor instead of a function.
    """

    code = "TFG102"
    name = "minimize-without-callable"

    def check(self, fact: LossNotCallable) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{fact.method}` is given a tensor: eagerly it needs a function, or a tape and `apply_gradients`",
            help="compute the loss inside `with tf.GradientTape() as tape:` and call `apply_gradients`",
        )
