"""TFG310 unconnected-target."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class UnconnectedTarget(Rule):
    """The target does not depend on the source.

    ## What it does

    Reports a query whose target does not depend on a source at all, where every value between them is known: a bias
    left out of the formula, a decoder that is fed with noise instead of the code, the wrong one of two networks, a name
    that was rebound between the block and the query. The report is at the query.

    ## Why it matters

    There is nothing to differentiate. `tape.gradient` returns `None` for that source without a warning, beside
    gradients for the others. An optimizer warns about a part of the variables, `Gradients do not exist for variables`,
    and goes on; if all are `None` it raises

        ValueError: No gradients provided for any variable.

    An update written by hand raises `TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'`.

    ## Known limits

    One unknown call between them, and nothing is reported: every value must be known. Silent with
    `unconnected_gradients=tf.UnconnectedGradients.ZERO`, where the program tests the result for `None` or filters it,
    and for an empty list of sources. Where the target would depend on the source but the tape does not see it, another
    rule of TFG2 and TFG3 reports it.

    ## Fix safety

    No fix. Which of the two is wrong, the formula or the list of sources, only its author knows. The usual remedies:
    use the value in the target, use the right variables as sources, do not rebind the source's name before the query.

    ## When to suppress

    When the source is known to take no part and its `None` is skipped somewhere out of sight. `unconnected_gradients`
    or a test for `None` beside the query shows this to the reader and ends the report.
    """

    code = "TFG310"
    name = "unconnected-target"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        if not fact.faults and not fact.partial:
            yield self.report(
                fact.place.span,
                f"{describe(fact)}: `{brief(fact.target.code)}` is not computed from it",
                path=trace_path(fact),
                help="compute the target from the source, or remove the source from the query",
            )
