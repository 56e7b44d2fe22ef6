"""Sets of variables: what a list of variables, or of pairs with gradients, holds for certain and at most.

The variables of a layer are not told apart: its node stands for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tfgraphlint.interpret.core.class_hierarchy import bases_known
from tfgraphlint.interpret.core.effort import look
from tfgraphlint.interpret.core.keras_symbols import begins_with_input
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Layer, Model, Weighted, Zip
from tfgraphlint.interpret.core.provenance import Kind, Node
from tfgraphlint.interpret.core.structures import Extended, children, elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ELEMENT,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Unknown,
    Variable,
    Weights,
    items_of,
)
from tfgraphlint.interpret.gradients.lost_parts import Frozen
from tfgraphlint.libraries.words import TRAINABLE_LISTS

MAX_SEARCHED = 2000  # values that one set is made of


@dataclass(frozen=True)
class VariableSet:
    """``most``: nodes that stand for all variables that are in it, if it is ``whole``. ``sure``: those of which one
    variable at least certainly is. ``filled``: there certainly is some variable, be it not known which."""

    most: frozenset[Node] = frozenset()
    whole: bool = False
    sure: frozenset[Node] = frozenset()
    filled: bool = False

    def __or__(self, other: VariableSet) -> VariableSet:
        return VariableSet(
            self.most | other.most, self.whole and other.whole, self.sure | other.sure, self.filled or other.filled
        )


UNKNOWN = VariableSet()
EMPTY = VariableSet(whole=True)


def of_pairs(m: Machine, pairs: Value) -> VariableSet:
    """The variables among pairs of gradients and variables: a ``zip``, or a list."""
    if isinstance(pairs, Items) and pairs.zipped[1] is pairs.items and isinstance(pairs.zipped[0], Zip):
        pairs = pairs.zipped[0]
    if isinstance(pairs, Zip):
        columns = elements(pairs.inner)
        return of_variables(m, columns[1]) if len(columns) == 2 else UNKNOWN
    if not isinstance(pairs, Items):
        return UNKNOWN
    found = EMPTY
    for pair in elements(pairs):
        held = items_of(pair)
        found |= of_variables(m, held[1]) if held is not None and len(held) == 2 else UNKNOWN
    return found if isinstance(pairs.items, tuple) else _some_of(found)


def of_variables(m: Machine, value: Value) -> VariableSet:
    """The variables in a list of them, or the one that this is."""
    match value:
        case Variable():
            own = frozenset({value.node})
            return VariableSet(own, True, own, True)
        case Weights() if value.owner not in m.memory(Extended):
            found = of_owner(m, value.owner)
            if value.which == ELEMENT:
                return VariableSet(found.most, found.whole, frozenset(), True)
            return found if value.which in TRAINABLE_LISTS and value.unbuilt is None else _some_of(found)
        case Items() if value.items != ():
            found = EMPTY
            for held in elements(value):
                found |= of_variables(m, held)
            return found if isinstance(value.items, tuple) else _some_of(found)
        case Choice():
            options = [of_variables(m, option) for option in value.options]
            most = frozenset().union(*(option.most for option in options))
            return VariableSet(most, all(o.whole for o in options), frozenset(), all(o.filled for o in options))
    return UNKNOWN


def _some_of(found: VariableSet) -> VariableSet:
    """A set of which some variables may have been left out."""
    return VariableSet(found.most, found.whole, frozenset(), found.filled)


def of_owner(m: Machine, owner: Value) -> VariableSet:
    """The variables of a layer, a model or another object that train."""
    most: set[Node] = set()
    sure: set[Node] = set()
    whole = True
    frozen = m.memory(Frozen)
    for value, certain in _parts(owner):
        if isinstance(value, Unknown) or isinstance(value, Instance) and not bases_known(value.cls):
            whole = False
        elif isinstance(value, (Weighted, Variable, Instance)) and value.node.kind is not Kind.CONSTANT:
            most.add(value.node)
            if certain and not frozen and not frozen.anywhere and _trains(m, value):
                sure.add(value.node)
    return VariableSet(frozenset(most), whole and len(most) < MAX_SEARCHED, frozenset(sure), bool(sure))


def _parts(owner: Value) -> Iterator[tuple[Value, bool]]:
    """The value and all that it holds, each once, and whether it certainly does, and a layer has its weights."""
    seen: set[int] = set()
    stack = [(owner, True, False)]
    while stack and len(seen) < MAX_SEARCHED:
        value, certain, built = stack.pop()
        if id(value) in seen or isinstance(value, (Const, Host)):
            continue
        look()
        seen.add(id(value))
        built = built or isinstance(value, Layer) and (value.shaped or value.built is not None)
        yield value, certain and (built or not isinstance(value, Layer))
        if isinstance(value, (Weighted, Instance, Items, Dict, Choice)):
            certain = certain and not isinstance(value, (Choice, Dict)) and not _is_open(value)
            built = built or begins_with_input(value)
            stack += [(held, certain, built) for held in children(value)]


def _is_open(value: Value) -> bool:
    if isinstance(value, Items):
        return not isinstance(value.items, tuple)
    return isinstance(value, Instance) and value.partial


def _trains(m: Machine, value: Value) -> bool:
    """Whether this is a layer whose weights train, a variable that does, or a model that is ready-made."""
    match value:
        case Layer():
            record = m.tables.layer(value.cls)
            return record is not None and record.weights
        case Model():
            return value.layers is None and value.outputs is None
    return isinstance(value, Variable) and value.trainable is True
