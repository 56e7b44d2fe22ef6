"""TFG504 tape-in-compiled-loss."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Severity, Step
from tfgraphlint.facts.gradients import TapeInLoss
from tfgraphlint.fixes.remove_tape import is_left_alone, without_tape
from tfgraphlint.rule_api.rule import Rule


class TapeInCompiledLoss(Rule):
    """A tape in a compiled loss computes no gradient.

    ## What it does

    Reports a `tf.GradientTape` in a compiled loss (a function or the `call` of a `Loss`) on which no gradient is
    computed.

    ## Why it matters

    Nothing is raised and training goes on as without it: Keras differentiates the loss with a tape of its own around
    the whole step. The inner tape records every operation for nothing, which costs memory and time, and the code looks
    as if it computed gradients. The fixture trains the same network with and without the tape and gets the same
    weights.

    ## Known limits

    A function counts where the file gives it to `compile`, the `call` of a `Loss` always. Silent where anything but
    `watch` is done with the tape: where its `gradient`, `jacobian` or `batch_jacobian` is called, where it is passed to
    another function, returned, or kept in an attribute: then a penalty over a gradient may be what is meant. Tapes in a
    `train_step` or in your own training loop are not reported.

    ## Fix safety

    Safe. The `with` line and the `watch` calls on that tape are removed and the block moves out by one level;
    insides of multi-line strings stay. With a second context manager in the same `with` only the tape is taken out
    of it.

    ## When to suppress

    While you are about to write the gradient penalty.
    """

    code = "TFG504"
    name = "tape-in-compiled-loss"
    severity = Severity.WARNING

    def check(self, fact: TapeInLoss) -> Iterable[Diagnostic]:
        if not is_left_alone(fact.tape):
            return
        edits = without_tape(fact.tape)
        yield self.report(
            fact.place.span,
            "this tape computes no gradient: Keras differentiates the loss with its own tape",
            path=(Step(Role.CONSEQUENCE, "Keras uses the loss here", fact.asked.span),),
            help="remove the tape",
            fix=Fix("remove the tape", Applicability.SAFE, edits) if edits is not None else None,
        )
