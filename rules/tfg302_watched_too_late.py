"""TFG302 watched-too-late."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.fixes.add_watch import bindings_between, block_of, name_of, names_in, path_to
from tfgraphlint.fixes.move_into_tape import line_into, line_of
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import brief, gradient_of, path_of
from tfgraphlint.syntax.parents import parent, statement_of


class WatchedTooLate(Rule):
    """The tensor is watched after it was used.

    ## What it does

    Reports `tape.watch(x)` that comes after the target, or a part of it, was computed from `x`: later in
    the block, or behind it. The report stands at the late call.

    ## Why it matters

    A tape records an operation when it runs, if one of its inputs is watched by then. What ran earlier is
    not made up for. TensorFlow says nothing: `tape.gradient` is `None`, or, worse, only a part of the
    gradient. For `x ** 2 + 3 * x` with the square computed before the watch it gives 3 at `x = 2`, where 7
    is right. What is seen of the `None` is an error further on:

        ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.

    A watch on a tape whose query is already done raises `AttributeError: 'NoneType' object has no attribute
    '_tape'`.

    ## Known limits

    Inside the block a late watch does no harm where every operation on `x` was recorded for another reason:
    `x * w` with a variable `w`, a Dense or Conv layer first, also a frozen one; the same inside a
    `tf.function`. This is silent, and so are watches of variables, of intermediate results from which the
    target is computed later (Grad-CAM), of a name bound anew by preprocessing, and at the end of a Python
    loop body whose next turn computes again. A model whose first layer is not known is silent. `x * w + x *
    x` keeps only the first term and is reported. A tensor that is never watched is TFG301.

    ## Fix safety

    Safe where only the line moves: it becomes the first statement of the block, and nothing it names is
    bound in between. It computes nothing. A watch behind the block moves into it. Otherwise no fix is
    offered.

    ## When to suppress

    When the part before the watch is meant to be a constant. `tf.stop_gradient` on that part says so.
    """

    code = "TFG302"
    name = "watched-too-late"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        for fault in fact.faults:
            if fault.kind is FaultKind.WATCHED_LATE:
                what = "lacks a part" if fault.outcome == "part" else "is None"
                yield self.report(
                    fault.place.span,
                    f"{gradient_of(fact)} {what}: `{brief(fault.value)}` was used before it is watched here",
                    path=path_of(fact),
                    help="watch it first in the block, before any operation on it",
                    fix=_moved_first(fact, fault),
                )


def _moved_first(fact: GradientLost, fault: Fault) -> Fix | None:
    """The line of the watch becomes the first of the block, where what it names is the same there."""
    call, tree = fault.place.node, fault.place.tree
    block = block_of(fact.tape, fault.place)
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
    if any(bindings_between(tree, block, call, tuple(word for word in words if word != name_of(fact.tape)))):
        return None
    edits = line_into(tree, block, statement)
    return Fix("move the watch to the start of the block", Applicability.SAFE, edits) if edits is not None else None
