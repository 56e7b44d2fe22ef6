"""TFG901 unused-suppression."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity
from tfgraphlint.facts.run import UnusedSuppression
from tfgraphlint.rule_api.rule import Rule


class UnusedSuppressionRule(Rule):
    """A suppression comment suppresses nothing.

    ## What it does

    Reports `# tfgraphlint: ignore[…]` and `# tfgraphlint: ignore-file[…]` comments that suppress no report, codes and
    names in them that do not, and words in them that name no rule. In a `# noqa:` comment only the codes of tfgraphlint
    are checked, and only rules that are selected.

    ## Why it matters

    A comment that outlives its reason hides the next fault on the same line. For example the comment in

        loss = tf.reduce_mean(x)  # tfgraphlint: ignore[TFG202] the NumPy call went away long ago

    ## Known limits

    Files in which nothing can be reported are not parsed, so their comments are not checked.

    ## Fix safety

    Safe: the comment is removed when all of it is unused. Where only some words are unused, or other tools read the
    comment too, there is no fix.

    ## When to suppress

    While the report depends on the TensorFlow version that the code is linted for.
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
        yield self.report(comment.span, message, fix=_remove_comment(fact), help="remove it")


def _remove_comment(fact: UnusedSuppression) -> Fix | None:
    comment = fact.suppression
    if comment.foreign or tuple(comment.words or ()) != fact.unused:
        return None
    return Fix("remove the comment", Applicability.SAFE, (Edit(fact.removal, ""),))
