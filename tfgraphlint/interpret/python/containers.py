"""What changes lists and dictionaries."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import NESTING, elements, nests_too_much
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import OTHER, Dict, Items, Spread, Weights
from tfgraphlint.interpret.python.iteration import element_of
from tfgraphlint.interpret.python.modules import is_filled_by_imports


def _fit_to_hold(m: Machine, holder: Value, new: Value) -> Value:
    """``new``, or something unknown where a list would hold itself or too many others."""
    if isinstance(new, NESTING) and nests_too_much([new], holder):
        return m.opaque(m.frame.scope.tree.module, [new])
    return new


def extend_list(m: Machine, value: Items, more: Value, node: cst.CSTNode) -> None:
    """``list += more`` or ``list.extend(more)``."""
    items = value.items
    added = more.items if isinstance(more, Items) else None
    if isinstance(added, tuple):
        added = tuple(_fit_to_hold(m, value, each) for each in added)
    if isinstance(items, tuple) and isinstance(added, tuple) and len(items) + len(added) < 64:
        m.store.set(value, Items.items, items + added)
    elif isinstance(more, Weights) and isinstance(items, tuple):
        m.store.set(value, Items.items, (*items, more))
    else:
        held = elements(value) + (elements(more) if isinstance(more, (Items, Dict)) else [element_of(m, more, node)])
        if held:
            m.store.set(value, Items.items, Spread(join(held)))


def append(m: Machine, value: Items, new: Value) -> None:
    items, new = value.items, _fit_to_hold(m, value, new)
    if is_filled_by_imports(m, value.made):
        forget_order(m, value, [new, m.opaque(m.frame.scope.tree.module)])
        return
    if isinstance(items, tuple) and len(items) < 64:
        m.store.set(value, Items.items, (*items, new))
    else:
        m.store.set(value, Items.items, Spread(join([*elements(value), new])))


def insert(m: Machine, value: Items, at: Value, new: Value) -> None:
    items, new = value.items, _fit_to_hold(m, value, new)
    if isinstance(items, tuple) and isinstance(at, Const) and isinstance(at.value, int) and len(items) < 64:
        held = list(items)
        held.insert(at.value, new)
        m.store.set(value, Items.items, tuple(held))
    else:
        forget_order(m, value, [new])


def update_dict(m: Machine, value: Dict, args: Arguments, node: cst.CSTNode) -> Value:
    """``value.update(...)`` and ``value |= ...``."""
    for given in args.positional:
        if isinstance(given, Dict):
            for key, new in given.state.items():
                set_entry(m, value, None if key is OTHER else Const(key), new)
        else:
            set_entry(m, value, None, m.opaque(node, [given]))
    for key, new in args.keywords.items():
        m.store.write(value.state, key, _fit_to_hold(m, value, new))
    return Const(None)


def set_element(m: Machine, value: Items, only: Value | None, new: Value) -> None:
    items, new = value.items, _fit_to_hold(m, value, new)
    if isinstance(items, tuple):
        if isinstance(only, Const) and isinstance(only.value, int) and -len(items) <= only.value < len(items):
            changed = list(items)
            changed[only.value] = new
            m.store.set(value, Items.items, tuple(changed))
        elif only is None:  # a slice, which may change the length
            forget_order(m, value, elements(new) or [new])
        else:
            m.store.set(value, Items.items, tuple(join([item, new]) for item in items))
    else:
        m.store.set(value, Items.items, Spread(join([items.element, new])))


def forget_order(m: Machine, value: Items, more: Sequence[Value] = ()) -> None:
    """From now on any element of a list may stand anywhere in it, and so may ``more``."""
    held = [*elements(value), *more]
    if held:
        m.store.set(value, Items.items, Spread(join(held)))


def set_entry(m: Machine, value: Dict, only: Value | None, new: Value) -> None:
    """``value[only] = new``; where the key is not known it may be any."""
    new = _fit_to_hold(m, value, new)
    if isinstance(only, Const):
        m.store.write(value.state, only.value, new)
        if OTHER not in value.state and is_filled_by_imports(m, value.made):
            m.store.write(value.state, OTHER, m.opaque(m.frame.scope.tree.module))
        return
    for key, held in list(value.state.items()):
        m.store.write(value.state, key, join([held, new]))
    if OTHER not in value.state:
        m.store.write(value.state, OTHER, new)


def delete_item(m: Machine, value: Items | Dict, only: Value | None) -> None:
    key = only.value if isinstance(only, Const) else None
    if isinstance(value, Dict):
        if isinstance(key, (str, int)) and key in value.state:
            m.store.write(value.state, key, MISSING)
        return
    items = value.items
    if isinstance(items, tuple) and isinstance(key, int) and -len(items) <= key < len(items):
        rest = list(items)
        del rest[key]
        m.store.set(value, Items.items, tuple(rest))
    else:
        forget_order(m, value)
