"""Conditions on tensors of a graph: those that ask for a truth value, and what their branches must agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import BranchesDisagree, RaisedWhileTraced, TensorTested
from tfgraphlint.interpret.core.autograph import Construct, left_alone
from tfgraphlint.interpret.core.class_hierarchy import class_attribute
from tfgraphlint.interpret.core.events import (
    BlockEnded,
    BranchesJoined,
    ConditionalChosen,
    ConditionTested,
    Contained,
    LoopLeft,
    NameBound,
    NameRead,
    Raised,
    Returned,
)
from tfgraphlint.interpret.core.graph_state import asks, fails_as_bool, in_graph, is_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.scopes import Frame, Function
from tfgraphlint.interpret.core.store import MISSING, Changes, State
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    OTHER,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Object,
    Tensor,
    Unknown,
    Variable,
    is_none,
    node_of,
)
from tfgraphlint.syntax.closures import read_by_functions_in
from tfgraphlint.syntax.tree import children_of


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
    if any(construct.kind == "try" for frame in _running_frames(m) for construct in frame.around):
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


def _running_frames(m: Machine) -> list[Any]:
    found, frame = [], m.frame
    while frame is not None:
        found.append(frame)
        frame = frame.caller  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class HalfReturned:
    """A condition on a tensor of which one branch returned ``value``."""

    node: cst.If
    value: Value
    count: int  # how many times the function had returned then
    depth: int  # how many constructs stood around it


# -- branches ------------------------------------------------------------------------------------


def joined(m: Machine, event: BranchesJoined) -> None:
    """Compare what the two branches of a tensor's condition leave behind; None for a branch that ended.

    ``before``: how many times the function had returned before.
    """
    node, ends, before = event
    if not in_graph(m):
        return
    one, other = ends
    returns = m.frame.returns[before:]
    if one is None and other is None:
        if len(returns) == 2:
            _compare_returned(m, node, returns[0][0], returns[1][0])
    elif one is None or other is None:
        in_tensor_loop = any(construct.kind == "loop" and construct.tensor for construct in m.frame.around)
        if len(returns) == 1 and not in_tensor_loop:
            m.frame.half_returned.append(
                HalfReturned(node, returns[0][0], len(m.frame.returns), len(m.frame.around)))
    else:
        _compare_names(m, node, one, other)


def block_ended(m: Machine, event: BlockEnded) -> None:
    """A block ended: a return in one branch of a condition in it must have had a return behind it."""
    known, goes_on = event
    pending = m.frame.half_returned
    while len(pending) > known:
        half = pending.pop()
        new = m.frame.returns[half.count :]
        if goes_on and not new:
            _emit(m, half.node, "return", "")
        elif not goes_on and len(new) == 1:
            _compare_returned(m, half.node, half.value, new[0][0])


def _compare_returned(m: Machine, node: cst.If, one: Value, other: Value) -> None:
    how = "none" if is_none(one) and is_none(other) else disagreement(one, other)
    if how:
        _emit(m, node, "return" if how == "none" else how, "what it returns")


def chosen(m: Machine, event: ConditionalChosen) -> None:
    """Compare the two sides of a conditional expression that a tensor decides."""
    node, one, other = event
    how = disagreement(one, other)
    if how and in_graph(m):
        _emit(m, node, how, m.frame.scope.tree.code(node))


def _emit(m: Machine, node: cst.CSTNode, how: str, name: str) -> None:
    if in_graph(m):
        at = node.test if isinstance(node, cst.If) else node
        m.emit(BranchesDisagree(m.place(at), name, m.running.by, m.running.why, tuple(m.calls), how))


def _compare_names(m: Machine, node: cst.If, one: Changes, other: Changes) -> None:
    names = m.frame.names
    for state, key, _ in list({**one, **other}.values()):
        if state is names and isinstance(key, str) and (how := _difference(state, key, one, other)):
            if how == "undefined" and key in read_by_functions_in(node):
                _emit(m, node, how, key)  # AutoGraph reckons that such a function is called later on
                continue
            place = m.place(node.test)
            m.frame.unsettled[key] = BranchesDisagree(
                place, key, m.running.by, m.running.why, tuple(m.calls), how)
    for base, attribute in sorted(_attributes(node)):
        owner = names.get(base)
        if isinstance(owner, Instance) and class_attribute(owner.cls, attribute) is None:
            how = _difference(owner.state, attribute, one, other)
            if how and (how != "undefined" or not owner.partial):
                _emit(m, node, how, f"{base}.{attribute}")
    for base, key in sorted(_items(node)):
        table = names.get(base)
        if table is None and not m.frame.scope.executed:
            table = m.frame.scope.names.get(base)  # the program's own calls led here: nothing else has filled it
        if isinstance(table, Dict) and OTHER not in table.state:
            if _difference(table.state, key, one, other) == "undefined":
                _emit(m, node, "undefined", f"{base}[{key!r}]")


def _items(node: cst.CSTNode) -> set[tuple[str, str]]:
    """The items of dictionaries that are assigned in a statement, as AutoGraph looks for them: ``table["x"] = …``."""
    found: set[tuple[str, str]] = set()
    for child in children_of(node):
        match child:
            case cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=base), slice=[cst.SubscriptElement(
                slice=cst.Index(value=cst.SimpleString() as key)
            )])):
                if isinstance(key.evaluated_value, str):
                    found.add((base, key.evaluated_value))
            case cst.FunctionDef() | cst.ClassDef() | cst.BaseExpression():
                pass
            case _:
                found |= _items(child)
    return found


def _attributes(node: cst.CSTNode) -> set[tuple[str, str]]:
    """The attributes of names that are assigned in a statement, as AutoGraph looks for them: ``self.x = …``."""
    found: set[tuple[str, str]] = set()
    for child in children_of(node):
        match child:
            case cst.AssignTarget(target=cst.Attribute(value=cst.Name(value=base), attr=cst.Name(value=attribute))):
                found.add((base, attribute))
            case cst.AugAssign(target=cst.Attribute(value=cst.Name(value=base), attr=cst.Name(value=attribute))):
                found.add((base, attribute))
            case cst.FunctionDef() | cst.ClassDef() | cst.BaseExpression():
                pass
            case _:
                found |= _attributes(child)
    return found


def _difference(state: State, key: str, one: Changes, other: Changes) -> str:
    """In what the ends of two paths differ about an entry that one of them has written."""
    entry, before = (id(state), key), state.get(key, MISSING)
    first = one[entry][2] if entry in one else before
    second = other[entry][2] if entry in other else before
    if first is second:
        return ""
    return "undefined" if first is MISSING or second is MISSING else disagreement(first, second)


def disagreement(one: Value, other: Value) -> str:
    """In what two values of one name do not fit together, where that is certain."""
    if is_none(one) or is_none(other):
        return "none" if is_none(one) is not is_none(other) and _is_known(one) and _is_known(other) else ""
    if isinstance(one, NUMBERS) and isinstance(other, NUMBERS):
        kinds = dtype_of(one), dtype_of(other)
        return "dtype" if ANY not in kinds and kinds[0] != kinds[1] else ""
    if isinstance(one, (Items, Dict)) or isinstance(other, (Items, Dict)):
        return _of_structures(one, other)
    return ""


NUMBERS = (Tensor, Variable, Const)


def _is_known(value: Value) -> bool:
    return not isinstance(value, (Unknown, Choice, Object))


def _of_structures(one: Value, other: Value) -> str:
    if isinstance(one, Dict) and isinstance(other, Dict):
        plain = all(isinstance(key, str) for key in (*one.state, *other.state))
        return "structure" if plain and set(one.state) != set(other.state) else ""
    if isinstance(one, Items) and isinstance(other, Items):
        first, second = one.items, other.items
        if one.kind != other.kind and {one.kind, other.kind} == {"list", "tuple"}:
            return "structure"
        if not isinstance(first, tuple) or not isinstance(second, tuple):
            return ""
        if len(first) != len(second):
            return "structure"
        return next((how for pair in zip(first, second) if (how := disagreement(*pair))), "")
    held, single = (one, other) if isinstance(one, (Items, Dict)) else (other, one)
    filled = any(isinstance(element, (Tensor, Variable, Const)) for element in elements(held))
    return "structure" if filled and isinstance(single, (Tensor, Variable, Function, Host)) else ""


def read(m: Machine, event: NameRead) -> None:
    """A name on which branches disagree is read: what they left there counts, but not for themselves in a next turn."""
    frame, name = event
    if not _is_around(frame, frame.unsettled[name].place.node):
        m.emit(frame.unsettled.pop(name))


def bound(m: Machine, event: NameBound) -> None:
    """A name is bound anew: what branches left there no longer counts, unless this is one of them in a next turn."""
    frame, name = event
    if not _is_around(frame, frame.unsettled[name].place.node):
        del frame.unsettled[name]


def _is_around(frame: Frame, test: cst.CSTNode) -> bool:
    """Whether the code that runs is in a branch of the condition with this test."""
    return any(isinstance(construct.node, cst.If) and construct.node.test is test for construct in frame.around)
