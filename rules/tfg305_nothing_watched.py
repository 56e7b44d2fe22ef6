"""TFG305 nothing-watched."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut, GradientLost
from tfgraphlint.fixes.add_watch import is_plain_variable, watched
from tfgraphlint.fixes.edits import without_keyword
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path

OPTION = "watch_accessed_variables"
WITHOUT = f"remove `{OPTION}=False`: on Keras 3 `tape.watch` does not accept the weights of a layer"


class NothingWatched(Rule):
    """A tape made with `watch_accessed_variables=False` does not watch the source.

    ## What it does

    Reports a tape created with `watch_accessed_variables=False` on which no `watch` covers a source of its query, while
    the target depends on that source. The report is at the call of `tf.GradientTape`.

    ## Why it matters

    With this option a tape watches nothing automatically, not even trainable variables. Every source needs
    `tape.watch`. Without it the gradient is `None`, without a warning, and then

        ValueError: No gradients provided for any variable.

    or `TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'` where the update is written by hand.

    ## Known limits

    Silent where the option is not known to be false, where a helper that is not known gets the tape, and where the
    sources are watched one by one, in a list, tuple or dict, or in a loop over a module's variables. A tape that
    watches something other than the source is reported. A plain tensor as a source on an ordinary tape is TFG301.

    ## Fix safety

    Safe for `tf.Variable`s and those of a `tf.Module`: `tape.watch(source)` becomes the first statement of the
    block. Not so for the weights of a Keras model: Keras 3 variables are no `tf.Variable`s, and `watch` refuses
    them:

        ValueError: Passed in object <Variable ...> of type 'Variable', not tf.Tensor or tf.Variable or ExtensionType.

    There the fix takes the option away (unsafe: the tape then records for all variables it meets). With
    Keras 3 alone `tape.watch([weight.value for weight in model.trainable_variables])` works as well; with
    Keras 2 `tape.watch(model.trainable_variables)`.

    ## When to suppress

    When the caller watches the sources in a way that cannot be seen here; then nothing is certain, and a
    report is worth an issue.
    """

    code = "TFG305"
    name = "nothing-watched"
    kinds = (FaultKind.NOTHING_WATCHED,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        value, tape = brief(fact.fault.value), fact.lost.tape
        is_plain = is_plain_variable(fact.lost.source)
        yield self.report(
            tape.made.span,
            f"{describe(fact.lost)}: this tape watches nothing automatically",
            path=trace_path(fact),
            help=f"watch it first in the block: `{tape.name or 'tape'}.watch({value})`" if is_plain else WITHOUT,
            fix=watched(fact.lost) if is_plain else _remove_option(fact.lost),
        )


def _remove_option(lost: GradientLost) -> Fix | None:
    """The tape watches trainable variables again: what `watch` does not take on Keras 3, it records by itself."""
    made = lost.tape.made
    if not isinstance(made.node, cst.Call) or made.tree is not lost.place.tree:
        return None
    edits = without_keyword(made.tree, made.node, OPTION)
    return Fix(f"remove `{OPTION}=False`", Applicability.UNSAFE, edits) if edits is not None else None
