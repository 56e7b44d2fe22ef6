"""What was seen when TensorFlow, Keras and NumPy were run, as data: what each function does to a gradient,
which names exist, what gives back NumPy, what replaces what.

``load()`` gives the tables of the newest TensorFlow there are tables for; each table is read when it is first asked
for. Full names begin with ``tensorflow.``, ``keras.``, ``numpy.`` or ``math.``. ``tensorflow.compat.v2.X`` is
``tensorflow.X``. The tables are made by ``python -m tfgraphlint.libraries.derive``; nothing here imports TensorFlow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

_DATA = Path(__file__).resolve().parent / "data"
_EMPTY: Mapping[str, Any] = MappingProxyType({})

# Other spellings of a module, longest first.
_SAME_MODULE = (
    ("tensorflow.compat.v1.compat.v1", "tensorflow.compat.v1"),
    ("tensorflow.compat.v1.compat.v2", "tensorflow"),
    ("tensorflow.compat.v1.raw_ops", "tensorflow.raw_ops"),
    ("tensorflow.compat.v2", "tensorflow"),
)


class Outcome(NamedTuple):
    """What becomes of the gradient of one argument.

    ``kind`` is ``flows``; ``zero`` (all zeros); ``none``; ``nan``; ``raises`` (``error`` names the class,
    ``operation`` the TensorFlow operation without gradient, as far as known); ``shape`` (the result does not depend
    on the argument's values, so no gradient is missed); ``nonfloat`` (the argument must not be a float tensor).
    """

    kind: str
    error: str = ""
    operation: str = ""

    @property
    def cuts(self) -> bool:
        """Whether the result depends on the argument and yet no usable gradient comes back."""
        return self.kind in ("zero", "none", "nan", "raises")


@dataclass(frozen=True)
class FunctionRecord:
    """One library function as it was seen to behave; ``name`` is the canonical one.

    ``returns`` is ``tensor``, ``variable``, ``ndarray`` (NumPy scalars too), ``python:float`` and the like,
    ``list``, ``tuple``, ``dict``, ``none`` or ``object:<class>`` for a call with tensors; ``from_arrays`` the same
    for a call with NumPy arrays in their place. ``sometimes`` are other kinds that were seen. ``dtype`` is ``same``
    (as the argument), ``float``, ``int``, ``bool``, ``string``, ``complex`` or ``other``; ``dtype_argument`` the
    parameter that decides it. ``varies`` are parameters whose outcome was not the same in all calls: ``gradient``
    holds the most favourable one. Nothing but the signature is known when ``untried`` says why.
    """

    name: str
    params: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    star: str = ""  # the parameter behind ``*``
    required: int = 0  # how many of ``params`` have no default
    gradient: Mapping[str, Outcome] = field(default_factory=dict)
    varies: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()  # parameters that were given a list of tensors
    returns: str = ""
    sometimes: tuple[str, ...] = ()
    from_arrays: str = ""
    elements: tuple[str, ...] = ()  # kinds of a tuple's elements; of a list's first
    fields: tuple[str, ...] = ()  # names of a named tuple's elements
    parts: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    dtype: str = ""
    dtype_argument: str = ""
    untried: str = ""

    @property
    def tried(self) -> bool:
        return not self.untried

    def parameter(self, position: int) -> str | None:
        """The parameter that the argument at ``position`` goes to."""
        if position < len(self.params):
            return self.params[position]
        return self.star or None

    def outcome(self, parameter: str, element: int | None = None) -> Outcome | None:
        """The outcome for one parameter, on one element of a tuple when told; None when nothing is known."""
        per_element = self.parts.get(parameter)
        if element is not None and per_element and -len(per_element) <= element < len(per_element):
            return per_element[element]
        return self.gradient.get(parameter)


class ClassRecord(NamedTuple):
    """A public class: ``kind`` (``layer``, ``model``, ``loss``, ``metric``, ``optimizer``, ``schedule``,
    ``initializer``, ``regularizer``, ``constraint``, ``callback``, ``variable``, ``tensor``, ``dataset``, ``tape``,
    ``module``, ``error``, ``other``) and its nearest public bases by canonical name."""

    name: str
    kind: str
    bases: tuple[str, ...]


class Tables:
    """The tables of one TensorFlow version; use ``load`` to get one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # What is read, and when

    @cached_property
    def _names(self) -> dict[str, Any]:
        return _read(self.folder / "names.json")

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return _read(self.folder / "functions.json")

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of the packages that were run."""
        found: Mapping[str, str] = self._names["versions"]
        return found

    # Names

    def canonical(self, full_name: str) -> str:
        """The name under which the thing behind ``full_name`` is kept; the name itself when it is its own."""
        name = same_module(full_name)
        module, _, last = name.rpartition(".")
        return self._aliases(module).get(last, name)

    def exists(self, full_name: str) -> bool | None:
        """Whether a name exists; None below what is not listed (private modules, members of classes)."""
        name = same_module(full_name)
        modules: Mapping[str, Any] = self._names["modules"]
        if name in modules:
            return True
        module, rest = _longest(name, modules)
        if not module:
            return None
        first, more = rest[0], rest[1:]
        if first in self._members(module):
            return None if more else True
        if first.startswith("_") or first in modules[module].get("hidden", "").split():
            return None
        return False

    def star(self, module: str) -> frozenset[str]:
        """The names that ``from module import *`` binds; empty for modules that are not listed."""
        if module == "math":
            return frozenset(name for name in vars(math) if not name.startswith("_"))
        name = same_module(module)
        sorts = self._names["modules"].get(name, _EMPTY)
        if not sorts or "nostar" in sorts:
            return frozenset()
        return (self._members(name) - set(sorts.get("unstarred", "").split())) | set(
            sorts.get("starred", "").split()
        )

    def members(self, module: str) -> frozenset[str]:
        """The public names of a module; empty for modules that are not listed."""
        return self._members(same_module(module))

    def sort(self, full_name: str) -> str | None:
        """``module``, ``class``, ``function``, ``dtype`` or ``constant``; None for names that are not listed."""
        name = same_module(full_name)
        if name in self._names["modules"]:
            return "module"
        module, _, last = name.rpartition(".")
        for sort, names in self._names["modules"].get(module, _EMPTY).items():
            if sort in _SORTS and last in names.split():
                return _SORTS[sort]
        return None

    def is_class(self, full_name: str) -> bool:
        return self.canonical(full_name) in self._names["classes"]

    def class_record(self, full_name: str) -> ClassRecord | None:
        """What is known of a public class."""
        name = self.canonical(full_name)
        found = self._names["classes"].get(name)
        return ClassRecord(name, found[0], tuple(found[1:])) if found else None

    def class_kind(self, full_name: str) -> str | None:
        """The kind of a public class, ``layer`` for instance; None when the name is no listed class."""
        record = self.class_record(full_name)
        return record.kind if record else None

    @lru_cache(maxsize=None)  # noqa: B019  tables live as long as the process
    def _members(self, module: str) -> frozenset[str]:
        sorts = self._names["modules"].get(module, _EMPTY)
        return frozenset(name for sort, names in sorts.items() if sort in _SORTS for name in names.split())

    @lru_cache(maxsize=None)  # noqa: B019
    def _aliases(self, module: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for home, names in self._names["aliases"].get(module, _EMPTY).items():
            for spelled in names.split():
                name, _, there = spelled.partition("=")
                found[name] = f"{home}.{there or name}"
        return found

    # Functions

    @lru_cache(maxsize=None)  # noqa: B019
    def function(self, full_name: str) -> FunctionRecord | None:
        """The record of a TensorFlow or Keras function under any of its names; None when there is none."""
        name = self.canonical(full_name)
        found = self._functions["functions"].get(name)
        return _function_record(name, found) if found is not None else None


_SORTS = {
    "modules": "module",
    "classes": "class",
    "functions": "function",
    "dtypes": "dtype",
    "constants": "constant",
}


def versions() -> tuple[str, ...]:
    """The TensorFlow versions that there are tables for, newest first."""
    found = [path.name.partition("-")[2] for path in _DATA.glob("tensorflow-*")]
    return tuple(sorted(found, key=_version_key, reverse=True))


@lru_cache(maxsize=None)
def load(version: str | None = None) -> Tables:
    """The tables of a TensorFlow version (``2.21``), or of the nearest one there is; of the newest for None.

    Nearest is the newest one that is not newer than ``version``, else the oldest.
    """
    known = versions()
    if not known:
        raise FileNotFoundError(f"no tables in {_DATA}: run python -m tfgraphlint.libraries.derive")
    if version is None:
        chosen = known[0]
    else:
        older = [one for one in known if _version_key(one) <= _version_key(version)]
        chosen = older[0] if older else known[-1]
    return Tables(_DATA / f"tensorflow-{chosen}")


def same_module(full_name: str) -> str:
    """The name with ``compat.v2`` and what repeats below ``compat.v1`` written plainly."""
    for spelled, plain in _SAME_MODULE:
        if full_name == spelled or full_name.startswith(spelled + "."):
            return plain + full_name[len(spelled) :]
    return full_name


def parse_outcome(text: str) -> Outcome:
    """``raises:LookupError:Unique`` and the like, as the tables spell it."""
    return Outcome(*text.split(":"))


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _longest(name: str, modules: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The longest listed module that ``name`` begins with, and the parts after it."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:end])
        if module in modules:
            return module, parts[end:]
    return "", parts


def _function_record(name: str, found: Mapping[str, Any]) -> FunctionRecord:
    returns = found.get("returns", "")
    return FunctionRecord(
        name=name,
        params=tuple(found.get("params", ())),
        keywords=tuple(found.get("keywords", ())),
        star=found.get("star", ""),
        required=found.get("required", 0),
        gradient={key: parse_outcome(value) for key, value in found.get("gradient", _EMPTY).items()},
        varies=frozenset(found.get("varies", ())),
        lists=frozenset(found.get("lists", ())),
        returns=returns,
        sometimes=tuple(found.get("or", ())),
        from_arrays=found.get("host", returns),
        elements=tuple(found.get("elements", ())),
        fields=tuple(found.get("fields", ())),
        parts={
            key: tuple(parse_outcome(value) for value in values)
            for key, values in found.get("parts", _EMPTY).items()
        },
        dtype=found.get("dtype", ""),
        dtype_argument=found.get("dtype_argument", ""),
        untried=found.get("untried", ""),
    )
