"""TFG306 swapped-target-and-sources."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.gradients import QuerySwapped
from tfgraphlint.fixes.edits import has_comment, swapped
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief


class SwappedTargetAndSources(Rule):
    """The variables are passed to `tape.gradient` as the target and the loss as the source.

    ## What it does

    Reports `tape.gradient(variables, loss)`: the variables stand where the target belongs and the loss
    where the sources belong, by position or by keyword. The same for `jacobian`. The report is at the
    query.

    ## Why it matters

    The signature is `gradient(target, sources)`. With swapped arguments it computes how the variables change when the
    loss changes; they do not depend on it, so the answer is a single `None`, without a warning, in eager code and in a
    `tf.function` alike. The error is

        TypeError: 'NoneType' object is not iterable
        TypeError: 'NoneType' object is not subscriptable
        ValueError: No gradients provided for any variable.

    as the result is zipped, indexed or applied. With `unconnected_gradients=tf.UnconnectedGradients.ZERO`
    it is a zero of the loss's shape, and the training stands still without an error.

    ## Known limits

    Reported only where both are certain: the first argument holds variables or weights and nothing else,
    the second was computed from them on this tape. Silent for a loss as a source of a total
    (`tape.gradient(total, [data_loss, smooth_loss])`), for lists of targets that hold a variable beside a
    tensor, and for methods named `gradient` of classes that are not tapes. Names of variables decide
    nothing.

    ## Fix safety

    Safe. The two arguments change places; keywords keep their names and exchange their values. Comments
    inside the argument list make it unsafe.

    ## When to suppress

    There is no known reason to.
    """

    code = "TFG306"
    name = "swapped-target-and-sources"

    def check(self, fact: QuerySwapped) -> Iterable[Diagnostic]:
        target, source = brief(fact.target.code), brief(fact.source.code)
        yield self.report(
            fact.place.span,
            f"the gradient of `{target}` with respect to `{source}` is None: target and sources are swapped",
            help=f"the target comes first: `gradient({source}, {target})`",
            fix=_swap(fact),
        )


def _swap(fact: QuerySwapped) -> Fix | None:
    """The arguments change places, named or not."""
    call = fact.place.node
    if not isinstance(call, cst.Call) or any(argument.star for argument in call.args):
        return None
    first = _find_argument(call, 0, "target")
    second = _find_argument(call, 1, "sources") or _find_argument(call, 1, "source")
    if first is None or second is None:
        return None
    kind = Applicability.UNSAFE if has_comment(fact.place.tree, call) else Applicability.SAFE
    return Fix("swap target and sources", kind, swapped(fact.place.tree, first, second))


def _find_argument(call: cst.Call, number: int, name: str) -> cst.BaseExpression | None:
    for index, argument in enumerate(call.args):
        if argument.keyword.value == name if argument.keyword is not None else index == number:
            return argument.value
    return None
