"""Looking into values: what they were computed from, which variables they hold, whether they are true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tfgraphlint.interpret.core.effort import look
from tfgraphlint.interpret.core.objects import Range, Shape
from tfgraphlint.interpret.core.provenance import Kind, Node
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    TRUTH,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Module,
    Object,
    Partial,
    Spread,
    Super,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    Weights,
)

MAX_LEVELS = 6
MAX_HELD = 200  # values that one value is searched for
MAX_CHAINED = 1000  # elements of a list that is put together and known one by one
MAX_NESTED = 1000  # lists that a list holds, each as often as it stands there
NESTING = (Items, Dict, Choice, Partial)
LEAVES = (Tensor, Const, Unknown, Host, Variable, Function, Library, Class)


class Extended(set[Value]):
    """The models and layers of whose lists of variables one was changed: it holds others, or not all."""


def elements(value: Value) -> list[Value]:
    """The values held by a list, tuple, set or dictionary; of a list of unknown length, one for all."""
    look()
    if isinstance(value, Items):
        items = value.items
        return [items.element] if isinstance(items, Spread) else list(items)
    if isinstance(value, Dict):
        return list(value.state.values())
    return []


def changed(value: Value, change: Callable[[Value], Value]) -> Value:
    """``value`` after ``change``, which is made to all that a list, a dictionary or a choice holds."""
    look()
    if isinstance(value, Items):
        items = value.items
        if isinstance(items, Spread):
            return Items(value.kind, {Items.items: Spread(changed(items.element, change))}, value.made)
        return Items(value.kind, {Items.items: tuple(changed(item, change) for item in items)}, value.made)
    if isinstance(value, Dict):
        return Dict({key: changed(held, change) for key, held in value.state.items()}, value.made, value.factory)
    if isinstance(value, Choice):
        return Choice(tuple(changed(option, change) for option in value.options))
    return change(value)


def nests_too_much(values: Iterable[Value], holder: Value | None = None) -> bool:
    """Whether a list of ``values`` would hold too many lists, each counted as often as it stands there, or itself.

    ``a = [a, a]`` holds twice as many each time, and ``a.append(a)`` has no end: whatever goes through them would not
    come to one either.
    """
    count = 0
    pending = [value for value in values if isinstance(value, NESTING)]
    while pending:
        here = pending.pop()
        count += 1
        if here is holder or count > MAX_NESTED:
            return True
        pending += [value for value in children(here) if isinstance(value, NESTING)]
    return False


def children(value: Value) -> list[Value]:
    """The values directly held by a value."""
    if isinstance(value, (Items, Dict)):
        return elements(value)
    if isinstance(value, Choice):
        return list(value.options)
    if isinstance(value, Shape):
        return []
    if isinstance(value, (Instance, Object)):
        return [held for held in value.state.values() if isinstance(held, Value)]
    if isinstance(value, Weights):
        return [value.owner]
    if isinstance(value, (Method, LibraryMethod)):
        return [value.receiver]
    if isinstance(value, Partial):
        return [value.function, *value.arguments, *value.keywords.values()]
    if isinstance(value, TracedCallable):
        return [value.inner]
    if isinstance(value, Super):
        return [value.instance]
    return []


def within(value: Value) -> Iterator[Value]:
    """The value and all that it holds, each once."""
    if isinstance(value, LEAVES):
        yield value
        return
    seen: set[int] = set()
    level = [value]
    for _ in range(MAX_LEVELS):
        below: list[Value] = []
        for held in level:
            if id(held) not in seen:
                seen.add(id(held))
                yield held
                if not isinstance(held, LEAVES):
                    below.extend(children(held))
        look(len(level))
        level = below
        if len(seen) > MAX_HELD or not level:
            return


def nodes_within(value: Value) -> list[Node]:
    """The provenance nodes of a value and of all that it holds."""
    return [
        held.node
        for held in within(value)
        if isinstance(held, (Unknown, Host, Tensor, Variable, Object, Instance))
    ]


def weights_within(owner: Value) -> list[Node]:
    """The nodes that stand for the variables of a model, layer or list of them."""
    return [
        held.node
        for held in within(owner)
        if isinstance(held, (Unknown, Variable, Object, Instance)) and held.node.kind is not Kind.CONSTANT
    ]


def tapes_within(value: Value) -> list[Tape]:
    """The tapes that a value holds."""
    return [held for held in within(value) if isinstance(held, Tape)]


def truth(value: Value) -> bool | None:
    """Whether the value is true in a condition, where that is certain."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Unknown):
        return value.attributes.get(TRUTH)
    if isinstance(value, Items):
        items = value.items
        return bool(items) if isinstance(items, tuple) else None
    if isinstance(value, Choice):
        found = {truth(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, (Function, Class, Module, Method, LibraryMethod, Tape, Partial, TracedCallable)):
        return True
    if isinstance(value, Library):
        return None
    return None


def is_constant(value: Value) -> bool:
    """Whether no tensor went into the value."""
    if isinstance(value, Const):
        return True
    if isinstance(value, Host):
        return value.node.kind is Kind.CONSTANT
    if isinstance(value, (Items, Dict)):
        return all(is_constant(held) for held in elements(value))
    return isinstance(value, (Shape, Range, Library, Class, Function, Module))
