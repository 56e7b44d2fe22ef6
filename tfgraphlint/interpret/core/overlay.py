"""What is modelled by hand of libraries and of Python's own classes: functions by full name, methods and attributes by
class and name.

A model is a function under a decorator of ``functions``, ``methods`` or ``attributes``. It gives None where it has
nothing to say: then the next one is asked, and in the end the derived tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Optional, TypeVar

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.libraries.tables import Tables

# Takes the machine, the full name, the arguments and the call.
FunctionModel = Callable[["Machine", str, "Arguments", cst.CSTNode], Optional["Value"]]
# Takes the machine, the receiver, the name of the method, the arguments and the call.
MethodModel = Callable[["Machine", Any, str, "Arguments", cst.CSTNode], Optional["Value"]]
# Takes the machine, the value, the name of the attribute and the node that reads it.
AttributeModel = Callable[["Machine", Any, str, cst.CSTNode], Optional["Value"]]
F = TypeVar("F", bound=FunctionModel)
Model = TypeVar("Model")


class Functions:
    """Models of functions by the full names of what they model."""

    def __init__(self) -> None:
        self.by_name: dict[str, FunctionModel] = {}
        self._of: dict[Tables, dict[str, FunctionModel]] = {}

    def handles(self, *names: str) -> Callable[[F], F]:
        """Register a model under these names; ValueError where one has a model already."""

        def register(function: F) -> F:
            for name in names:
                if self.by_name.setdefault(name, function) is not function:
                    raise ValueError(f"{name} is modelled twice")
            return function

        return register

    def find(self, tables: Tables, name: str) -> FunctionModel | None:
        """The model of a function, also under the name by which these tables know it."""
        known = self._of.get(tables)
        if known is None:
            canonical = {tables.canonical(name): function for name, function in self.by_name.items()}
            known = self._of[tables] = {**self.by_name, **canonical}
        return known.get(name)

    def call(self, m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
        """What the model of a function gives; None where it has none, or nothing to say."""
        function = self.find(m.tables, name)
        return function(m, name, args, node) if function is not None else None


class ByClass(Generic[Model]):
    """Models by the classes of abstract values and the names of what they model."""

    def __init__(self) -> None:
        self.by_class: dict[type[Value], dict[str, Model]] = {}
        self._found: dict[tuple[type[Value], str], tuple[Model, ...]] = {}

    def handles(self, cls: type[Value], *names: str) -> Callable[[Model], Model]:
        """Register a model for these names of a class, or without names for all that have none of their own;
        ValueError where one has a model already."""

        def register(model: Model) -> Model:
            known = self.by_class.setdefault(cls, {})
            for name in names or ("",):
                if known.setdefault(name, model) is not model:
                    raise ValueError(f"{cls.__name__}.{name} is modelled twice")
            return model

        return register

    def find(self, cls: type[Value], name: str) -> tuple[Model, ...]:
        """The models to ask, in this order: for each class from the value's own up to the base of all, the one of this
        name and the one of all names."""
        found = self._found.get((cls, name))
        if found is None:
            rows = (self.by_class.get(base, {}) for base in cls.__mro__)
            found = self._found[cls, name] = tuple(row[key] for row in rows for key in (name, "") if key in row)
        return found


class Methods(ByClass[MethodModel]):
    """Models of methods."""

    def call(self, m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
        """What the first model that has something to say gives for ``receiver.name(...)``; None where none has."""
        for method in self.find(type(receiver), name):
            result = method(m, receiver, name, args, node)
            if result is not None:
                return result
        return None


class Attributes(ByClass[AttributeModel]):
    """Models of attributes that are no methods."""

    def read(self, m: Machine, value: Value, name: str, node: cst.CSTNode) -> Value | None:
        """What the first model that has something to say gives for ``value.name``; None where none has."""
        for attribute in self.find(type(value), name):
            result = attribute(m, value, name, node)
            if result is not None:
                return result
        return None


functions = Functions()
methods = Methods()
attributes = Attributes()
