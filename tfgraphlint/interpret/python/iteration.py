"""What a loop, an unpacking or a comprehension sees of a value."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core import shapes
from tfgraphlint.interpret.core.events import Iterated, TraceRun
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Enumerate, Range, Shape, Zip
from tfgraphlint.interpret.core.operands import part_of_unknown, parts
from tfgraphlint.interpret.core.provenance import Edge, Kind
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ELEMENT,
    INT,
    STRING,
    Choice,
    Dict,
    Host,
    Items,
    Tensor,
    Unknown,
    Variable,
    Weights,
    sequence,
)

MAX_EXACT_TURNS = 6  # of each loop, whatever is around it
MAX_REPEATS = 64  # turns of a loop over a longer list, with those of the loops around it
MAX_EXACT_NUMBERS = 4  # of a ``range``


def turns_of(m: Machine, value: Value, node: cst.BaseExpression) -> tuple[Sequence[Value], bool]:
    """The values that a loop over ``value`` sees, and whether these are all of them in order.

    Where their number is not known there are two, so that the second turn sees what the first did.
    """
    if isinstance(value, Items):
        items = value.items
        if isinstance(items, tuple):
            if _is_affordable(m, len(items)) and not any(isinstance(i, Weights) for i in items):
                return items, True
            return [join(one_by_one(items))] * 2, False
        return [items.element] * 2, False
    if isinstance(value, Dict):
        keys = [Const(key) for key in value.state if isinstance(key, (str, int))]
        if len(keys) == len(value.state) and _is_affordable(m, len(keys)):
            return keys, True
        return [Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)] * 2, False
    match value:
        case Range():
            return _range(m, value, node)
        case Enumerate():
            return _enumerate(m, value, node)
        case Zip():
            if value.walked is None:
                m.store.set(value, Zip.walked, m.place(node))
            return _zip(m, value, node)
        case Dataset():
            return _dataset(m, value, node)
    return [element_of(m, value, node) for _ in range(2)], False


def _is_affordable(m: Machine, turns: int) -> bool:
    """Whether a loop runs once for each element of a list, so that one among many is seen that is not like the rest."""
    return turns <= MAX_EXACT_TURNS or turns * m.repeats <= MAX_REPEATS


def element_of(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    """One element of a value of unknown length."""
    if isinstance(value, Choice):
        return join([element_of(m, option, node) for option in value.options])
    if isinstance(value, (Items, Dict)):
        held = elements(value)
        return join(held) if held else m.opaque(node, [value])
    if isinstance(value, (Tensor, Variable)):
        made = m.operation(node, [Edge(part) for part in parts(m, [value])])
        made.operation = "Element"
        return m.tensor(made, value.dtype)
    if isinstance(value, Host):
        return Host(m.operation(node, [Edge(value.node)]), "array" if value.rank != 1 else "scalar", value.dtype)
    if isinstance(value, Weights):
        return _weight(value)
    if isinstance(value, Const):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    if isinstance(value, Unknown) and value.node.kind is Kind.TENSOR:
        return Unknown(m.leaf(Kind.TENSOR, node))
    if isinstance(value, Unknown) and (value.external or value.node.maybe):
        return part_of_unknown(m, node, value)
    return m.opaque(node, [value])


def one_by_one(items: Sequence[Value]) -> list[Value]:
    """The elements of a list; the variables of a model in it are any one of them."""
    return [_weight(item) if isinstance(item, Weights) else item for item in items]


def _weight(value: Weights) -> Value:
    """One variable of a model, whichever."""
    return Weights(value.owner, ELEMENT, value.unbuilt)


def parts_of(
    m: Machine, value: Value, count: int, node: cst.CSTNode, *, exact: bool = True
) -> list[Value]:
    """The ``count`` values that an unpacking takes from ``value``."""
    if isinstance(value, Items):
        items = value.items
        if isinstance(items, tuple):
            if len(items) == count or not exact:
                return list(items)
            return [m.opaque(node, [value]) for _ in range(count)]
        return [items.element] * count
    if isinstance(value, Choice):
        with m.one_of_several():
            columns = [parts_of(m, option, count, node) for option in value.options]
        return [join(column) for column in zip(*columns)]
    if isinstance(value, Shape) and isinstance(node, (cst.Tuple, cst.List)):
        return _sizes(m, value, node)
    m.tell(Iterated(node, value, "unpacking"))
    return [element_of(m, value, node) for _ in range(count)]


def _sizes(m: Machine, shape: Shape, target: cst.Tuple | cst.List) -> list[Value]:
    """What ``batch, width = x.shape`` binds; behind a starred name the axes are counted from the end."""
    found: list[Value] = []
    behind = False
    for index, element in enumerate(target.elements):
        if isinstance(element, cst.StarredElement):
            behind = True
            found.append(Host(m.leaf(Kind.CONSTANT, element), "scalar", INT))
        else:
            axis = index - len(target.elements) if behind else index
            found.append(shapes.dimension(m, element.value, shape, Const(axis)))
    return found


def _range(m: Machine, value: Range, node: cst.BaseExpression) -> tuple[Sequence[Value], bool]:
    bounds = elements(value.bounds)
    numbers = [item.value for item in bounds if isinstance(item, Const)]
    if numbers and len(numbers) == len(bounds) and all(isinstance(number, int) for number in numbers):
        try:
            found = range(*numbers)
        except ValueError:
            return [], True
        if len(found) <= MAX_EXACT_NUMBERS:
            return [Const(number) for number in found], True
    first = _first_number(bounds)
    later = Host(m.leaf(Kind.CONSTANT, node), "scalar", INT, counts=True)
    return [first if first is not None else Host(m.leaf(Kind.CONSTANT, node), "scalar", INT, counts=True), later], False


def _first_number(bounds: Sequence[Value]) -> Const | None:
    """The number with which a ``range`` begins, if it has any; None where that is not known."""
    if len(bounds) == 1:
        return Const(0)
    return bounds[0] if bounds and isinstance(bounds[0], Const) and type(bounds[0].value) is int else None


def _enumerate(m: Machine, value: Enumerate, node: cst.BaseExpression) -> tuple[Sequence[Value], bool]:
    found, exact = turns_of(m, value.inner, node)
    if exact:
        return [sequence("tuple", [Const(i), item]) for i, item in enumerate(found)], True
    numbers = [Host(m.leaf(Kind.CONSTANT, node), "scalar", INT, counts=True) for _ in found]
    return [sequence("tuple", pair) for pair in zip(numbers, found)], False


def _zip(m: Machine, value: Zip, node: cst.BaseExpression) -> tuple[Sequence[Value], bool]:
    columns = [turns_of(m, column, node) for column in elements(value.inner)]
    exact = bool(columns) and all(known for _, known in columns)
    exact = exact and len({len(found) for found, _ in columns}) == 1
    if not columns:
        return [], True
    turns = min(len(found) for found, _ in columns) if exact else 2
    rows = []
    for turn in range(turns):
        rows.append(sequence("tuple", [found[min(turn, len(found) - 1)] for found, _ in columns if found]))
    return rows, exact


def _dataset(m: Machine, value: Dataset, node: cst.BaseExpression) -> tuple[Sequence[Value], bool]:
    for trace in value.traces:
        m.tell(TraceRun(trace))
    return [m.libraries.dataset_element(m, value, node) for _ in range(2)], False
