"""TFG207 predict-in-tape."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import describe, short_name, trace_path


class PredictInTape(Rule):
    """`predict` returns a NumPy array, which has no gradient.

    ## What it does

    Reports `model.predict`, `predict_on_batch`, `evaluate` and `test_on_batch` where their result is on the way from a
    source to the target of a tape. These methods are meant for use outside of training: they run over batches and
    return NumPy arrays and Python numbers.

    ## Why it matters

    With Keras 3 the result is an array: all gradients are `None`, and the optimizer raises `ValueError: No gradients
    provided for any variable.` With Keras 2 the call itself fails under a tape:

        LookupError: No gradient defined for operation'IteratorGetNext'

    A number from `evaluate` or `test_on_batch` that is the target itself raises in both:

        TypeError: Cannot convert the argument `type_value`: 0.4376458525657654 to a TensorFlow DType.

    ## Known limits

    Calls outside the path are not reported: targets and buffers of reinforcement learning, a teacher's
    outputs, reports after the step. Keras 2 raises for these too while a tape records, even for a frozen
    model; move them before the block or under `tape.stop_recording()` if the code has to run there. Methods
    named `predict` or `evaluate` of the program's own classes are followed like any other method.

    ## Fix safety

    Safe for `predict(x)` and `predict_on_batch(x)` whose further arguments only concern progress or batches:
    `model(x, training=False)` computes the same values as a tensor. Unsafe where the result is then used as an
    array (its methods, item assignment), where `x` is a dataset or a generator, or where `batch_size` or
    `steps` bound the memory. For `evaluate` there is no fix: call the model and the loss function. In training
    `training=True` may be what is wanted; the fix keeps what `predict` did.

    ## When to suppress

    When no gradient is wanted; `tf.stop_gradient(model(x, training=False))` states this in the code.
    """

    code = "TFG207"
    name = "predict-in-tape"
    kinds = (FaultKind.PREDICT,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: `{short_name(fact.fault.name)}` returns a NumPy array",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, "call the model itself"),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
