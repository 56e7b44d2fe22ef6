"""TFG901: a suppression comment that silences nothing."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity
from tfgraphlint.facts.run import UnusedSuppression
from tfgraphlint.rule_api.rule import Rule


class UnusedSuppressionRule(Rule):
    """A suppression comment that silences nothing.

    ## What it does

    Reports `# tfgraphlint: ignore[…]` and `# tfgraphlint: ignore-file[…]` comments that silenced no report, codes and
    names in them that did not, and words in them that name no rule. In a `# noqa:` comment only the codes of
    tfgraphlint are looked at, and only rules that were on count.

    ## Why it matters

    A comment that outlives its reason hides the next fault on the same line. TensorFlow has nothing to say here.

    ## Example

        loss = tf.reduce_mean(x)  # tfgraphlint: ignore[TFG202] the NumPy call went away long ago

    Use instead:

        loss = tf.reduce_mean(x)

    ## Known limits

    Files in which nothing could be reported at all are not looked at: they are not parsed.

    ## Fix safety

    Safe: the comment goes when nothing in it was of use. Where only some words were idle, or other tools read the
    comment too, it is left to you.

    ## When to suppress

    While a report comes and goes with the TensorFlow version that the code is linted for.
    """

    code = "TFG901"
    name = "unused-suppression"
    severity = Severity.WARNING

    def check(self, fact: UnusedSuppression) -> Iterable[Diagnostic]:
        comment = fact.suppression
        if not fact.unused:
            message = "this comment suppresses nothing"
        else:
            words = ", ".join(f"`{word}`" for word in fact.unused)
            message = f"this comment suppresses nothing for {words}"
        yield self.report(comment.span, message, fix=_removal(fact), help="remove it")


def _removal(fact: UnusedSuppression) -> Fix | None:
    comment = fact.suppression
    if comment.foreign or tuple(comment.words or ()) != fact.unused:
        return None
    return Fix("remove the comment", Applicability.SAFE, (Edit(fact.removal, ""),))
