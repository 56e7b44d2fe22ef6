"""TFG206 detached-by-rewrapping."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class DetachedByRewrapping(Rule):
    """A tensor is copied into a new variable or constant, which is not connected to the original.

    ## What it does

    Reports a value on the way from a source to the target of a tape that is copied into a new variable or constant:
    `tf.Variable(t)`, `tf.constant(variable)`, `tf.constant(np.array([...]))` and `tf.constant([...])` or
    `tf.convert_to_tensor([...])` of numbers that were read from tensors. The report is at the call that copies.

    ## Why it matters

    The value is copied, and how it was computed is not. `tape.gradient` returns `None` with respect to everything that
    the value was computed from, without a warning. The optimizer then raises

        ValueError: No gradients provided for any variable.

    In a `tf.function`, `tf.Variable(t)` fails as well: `ValueError: tf.function only supports singleton
    tf.Variables created on the first call.`

    ## Known limits

    `tf.constant` of an eager tensor, `tf.convert_to_tensor` of a tensor, a variable or a list of tensors, `tf.stack`,
    `tf.identity`, `tf.ensure_shape` and casts between floating types keep the gradient and are silent. A new variable
    that is itself a source of the query is silent too, and so is a copy that the target does not use. Where the array
    was made by `.numpy()` or a NumPy function, only that call is reported (TFG201, TFG202).

    ## Fix safety

    Unsafe. `tf.Variable(t)` and `tf.constant(variable)` become `tf.identity(t)` or
    `tf.convert_to_tensor(t)`; a constant around a list of tensors becomes `tf.stack`. What is later done
    with the copy decides whether that is right: a tensor has no `assign`, and follows no later change of
    the variable.

    ## When to suppress

    When no gradient is wanted: a target network, a snapshot of the weights. `tf.stop_gradient(t)` states this in the
    code.
    """

    code = "TFG206"
    name = "detached-by-rewrapping"
    kinds = (FaultKind.REWRAP,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: `{brief(fact.place.code)}` creates an unconnected tensor",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, "use the tensor itself"),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
