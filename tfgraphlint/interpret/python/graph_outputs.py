"""What AutoGraph gives back from a condition or loop of the graph: tensors, also where numbers of Python went in."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import libcst as cst

from tfgraphlint.interpret.core import outer_names
from tfgraphlint.interpret.core.class_hierarchy import class_attribute
from tfgraphlint.interpret.core.events import PlaceGivenBack
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.provenance import Kind, join_nodes
from tfgraphlint.interpret.core.scopes import Frame
from tfgraphlint.interpret.core.store import Changes, State
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ANY, Dict, Host, Instance, Tensor
from tfgraphlint.syntax.bindings import binds
from tfgraphlint.syntax.tree import children_of


def give_back(m: Machine, node: cst.If | cst.For | cst.While) -> None:
    """Make tensors of the numbers in names that the statement assigns: it has run, and a tensor has decided it.

    ``scale = 1.0`` is one after ``if tf.reduce_sum(x) > 0: scale = 2.0``, whichever branch the graph takes.
    """
    names = m.frame.names
    for name in dict.fromkeys(_assigned(node)):
        value = names.get(name)
        made = _output(m, node, m.each(value)) if isinstance(value, Value) else None
        if made is not None:
            m.store.write(names, name, made)
    for statement, place in _places(node):
        if not isinstance(place, cst.Name) or _hands_on(m, node, place.value):
            _give_back_to(m, node, statement, place)


def _hands_on(m: Machine, node: cst.CSTNode, name: str) -> bool:
    """Whether the statement certainly leaves a tensor in a ``global`` or ``nonlocal`` name."""
    return outer_names.is_outer(m, name) and outer_names.is_lost(m, node, name) is False


def take_back(m: Machine, node: cst.If, paths: Sequence[Changes | None]) -> None:
    """Leave ``global`` and ``nonlocal`` names as they were before a condition of the graph that does not hand them on:
    ``paths`` are what the branches changed."""
    declared = m.frame.global_names | m.frame.nonlocal_names
    for name in declared.intersection(_assigned(node)) if declared else ():
        if outer_names.is_lost(m, node, name):
            state, key = _entry(m, cst.Name(name))
            for changes in paths:
                if changes is not None:
                    changes.pop((id(state), key), None)


def _give_back_to(
    m: Machine, node: cst.CSTNode, statement: cst.CSTNode, place: cst.Attribute | cst.Subscript | cst.Name
) -> None:
    """Make a tensor of the number in an attribute or item, which AutoGraph takes for a name as well."""
    state, key = _entry(m, place)
    value = state.get(key) if state is not None else None
    if state is None or not isinstance(value, Value):
        return
    made = _output(m, node, m.each(value))
    if made is not None:
        m.store.write(state, key, made)
    holder = None if isinstance(place, cst.Name) else _held(m, place.value)
    m.tell(PlaceGivenBack(statement, place, holder, made or value, made is not None))


def _entry(m: Machine, place: cst.BaseExpression) -> tuple[State | None, Hashable]:
    """Where what stands at a name, attribute or item is kept; None where that is not known. Nothing is read by it."""
    match place:
        case cst.Name(value=name):
            frame: Frame | None = frame_of(m, name)
            while frame is not None and name not in frame.names:
                frame = frame.parent
            return (frame.names if frame is not None else m.frame.scope.names), name
        case cst.Attribute(value=owner, attr=cst.Name(value=name)):
            holder = _held(m, owner)
            has_own = isinstance(holder, Instance) and class_attribute(holder.cls, name) is None
            return (holder.state, name) if has_own and isinstance(holder, Instance) else (None, name)
        case cst.Subscript(value=owner, slice=[cst.SubscriptElement(slice=cst.Index(value=index))]):
            holder, key = _held(m, owner), _held(m, index)
            if isinstance(holder, Dict) and isinstance(key, Const) and isinstance(key.value, (str, int)):
                return holder.state, key.value
    return None, ""


def _held(m: Machine, place: cst.BaseExpression) -> Value | None:
    """What stands there, or the constant that is written there."""
    if isinstance(place, (cst.SimpleString, cst.Integer)):
        return Const(place.evaluated_value)
    state, key = _entry(m, place)
    value = state.get(key) if state is not None else None
    return value if isinstance(value, Value) else None


def _places(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.Attribute | cst.Subscript | cst.Name]]:
    """Names, and the attributes and items that AutoGraph takes for such, with the statements in ``node`` that assign
    them: ``self.a.b``, ``table["x"]``, ``table[key]``."""
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AugAssign(target=target):
            if isinstance(target, (cst.Attribute, cst.Subscript, cst.Name)) and _is_name(target):
                yield node, target
    for child in children_of(node):
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.BaseExpression)):
            yield from _places(child)


def _is_name(node: cst.BaseExpression) -> bool:
    match node:
        case cst.Name():
            return True
        case cst.Attribute(value=value):
            return _is_name(value)
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(
            slice=cst.Index(value=cst.Name() | cst.SimpleString() | cst.Integer())
        )]):
            return _is_name(value)
    return False


def _assigned(node: cst.CSTNode) -> Iterator[str]:
    """The names that a statement assigns, as AutoGraph looks for them: not those of functions or comprehensions."""
    yield from binds(node)
    for child in children_of(node):
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.BaseExpression)):
            yield from _assigned(child)


def _output(m: Machine, node: cst.CSTNode, options: Sequence[Value]) -> Tensor | None:
    """The tensor that a name holds which had one of these values; None where it is one already, or nobody knows."""
    if not all(map(_is_taken, options)) or all(isinstance(option, Tensor) for option in options):
        return None
    kinds = {dtype_of(option) for option in options}
    nodes = [option.node for option in options if isinstance(option, Tensor)]
    nodes.append(m.leaf(Kind.CONSTANT, node))
    is_scalar = all(isinstance(option, Const) for option in options)
    return m.tensor(join_nodes(nodes), kinds.pop() if len(kinds) == 1 else ANY, rank=0 if is_scalar else None)


def _is_taken(value: Value) -> bool:
    """Whether a graph has a tensor for the value: a number, a text, an array."""
    if isinstance(value, Const):
        return isinstance(value.value, (bool, int, float, str))
    if isinstance(value, Host):
        return value.kind != "any"
    return isinstance(value, Tensor) and not value.keras
