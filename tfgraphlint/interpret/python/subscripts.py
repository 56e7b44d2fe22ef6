"""``value[index]``: items of lists, dictionaries, tensors and of what is unknown."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core import arguments, shapes
from tfgraphlint.interpret.core.events import EntryRead, Hashed, Indexed
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Shape
from tfgraphlint.interpret.core.operands import part_of_unknown, parts
from tfgraphlint.interpret.core.provenance import PART, Edge, Flow, Kind
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ELEMENT,
    FLOAT,
    OTHER,
    STRING,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Spread,
    Tensor,
    Unknown,
    Variable,
    Weights,
    sequence,
)
from tfgraphlint.interpret.python.iteration import one_by_one


def index_values(m: Machine, node: cst.Subscript) -> list[Value | None]:
    """The values between the brackets; None for a slice."""
    found: list[Value | None] = []
    for element in node.slice:
        part = element.slice
        if isinstance(part, cst.Index):
            found.append(m.evaluate(part.value))
        elif isinstance(part, cst.Slice):
            for bound in (part.lower, part.upper, part.step):
                if bound is not None:
                    m.evaluate(bound)
            found.append(None)
    return found


def subscript(m: Machine, node: cst.Subscript, value: Value, index: Sequence[Value | None]) -> Value:
    """``value[index]``."""
    if isinstance(value, Choice):
        return join([subscript(m, node, option, index) for option in value.options])
    only = index[0] if len(index) == 1 else None
    match value:
        case Items():
            if only is not None and value.kind in ("list", "tuple"):
                m.tell(Indexed(node, only))
            return _item(m, node, value, index, only)
        case Dict():
            if only is not None:
                m.tell(Hashed(node, only))
            return _entry(m, node, value, only)
        case Tensor() | Variable():
            return _slice_of_tensor(m, node, value, index)
        case Shape():
            return shapes.dimension(m, node, value, only)
        case Host():
            for part in index if value.kind == "array" else ():
                if isinstance(part, Tensor):
                    m.tell(Indexed(node, part))
            return Host(m.operation(node, [Edge(value.node)]), value.kind, value.dtype)
        case Weights():
            return _weight(m, node, value, only)
        case Unknown():
            return _unknown_item(m, node, value, only)
        case Const(value=str()):
            return Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
        case Instance() if only is not None:
            method = m.attribute(value, "__getitem__", node)
            if method is not None:
                return m.call(method, arguments.Arguments([only]), node)
    return m.opaque(node, [value])


def _slice_of_tensor(
    m: Machine, node: cst.Subscript, value: Tensor | Variable, index: Sequence[Value | None]
) -> Value:
    given = [part for part in index if part is not None]
    edges = [Edge(part) for part in parts(m, [value])] + [Edge(part, Flow.INDEX) for part in parts(m, given)]
    made = m.operation(node, edges)
    made.operation, made.operands = "Subscript", (value, *given)
    keras = isinstance(value, Tensor) and value.keras
    variable = value if isinstance(value, Variable) else value.slice_of
    return m.tensor(made, value.dtype, keras=keras, slice_of=variable)


def _weight(m: Machine, node: cst.Subscript, value: Weights, only: Value | None) -> Value:
    """One of a model's variables, some of them, or a part of one."""
    if value.which == ELEMENT:
        return m.tensor(m.operation(node, [Edge(n) for n in m.nodes([value.owner])]), FLOAT)
    return Weights(value.owner, "slice" if only is None else ELEMENT, value.unbuilt)


def _item(m: Machine, node: cst.Subscript, value: Items, index: Sequence[Value | None],
          only: Value | None) -> Value:
    items = value.items
    held = elements(value)
    if isinstance(items, tuple) and any(isinstance(item, Weights) and item.which != ELEMENT for item in items):
        items = Spread(join(one_by_one(items)))  # where each stands depends on how many variables a model has
        held, value = [items.element], Items(value.kind, {Items.items: items})
    if isinstance(items, tuple) and isinstance(only, Const) and isinstance(only.value, int):
        if -len(items) <= only.value < len(items):
            return items[only.value]  # type: ignore[no-any-return]
        return m.opaque(node, [value])
    if len(index) == 1 and index[0] is None:
        return _slice(node, value)
    return join(held) if held else m.opaque(node, [value])


def _slice(node: cst.Subscript, value: Items) -> Value:
    items = value.items
    part = node.slice[0].slice
    if isinstance(items, tuple) and isinstance(part, cst.Slice):
        bounds: list[int | None] = []
        for bound in (part.lower, part.upper, part.step):
            text = "" if bound is None else cst.Module([]).code_for_node(bound).replace(" ", "")
            if text and not text.lstrip("-").isdigit():
                break
            bounds.append(int(text) if text else None)
        else:
            if bounds[2] != 0:
                return sequence(value.kind, items[slice(*bounds)])
    held = elements(value)
    return Items(value.kind, {Items.items: Spread(join(held)) if held else ()})


def _entry(m: Machine, node: cst.CSTNode, value: Dict, key: Value | None) -> Value:
    if isinstance(key, Const):
        try:
            if key.value in value.state:
                if m.tracing is not None and m.graphs and value.made < m.graphs[0]:
                    m.tell(EntryRead(value.state, key.value, value.state[key.value], node))
                return value.state[key.value]  # type: ignore[no-any-return]
        except TypeError:
            return m.opaque(node, [value])
        if OTHER in value.state:
            return value.state[OTHER]  # type: ignore[no-any-return]
        return m.opaque(node, [value]) if value.factory is None else _by_default(m, node, value, key.value)
    if value.factory is not None:
        m.store.write(value.state, OTHER, m.opaque(node, [value]))  # nobody knows which it is, nor whether it is new
    held = elements(value)
    return join(held) if held else m.opaque(node, [value])


def _by_default(m: Machine, node: cst.CSTNode, value: Dict, key: object) -> Value:
    """What a ``defaultdict`` has for a key that was not there; it is as old as the dictionary that holds it on."""
    assert value.factory is not None
    made = m.call(value.factory, arguments.Arguments([]), node)
    if isinstance(made, (Items, Dict)):
        made.made = value.made
    m.store.write(value.state, key, made)
    return made


def _unknown_item(m: Machine, node: cst.Subscript, value: Unknown, key: Value | None) -> Value:
    name = ("[]", key.value) if isinstance(key, Const) and isinstance(key.value, (str, int)) else None
    if name is not None and name in value.attributes:
        return value.attributes[name]  # type: ignore[no-any-return]
    several = len(node.slice) > 1  # ``x[:, 0]``: no list has such items
    if value.node.kind is Kind.OPAQUE and not (several and value.node.maybe and not value.external):
        found = part_of_unknown(m, node, value)
    else:
        found = Unknown(m.operation(node, [Edge(value.node, Flow.UNKNOWN)]))
        found.node.operation = "" if several else PART
    if name is not None:
        m.store.write(value.attributes, name, found)
    return found
