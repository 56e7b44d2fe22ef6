"""The sources and targets of a query, and the nodes that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Module, Network
from tfgraphlint.interpret.core.provenance import Kind, Node, join_nodes
from tfgraphlint.interpret.core.structures import MAX_HELD, elements, is_constant, weights_within, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    INT,
    STRING,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Tensor,
    Unknown,
    Variable,
    Weights,
    is_none,
)
from tfgraphlint.libraries.words import ALL_WEIGHTS, TRAINABLE_LISTS


@dataclass(frozen=True)
class Source:
    """One source of a query, with the nodes that stand for it."""

    value: Value
    written: cst.BaseExpression
    goals: tuple[Node, ...]
    kind: str
    node: cst.CSTNode | None = None


def flatten(m: Machine, value: Value, written: cst.BaseExpression) -> list[Source]:
    """The sources of a query one by one; a model's variables count as one."""
    if isinstance(value, Items) and isinstance(value.items, tuple):
        items = value.items
        nodes: Sequence[cst.BaseExpression] = [written] * len(items)
        if isinstance(written, (cst.List, cst.Tuple)) and len(written.elements) == len(items):
            nodes = [element.value for element in written.elements]
        return [source for item, at in zip(items, nodes) for source in flatten(m, item, at)]
    if isinstance(value, Dict):
        return [source for item in elements(value) for source in flatten(m, item, written)]
    if isinstance(value, Choice) and all(isinstance(o, (Weights, Variable, Unknown)) for o in value.options):
        goals = dict.fromkeys(node for option in value.options for node in weights_within(option))
        return [Source(value, written, tuple(goals), "weights")]
    if isinstance(value, Items):
        return flatten(m, elements(value)[0], written)
    if isinstance(value, Tensor):
        return [Source(value, written, (value.node,), "tensor")]
    if isinstance(value, Variable):
        if value.node.place is not None:
            m.named.add(value.node.place.node)
        return [Source(value, written, (value.node,), "variable")]
    if isinstance(value, Weights):
        whole = Source(value, written, _weights(value), "weights")
        return [whole, *(Source(each, written, (each.node,), "member") for each in _without_numbers(m, value))]
    if isinstance(value, Unknown):
        plain = value.node.kind is Kind.TENSOR
        return [Source(value, written, (value.node,), "tensor" if plain else "unknown")]
    return [Source(value, written, (), "other")]


def _weights(weights: Weights) -> tuple[Node, ...]:
    """The nodes of the weights in a list, as far as they are known; none for a list of trainable ones that is empty."""
    held = tuple(weights_within(weights.owner))
    kept = tuple(node for node in held if node.trainable is not False)
    if weights.which not in TRAINABLE_LISTS or len(kept) == len(held):
        return held
    return () if _own(weights).issuperset(kept) else kept


def may_be_empty(value: Value) -> bool:
    """Whether these are the weights of objects of the project of which none is known."""
    return isinstance(value, Weights) and _own(value).issuperset(weights_within(value.owner))


def _own(weights: Weights) -> set[Node]:
    """The nodes that stand for all that objects of the project may hold."""
    return {held.node for held in within(weights.owner) if isinstance(held, Instance)}


def _without_numbers(m: Machine, weights: Weights) -> list[Variable]:
    """The variables of integers, booleans or strings that certainly are in a list of all trainable variables."""
    if weights.which not in TRAINABLE_LISTS | ALL_WEIGHTS:
        return []
    found: dict[Node, Variable] = {}
    seen: set[int] = set()
    stack: list[Value] = [weights.owner]
    while stack:
        value = stack.pop()
        if id(value) in seen or len(seen) > MAX_HELD:
            continue
        seen.add(id(value))
        if isinstance(value, Variable):
            if is_without_numbers(value) and value.trainable is True:
                found[value.node] = value
        elif isinstance(value, Instance):
            if _is_tracked(m, value):
                stack.extend(held for held in value.state.values() if isinstance(held, Value))
        elif isinstance(value, (Items, Dict)):
            stack.extend(elements(value) if not isinstance(value, Items) or isinstance(value.items, tuple) else ())
    return list(found.values())


def _is_tracked(m: Machine, value: Instance) -> bool:
    """Whether the variables in the attributes of an object count as its own: those of a ``tf.Module``, and of layers
    of Keras 2. Keras 3 does not look at ``tf.Variable``."""
    kind = class_hierarchy.kind_of(m, value.cls)
    return not value.partial and (issubclass(kind, Module) or issubclass(kind, Network) and m.tables.keras < 3)


def host_nodes(target: Value) -> list[Node]:
    """The values that left TensorFlow among several targets: with one of them the query raises, whatever the others
    are."""
    held = elements(target) if isinstance(target, Items) and isinstance(target.items, tuple) else []
    return [item.node for item in held if isinstance(item, Host) and not is_constant(item)]


def target_nodes(m: Machine, target: Value) -> list[Node] | None:
    """The nodes of the target; None where it is not a value that can be judged."""
    if isinstance(target, (Tensor, Host, Unknown)):
        return [target.node]
    if isinstance(target, Variable):
        return [target.node]
    if isinstance(target, Choice):
        options = [target_nodes(m, option) for option in target.options if not is_none(option)]
        if not options or any(option is None for option in options):
            return None
        return [join_nodes([join_nodes(option) for option in options if option])]
    if isinstance(target, (Items, Dict)):
        found: list[Node] = []
        for element in elements(target):
            nodes = target_nodes(m, element)
            if nodes is None:
                return None
            found.extend(nodes)
        return found or None
    return None


def is_without_numbers(value: Value) -> bool:
    return isinstance(value, (Tensor, Variable)) and value.dtype in (INT, BOOL, STRING)
