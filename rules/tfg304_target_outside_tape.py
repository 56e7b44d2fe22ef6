"""TFG304 target-outside-tape."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import Fault, FaultKind, GradientLost, Place
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief, gradient_of, path_of


class TargetOutsideTape(Rule):
    """The target was computed while the tape was not recording.

    ## What it does

    The target was computed while the tape was not recording.
    """

    code = "TFG304"
    name = "target-outside-tape"

    def check(self, fact: GradientLost) -> Iterable[Diagnostic]:
        outside = [fault for fault in fact.faults if fault.kind is FaultKind.OUTSIDE]
        if not outside or fact.partial:
            return
        place = in_function_of(fact.tape.made, outside[0])
        tree = place.tree
        statement = tree.statement(place.node)
        shown = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else place.node
        yield self.report(
            tree.span(shown),
            f"{gradient_of(fact)} is None: `{brief(tree.code(shown))}` runs outside the tape's block",
            path=path_of(fact),
            help="move the statement into the `with` block",
        )


def in_function_of(tape: Place, fault: Fault) -> Place:
    """The place of the fault, or the call that led to it, that stands in the function that makes the tape."""
    home = tape.tree.function(tape.node)
    for place in (*fault.calls, fault.place):
        if place.tree is tape.tree and place.tree.function(place.node) is home:
            return place
    return fault.place
