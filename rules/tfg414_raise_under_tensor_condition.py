"""TFG414 raise-under-tensor-condition."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import RaisedWhileTraced
from tfgraphlint.fixes.graph_ops import asserted_instead_of_raised
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class RaiseUnderTensorCondition(Rule):
    """A `raise` under a tensor condition always raises while tracing.

    ## What it does

    Reports `raise` in a branch of an `if` on a symbolic tensor, in code that AutoGraph converts.

    ## Why it matters

    AutoGraph runs both branches to build them, and the exception is raised by Python then and there. A check for NaN
    stops the very first step, however finite its loss:

        ValueError: the loss is not a number

    Eagerly the same helper is right, so its tests pass.

    ## Known limits

    Silent where Python decides: ranks, static sizes, modes, missing arguments, code behind `tf.executing_eagerly()`.
    Silent in bodies of `tf.py_function` and in eager code. Where AutoGraph is off, the condition itself raises: that
    is TFG412.

    ## Fix safety

    Unsafe: the `if` with its `raise` becomes `tf.debugging.Assert(tf.logical_not(condition), [message])`. The
    exception is then `InvalidArgumentError`, raised when the graph runs; `except ValueError` does not catch it.
    Values in an f-string of the message are fixed while tracing: pass them as further elements of the list.

    ## When to suppress

    When the function is never traced in your program.
    """

    code = "TFG414"
    name = "raise-under-tensor-condition"

    def check(self, fact: RaisedWhileTraced) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"this always raises: tracing runs both branches, whatever `{brief(fact.name)}` is",
            path=traced_path(fact),
            fix=asserted_instead_of_raised(fact.place),
            help="check the condition when the graph runs: `tf.debugging.Assert(condition, [message])`",
        )
