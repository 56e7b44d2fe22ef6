"""TFG420 positional-name-argument."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import NameGiven
from tfgraphlint.fixes.graph_ops import function_meant, without_name
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name


class PositionalNameArgument(Rule):
    """A positional argument is passed as `name`.

    ## What it does

    Reports a positional argument of a TensorFlow function that, by its signature, is `name`, and is certainly not a
    string: `tf.round(x, 2)`, `tf.sqrt(x, tf.float32)`, `tf.add(a, b, c)`, `tf.nn.relu(x, 0.2)`.

    ## Why it matters

    Eager execution ignores the name: the third mask of `tf.logical_and(a, b, c)` has no effect, without a warning. In a
    graph the name is checked:

        TypeError: expected string or bytes-like object, got 'int'

    A tensor passed as a name is used as a Python bool: OperatorNotAllowedInGraphError.

    ## Known limits

    `None`, `""`, and any other false value (0, 0.0, False) raise nothing in a graph either. Strings are silent,
    although a name with a space is refused by a graph. Functions of your own and of other libraries with the same short
    name are not reported; which argument is `name` is taken from the signatures of the TensorFlow that the tables were
    derived from.

    ## Fix safety

    Unsafe, and only where the meaning is plain: `tf.add(a, b, c)` becomes `tf.add_n([a, b, c])`, a dtype is dropped.
    For a slope given to `tf.nn.relu` the function that takes one is shown, `tf.nn.leaky_relu`.

    ## When to suppress

    Never: the argument has no effect, or raises.
    """

    code = "TFG420"
    name = "positional-name-argument"

    def check(self, fact: NameGiven) -> Iterable[Diagnostic]:
        outcome = "it raises in a graph" if fact.mode is Mode.GRAPH else "ignored in eager mode, an error in a graph"
        call = fact.call.node
        if not isinstance(call, cst.Call):
            return
        meant = function_meant(call, fact.place.tree, fact.name, fact.kind)
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` is passed as `name` of `{short_name(fact.name)}`: {outcome}",
            help="remove it, or use the function that takes such an argument",
            fix=without_name(call, fact.place, fact.name, fact.kind),
            suggestions=[meant] if meant is not None else [],
        )
