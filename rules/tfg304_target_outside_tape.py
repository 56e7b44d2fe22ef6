"""TFG304 target-outside-tape."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.common import FaultKind, Place
from tfgraphlint.facts.gradients import GradientCut, GradientLost
from tfgraphlint.fixes.move_into_tape import in_function_of, moved_into_block
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, is_fitted, trace_path
from tfgraphlint.syntax.parents import scopes_of, statement_of


class TargetOutsideTape(Rule):
    """The target was computed while the tape was not recording.

    ## What it does

    Reports a target of `tape.gradient` that was computed, wholly or in its last or first steps, while the
    tape was not recording: predictions before the block, the loss after it, a mean or a penalty added behind it; what
    a layer computes from its weights in `build` or in its constructor and keeps, also where `fit` trains it. The report
    is at the first statement outside the block that computes towards the target.

    ## Why it matters

    The path from the sources to the target must lie within the block from end to end. One operation outside
    is enough: the tensor that the query names is not one that the tape knows, and the whole gradient is
    `None`, also the part that was recorded. TensorFlow does not warn; the optimizer does, later:

        ValueError: No gradients provided for any variable.

    ## Known limits

    Silent where the outside computation is not on the path of the sources in the query: frozen features, normalised
    inputs, targets of Q-learning, advantages. Silent where the query came before, inside the block, and where the loss
    is computed once more for a report. `tf.cast` to the dtype that the tensor has already and `tf.convert_to_tensor`
    return the same tensor and lose nothing. Where another path is whole, the gradient is not `None` and nothing is
    reported. An inner gradient outside an outer tape is TFG309.

    ## Fix safety

    Unsafe. The statements are moved into the block, those before it to its start and those after it to its
    end, with their comments. Everything that moves is recorded, which costs memory, and a value that was
    meant as a constant is one no longer. Statements with other effects in between (assignments to
    variables, prints) keep their order among each other only if all of them move; look at it. There is no fix for what
    `__init__` and `build` compute: it belongs where it is used.

    ## When to suppress

    When `None` is the point, for example in a test. For a cut that is meant, `tf.stop_gradient` inside the
    block.
    """

    code = "TFG304"
    name = "target-outside-tape"
    kinds = (FaultKind.OUTSIDE,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        place = fact.fault.place if _method(fact.fault.place) else in_function_of(fact.lost.tape.made, fact.fault)
        statement = statement_of(place.tree, place.node)
        is_whole = isinstance(statement, cst.BaseSmallStatement) and not _is_argument(fact.lost, statement, place.node)
        shown = statement if is_whole else place.node
        yield self.report(
            place.tree.span(shown),
            f"{describe(fact.lost)}: `{brief(place.tree.code(shown))}` runs "
            + ("before `fit`" if is_fitted(fact.lost) else "outside the tape's block"),
            path=_path(fact, place),
            help=_advise(fact, place),
            fix=None if _method(fact.fault.place) else moved_into_block(fact.lost, FaultKind.OUTSIDE),
        )


def _path(fact: GradientCut, place: Place) -> tuple[Step, ...]:
    """The steps of the report; where it is in a helper, also the call that came too early."""
    steps = trace_path(fact)
    if _is_beside_tape(fact, place) or not fact.fault.calls or is_fitted(fact.lost):
        return steps
    early = Step(Role.CALL, "called from here, while the tape was not recording", fact.fault.calls[-1].span)
    return (*steps[:-1], early, steps[-1])


def _advise(fact: GradientCut, place: Place) -> str:
    method = _method(place)
    if method:
        code = brief(_value(place).code)
        where = "in `call`" if method == "build" or is_fitted(fact.lost) else "inside the `with` block"
        return f"`{method}` runs once: compute `{code}` {where}, each time that it is used"
    if _is_beside_tape(fact, place):
        if _is_argument(fact.lost, statement_of(place.tree, place.node), place.node):
            return "compute it in the last line of the `with` block"
        return "move the statement into the `with` block"
    called = fact.fault.calls[-1] if fact.fault.calls else None
    if called is None or not isinstance(called.node, cst.Call):
        return "compute it inside the `with` block"
    name = brief(called.tree.code(called.node.func))
    if _is_beside_tape(fact, called):
        return f"call `{name}` inside the `with` block"
    return f"compute it again inside the `with` block: `{name}` runs before it"


# The methods that run once for an object, before anything that a tape records.
MADE_ONCE = ("__init__", "build", "__post_init__")


def _method(place: Place) -> str:
    """The method around a place that runs once for an object; empty where there is none."""
    scopes = scopes_of(place.tree, place.node)[:2]
    if len(scopes) < 2 or not isinstance(scopes[0], cst.FunctionDef) or not isinstance(scopes[1], cst.ClassDef):
        return ""
    name: str = scopes[0].name.value
    return name if name in MADE_ONCE else ""


def _value(place: Place) -> Place:
    """What is kept there: the right side of an assignment."""
    statement = statement_of(place.tree, place.node)
    return Place(place.tree, statement.value) if isinstance(statement, cst.Assign) else place


def _is_beside_tape(fact: GradientCut, place: Place) -> bool:
    """Whether a place stands in the function that enters the tape."""
    made = fact.lost.tape.made
    return place.tree is made.tree and scopes_of(made.tree, made.node)[:1] == scopes_of(place.tree, place.node)[:1]


def _is_argument(lost: GradientLost, statement: cst.CSTNode | None, node: cst.CSTNode) -> bool:
    """Whether what ran outside stands in the query itself: ``tape.gradient(-loss, w)``."""
    return statement_of(lost.place.tree, lost.place.node) is statement and node is not lost.place.node
