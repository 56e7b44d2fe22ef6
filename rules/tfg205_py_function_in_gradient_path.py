"""TFG205 py-function-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import FaultKind, GradientLost
from tfgraphlint.rule import Rule
from tfgraphlint.story import gradient_of, outcome, path_of, short_name


class PyFunctionInGradientPath(Rule):
    """`tf.numpy_function` or a `tf.py_function` with NumPy inside cuts the gradient.

    ## What it does

    `tf.numpy_function` or a `tf.py_function` with NumPy inside cuts the gradient.
    """

    code = "TFG205"
    name = "py-function-in-gradient-path"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.PY_FUNCTION and (not fact.partial or fault.outcome == "zero"):
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} is {outcome(fact.faults)}: `{short_name(fault.name)}` runs outside TensorFlow",
                    path=path_of(fact),
                    help="use TensorFlow operations, or give the function a gradient with `tf.custom_gradient`",
                )
