"""TFG315 optimizer-shared-by-models."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.gradients import OptimizerShared
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import trace_calls


class OptimizerSharedByModels(Rule):
    """An optimizer is given the variables of a second model.

    ## What it does

    Reports `optimizer.apply_gradients(...)`, `minimize`, `apply` and `model.fit(...)` where the optimizer was used
    before, for variables of something else: another network, a model that was made anew, a part of the model.

    ## Why it matters

    An optimizer of Keras makes its own variables in its first step: momentum and the like, one for each variable that
    it is given there. It takes no others afterwards, also if it needs none for them, as `SGD` does. Keras 3 says:

        ValueError: Unknown variable: <Variable path=sequential_1/dense_1/kernel, …>. This optimizer can only be called
        for the variables it was originally built with. When working with a new set of variables, you should recreate a
        new optimizer instance.

    and Keras 2:

        KeyError: The optimizer cannot recognize variable dense_1/kernel:0. This usually means you are trying to call
        the optimizer to update different parts of the model separately. Please call `optimizer.build(variables)` with
        the full list of trainable variables before the training loop or use legacy optimizer …

    ## Known limits

    Reported where it is known which variables both steps are given, and that there are some. With Keras 2 none of
    those of the first step may be among those of the second: it passes over variables without gradient. Silent where
    some layer does not train (`layer.trainable = False`). The optimizers of `keras.optimizers.legacy` and of
    TensorFlow 1 take any variables at any time.

    ## Fix safety

    No fix. Most often each model gets an optimizer of its own. One for all needs
    `optimizer.build(a.trainable_variables + b.trainable_variables)` before the first step.

    ## When to suppress

    When the error is the point, for example in a test.
    """

    code = "TFG315"
    name = "optimizer-shared-by-models"

    def check(self, fact: OptimizerShared) -> Iterable[Diagnostic]:
        call = fact.place.node
        function = call.func if isinstance(call, cst.Call) else call
        known = f"`{brief(fact.known.code, 30)}`" if fact.known is not None else "the variables of its first step"
        if fact.known is not None and fact.variables is not None and fact.known.node is fact.variables.node:
            known = f"another `{brief(fact.known.code, 30)}`"
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.tree.code(function), 40)}` raises {fact.error}: the optimizer was made for {known}",
            path=(*_first(fact), *trace_calls(fact.calls, fact.place)),
            help="make an optimizer for each model, or give one `optimizer.build(variables)` with all of them first",
        )


def _first(fact: OptimizerShared) -> tuple[Step, ...]:
    """The first step, by the call that told it apart from this one."""
    others = [call for call in fact.first_calls if all(call.node is not here.node for here in fact.calls)]
    place = others[0] if fact.first.node is fact.place.node and others else fact.first
    if place.node is fact.place.node:
        return ()
    return (Step(Role.CONSEQUENCE, "its first step is here: it takes no other variables afterwards", place.span),)
