"""Who listens to which event: the functions of ``interpret/checks``, by the annotation of their second parameter."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from tfgraphlint.interpret import checks
from tfgraphlint.interpret.core import events
from tfgraphlint.interpret.core.machine import Listener


@lru_cache(maxsize=1)
def listeners() -> Mapping[type[Any], tuple[Listener, ...]]:
    """All listeners by the kind of event, in the order of the modules' names and of the functions in them."""
    found: defaultdict[type[Any], list[Listener]] = defaultdict(list)
    for module in _modules():
        for function in vars(module).values():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                for kind in _listens_to(function):
                    found[kind].append(function)
    return {kind: tuple(functions) for kind, functions in found.items()}


def _modules() -> Iterator[ModuleType]:
    for info in sorted(pkgutil.iter_modules(checks.__path__), key=lambda info: info.name):
        yield importlib.import_module(f"{checks.__name__}.{info.name}")


def _listens_to(function: FunctionType) -> list[type[Any]]:
    """The kinds of event that the annotation of ``event`` names, one or several with ``|`` between them."""
    code = function.__code__
    if function.__name__.startswith("_") or code.co_argcount != 2 or code.co_varnames[1] != "event":
        return []
    names = function.__annotations__["event"].split("|")
    return [getattr(events, name.strip()) for name in names]
