"""TFG312 unbuilt-model-variables."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.gradients import WeightsUnbuilt
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief


class UnbuiltModelVariables(Rule):
    """A model's variables are read before the model has any.

    ## What it does

    Reports `trainable_variables`, `trainable_weights`, `variables` or `weights` of a model or layer that
    are read and kept before anything has built it, and used later as sources, for an optimizer's `build` or
    as its pairs. The report is where they are read.

    ## Why it matters

    Layers create their weights at the first call. Before, the list is empty, and the copy that was kept stays empty:
    `tape.gradient` returns `[]`. What follows depends on the version. Keras 3 raises when it is applied:

        ValueError: not enough values to unpack (expected 2, got 0)

    Keras 2 applies nothing for a subclassed model, without a warning: nothing is trained. For a Sequential it raises at
    the reading:

        ValueError: Weights for model 'sequential' have not yet been created.

    Joined with another variable the list is not empty, and both versions train that one alone, without a warning. An
    optimizer built for the empty list refuses the real ones later: `ValueError: Unknown variable` (Keras 3), `KeyError:
    'The optimizer cannot recognize variable'` (Keras 2).

    ## Known limits

    Silent for models with an `Input` or `input_shape`, functional models, `build(shape)` of a Sequential, weights made
    in `__init__`, a list read again after the first call, a property that reads it again, and a list that is only
    counted or printed. On Keras 3 `build(shape)` of a subclass without a `build` of its own makes no weights and only
    warns; on Keras 2 it makes them. A model of an unknown class is silent.

    ## Fix safety

    No fix is applied. The suggestion is to call the model once on data of the right shape before the
    variables are read, `model(inputs[:1])`, or to read them in the step. The first call runs the model; a
    random layer moves the state of its generator.

    ## When to suppress

    When other code has built the model before, for example a loader of checkpoints.
    """

    code = "TFG312"
    name = "unbuilt-model-variables"

    def check(self, fact: WeightsUnbuilt) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` is an empty list: the model has no variables before its first call",
            path=(Step(Role.CONSEQUENCE, "still empty when it is used here", fact.used.span),),
            help="call the model once on data, or give it an `Input`, before you read its variables",
        )
