"""TFG302 watched-too-late."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes.add_watch import bindings_between, block_of, name_of, names_in, path_to
from tfgraphlint.fixes.move_into_tape import line_into, line_of
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import describe, name_gradient, trace_path
from tfgraphlint.syntax.parents import parent, statement_of


class WatchedTooLate(Rule):
    """The tensor is watched after it was used.

    ## What it does

    Reports `tape.watch(x)` that comes after the target, or a part of it, was computed from `x`: later in
    the block, or behind it. The report is at the late call.

    ## Why it matters

    A tape records an operation when it runs, if one of its inputs is watched by then. Earlier operations are not
    recorded. TensorFlow gives no warning: `tape.gradient` is `None`, or, worse, only a part of the gradient. For `x **
    2 + 3 * x` with the square computed before the watch it gives 3 at `x = 2`, where 7 is right. The `None` causes an
    error later:

        ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.

    A watch on a tape whose query is already done raises `AttributeError: 'NoneType' object has no attribute
    '_tape'`.

    ## Known limits

    Inside the block a late watch does no harm where every operation on `x` was recorded for another reason: `x * w`
    with a variable `w`, a Dense or Conv layer first, also a frozen one; the same inside a `tf.function`. This is
    silent, and so are watches of variables, of intermediate results from which the target is computed later (Grad-CAM),
    of a name rebound by preprocessing, and at the end of a Python loop body whose next turn computes again. A model
    whose first layer is not known is silent. `x * w + x * x` keeps only the first term and is reported. A tensor that
    is never watched is TFG301.

    ## Fix safety

    Safe where only the line moves: it becomes the first statement of the block, and nothing it names is
    bound in between. It computes nothing. A watch behind the block moves into it. Otherwise no fix is
    offered.

    ## When to suppress

    When the part before the watch is meant to be a constant. `tf.stop_gradient` on that part states this in the code.
    """

    code = "TFG302"
    name = "watched-too-late"
    kinds = (FaultKind.WATCHED_LATE,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        is_part = fact.fault.outcome == "part"
        outcome = f"{name_gradient(fact.lost)} lacks a part" if is_part else describe(fact.lost)
        yield self.report(
            fact.place.span,
            f"{outcome}: it is used before it is watched",
            path=trace_path(fact),
            help="watch it first in the block, before any operation on it",
            fix=_move_first(fact),
        )


def _move_first(cut: GradientCut) -> Fix | None:
    """The line of the watch becomes the first of the block, where what it names is the same there."""
    call, tree, tape = cut.place.node, cut.place.tree, cut.lost.tape
    block = block_of(tape, cut.place)
    if block is None or not isinstance(call, cst.Call) or not isinstance(parent(tree, call), cst.Expr):
        return None
    line = line_of(tree, call, block)
    statement = statement_of(tree, call)
    inside = line is block
    if inside and parent(tree, parent(tree, statement) or statement) is not block.body:
        return None
    if not inside and parent(tree, statement) is not line:
        return None
    words = tuple(word for name in names_in(call) for word in path_to(name))
    if any(bindings_between(tree, block, call, tuple(word for word in words if word != name_of(tape)))):
        return None
    edits = line_into(tree, block, statement)
    return Fix("move the watch to the start of the block", Applicability.SAFE, edits) if edits is not None else None
