"""TFG201 numpy-method-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class NumpyMethodInGradientPath(Rule):
    """`.numpy()` on the way from source to target cuts the gradient.

    ## What it does

    Reports `.numpy()` on the way from a source to the target of a tape: also `.numpy().item()`, `.numpy().tolist()`,
    `tf.keras.backend.eval`, `tf.keras.backend.get_value`, `tf.get_static_value` and `keras.ops.convert_to_numpy`. The
    report is at the call that takes the value out, wherever it is: in the block, in a helper that the block calls, or
    in a helper of another module. What NumPy computes from the array belongs to the same report: the path shows these
    calls, and the fix rewrites them as well.

    ## Why it matters

    An array does not know where it came from, so everything behind it is a constant for the tape. TensorFlow gives no
    warning at that point: `tape.gradient` returns `None`. The error, if there is one, comes later and elsewhere:

        ValueError: No gradients provided for any variable.

    If the target itself became an array, the query raises `AttributeError: 'numpy.float32' object has no
    attribute '_id'`. If only some variables are cut off, the optimizer warns (`Gradients do not exist for
    variables`) and goes on training the others.

    ## Known limits

    Only where it is certain that the value depends on the source and that the target depends on the array.
    Values read for logging, printing, conditions or checkpoints are not reported, nor
    `tape.gradient(...).numpy()`, nor arrays made from labels and constants. Where another path from the
    same source is whole, the gradient is not `None`, and a lost term is reported by TFG211 instead. In
    traced code `.numpy()` raises; that is TFG401.

    ## Fix safety

    Unsafe. `.numpy()` is removed, and NumPy calls on the array become TensorFlow calls. Methods that only an array has
    (`.mean()`, `.astype()`, `.reshape()`, `.item()`) are rewritten as well; where that is not possible (item
    assignment, a mask as an index, methods without an equivalent) there is no fix. The result may have another dtype:
    NumPy computes in float64 where TensorFlow has float32.

    ## When to suppress

    When the cut is meant. Better say so in the code, `tf.stop_gradient(value)`: the reader and this rule
    understand it.
    """

    code = "TFG201"
    name = "numpy-method-in-gradient-path"
    kinds = (FaultKind.NUMPY_METHOD,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        fix = gradient_cuts.repair(fact)
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: `{brief(fact.place.code)}` leaves TensorFlow",
            path=trace_path(fact),
            help=gradient_cuts.advise(fact, fix, "keep the value a tensor"),
            fix=fix,
            suggestions=gradient_cuts.suggest(fact, fix),
        )
