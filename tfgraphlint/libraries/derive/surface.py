"""Walks the public surface of TensorFlow, Keras and NumPy: every public module and what it holds."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

# What a module's own directory lists but nobody calls public.
_ROOTS = ("tensorflow", "keras", "numpy")
_NUMPY_MODULES = (
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "numpy.fft",
    "numpy.ma",
    "numpy.lib.stride_tricks",
    "numpy.lib",
    "numpy.polynomial",
    "numpy.polynomial.polynomial",
    "numpy.testing",
    "numpy.char",
    "numpy.strings",
    "numpy.emath",
    "numpy.exceptions",
    "numpy.dtypes",
    "numpy.typing",
    "numpy.rec",
    "numpy.ctypeslib",
)


@dataclass
class PublicModule:
    """One public module: ``members`` by name, and the names that exist below it without being public."""

    name: str
    module: ModuleType
    members: dict[str, Any] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    star: frozenset[str] = frozenset()


def public_modules() -> dict[str, PublicModule]:
    """All public modules by dotted name; a module reached twice under ``compat`` is listed once."""
    found: dict[str, PublicModule] = {}
    for root in _ROOTS:
        module = importlib.import_module(root)
        if root == "numpy":
            for name in _NUMPY_MODULES:
                _add_numpy(name, found)
        else:
            _walk(root, module, found)
    return found


def _add_numpy(name: str, found: dict[str, PublicModule]) -> None:
    try:
        module = importlib.import_module(name)
    except ImportError:
        parent, _, child = name.rpartition(".")
        module = getattr(importlib.import_module(parent), child, None)  # type: ignore[assignment]
        if module is None:
            return
    record = PublicModule(name, module, star=star_names(name))
    exported = getattr(module, "__all__", None)
    public = set(exported) if exported is not None else _plain_names(module)
    if name in ("numpy", "numpy.random", "numpy.linalg", "numpy.testing"):
        public |= {child.rpartition(".")[2] for child in _NUMPY_MODULES if child.rpartition(".")[0] == name}
    for member in sorted(public):
        value = _member(module, member)
        if value is not _ABSENT:
            record.members[member] = value
    record.hidden = (set(dir(module)) | _submodules(module)) - set(record.members)
    found[name] = record


def _walk(name: str, module: ModuleType, found: dict[str, PublicModule]) -> None:
    if name in found or not _canonical_module(name):
        return
    listing = _listing(module) or []
    record = PublicModule(name, module, star=star_names(name))
    found[name] = record
    for member in sorted(listing):
        if member.startswith("_") and not (member.startswith("__") and _is_api_dunder(member)):
            continue
        value = _member(module, member)
        if value is _ABSENT:
            continue
        if inspect.ismodule(value) and not _is_api(value):
            continue
        if type(value).__name__ == "_Feature":
            continue
        record.members[member] = value
    record.hidden = (set(listing) | _submodules(module)) - set(record.members)
    for member, value in list(record.members.items()):
        if inspect.ismodule(value):
            _walk(f"{name}.{member}", value, found)


def _canonical_module(name: str) -> bool:
    """``compat.v2`` is the root itself; what repeats under ``compat.v1`` was seen."""
    again = (".compat.v2", ".compat.v1.compat", ".compat.v1.raw_ops", ".compat.v1.user_ops", "__internal__")
    return not any(part in name for part in again)


def _is_api_dunder(name: str) -> bool:
    return name in ("__version__", "__git_version__", "__compiler_version__", "__operators__")


def _is_api(module: ModuleType) -> bool:
    """Whether a module met as a member is part of the public API, not an implementation left in view."""
    names = _listing(module)
    if names is None:
        return False
    file = (getattr(module, "__file__", None) or "").replace("\\", "/")
    if "/keras/src/" in file or "/keras/protobuf/" in file or module.__name__ == "keras.api":
        return False
    if module.__name__ == "tensorflow.python.platform.flags":
        return True  # compat.v1.flags is that module itself
    return any(part in file for part in ("/_api/", "/keras/", "/tensorboard/summary/", "/tensorflow_estimator/"))


def _listing(module: ModuleType) -> list[str] | None:
    """The names of a module; None for a lazy one whose package is not there."""
    try:
        return dir(module)
    except Exception:
        return None


class _Absent:
    pass


_ABSENT = _Absent()


def _member(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except Exception:  # a lazy member whose package is not installed does not exist for a user either
        return _ABSENT


def _plain_names(module: ModuleType) -> set[str]:
    return {
        name for name in dir(module) if not name.startswith("_") and not inspect.ismodule(getattr(module, name, None))
    }


def _submodules(module: ModuleType) -> set[str]:
    paths = getattr(module, "__path__", None)
    return {info.name for info in pkgutil.iter_modules(list(paths))} if paths else set()


def star_names(module: str) -> frozenset[str]:
    """What ``from module import *`` binds, seen by doing it; empty where it cannot be imported."""
    scope: dict[str, Any] = {}
    try:
        exec(f"from {module} import *", scope)
    except ImportError:
        return frozenset()
    scope.pop("__builtins__", None)
    return frozenset(scope)
