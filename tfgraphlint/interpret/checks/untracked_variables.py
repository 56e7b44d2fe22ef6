"""Variables that Keras 3 does not track: plain ones that become attributes of layers and models, or that a model
computes with and that no layer holds."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.facts.keras import UntrackedVariable
from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.events import Appended, AttributeSet, ModelFitted
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Model, Network
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node
from tfgraphlint.interpret.core.scopes import Class
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import BOOL, INT, STRING, Dict, Instance, Items, Object, Tensor, Variable
from tfgraphlint.interpret.python.names import lookup
from tfgraphlint.libraries.words import (
    ALL_WEIGHTS,
    PLAIN_VARIABLES,
    PRIVATE_LISTS,
    READING_FUNCTIONS,
    READING_MODULES,
    STARTING_VALUES,
    TOLD_VARIABLES,
    TRAINABLE_LISTS,
    VARIABLE_ASSIGNMENTS,
)
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import nodes_in

# Who defines or fills one of these sees to the variables of a class in his own way.
LISTS = TRAINABLE_LISTS | ALL_WEIGHTS | PRIVATE_LISTS


def kept(m: Machine, event: AttributeSet) -> None:
    """``owner.name = value``: report plain variables in it, where ``owner`` is a layer or model of Keras 3."""
    _report(m, event.owner, event.name, event.value)


def _report(m: Machine, owner: Value, name: str, value: Value) -> None:
    if m.tables.keras < 3 or m.guards or not isinstance(owner, Instance):
        return
    plain = [held for held in _variables(value) if _is_trained(held)]
    kind = class_hierarchy.kind_of(m, owner.cls) if plain else Object
    if not issubclass(kind, Network) or issubclass(kind, Model) and owner.partial:
        return  # who makes the model in another file may name its variables to a tape there
    if any(class_hierarchy.class_attribute(owner.cls, each) is not None or each in owner.state for each in LISTS):
        return
    if _is_trained_by_name(owner.cls, name):
        return
    for variable in plain:
        if variable.node.place is not None:
            m.emit(UntrackedVariable(variable.node.place, name, owner.cls.name, tuple(m.calls)))


def _is_trained_by_name(cls: Class, name: str) -> bool:
    """Whether the class, or one that it derives from, names the attribute to a tape or an optimizer, or assigns to it.

    The methods that do so need not have run: others may call them, with what nobody knows.
    """
    return any(
        isinstance(node, cst.Call) and _takes(node, name)
        for each in class_hierarchy.mro(cls) if isinstance(each, Class)
        for node in nodes_in(each.definition)
    )  # fmt: skip


def _takes(call: cst.Call, name: str) -> bool:
    match call.func:
        case cst.Attribute(value=cst.Attribute(attr=cst.Name(value=held)), attr=cst.Name(value=method)) if (
            held == name and method in VARIABLE_ASSIGNMENTS
        ):
            return True
        case cst.Attribute(attr=cst.Name(value=method)) if method in TOLD_VARIABLES:
            return any(
                isinstance(node, cst.Attribute) and node.attr.value == name
                for argument in call.args for node in nodes_in(argument)
            )  # fmt: skip
    return False


def appended(m: Machine, event: Appended) -> None:
    """``owner.name.append(value)``."""
    node, value = event
    if not isinstance(value, Variable) or m.tables.keras < 3:
        return
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)))):
            _report(m, lookup(m, owner, node), name, value)


def fitted(m: Machine, event: ModelFitted) -> None:
    """``model.fit(...)``: report plain variables that the outputs of a functional model are computed with and that no
    layer holds, as those that the function of a ``Lambda`` reads."""
    outputs = event.value.outputs if isinstance(event.value, Model) else None
    if m.tables.keras < 3 or m.guards or outputs is None:
        return
    starts = [held.node for held in within(outputs) if isinstance(held, Tensor)]
    for node in _flows_to(starts):
        place = node.place
        if place is None or node.trainable is not True or node.operation not in PLAIN_VARIABLES:
            continue
        name = _only_named(place) if _begins_as_parameter(place.node) else ""
        if name and place.tree is m.place(event.node).tree:
            m.emit(UntrackedVariable(place, name, "", tuple(m.calls)))


def _flows_to(starts: list[Node]) -> Iterator[Node]:
    """The variables to which a gradient flows from here, each once."""
    seen: set[Node] = set()
    while starts:
        node = starts.pop()
        if node not in seen:
            seen.add(node)
            if node.kind is Kind.VARIABLE:
                yield node
            starts += [edge.node for edge in node.edges if edge.flow is Flow.FLOWS and edge.fault is None]


def _begins_as_parameter(call: cst.CSTNode) -> bool:
    """Whether a variable begins with a number as it is written, or with zeros, ones or random numbers: what begins with
    data, a mean or a filter, is not meant to be trained."""
    match call:
        case cst.Call(args=[cst.Arg(value=cst.Float() | cst.Integer() | cst.UnaryOperation()), *_]):
            return True
        case cst.Call(args=[cst.Arg(value=cst.Call(func=made)), *_]):
            name = next((node.value for node in [getattr(made, "attr", made)] if isinstance(node, cst.Name)), "")
            return STARTING_VALUES.search(name) is not None
    return False


def _only_named(place: Place) -> str:
    """The name that a variable gets where it is made; "" where it is, by this name, put into a list or an attribute, or
    returned: whoever has it may train it."""
    made = parent(place.tree, place.node)
    match made:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            pass
        case _:
            return ""
    for node in nodes_in(place.tree.module):
        held: cst.CSTNode | None = None
        match node:
            case cst.Element(value=held) | cst.Return(value=held) | cst.Assign(value=held) | cst.Arg(value=held):
                pass
        if isinstance(held, cst.Name) and held.value == name and not _is_read(place, node):
            return ""
    return name


def _is_read(place: Place, node: cst.CSTNode) -> bool:
    """Whether a name is an argument of what only computes with it or shows it."""
    call = parent(place.tree, node) if isinstance(node, cst.Arg) else None
    match call:
        case cst.Call(func=cst.Name(value=called)):
            return called in READING_FUNCTIONS
        case cst.Call(func=cst.Attribute(value=cst.Name(value=module))):
            return module in READING_MODULES
    return False


def _variables(value: Value) -> Iterator[Variable]:
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, (Items, Dict)):
        for held in elements(value):
            yield from _variables(held)


def _is_trained(variable: Variable) -> bool:
    """Whether this is a ``tf.Variable`` that could be trained if it were tracked."""
    return (
        variable.node.operation in PLAIN_VARIABLES and variable.trainable is True
        and variable.dtype not in (INT, BOOL, STRING)
    )  # fmt: skip
