"""TFG503 loss-returns-nothing."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.gradients import LossReturnsNothing as Returned
from tfgraphlint.rule_api.rule import Rule


class LossReturnsNothing(Rule):
    """A loss ends without `return` and returns None.

    ## What it does

    Reports a function that is used as a loss (passed to `compile`, the `call` of a `Loss`, the target of a tape) and
    that ends without returning a value on the path that is taken. The report is at its `def`.

    ## Why it matters

    A Python function without `return` gives None, and the error names nothing else:

        ValueError: None values not supported.
        ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.
        TypeError: Argument `target` should be a list or nested structure of Tensors, Variables or CompositeTensors to
        be differentiated, but received None.

    The first comes from `fit`, the second from `fit` with `run_eagerly=True`, the third from a tape.

    ## Known limits

    A path without `return` counts only where it is certain to be taken: a chain of `if kind == ...` without an `else`
    is reported when the kind is known and has no branch. Silent where a path ends in `raise`, in a loop that always
    returns, or in a `with` or `try` that does. A method that keeps its result in an attribute on purpose, which is then
    the target, is fine. A `return` in only one branch of a tensor's `if` is TFG413, or TFG412 where AutoGraph is off. A
    factory that forgets to return its inner function gives `compile` None for a loss: "No loss to compute".

    ## Fix safety

    No fix: only the author knows which value should be returned.

    ## When to suppress

    Hardly ever.
    """

    code = "TFG503"
    name = "loss-returns-nothing"

    def check(self, fact: Returned) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{fact.name}` is used as a loss and returns None: it ends without `return`",
            path=(Step(Role.CONSEQUENCE, "differentiates None", fact.asked.span),),
            help="return the loss",
        )
