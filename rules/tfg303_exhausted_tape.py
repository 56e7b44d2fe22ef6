"""TFG303 exhausted-tape."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts import TapeExhausted
from tfgraphlint.rule import Rule


class ExhaustedTape(Rule):
    """A tape that is not persistent is asked a second time.

    ## What it does

    Reports a second `gradient`, `jacobian` or `batch_jacobian` on a tape that is not persistent, when both certainly happen in
    one run: one after the other, in a Python loop that outlives the tape, in both branches of a tensor `if` that is traced. It also
    reports a query on a tape that was never entered. The report stands at the query that fails.

    ## Why it matters

    The first query releases what the tape recorded. The second raises, and the text is the same for a tape that was never
    entered, where it misleads:

        RuntimeError: A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)

    Under `tape.stop_recording()` it can be worse. A query there does not raise, and neither does one after the block, but the second
    sees only what was recorded since: for `y = v * v` queried inside, then `z = y * v`, it gives 9 at `v = 3` where 27 is right.

    ## Known limits

    One call in each branch of a Python condition is fine, and in eager code any condition is one. Fine as well: one tape a turn,
    one tape entered anew in each turn, one query in the body of a traced `for i in tf.range(n)` (the body is traced once), a query
    inside the block, two tapes with one query each, `persistent=True`. Where it is not certain that both calls are
    reached, or that both mean the same tape, nothing is said.

    ## Fix safety

    Safe. Two adjacent queries of the same target become one call with a list of sources, unpacked; otherwise
    `persistent=True` is added to the tape. A persistent tape keeps its memory until it is deleted: after the last query
    `del tape` frees it. A tape that was never entered is left to you; it needs its block.

    ## When to suppress

    Inside `with pytest.raises(RuntimeError)` nothing is reported. There is hardly another reason.
    """

    code = "TFG303"
    name = "exhausted-tape"

    def check(self, fact: TapeExhausted) -> Iterable[Diagnostic]:
        name = fact.tape.name or "tape"
        if fact.first is None:
            message = f"`{name}` is asked for a gradient but was never entered: RuntimeError"
            path = (Step(Role.SOURCE, "made here, not entered with `with`", fact.tape.made.span),)
            yield self.report(fact.place.span, message, path=path, help=f"use `with tf.GradientTape() as {name}:`")
            return
        path = (
            Step(Role.SOURCE, "this tape is not persistent", fact.tape.made.span),
            Step(Role.CUT, "asked here first", fact.first.span),
            Step(Role.CONSEQUENCE, "asked again: RuntimeError", fact.place.span),
        )
        yield self.report(
            fact.place.span,
            f"`{name}` is asked a second time and is not persistent: RuntimeError",
            path=path,
            help="ask once with a list of sources, or make the tape with `persistent=True`",
        )
