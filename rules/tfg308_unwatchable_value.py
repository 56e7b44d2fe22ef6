"""TFG308 unwatchable-value."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import Unwatchable
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief


class UnwatchableValue(Rule):
    """A tape is asked about something that is neither tensor nor variable.

    ## What it does

    A tape is asked about something that is neither tensor nor variable.
    """

    code = "TFG308"
    name = "unwatchable-value"

    def check(self, fact: Unwatchable) -> Iterable[Diagnostic]:
        value = brief(fact.place.code)
        if fact.how == "watched-before-entering":
            message = f"`{brief(fact.query.code)}` stands before the tape is entered: AttributeError"
            yield self.report(fact.query.span, message, help="watch inside the `with` block")
            return
        called = "watch" if fact.how == "watched" else "gradient"
        error = "ValueError" if fact.how == "watched" else "AttributeError"
        remedy = f"ask for `{value}.trainable_variables`" if fact.what in ("model", "layer") else "convert it first: "
        if fact.what not in ("model", "layer"):
            remedy += f"`{value} = tf.convert_to_tensor({value})`"
        article = "an" if fact.what == "array" else "a"
        yield self.report(
            fact.place.span, f"`{value}` is {article} {fact.what}: `{called}` raises {error}", help=remedy
        )
