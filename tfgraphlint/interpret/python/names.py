"""Names: how they are looked up, bound and deleted."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from tfgraphlint.interpret.core.events import EntryRead, EntryWritten, NameBound, NameRead
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.scopes import Frame, ModuleScope
from tfgraphlint.interpret.core.store import MISSING, State
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import OTHER, Choice, Dict, Items, Library, Module, Spread, Unknown

if TYPE_CHECKING:
    from tfgraphlint.interpret.core.machine import Machine


SINGLETONS = {"None": None, "True": True, "False": False, "Ellipsis": ..., "__debug__": True}
BUILTINS = frozenset(dir(builtins))


def lookup(m: Machine, name: str, node: cst.CSTNode) -> Value:
    """What ``name`` is bound to here: local, enclosing, global, builtin, else unknown."""
    frame: Frame | None = m.frame
    if name in m.frame.global_names:
        frame = None
    while frame is not None:
        if name in frame.names:
            if name in frame.unsettled and frame.function is m.frame.function:
                m.tell(NameRead(frame, name))
            return _resolved(m, frame.names, name, node)
        frame = frame.parent
    return global_name(m, m.frame.scope, name, node)


def global_name(m: Machine, scope: ModuleScope, name: str, node: cst.CSTNode) -> Value:
    """What ``name`` is bound to at the top level of a module."""
    if name in scope.names:
        return _resolved(m, scope.names, name, node)
    if name == "__name__":
        return Const("__main__")
    if name in SINGLETONS:
        return Const(SINGLETONS[name])
    if name in BUILTINS and not scope.open:
        return Library(f"builtins.{name}")
    missing = m.external(node)
    if not scope.open and scope.executed:
        return missing
    scope.names[name] = missing
    return missing


def _resolved(m: Machine, names: State, name: str, node: cst.CSTNode) -> Value:
    value: Value = names[name]
    if isinstance(value, Imported):
        del names[name]  # a package that imports a module of its own under this name must not find itself
        value = names[name] = value.resolve(m, node)
    if m.tracing is not None and names is not m.frame.names:
        m.tell(EntryRead(names, name, value, node))
    return value


class Imported(Value):
    """A name that a project module is asked for when it is first used."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str | None) -> None:
        self.module = module
        self.name = name

    def resolve(self, m: Machine, node: cst.CSTNode) -> Value:
        """The module or the name in it; unknown where the project has neither."""
        from tfgraphlint.interpret.python.modules import load, member

        scope = load(m, self.module)
        if scope is None:
            return m.external(node)
        return Module(scope) if self.name is None else member(m, scope, self.name, node)


def bind(m: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Assign ``value`` to a name, attribute, item or to each part of a tuple or list."""
    if isinstance(target, cst.Name):
        bind_name(m, target.value, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        unpack(m, target, value)
    elif isinstance(target, cst.Attribute):
        from tfgraphlint.interpret.python.attributes import set_attribute
        from tfgraphlint.interpret.python.expressions import evaluate

        set_attribute(m, evaluate(m, target.value), target.attr.value, value, target)
    elif isinstance(target, cst.Subscript):
        from tfgraphlint.interpret.python.expressions import evaluate, index_values

        set_item(m, evaluate(m, target.value), index_values(m, target), value, target)
    elif isinstance(target, cst.StarredElement):
        bind(m, target.value, value)


def bind_name(m: Machine, name: str, value: Value) -> None:
    """Bind a plain name in the frame where it belongs."""
    frame = frame_of(m, name)
    if frame is not None and name in frame.unsettled:
        m.tell(NameBound(frame, name))
    names = m.frame.scope.names if frame is None else frame.names
    if EntryWritten in m.awake:
        m.tell(EntryWritten(names, name, value, None))
    m.store.write(names, name, value)


def unpack(m: Machine, target: cst.Tuple | cst.List, value: Value) -> None:
    """``a, (b, *c) = value``."""
    from tfgraphlint.interpret.python.iteration import parts_of

    elements = target.elements
    starred = [i for i, element in enumerate(elements) if isinstance(element, cst.StarredElement)]
    parts = parts_of(m, value, len(elements), target, exact=not starred)
    if starred and len(parts) >= len(elements) - 1:
        first, after = starred[0], len(elements) - starred[0] - 1
        middle = parts[first : len(parts) - after]
        rest = Items("list", {"items": tuple(middle)})
        parts = [*parts[:first], rest, *parts[len(parts) - after :]]
    for element, part in zip(elements, parts):
        bind(m, element.value, part)


def set_item(
    m: Machine, value: Value, index: list[Value | None], new: Value, target: cst.Subscript
) -> None:
    """``value[index] = new``."""
    only = index[0] if len(index) == 1 else None
    if isinstance(value, Dict):
        key = only.value if isinstance(only, Const) else OTHER
        try:
            if EntryWritten in m.awake:
                m.tell(EntryWritten(value.state, key, new, target))
            set_entry(m, value, only, new)
        except TypeError:
            m.store.write(value.state, OTHER, new)
    elif isinstance(value, Items):
        _set_element(m, value, only, new)
    elif isinstance(value, Choice):
        for option in value.options:
            if isinstance(option, (Dict, Items)):
                old = join([new, *([option.state[OTHER]] if OTHER in option.state else [])])
                if isinstance(option, Dict):
                    m.store.write(option.state, OTHER, old)
    elif isinstance(value, Unknown) and isinstance(only, Const):
        m.store.write(value.attributes, ("[]", only.value), new)
    else:
        from tfgraphlint.interpret.python.attributes import item_assigned

        item_assigned(m, value, index, new, target)


def _set_element(m: Machine, value: Items, only: Value | None, new: Value) -> None:
    items = value.state["items"]
    if isinstance(items, tuple):
        if isinstance(only, Const) and isinstance(only.value, int) and -len(items) <= only.value < len(items):
            changed = list(items)
            changed[only.value] = new
            m.store.write(value.state, "items", tuple(changed))
        elif only is None:  # a slice, which may change the length
            forget_order(m, value, elements(new) or [new])
        else:
            m.store.write(value.state, "items", tuple(join([item, new]) for item in items))
    else:
        m.store.write(value.state, "items", Spread(join([items.element, new])))


def forget_order(m: Machine, value: Items, more: Sequence[Value] = ()) -> None:
    """From now on any element of a list may stand anywhere in it, and so may ``more``."""
    held = [*elements(value), *more]
    if held:
        m.store.write(value.state, "items", Spread(join(held)))


def set_entry(m: Machine, value: Dict, only: Value | None, new: Value) -> None:
    """``value[only] = new``; where the key is not known it may be any."""
    if isinstance(only, Const):
        m.store.write(value.state, only.value, new)
        return
    for key, held in list(value.state.items()):
        m.store.write(value.state, key, join([held, new]))
    if OTHER not in value.state:
        m.store.write(value.state, OTHER, new)


def delete(m: Machine, target: cst.BaseExpression) -> None:
    """``del name``."""
    if isinstance(target, cst.Name):
        frame = frame_of(m, target.value)
        m.store.write(m.frame.scope.names if frame is None else frame.names, target.value, MISSING)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            delete(m, element.value)
    elif isinstance(target, cst.Subscript):
        from tfgraphlint.interpret.python.expressions import evaluate, index_values

        value, index = evaluate(m, target.value), index_values(m, target)
        if isinstance(value, (Items, Dict)):
            _delete_item(m, value, index[0] if len(index) == 1 else None)


def _delete_item(m: Machine, value: Items | Dict, only: Value | None) -> None:
    key = only.value if isinstance(only, Const) else None
    if isinstance(value, Dict):
        if isinstance(key, (str, int)) and key in value.state:
            m.store.write(value.state, key, MISSING)
        return
    items = value.state["items"]
    if isinstance(items, tuple) and isinstance(key, int) and -len(items) <= key < len(items):
        rest = list(items)
        del rest[key]
        m.store.write(value.state, "items", tuple(rest))
    else:
        forget_order(m, value)
