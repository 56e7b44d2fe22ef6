"""TFG212 nan-gradient."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Severity, Step
from tfgraphlint.facts.gradients import GradientNotFinite
from tfgraphlint.fixes import double_where
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief


class NanGradient(Rule):
    """The gradient is NaN where the value is right.

    ## What it does

    Reports a gradient that is NaN although the value is right. First, `tf.where(condition, f(x), y)` where
    the derivative of `f` is not finite at points that the condition excludes: `tf.math.log(x)`, `x ** 0.5`,
    `1 / x`, `x ** -1`, `sin(x) / x`, `tf.acos(x)`, `tf.exp(x)` that overflows. Second, `tf.norm`, `tf.sqrt` of a sum
    of squares and `tf.math.reduce_std` of what is certainly zero: a variable that starts at zero, or the
    difference of a point to itself.

    ## Why it matters

    `tf.where` computes both branches and differentiates both. For the branch not taken the gradient that comes
    back is zero, zero times infinity is NaN, and one NaN spreads to all weights in the next step. No
    version of TensorFlow warns. Seen at the edge: NaN for `log`, division and negative powers at 0, for `** 0.5` at
    0 and below, for `acos` at 1 and beyond, for `log(1 + exp(x))` at 100. The gradient of `tf.norm` at the zero
    vector is NaN, that of `tf.sqrt(0.0)` infinite.

    ## Known limits

    TensorFlow's gradients of `tf.sqrt`, `tf.math.rsqrt` and `tf.math.reciprocal` stay finite where zero
    comes back to them, so these are not reported under `where`; the same `1 / x` and `x ** 0.5` written with
    operators are. For the same reason the root of a zero does no harm where what follows has slope zero there
    (`(distances - wanted) ** 2` with a wanted zero). An epsilon, `maximum`, `clip_by_value` or a second `where`
    inside silences the report, and so does an argument that is known not to reach the point (`tf.nn.softmax`,
    `tf.exp`). A mask
    that multiplies a logarithm is as bad (`0 * log(0)` is NaN already as a value) and not reported.

    ## Fix safety

    Unsafe. The argument gets a `where` of its own, `tf.where(x > 0, tf.math.log(tf.where(x > 0, x, 1.0)), 0.0)`, so
    that `f` never sees the bad point; values and gradients elsewhere stay as they are. This is built where `f` is
    written within the call of `tf.where`, below operators and functions that compute each element by itself, and where
    condition and argument call nothing but TensorFlow. There is no fix where `f(x)` was computed before or in a helper,
    and none for roots of zeros: add a small number under the root, or use the squared norm. Often there is a function
    for the purpose: `tf.math.divide_no_nan`, `tf.math.xlogy`, `tf.math.log_sigmoid`, `tf.nn.softplus`.

    ## When to suppress

    When the data cannot reach the point, and the code cannot show it.
    """

    code = "TFG212"
    name = "nan-gradient"
    severity = Severity.WARNING

    def check(self, fact: GradientNotFinite) -> Iterable[Diagnostic]:
        what, source = brief(fact.operation.code), brief(fact.source.code)
        path = (
            Step(Role.CUT, "its derivative is not finite here", fact.operation.span),
            Step(Role.CONSEQUENCE, f"the gradient with respect to `{source}` is computed here", fact.source.span),
        )
        if fact.place.node is fact.operation.node:
            message = f"the gradient with respect to `{source}` is NaN: `{what}` takes the root of a zero"
            yield self.report(fact.place.span, message, path=path, help="add a small number before the root")
        else:
            message = f"the gradient with respect to `{source}` is NaN where `where` does not choose `{what}`"
            remedy = "guard the argument as well: `tf.where(c, f(tf.where(c, x, 1.0)), y)`"
            yield self.report(fact.place.span, message, path=path, help=remedy, fix=double_where.guarded(fact))
