"""TFG422 recursion-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import EndlessRecursion
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class RecursionInGraph(Rule):
    """A traced function calls itself under a tensor condition.

    ## What it does

    Reports the call by which a function reaches itself again, directly or through others, where only a condition on a
    symbolic tensor could end the recursion: an `if`, a conditional expression, or `tf.cond`.

    ## Why it matters

    Tracing builds both branches of a tensor condition, so the branch with the call is always entered and the
    recursion has no bottom:

        StagingError: in user code: ...
            RecursionError: maximum recursion depth exceeded in comparison

    Eagerly the same function ends. It makes no difference whether the function itself or only its caller is a
    `tf.function`, whether it has an `input_signature`, or whether it runs in `Dataset.map`.

    ## Known limits

    Silent where a Python value ends the recursion: a depth, a static shape, the structure of a dictionary, also of a
    `tf.function` that calls itself with another Python integer (one trace a depth). A method that calls the method of
    the same name of another object or of its base class is no recursion. `tf.where` recurses without end in eager
    code, too.

    ## Fix safety

    No fix. Suggested: a loop (`while` over a tensor, `tf.while_loop`), which AutoGraph converts.

    ## When to suppress

    When the function is never traced in your program.
    """

    code = "TFG422"
    name = "recursion-in-graph"

    def check(self, fact: EndlessRecursion) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` recurses; tracing follows both branches and never ends: RecursionError",
            path=traced_path(fact),
            help="write it as a loop: `while` with a tensor condition, or `tf.while_loop`",
        )
