"""TFG205 py-function-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import describe, short_name, trace_path


class PyFunctionInGradientPath(Rule):
    """`tf.numpy_function` or a `tf.py_function` with NumPy inside cuts the gradient.

    ## What it does

    Reports `tf.numpy_function` where it stands on the only way from a source to the target, and
    `tf.py_function` whose body leaves TensorFlow, by `.numpy()` or a NumPy call, wherever it stands on a way.
    The report is at the call of `numpy_function` or `py_function`, also where it is in a helper.

    ## Why it matters

    `tf.numpy_function` has no gradient: `tape.gradient` returns `None`. `tf.py_function` runs its body under
    a tape of its own, finds no gradient in a body of NumPy, and sends back a scalar zero. What becomes of
    that zero depends on what stands before the call. After `exp`, `softmax` or a product it ends as a silent
    zero, and nothing is ever learned. After a matrix product, a Dense layer, `relu`, `tanh` or `reshape`
    it does not fit, and the query raises, far from its cause:

        InvalidArgumentError: The two arguments to a cwise op must have same number of elements, got 18 and 1

    Where the source also has a live path, the sum of both does not fit either:

        InvalidArgumentError: Inputs to operation AddN of type AddN must have the same size and shape.

    The report says that the gradient is zero where that is certain, and names both outcomes where the shapes decide.

    ## Known limits

    A `py_function` whose body consists of TensorFlow operations keeps the gradient and is not reported; a function
    whose body is unknown is not reported. Nor are input pipelines, calls whose result does not reach the target, and of
    bodies inside `tf.custom_gradient`. A term lost in a `numpy_function` beside a live path is reported by TFG211.

    ## Fix safety

    Unsafe. A function of the same file that is used for this call alone, computes one statement after the other and
    uses NumPy only where TensorFlow has an equivalent, is rewritten with TensorFlow functions and called directly,
    without the wrapper. Otherwise there is no fix. Where the body cannot be written so (a simulator, a library),
    `tf.custom_gradient` can state its gradient.

    ## When to suppress

    When no gradient is wanted through the call. Better state it: `tf.stop_gradient(tf.numpy_function(...))`.
    """

    code = "TFG205"
    name = "py-function-in-gradient-path"
    kinds = (FaultKind.PY_FUNCTION,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        outcome = describe(fact.lost)
        why = f"`{short_name(fact.fault.name)}` runs outside TensorFlow"
        if "InvalidArgumentError" in outcome:
            why = "NumPy in its body"
        yield self.report(
            fact.place.span,
            f"{outcome}: {why}",
            path=trace_path(fact),
            help="use TensorFlow operations, or give the function a gradient with `tf.custom_gradient`",
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
