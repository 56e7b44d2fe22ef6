"""Methods of lists, tuples, sets and dictionaries."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import Appended, Hashed
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import Extended, elements
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    INT,
    OTHER,
    STRING,
    Dict,
    Host,
    Items,
    Spread,
    Weights,
    sequence,
)
from tfgraphlint.interpret.python.containers import append, extend_list, forget_order, insert, update_dict


@methods.handles(Items, "append", "add")
def _append(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    append(m, value, args.positional[0])
    m.tell(Appended(node, args.positional[0]))
    return Const(None)


@methods.handles(Items, "appendleft")
def _append_left(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    insert(m, value, Const(0), args.positional[0])
    return Const(None)


@methods.handles(Items, "extend")
def _extend(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    extend_list(m, value, args.positional[0], node)
    return Const(None)


@methods.handles(Items, "insert")
def _insert(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) != 2:
        return None
    insert(m, value, *args.positional)
    return Const(None)


@methods.handles(Items, "pop", "popleft")
def _pop(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    items, first = value.items, args.positional[0] if args.positional else None
    if isinstance(items, tuple) and items and (first is None or isinstance(first, Const)):
        at = 0 if name == "popleft" else -1
        if isinstance(first, Const) and isinstance(first.value, int) and -len(items) <= first.value < len(items):
            at = first.value
        rest = list(items)
        taken = rest.pop(at)
        m.store.set(value, Items.items, tuple(rest))
        return taken  # type: ignore[no-any-return]
    held = elements(value)
    forget_order(m, value, args.all())
    return join(held) if held else m.opaque(node)


@methods.handles(Items, "clear")
def _clear_items(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.store.set(value, Items.items, ())
    return Const(None)


@methods.handles(Items, "reverse")
def _reverse(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if isinstance(value.items, tuple):
        m.store.set(value, Items.items, value.items[::-1])
    else:
        forget_order(m, value)
    return Const(None)


@methods.handles(Items, "sort", "remove", "discard", "rotate")
def _reorder(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    forget_order(m, value)
    return Const(None)


@methods.handles(Items, "copy")
def _copy_items(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Items(value.kind, dict(value.state))


@methods.handles(Items, "index", "count")
def _position(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)


@methods.handles(Items, "__getitem__")
def _get_item(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    held = elements(value)
    return join(held) if held else m.opaque(node)


@methods.handles(Weights, "append", "extend", "insert", "remove", "pop", "clear")
def _change_weights(m: Machine, value: Weights, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``model.trainable_variables`` is a new list each time, to which others may be added."""
    m.memory(Extended).add(value.owner)
    return None


@methods.handles(Items)
def _other(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A method that may change anything about a list."""
    forget_order(m, value, args.all())
    return unknown_call(m, [value], args, node)


def of_named_tuple(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A named tuple itself stays as it is, whatever is made of it."""
    named = dict(zip(value.fields, elements(value)))
    if name == "_asdict":
        return Dict(dict(named))
    if name == "_replace" and args.certain and args.keywords.keys() <= named.keys():
        return Items("tuple", {**value.state, Items.items: tuple({**named, **args.keywords}.values())})
    return unknown_call(m, [value], args, node)


@methods.handles(Dict, "values")
def _values(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    held = elements(value)
    return sequence("list", held) if OTHER not in value.state else Items("list", {Items.items: Spread(join(held))})


@methods.handles(Dict, "keys")
def _keys(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if OTHER not in value.state:
        return sequence("list", [Const(key) for key in value.state])
    return Items("list", {Items.items: Spread(_any_text(m, node))})


@methods.handles(Dict, "items")
def _items(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if OTHER not in value.state:
        return sequence("list", [sequence("tuple", [Const(key), held]) for key, held in value.state.items()])
    pair = sequence("tuple", [_any_text(m, node), join(elements(value))])
    return Items("list", {Items.items: Spread(pair)})


def _any_text(m: Machine, node: cst.CSTNode) -> Host:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)


@methods.handles(Dict, "get", "pop", "setdefault")
def _get(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    asked = args.get(0, "key")
    if asked is not None:
        m.tell(Hashed(node, asked))
    key = args.positional[0] if args.positional else None
    default = args.positional[1] if len(args.positional) > 1 else Const(None)
    if isinstance(key, Const):
        found = value.state.get(key.value)
        if found is not None:
            if name == "pop":
                m.store.write(value.state, key.value, MISSING)
            return found  # type: ignore[no-any-return]
        if OTHER not in value.state:
            if name == "setdefault":
                m.store.write(value.state, key.value, default)
            return default
    held = elements(value)
    return join([*held, default]) if held else m.opaque(node, [value])


@methods.handles(Dict, "update")
def _update(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return update_dict(m, value, args, node)


@methods.handles(Dict, "copy")
def _copy_dict(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Dict(dict(value.state))


@methods.handles(Dict, "clear")
def _clear_dict(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    for key in list(value.state):
        m.store.write(value.state, key, MISSING)
    return Const(None)
