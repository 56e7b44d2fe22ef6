"""What paths that meet leave behind: the join of values, of lists, and of all else that the store holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Union

from tfgraphlint.interpret.core.fields import Entry
from tfgraphlint.interpret.core.provenance import Kind, Node, join_nodes
from tfgraphlint.interpret.core.store import MISSING, State
from tfgraphlint.interpret.core.structures import nodes_within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ANY, OTHER, Choice, Dict, Host, HostKind, Items, Spread, Tensor, Unknown

MAX_ALTERNATIVES = 6
MAX_OPTIONS = 32  # of constants, functions and classes


def join_states(ends: Sequence[Any]) -> Any:
    """What an entry of the store is after paths meet that left it at ``ends``."""
    present = [end for end in ends if end is not MISSING]
    if all(isinstance(end, Value) for end in present):
        return join(present) if present else MISSING
    declared = next((end for end in present if isinstance(end, Entry)), None)
    if declared is not None:
        return declared.joined(ends)
    first = present[0]
    if isinstance(first, (tuple, Spread)):
        return join_items(present)
    return first if len(present) == len(ends) and all(end == first for end in present) else None


ItemList = Union[tuple[Any, ...], Spread]


def join_items(ends: Sequence[ItemList]) -> ItemList:
    """Items of a list that differ between paths: joined one by one, or unknown in number."""
    flat: list[Any] = []
    for end in ends:
        flat.extend(end if isinstance(end, tuple) else (end.element,))
    if any(not isinstance(item, Value) for item in flat):
        return tuple({id(item): item for item in flat}.values())  # what each path noted, in one list
    tuples = [end for end in ends if isinstance(end, tuple)]
    if len(tuples) == len(ends) and len({len(end) for end in tuples}) == 1:
        return tuple(join(column) for column in zip(*tuples))
    return Spread(join(flat)) if flat else ()


def join(values: Sequence[Value]) -> Value:
    """The value of a name after paths meet on which it had these."""
    found: dict[object, Value] = {}
    for value in values:
        for option in value.options if isinstance(value, Choice) else (value,):
            found.setdefault(identity(option), option)
    options = list(found.values())
    if len(options) == 1:
        return options[0]
    kind = type(options[0])
    if kind in JOINS and all(type(option) is kind for option in options):
        joined = JOINS[kind](options)
        if joined is not None:
            return joined
    if len(options) > MAX_ALTERNATIVES:
        nodes = [node for option in options for node in nodes_within(option)]
        if nodes:
            return Unknown(join_nodes(nodes))
        if len(options) > MAX_OPTIONS:
            return Unknown(Node(Kind.OPAQUE, None))
    return Choice(tuple(options))


def _join_hosts(options: Sequence[Host]) -> Host:
    kinds = {option.kind for option in options}
    kind: HostKind = kinds.pop() if len(kinds) == 1 else "any"
    return Host(join_nodes([o.node for o in options]), kind, _common(o.dtype for o in options))


def _join_tensors(options: Sequence[Tensor]) -> Tensor:
    return Tensor(
        join_nodes([o.node for o in options]),
        _common(o.dtype for o in options),
        all(o.symbolic for o in options),
        all(o.keras for o in options),
        graph=max(o.graph for o in options),
    )


def _join_items_values(options: Sequence[Items]) -> Items | None:
    kinds = {option.kind for option in options}
    if len(kinds) != 1:
        return None
    made = max(option.made for option in options)
    return Items(kinds.pop(), {Items.items: join_items([o.items for o in options])}, made)


def _join_dicts(options: Sequence[Dict]) -> Dict:
    keys = dict.fromkeys(key for option in options for key in option.state)
    state: State = {}
    perhaps: list[Value] = []
    for key in keys:
        found = [option.state[key] for option in options if key in option.state]
        state[key] = join(found)
        if key is OTHER or len(found) < len(options):
            perhaps.append(state[key])
    if perhaps:
        state[OTHER] = join(perhaps)
    return Dict(state, max(option.made for option in options))


def _common(dtypes: Any) -> str:
    found = set(dtypes)
    return found.pop() if len(found) == 1 else ANY


def identity(value: Value) -> object:
    """What makes two values the same one."""
    if isinstance(value, Const):
        try:
            hash(value.value)
        except TypeError:
            return id(value)
        return (type(value.value), value.value)
    if isinstance(value, (Tensor, Host, Unknown)):
        return (type(value), value.node)
    return id(value)


# Values of one kind that join to one of it.
JOINS: dict[type[Value], Callable[[Sequence[Any]], Value | None]] = {
    Tensor: _join_tensors, Host: _join_hosts, Items: _join_items_values, Dict: _join_dicts,
}  # fmt: skip
