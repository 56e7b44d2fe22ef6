"""TFG309 inner-gradient-outside-tape."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes.move_into_tape import moved_into_block
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class InnerGradientOutsideTape(Rule):
    """The inner gradient of a second derivative is computed while the outer tape is not recording.

    ## What it does

    Reports a gradient of second order whose inner gradient was computed while the outer tape was not
    recording: after the outer block, or after a `with` that opened both tapes at once. The report is at
    the inner `gradient` call.

    ## Why it matters

    The outer tape differentiates what it recorded, and the inner gradient is a computation like any other. Taken too
    late it is a constant: `outer.gradient(first, x)` is `None`, and so is the gradient of a penalty or residual built
    on it, for every weight. TensorFlow does not warn. The error is one of

        ValueError: No gradients provided for any variable.
        ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.
        TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'

    A loss that joins such a penalty with a whole term outside the block loses both (see TFG304).

    ## Known limits

    Silent for an inner gradient inside its own block or between the two, for two tapes in one `with` that each
    differentiate their own loss once (adversarial pairs), for an inner gradient that was finished before the outer tape
    began (first-order meta-learning, where the cut is meant), and for slopes that only reach a log. `hessian` helpers
    that hide a tape are silent where they are not known.

    ## Fix safety

    Unsafe. The inner query, and the statements that lead from it to the outer target, move into the outer block. More
    is recorded there, gradients of gradients included. The inner query stays outside the inner block: a persistent tape
    warns about queries inside its block.

    ## When to suppress

    When the inner gradient is meant as a constant. `tf.stop_gradient(first)` states this in the code.
    """

    code = "TFG309"
    name = "inner-gradient-outside-tape"
    kinds = (FaultKind.INNER_GRADIENT,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: `{brief(fact.place.code)}` runs outside the outer tape",
            path=trace_path(fact),
            help="compute the inner gradient inside the block of the outer tape",
            fix=moved_into_block(fact.lost, FaultKind.INNER_GRADIENT),
        )
