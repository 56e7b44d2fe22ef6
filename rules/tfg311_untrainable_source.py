"""TFG311 untrainable-source."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes.add_watch import is_plain_variable, watched
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path

OF_KERAS = "make the weight trainable; on Keras 3 `tape.watch` does not accept the weights of a layer"


class UntrainableSource(Rule):
    """The source of a gradient is a variable created with `trainable=False`.

    ## What it does

    Reports a query whose source is a variable created with `trainable=False` that the tape does not watch, while the
    target depends on it. The report is at the query.

    ## Why it matters

    A tape watches trainable variables automatically, and no others. For `tf.Variable(..., trainable=False)` and for
    `add_weight(..., trainable=False)` the gradient is `None`, without a warning, alone or in a list beside gradients of
    trainable variables. The moving mean and variance of a BatchNormalization layer are such variables. The error is

        TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'
        ValueError: None values not supported.

    ## Known limits

    Freezing a Keras layer is something else: `layer.trainable = False` and `Dense(3, trainable=False)` empty
    `layer.trainable_variables`, but the kernel given by name as a source still gets its gradient. That is silent. So
    are step counters, running statistics and other variables that are not sources, variables watched by hand, and a
    `trainable` argument that is not known.

    ## Fix safety

    Safe for a `tf.Variable`: `tape.watch(v)` becomes the first statement of the block. For a Keras weight nothing is
    inserted: Keras 3 variables are refused by `watch` (`ValueError: Passed in object ... of type 'Variable'`). There
    change the code by hand: make the weight trainable and leave it out of the optimizer's list, or with Keras 3 watch
    `layer.gain.value`, with Keras 2 `layer.gain`.

    ## When to suppress

    When `None` is expected and skipped, for instance while going through all variables of a model and
    leaving out those without a gradient.
    """

    code = "TFG311"
    name = "untrainable-source"
    kinds = (FaultKind.UNTRAINABLE,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        value, tape = brief(fact.fault.value), fact.lost.tape.name or "tape"
        is_plain = is_plain_variable(fact.lost.source)
        yield self.report(
            fact.lost.place.span,
            f"{describe(fact.lost)}: it is not trainable and not watched",
            path=trace_path(fact),
            help=f"watch it first in the block: `{tape}.watch({value})`" if is_plain else OF_KERAS,
            fix=watched(fact.lost) if is_plain else None,
        )
