"""Conditions on tensors of a graph, and what leaves loops and functions under them."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import RaisedWhileTraced, TensorTested
from tfgraphlint.interpret.core.autograph import Construct, left_alone
from tfgraphlint.interpret.core.events import ConditionTested, Contained, LoopLeft, Raised, Returned
from tfgraphlint.interpret.core.frames import running_frames
from tfgraphlint.interpret.core.graph_state import asks, fails_as_bool, in_graph, is_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Const
from tfgraphlint.interpret.core.values import Items, Tensor, node_of


def tested(m: Machine, event: ConditionTested) -> None:
    """Report a tensor of the graph that is used as a Python bool."""
    node, value, how, always = event
    if not (isinstance(value, Tensor) and value.keras) and fails_as_bool(m, value, always=always):
        _report(m, node, how, left_alone(m))


def _report(m: Machine, node: cst.CSTNode, how: str, why: str) -> None:
    if in_graph(m):
        place = m.place(node)
        m.emit(TensorTested(place, "", m.running.by, m.running.why, tuple(m.calls), how, why))


def contained(m: Machine, event: Contained) -> None:
    """Report ``left in right`` where that compares tensors of the graph and asks each comparison for its truth."""
    node, left, right = event
    if asks(m, right):
        _report(m, node, "in", left_alone(m))
    items = right.items if isinstance(right, Items) else None
    if not isinstance(items, tuple) or not items:
        return
    one, other = left, items[0]
    if isinstance(one, Const):
        one, other = other, one
    number = isinstance(other, Const) and isinstance(other.value, (bool, int, float, str))
    if asks(m, one) and (number or is_symbolic(other) and node_of(one) is not node_of(other)):
        _report(m, node, "in", left_alone(m))


# -- loops ---------------------------------------------------------------------------------------


def left_loop(m: Machine, event: LoopLeft) -> None:
    """A ``break``: under a tensor condition it cannot leave a loop that Python runs."""
    if m.mode is not Mode.GRAPH:
        return
    by_tensor = False
    for construct in reversed(m.frame.around):
        if construct.kind == "if":
            by_tensor = by_tensor or construct.tensor is True
        elif construct.kind == "loop":
            if by_tensor and construct.tensor is False:
                _report(m, _head(construct.node), "loop", "")
            return


def _head(node: cst.CSTNode) -> cst.CSTNode:
    return node.test if isinstance(node, cst.While) else node.iter if isinstance(node, cst.For) else node


def returned(m: Machine, event: Returned) -> None:
    """A ``return``: under a tensor condition it cannot leave a tensor loop, nor give nothing."""
    node, value = event
    if m.mode is not Mode.GRAPH:
        return
    innermost: Construct | None = None
    for construct in reversed(m.frame.around):
        if construct.kind == "if" and construct.tensor is True:
            innermost = innermost or construct
        elif construct.kind == "if":
            return
        elif construct.kind == "loop" and innermost is not None:
            if construct.tensor is True:
                _report(m, node, "return", "")
            return


def raised(m: Machine, event: Raised) -> None:
    """A ``raise`` in a branch that a tensor decides: tracing runs both branches."""
    node = event.node
    if not in_graph(m) or not m.frame.around and not m.frame.half_returned:
        return
    if any(construct.kind == "try" for frame in running_frames(m) for construct in frame.around):
        return
    construct = next((found for found in reversed(m.frame.around) if found.kind == "if"), None)
    condition = construct.node if construct is not None and construct.tensor is True else _returned_before(m)
    if isinstance(condition, cst.If):
        text = m.frame.scope.tree.code(condition.test)
        m.emit(RaisedWhileTraced(m.place(node), text, m.running.by, m.running.why, tuple(m.calls)))


def _returned_before(m: Machine) -> cst.If | None:
    """The tensor's condition of this block whose one branch returned: what follows it is the other branch."""
    pending = m.frame.half_returned[-1] if m.frame.half_returned else None
    return pending.node if pending is not None and pending.depth == len(m.frame.around) else None
