"""TFG203 python-scalar-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class PythonScalarInGradientPath(Rule):
    """`float(t)`, `int(t)` or a `math` function on the way cuts the gradient.

    ## What it does

    Reports `float(t)`, `int(t)`, `bool(t)`, `complex(t)` and the functions of `math` on a tensor that lies
    on the way from a source to the target of a tape. The report is at the call. It also reports what an
    eager tensor does not have at all: `round(t)`, `t.item()`, `t.tolist()`, `t.mean()`, `t.T`, `t.astype()`
    on such a path.

    ## Why it matters

    The result is a Python number. Combined with tensors again it looks like part of the loss, and counts in
    its value, but the tape sees a constant: `tape.gradient` returns `None`, with no warning. If the loss
    itself is the number, the query raises:

        AttributeError: 'float' object has no attribute 'dtype'

    The missing methods raise at once, in every mode: `AttributeError: EagerTensor object has no attribute
    'astype'` is what `round(t)` says.

    ## Known limits

    `abs`, `pow`, `sum`, `max`, `min`, `sorted`, `list`, unpacking, `functools.reduce` and `math.prod` work by operators
    and keep the gradient in eager code; they are silent. So are numbers for printing, history lists, learning rates and
    conditions. Methods such as `t.mean()` exist after `tf.experimental.numpy.experimental_enable_numpy_behavior()`; a
    project that calls it is left alone. Inside traced code AutoGraph gives some of these a meaning; there TFG403
    reports them.

    ## Fix safety

    Unsafe. `float(t)` is dropped, `math.log(t)` becomes `tf.math.log(t)`. The result is a tensor where a Python number
    was: code that stores it or passes it on may have to change. Where the same file rounds it or calls a method that
    tensors do not have, no fix is offered. `int`, `bool`, `floor` and the like have no gradient in TensorFlow either;
    nothing is offered for them.

    ## When to suppress

    When the number is meant as a constant, for example a scale that adapts itself to the size of the loss.
    Prefer `tf.stop_gradient(t)`.
    """

    code = "TFG203"
    name = "python-scalar-in-gradient-path"
    kinds = (FaultKind.PYTHON_SCALAR,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: `{brief(fact.place.code)}` is a plain Python number",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, "keep the value a tensor"),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
