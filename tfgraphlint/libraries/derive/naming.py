"""Which of several names of one object is the one its record is kept under."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tfgraphlint.libraries.derive.surface import PublicModule


def preference(name: str) -> tuple[Any, ...]:
    """Sorts the best name first: not ``compat``, not raw, few dots, short."""
    return (
        ".compat." in name,
        ".raw_ops." in name,
        name.startswith("tensorflow.keras."),
        name.count("."),
        not name.startswith("tensorflow."),
        len(name),
        name,
    )


class Naming:
    """Canonical names of public functions and classes."""

    def __init__(self, modules: dict[str, PublicModule]) -> None:
        self._objects: dict[str, Any] = {}
        self._groups: dict[int, list[str]] = defaultdict(list)
        for module in modules.values():
            for name, value in module.members.items():
                if is_named_thing(value):
                    full = f"{module.name}.{name}"
                    self._objects[full] = value
                    self._groups[id(value)].append(full)
        for names in self._groups.values():
            names.sort(key=preference)

    def canonical(self, name: str) -> str:
        return self._groups[id(self._objects[name])][0]

    def of(self, value: Any) -> str | None:
        """The canonical name of an object."""
        names = self._groups.get(id(value))
        return names[0] if names and self._objects[names[0]] is value else None

    def all_of(self, name: str) -> list[str]:
        """All public names of what ``name`` is."""
        return self._groups[id(self._objects[name])]

    def of_class(self, cls: type) -> str:
        """The canonical name of a class or of the nearest public class that it inherits from."""
        for base in inspect.getmro(cls):
            name = self.of(base)
            if name:
                return name
        return cls.__name__

    def functions(self) -> dict[str, Any]:
        """Canonical name and function, for everything callable that is not a class."""
        found: dict[str, Any] = {}
        for names in self._groups.values():
            value = self._objects[names[0]]
            if not inspect.isclass(value):
                found[names[0]] = value
        return dict(sorted(found.items()))

    def classes(self) -> dict[str, type]:
        """Canonical name and class."""
        found: dict[str, type] = {}
        for names in self._groups.values():
            value = self._objects[names[0]]
            if inspect.isclass(value):
                found[names[0]] = value
        return dict(sorted(found.items()))

    def names(self) -> Iterable[str]:
        return self._objects


def is_named_thing(value: Any) -> bool:
    """Whether identity means something: a function or class, not a constant."""
    if type(value).__module__.endswith("platform.flags"):
        return False  # command line flags: asking them for any attribute reads the command line
    return callable(value) and not inspect.ismodule(value) and hasattr(value, "__name__")
