"""TFG210 non-float-source."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes.make_float import made_float
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import describe, trace_path


class NonFloatSource(Rule):
    """The source is an integer, boolean or string: it has no gradient.

    ## What it does

    Reports a source of a gradient that is not of a floating or complex type: a variable made from whole
    numbers or booleans, such as `tf.Variable(3)`, `tf.Variable(np.arange(4))` or
    `tf.Variable(tf.ones([2], dtype=tf.bool))`, or an integer tensor that is watched; also such a variable among
    the `trainable_variables` of a `tf.Module`. The report is at the expression that makes the value, since the type
    has to change there.

    ## Why it matters

    TensorFlow has no gradient towards integers, booleans and strings. For a variable `tape.gradient` returns `None`
    without a warning, even where the program casts it to a float before it is used. For a watched tensor there is a
    warning, and `None` all the same:

        The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32

    What follows is an error elsewhere: `TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'`
    in an update by hand, or `ValueError: No gradients provided for any variable.` from an optimizer.

    ## Known limits

    Only where the type is known: from the literal, from `dtype`, or from the function that makes the value.
    Not reported: integers that are no sources (indices, counters, labels), integer data that is cast before it
    is watched, and expressions that give floats although they are written with whole numbers
    (`tf.Variable(3, dtype=tf.float32)`, `3 / 1`, `np.zeros(2)`, `[1, 2.5, 3]`).

    ## Fix safety

    Unsafe. `3` becomes `3.0`, an integer `dtype` becomes `tf.float32`, and where neither is written `dtype=tf.float32`
    is added. Other code may rely on the integer: indexing, shapes, integer division, checkpoints that were written
    before. Casts that are not needed any more stay. For booleans a cast is not enough: gates that should be learned
    need a float and a `sigmoid`. No fix for a variable among `trainable_variables`: a counter wants `trainable=False`.

    ## When to suppress

    When the `None` is known and handled. Better leave the integer out of the sources.
    """

    code = "TFG210"
    name = "non-float-source"
    kinds = (FaultKind.NON_FLOAT,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        listed = fact.lost.source.kind == "member"  # nobody asked for this variable in particular
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: it does not hold floating-point numbers",
            path=trace_path(fact),
            help="give it `trainable=False`, or make it floating point if it is to be trained" if listed else
            "make it floating point: `3.0` instead of `3`, or `dtype=tf.float32`",
            fix=None if listed else made_float(fact.place.tree, fact.place.node),
        )
