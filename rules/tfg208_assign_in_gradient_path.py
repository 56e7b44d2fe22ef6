"""TFG208 assign-in-gradient-path."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class AssignInGradientPath(Rule):
    """A value is assigned to a variable and read back, which loses its gradient.

    ## What it does

    Reports `v.assign(value)`, `assign_add`, `assign_sub`, `scatter_*`, assignment to a slice of a variable,
    `set_weights` and `update_state` of a metric where `value` depends on a source and the target then reads
    the variable (or the metric's `result()`). The report is at the assignment.

    ## Why it matters

    A tape follows values through operations, and does not record assignments: what is read from the variable afterwards
    depends, for the tape, on the variable alone. `tape.gradient(target, source)` returns `None`, without a warning.
    With a metric as the loss the optimizer then raises

        ValueError: No gradients provided for any variable.

    while a state, a canvas or a learned learning rate simply never learns. The value that `assign` itself
    returns is no better: its gradient is `None` too.

    ## Known limits

    Only where the assigned value is known to depend on the source and no other path is whole. Not reported: assignments
    after the query, running statistics and target networks that the target does not read, metrics beside the loss, and
    assignments to the very variable that is the source (the gradient is then that of the new value, as it should be).
    The inner step of meta-learning is reported where it assigns and an outer tape differentiates by something that the
    step used.

    ## Fix safety

    No fix, only the suggestion to use the tensor that is assigned instead of the variable: keep it
    under a name, pass it on, and assign it to the variable after the query, if its value must be remembered.
    For a metric, use the loss function of the same name and update the metric beside it.

    ## When to suppress

    When the state shall carry its value and not its history from step to step (truncated back-propagation).
    `v.assign(tf.stop_gradient(value))` states this in the code.
    """

    code = "TFG208"
    name = "assign-in-gradient-path"
    kinds = (FaultKind.ASSIGN,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: a tape does not record `{brief(fact.place.code)}`",
            path=trace_path(fact),
            help="use the tensor itself where the gradient is needed, and assign it afterwards",
            suggestions=gradient_cuts.suggest(fact, None),
        )
