"""TFG202 numpy-call-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import Cause, GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.fixes.suggestions import name_replacement
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import OF_OPERATOR, describe, is_operator, short_name, trace_path

COLLECT = "collect the tensors in a list, and make one of them with `tf.stack` or `tf.concat`"
WITH_FIX = "use the TensorFlow function with the same meaning"


class NumpyCallInGradientPath(Rule):
    """A NumPy function on the way from source to target cuts the gradient.

    ## What it does

    Reports a NumPy function (or one of SciPy or scikit-learn) applied to a tensor or variable on the way from a source
    to the target of a tape: `np.sum(weights ** 2)`, `np.log(probabilities)`. The report is at the call. Further NumPy
    calls on its result belong to the same report, and calls on an array that left TensorFlow before, for example
    through `.numpy()`, to that report (TFG201). With Keras 3, so is an operator between an array, or a number of NumPy,
    and a weight of Keras on its right: `mask * self.kernel`, `np.sqrt(2.0) * self.scale`.

    ## Why it matters

    NumPy converts the tensor to an array and computes outside TensorFlow. The result is a constant for the tape, and
    `tape.gradient` returns `None` without a warning. Of about 110 functions tried, all lose the gradient. The error
    comes later, from the optimizer:

        ValueError: No gradients provided for any variable.

    or not at all, when the gradient is only printed, summed or skipped. If the array is itself the target,
    the query raises `AttributeError: 'numpy.float32' object has no attribute '_id'`.

    NumPy leaves `array * x` to TensorFlow where `x` is a tensor or a `tf.Variable`, and in Keras 2 a weight was one.
    A weight of Keras 3 is a `keras.Variable`, which NumPy takes for an array: the code runs as before, and the
    weight is never trained. With the weight on the left, `self.kernel * mask`, TensorFlow computes it.

    ## Known limits

    `np.flip` of a tensor only slices it and keeps the gradient; `np.shape`, `np.ndim` and `np.size` read no
    value. These are silent, as are operators between arrays and tensors or `tf.Variable`s in either order
    (`np.sqrt(2.0) * x`, `array @ x`, `array += x`), which TensorFlow computes and records, NumPy on constants, labels
    and shapes, and `tf.experimental.numpy` and `keras.ops`. Functions that are not in the derived table, and
    values that are not known to be tensors, are silent. In traced code the same call raises; that is
    TFG402. `math.log(t)` is TFG203. A weight that a class inherits from a layer of Keras (`self.kernel` in a subclass
    of `Dense`) is not told apart from the others of that layer, and is silent.

    ## Fix safety

    Safe where the derived table knows a TensorFlow function that gave the same value, shape and dtype each time when
    both were run, with the same `axis` and `keepdims`, and every use of the result is known in the file and takes a
    tensor. Unsafe where the rules for dtype or rank differ (NumPy computes in float64, takes lists, broadcasts
    integers), where not all uses of the result are known, or a comment would be lost. `array * weight` becomes
    `array * tf.convert_to_tensor(weight)`, unsafe since the result has the dtype of the weight then. Methods
    of the array that follow (`.mean()`, `.T`, `.astype()`) are rewritten as well; where one has no equivalent, there is
    no fix. Where there is only `tf.experimental.numpy`, that is suggested and never applied.

    ## When to suppress

    When the value is meant to be a constant for training. `tf.stop_gradient` around the tensor states this without
    NumPy.
    """

    code = "TFG202"
    name = "numpy-call-in-gradient-path"
    kinds = (FaultKind.NUMPY_CALL,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        words = COLLECT if _is_stored(fact) else WITH_FIX if fix is not None else name_replacement(fact.fault.name)
        words = OF_OPERATOR if is_operator(fact.fault.name) else words
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: {_describe_cut(fact)}",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, words),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )


def _is_stored(cut: Cause) -> bool:
    """Whether a tensor is assigned to items of an array."""
    return cut.fault.name.endswith("__setitem__")


def _describe_cut(cut: Cause) -> str:
    if _is_stored(cut):
        return f"`{brief(cut.place.code)}` stores it in a NumPy array"
    if is_operator(cut.fault.name):
        return f"NumPy computes `{brief(cut.place.code)}`"
    return f"`{short_name(cut.fault.name)}` runs outside TensorFlow"
