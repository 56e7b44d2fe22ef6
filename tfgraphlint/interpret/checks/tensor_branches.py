"""Branches that a tensor decides: the names, values and returns in which they have to agree."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from tfgraphlint.facts.tracing import BranchesDisagree
from tfgraphlint.interpret.core.class_hierarchy import class_attribute
from tfgraphlint.interpret.core.events import BlockEnded, BranchesJoined, ConditionalChosen, NameBound, NameRead
from tfgraphlint.interpret.core.graph_state import in_graph
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
)
from tfgraphlint.syntax.closures import read_by_functions_in
from tfgraphlint.syntax.tree import children_of


@dataclass(frozen=True)
class HalfReturned:
    """A condition on a tensor of which one branch returned ``value``."""

    node: cst.If
    value: Value
    count: int  # how many times the function had returned then
    depth: int  # how many constructs stood around it


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
    """Compare the names, attributes and items that AutoGraph makes variables of the condition."""
    names = m.frame.names
    for state, key, _ in list({**one, **other}.values()):
        if state is names and isinstance(key, str) and (how := _difference(state, key, one, other)):
            _note_name(m, node, key, how)
    for base, attribute in sorted(_attributes(node)):
        how = _of_attribute(_table(m, base), attribute, one, other)
        if how:
            _emit(m, node, how, f"{base}.{attribute}")
    for base, key in sorted(_items(node)):
        if _is_item_of_one_branch(_table(m, base), key, one, other):
            _emit(m, node, "undefined", f"{base}[{key!r}]")


def _note_name(m: Machine, node: cst.If, name: str, how: str) -> None:
    """A name counts when it is read later; at once where a function reads it that AutoGraph reckons is called."""
    if how == "undefined" and name in read_by_functions_in(node):
        _emit(m, node, how, name)
        return
    place = m.place(node.test)
    m.frame.unsettled[name] = BranchesDisagree(place, name, m.running.by, m.running.why, tuple(m.calls), how)


def _of_attribute(owner: object, attribute: str, one: Changes, other: Changes) -> str:
    if not isinstance(owner, Instance) or class_attribute(owner.cls, attribute) is not None:
        return ""
    how = _difference(owner.state, attribute, one, other)
    return "" if how == "undefined" and owner.partial else how


def _table(m: Machine, name: str) -> object:
    """What a name holds, also at the top level while it runs: then nothing else has filled it."""
    found = m.frame.names.get(name)
    return m.frame.scope.names.get(name) if found is None and not m.frame.scope.executed else found


def _is_item_of_one_branch(table: object, key: str, one: Changes, other: Changes) -> bool:
    if not isinstance(table, Dict) or OTHER in table.state:
        return False
    return _difference(table.state, key, one, other) == "undefined"


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
        return _of_lists(one, other)
    held, single = (one, other) if isinstance(one, (Items, Dict)) else (other, one)
    filled = any(isinstance(element, (Tensor, Variable, Const)) for element in elements(held))
    return "structure" if filled and isinstance(single, (Tensor, Variable, Function, Host)) else ""


def _of_lists(one: Items, other: Items) -> str:
    if {one.kind, other.kind} == {"list", "tuple"}:
        return "structure"
    first, second = one.items, other.items
    if not isinstance(first, tuple) or not isinstance(second, tuple):
        return ""
    if len(first) != len(second):
        return "structure"
    return next((how for pair in zip(first, second) if (how := disagreement(*pair))), "")


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
