"""Classes of the project and their bases: order, attributes, what Keras takes them for."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraphlint.interpret.core import objects
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Instance, Library, Method, Object, TracedCallable


def mro(cls: Value) -> Iterator[Value]:
    """The class and its bases, depth first, each once; library names and unknowns among them."""
    seen: set[int] = set()
    stack = [cls]
    while stack:
        here = stack.pop(0)
        if id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        if isinstance(here, Class):
            stack = [*here.bases, *stack]


def library_base(cls: Class) -> str | None:
    """The full name of the first library class among the bases."""
    for base in mro(cls):
        if isinstance(base, Library):
            return base.name
    return None


def kind_of(m: Machine, cls: Value) -> type[Object]:
    """What kind of library class the class descends from, as the class of that one's objects."""
    for base in mro(cls):
        if isinstance(base, Library):
            kind = m.tables.class_kind(base.name)
            if kind is not None:
                return objects.of_kind(kind)
    return Object


def bases_known(cls: Class) -> bool:
    """Whether every base is a class of the project or a library's."""
    return all(isinstance(base, (Class, Library)) for base in mro(cls))


def class_attribute(cls: Value, name: str, after: Class | None = None) -> Value | None:
    """An attribute of a class or of its bases; ``after`` begins behind that class."""
    found = after is None
    for base in mro(cls):
        if found and isinstance(base, Class) and name in base.state:
            value = base.state[name]
            return value if isinstance(value, Value) else None
        if base is after:
            found = True
    return None


def bind_method(receiver: Value, method: Value) -> Value:
    """A class attribute as it is seen through an instance."""
    if isinstance(method, Function):
        if method.wrapper == "staticmethod":
            return method
        if method.wrapper == "classmethod" and isinstance(receiver, Instance):
            return Method(receiver.cls, method)
        return Method(receiver, method)
    if isinstance(method, TracedCallable):
        return TracedCallable(bind_method(receiver, method.inner), method.traced)
    if isinstance(method, Choice):
        return Choice(tuple(bind_method(receiver, option) for option in method.options))
    return method
