"""What was seen when TensorFlow, Keras and NumPy were run, as data: what each function does to a gradient,
which names exist, what gives back NumPy, what replaces what.

``load()`` gives the tables of the newest TensorFlow there are tables for; each table is read when it is first asked
for. Full names begin with ``tensorflow.``, ``keras.``, ``numpy.`` or ``math.``. ``tensorflow.compat.v2.X`` is
``tensorflow.X``. The tables are made by ``python -m tfgraphlint.libraries.derive``; nothing here imports TensorFlow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tfgraphlint.libraries.words import EARLY_METHODS, EARLY_MODULES

_DATA = Path(__file__).resolve().parent / "data"
_EMPTY: Mapping[str, Any] = MappingProxyType({})

# Other spellings of a module, longest first.
_SAME_MODULE = (
    ("tensorflow.compat.v1.compat.v1", "tensorflow.compat.v1"),
    ("tensorflow.compat.v1.compat.v2", "tensorflow"),
    ("tensorflow.compat.v1.raw_ops", "tensorflow.raw_ops"),
    ("tensorflow.compat.v2", "tensorflow"),
    # Where TensorFlow itself keeps its switches: programs import them from there as well.
    ("tensorflow.python.framework.ops.disable_eager_execution", "tensorflow.compat.v1.disable_eager_execution"),
    ("tensorflow.python.framework.ops.enable_eager_execution", "tensorflow.compat.v1.enable_eager_execution"),
    ("tensorflow.python.compat.v2_compat.disable_v2_behavior", "tensorflow.compat.v1.disable_v2_behavior"),
    ("tensorflow.python.compat.v2_compat.enable_v2_behavior", "tensorflow.compat.v1.enable_v2_behavior"),
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
    ``list``, ``tuple``, ``dict``, ``none`` or ``object:<class>`` for a call with tensors. ``sometimes`` are other
    kinds that were seen. ``dtype`` is ``same``
    (as the argument), ``float``, ``int``, ``bool``, ``string``, ``complex`` or ``other``; ``dtype_argument`` the
    parameter that decides it. ``varies`` are parameters whose outcome was not the same in all calls: ``gradient``
    holds the most favourable one. ``gradient`` is for real float tensors; ``other`` has the parameters for which
    complex, sparse or ragged ones fare differently (``tf.sign``, ``tf.math.angle``). Nothing but the signature is
    known when ``untried`` says why.
    """

    name: str
    params: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    star: str = ""  # the parameter behind ``*``
    required: int = 0  # how many of ``params`` have no default
    gradient: Mapping[str, Outcome] = field(default_factory=dict)
    other: Mapping[str, Outcome] = field(default_factory=dict)
    varies: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()  # parameters that were given a list of tensors
    returns: str = ""
    sometimes: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()  # kinds of a tuple's elements; of a list's first
    fields: tuple[str, ...] = ()  # names of a named tuple's elements
    parts: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    dtype: str = ""
    dtype_argument: str = ""
    untried: str = ""
    eager: bool = True  # False: refuses to run eagerly

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


class Lost(NamedTuple):
    """A member of a class that is gone, or a method that only raises: with which ``error``. ``legacy``: objects of the
    legacy class of the same name still have it."""

    is_method: bool
    error: str
    legacy: bool = False


class Replacement(NamedTuple):
    """A TensorFlow (or tnp, or Keras) function that gave what a NumPy function gave.

    ``arguments`` maps NumPy's parameter names to the replacement's; a call that uses any other parameter cannot be
    carried over. ``extra`` are arguments to add where the call does not give them. ``holds`` says for which ranks of
    the arrays results agreed, by what was given besides them: ``""`` for nothing, else ``axis``, ``keepdims``,
    ``axis,keepdims``, ``axis:none``, ``axis:tuple``, ``broadcast``, ``vector`` …; ``fails`` likewise where they did
    not. ``exact`` means that nothing failed. ``floats``, ``ints``, ``bools``: whether it holds for arrays of these.
    ``dtype`` tells result types that differ (``int64->int32``). ``gradient`` is what was seen through the replacement.
    With ``base``, what it gives has to be divided by the logarithm of that number.
    """

    name: str
    arguments: Mapping[str, str]
    extra: Mapping[str, Any]
    holds: Mapping[str, tuple[int, ...]]
    fails: Mapping[str, tuple[int, ...]]
    exact: bool
    floats: bool
    ints: bool
    bools: bool
    dtype: str
    gradient: Mapping[str, Outcome]
    base: float | None = None

    def holds_for(self, given: str = "", rank: int | None = None) -> bool:
        """Whether it is known to hold for a call: of this rank, or of every rank that was tried."""
        if rank is None:
            return bool(self.holds.get(given)) and not self.fails.get(given)
        return rank in self.holds.get(given, ())

    @property
    def conditions(self) -> str:
        """In words, when it does not hold; empty when it always did."""
        return "; ".join(
            f"not {'with ' + given if given else 'by default'} for rank {', '.join(map(str, ranks))}"
            for given, ranks in self.fails.items()
        )


class Equivalent(NamedTuple):
    """What can stand for a NumPy function, as far as calling both has shown; None where nothing agreed."""

    name: str  # canonical
    params: tuple[str, ...]  # NumPy's, in order
    tensorflow: Replacement | None
    tnp: Replacement | None  # tensorflow.experimental.numpy
    keras: Replacement | None  # keras.ops

    @property
    def best(self) -> Replacement | None:
        """TensorFlow's own function where one agreed exactly, else the one that agreed in most cases."""
        found = [one for one in (self.tensorflow, self.tnp, self.keras) if one]
        return next((one for one in found if one.exact), found[0] if found else None)


class HostRecord(NamedTuple):
    """A function of NumPy, SciPy, ``math`` or Python, given tensors.

    ``function`` is what happened in eager mode; ``graph`` is ``works`` or the error while a graph is traced (empty:
    not tried); ``refuses`` the error with which it takes no tensor at all.
    """

    function: FunctionRecord
    graph: Outcome | None
    refuses: Outcome | None

    @property
    def cuts(self) -> bool:
        """Whether values of a tensor go in and no gradient comes back, for every parameter that was given one."""
        outcomes = [one for one in self.function.gradient.values() if one.kind not in ("shape", "nonfloat")]
        return bool(outcomes) and all(one.kind == "none" for one in outcomes)


class Attribute(NamedTuple):
    """An attribute of a tensor, a variable, a tape…: ``sort`` is ``value``, ``method`` or ``raises``.

    ``gives`` is what reading it, or calling the method without arguments, gave (as ``FunctionRecord.returns``), empty
    when that was not tried or needs arguments; ``outcome`` what becomes of the gradient, or the error.
    """

    sort: str
    gives: str
    outcome: Outcome | None


class Operation(NamedTuple):
    """An operator between two operands: outcomes for the left and right one where they are tensors."""

    left: Outcome | None
    right: Outcome | None
    returns: str
    dtype: str
    raises: str  # the class of the error, when it raises


class LayerRecord(NamedTuple):
    """A Keras layer class: does it have trainable weights, does the gradient reach its input and its weights."""

    name: str
    params: tuple[str, ...]
    weights: bool
    input: Outcome
    gradient: Outcome | None  # to the weights
    returns: str
    dtype: str  # of a result that is a tensor


class KerasOperation(NamedTuple):
    """A function of ``keras.ops`` that gave what another function gave.

    ``arguments`` maps the parameters of the other one to its own; a call that uses any other cannot be carried over,
    nor can one that does not give the parameter ``needs``.
    """

    name: str
    arguments: Mapping[str, str]
    needs: str


class Tf1Name(NamedTuple):
    """What became of a TF1 name.

    ``how`` is ``same`` (``new`` is the same object as ``compat.v1`` has: a safe rename), ``changed`` (the name still
    exists and means something else: ``new`` is the ``compat.v1`` name), ``compat`` (only in ``compat.v1``),
    ``upgrade`` (only TensorFlow's upgrade script knows it).
    """

    new: str
    how: str


class Tables:
    """The tables of one TensorFlow version; use ``load`` to get one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # What is read, and when

    @cache  # noqa: B019  (tables live as long as the process)
    def content(self, table: str) -> dict[str, Any]:
        """All of one table, by the name of its file. A version that is kept as the differences to a newer one has
        files only for tables that differ."""
        path = self.folder / f"{table}.json"
        found = _read(path) if path.exists() else {}
        newer = found.get(DIFFERS_FROM) or (None if table == "names" else self._names.get(DIFFERS_FROM))
        if newer is None:
            return found
        base = Tables(self.folder.parent / f"tensorflow-{newer}").content(table)
        return {**base, **found, **{key: apply(base.get(key, {}), change) for key, change in found.items()
                                    if isinstance(change, dict) and key != "versions"}}  # fmt: skip

    @cached_property
    def _names(self) -> dict[str, Any]:
        return self.content("names")

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return self.content("functions")

    @cached_property
    def _host(self) -> dict[str, Any]:
        return self.content("host")

    @cached_property
    def _equivalents(self) -> dict[str, Any]:
        return self.content("equivalents")

    @cached_property
    def _tensors(self) -> dict[str, Any]:
        return self.content("tensors")

    @cached_property
    def _classes(self) -> dict[str, Any]:
        return self.content("classes")

    @cached_property
    def _keras(self) -> dict[str, Any]:
        return self.content("keras") or {"symbolic": {}, "operations": {}}  # only for Keras 3

    @cached_property
    def _tf1(self) -> dict[str, Any]:
        return self.content("tf1")

    @cached_property
    def _members_of_classes(self) -> dict[str, Any]:
        return self.content("members")

    @cached_property
    def _removed(self) -> dict[str, Any]:
        return self.content("removed") or {"removed": {}, "same": {}, "members": {}}  # only for Keras 3

    @cached_property
    def _arguments(self) -> dict[str, Any]:
        return self.content("arguments")

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of the packages that were run."""
        found: Mapping[str, str] = self._names["versions"]
        return found

    @property
    def tensorflow(self) -> tuple[int, ...]:
        """The version of TensorFlow."""
        return _version_key(self.versions["tensorflow"])

    @property
    def keras(self) -> int:
        """Which Keras came with this TensorFlow: 2 or 3."""
        return int(self.versions["keras"].partition(".")[0])

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
        return (self._members(name) - set(sorts.get("unstarred", "").split())) | set(sorts.get("starred", "").split())

    def modules(self) -> frozenset[str]:
        """The names of all public modules."""
        return frozenset(self._names["modules"])

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

    def spellings(self, name: str) -> list[str]:
        """All public names of the thing whose canonical name this is."""
        found = [name]
        for module, homes in self._names["aliases"].items():
            home, _, last = name.rpartition(".")
            found += [
                f"{module}.{spelled.partition('=')[0]}" for spelled in homes.get(home, "").split()
                if spelled.rpartition("=")[2] == last
            ]  # fmt: skip
        return found

    # What an older TensorFlow had

    def is_removed(self, full_name: str) -> bool:
        """Whether TensorFlow or Keras had this name when Keras 2 came with it, and lacks it now."""
        module, _, last = same_module(full_name).rpartition(".")
        return last in self._removed_from(module)

    @cache  # noqa: B019
    def _removed_from(self, module: str) -> frozenset[str]:
        early = EARLY_MODULES.get(module.removeprefix("tensorflow."), "") if self.keras >= 3 else ""
        return frozenset(f"{self._removed['removed'].get(module, '')} {early}".split())

    @cache  # noqa: B019
    def last_parts_removed(self) -> frozenset[str]:
        """What the removed names end in."""
        gone = self._removed["removed"].values()
        return frozenset(name for names in (*gone, *EARLY_MODULES.values()) for name in names.split())

    def other_name(self, full_name: str) -> str | None:
        """Another name in the same module that a removed thing had, and that is still there."""
        found: str | None = self._removed["same"].get(full_name)
        return found

    # Members of classes

    def listed_classes(self) -> tuple[str, ...]:
        """The classes whose members are listed."""
        return tuple(self._members_of_classes["methods"])

    def class_members(self, full_name: str) -> Mapping[str, str]:
        """The public members of a class, ``methods`` or ``values``; empty where they are not listed, and ``*`` among
        them where objects may have any."""
        found: dict[str, str] = {}
        for name in reversed(self._with_bases(full_name)):
            for sort in ("methods", "values"):
                found.update(dict.fromkeys(self._members_of_classes[sort].get(name, "").split(), sort))
        return found

    def builds_optimizer(self, full_name: str) -> bool:
        """Whether this is an optimizer of Keras that makes its own variables once, for all that it is to train."""
        return "build" in self.class_members(full_name)

    def refused(self, name: str) -> list[str]:
        """The methods of a class that only raise: ``add_metric=NotImplementedError``."""
        found: str = self._members_of_classes["refused"].get(name, "")
        return found.split()

    def given_members(self) -> frozenset[str]:
        """The attributes that Keras sets on objects from outside."""
        return frozenset(self._members_of_classes["given"]["keras"].split())

    def lost_member(self, full_name: str, member: str) -> Lost | None:
        """What became of a member that objects of a class had in an older TensorFlow; None where it is there, never
        was, or is not known. ``member`` is "" for making an object."""
        for name in self._with_bases(full_name):
            row = self._removed["members"].get(name, _EMPTY)
            for sort in ("methods", "values"):
                words = row.get(sort, "").split()
                if f"-{member}" in words:
                    return None
                if member in words:
                    return Lost(sort == "methods", "AttributeError")
            for refused in row.get("refused", "").split():
                method, _, error = refused.partition("=")
                if method == member and (member or name == self.canonical(full_name)):
                    return Lost(True, error)
            if self.keras >= 3 and member in EARLY_METHODS.get(name, "").split():
                return Lost(True, "AttributeError")
        kept = self._only_in_legacy(self.canonical(full_name)).get(member)
        return Lost(kept == "methods", "AttributeError", legacy=True) if kept is not None else None

    @cache  # noqa: B019
    def _only_in_legacy(self, name: str) -> Mapping[str, str]:
        """The members of an optimizer that its namesake among the legacy ones has, which was the only one once, and it
        itself lacks."""
        module, _, last = name.rpartition(".")
        own = self.class_members(name) if module.endswith("optimizers") else {}
        if not own or "*" in own:
            return {}
        legacy = self.class_members(f"{module}.legacy.{last}")
        return {member: sort for member, sort in legacy.items() if member not in own and member != "*"}

    @cache  # noqa: B019
    def lost_members(self) -> frozenset[str]:
        """The names of all members that some class lost: nothing else has to be asked for."""
        rows = self._removed["members"].values()
        words = (word for row in rows for words in row.values() for word in words.split())
        early = (word for words in EARLY_METHODS.values() for word in words.split()) if self.keras >= 3 else ()
        of_optimizers = (member for name in self.listed_classes() for member in self._only_in_legacy(name))
        return frozenset([*(word.partition("=")[0] for word in words), *early, *of_optimizers])

    # Arguments of Keras

    def arguments_taken(self, full_name: str, method: str = "") -> tuple[str, ...]:
        """The arguments that a class, function or method takes by name, in order; known for Keras 2 only."""
        return tuple(self._of_callee(self.content("taken")["taken"], full_name, method).split())

    def refused_argument(self, full_name: str, method: str, argument: str) -> str | None:
        """The error that a class, function or method raises for an argument that it took in Keras 2; None where it
        does not refuse it, or nobody knows."""
        for refused in self._of_callee(self._arguments["refused"], full_name, method).split():
            name, _, error = refused.partition("=")
            if name == argument:
                return error
        return None

    def refused_name(self, full_name: str, method: str) -> tuple[str, tuple[str, ...]] | None:
        """The error that a method raises where it is given a name first, as it was in Keras 2, and the order in which
        it took its arguments then; None where it takes one, or nobody knows."""
        error, *order = self._of_callee(self._arguments["unnamed"], full_name, method).split() or [""]
        return (error, tuple(order)) if error else None

    @cache  # noqa: B019
    def arguments_refused_by_functions(self) -> frozenset[str]:
        """The arguments that a class or function refuses: nothing else has to be asked for."""
        return self._refused_words(of_methods=False)

    @cache  # noqa: B019
    def arguments_refused_by_methods(self) -> frozenset[str]:
        """The same of methods, and methods that refuse a name that comes first."""
        methods = frozenset(name.rpartition(".")[2] for name in self._arguments["unnamed"])
        return self._refused_words(of_methods=True) | methods

    def _refused_words(self, of_methods: bool) -> frozenset[str]:
        rows = self._arguments["refused"]
        return frozenset(
            word.partition("=")[0] for name, row in rows.items()
            if (name.rpartition(".")[0] in self._names["classes"]) == of_methods for word in row.split()
        )  # fmt: skip

    def _of_callee(self, rows: Mapping[str, str], full_name: str, method: str) -> str:
        """What is said of a class or function, or of a method by the nearest class that says something of it."""
        if not method:
            return rows.get(self.canonical(full_name), "")
        return next((rows[each] for cls in self._with_bases(full_name) if (each := f"{cls}.{method}") in rows), "")

    def _with_bases(self, full_name: str) -> list[str]:
        """A class and its public bases, nearest first."""
        found: list[str] = []
        pending = [self.canonical(full_name)]
        while pending:
            name = pending.pop(0)
            record = self._names["classes"].get(name)
            if record is not None and name not in found:
                found.append(name)
                pending += record[1:]
        return found

    @cache  # noqa: B019
    def _members(self, module: str) -> frozenset[str]:
        sorts = self._names["modules"].get(module, _EMPTY)
        return frozenset(name for sort, names in sorts.items() if sort in _SORTS for name in names.split())

    @cache  # noqa: B019
    def _aliases(self, module: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for home, names in self._names["aliases"].get(module, _EMPTY).items():
            for spelled in names.split():
                name, _, there = spelled.partition("=")
                found[name] = f"{home}.{there or name}"
        return found

    # Functions

    @cache  # noqa: B019
    def function(self, full_name: str) -> FunctionRecord | None:
        """The record of a TensorFlow or Keras function under any of its names; None when there is none."""
        name = self.canonical(full_name)
        found = self._functions["functions"].get(name)
        return _function_record(name, found) if found is not None else None

    # NumPy, SciPy, math, Python

    @cache  # noqa: B019
    def numpy_function(self, full_name: str) -> HostRecord | None:
        """A NumPy function given tensors (``numpy.sum``, ``numpy.linalg.norm``)."""
        name = self.canonical(full_name)
        return _host_record(name, self._host["numpy"].get(name))

    @cache  # noqa: B019
    def math_function(self, full_name: str) -> HostRecord | None:
        """A function of ``math`` given tensors."""
        name = full_name if full_name.startswith("math.") else f"math.{full_name}"
        return _host_record(name, self._host["math"].get(name))

    @cache  # noqa: B019
    def builtin_function(self, name: str) -> HostRecord | None:
        """A builtin function given tensors: ``float``, ``sum``, ``max`` …"""
        full = f"builtins.{name.removeprefix('builtins.')}"
        return _host_record(full, self._host["builtins"].get(full))

    @cache  # noqa: B019
    def numpy_equivalent(self, full_name: str) -> Equivalent | None:
        """What can stand for a NumPy function in TensorFlow; None when nothing was found."""
        name = self.canonical(full_name)
        found = self._equivalents["numpy"].get(name)
        if found is None:
            return None
        several = (_replacement(found.get(group)) for group in ("tf", "tnp", "keras"))
        return Equivalent(name, tuple(found["params"]), *several)

    # Tensors, variables, layers

    def tensor_attributes(self, kind: str = "tensor") -> frozenset[str]:
        """The public attributes of a kind of thing: ``tensor`` (eager), ``symbolic``, ``variable``,
        ``keras-variable``, ``keras-tensor``, ``ragged``, ``sparse``, ``indexed-slices``, ``tape``, ``shape``,
        ``dtype``, ``dataset``, ``tensor-array``, ``ndarray``, ``numpy-scalar``; empty for others."""
        return frozenset(self._tensors["attributes"].get(kind, ()))

    def attribute(self, kind: str, name: str) -> Attribute | None:
        """One attribute of such a kind; None when it does not exist."""
        found = self._tensors["attributes"].get(kind, _EMPTY).get(name)
        return _attribute(found) if found is not None else None

    def operator(self, symbol: str, left: str = "tensor", right: str = "tensor") -> Operation | None:
        """An operator (``//``, ``==``, ``+=``, ``in`` …) between ``tensor``, ``variable``, ``ndarray``, ``float``,
        ``numpy-scalar`` and ``list``; None for combinations that were not tried."""
        return _operation(self._tensors["operators"].get(f"{left} {symbol} {right}"))

    def layer(self, full_name: str) -> LayerRecord | None:
        """A Keras layer class that could be built and called; None for others."""
        name = self.canonical(full_name)
        found = self._classes["layers"].get(name)
        if found is None or "untried" in found:
            return None
        gradient = parse_outcome(found["gradient"]) if "gradient" in found else None
        reaches = parse_outcome(found["input"])
        params, dtype = tuple(found["params"]), found.get("dtype", "")
        return LayerRecord(name, params, found["weights"], reaches, gradient, found["returns"], dtype)

    def loss(self, full_name: str) -> Mapping[str, Outcome]:
        """Per argument (``y_true``, ``y_pred``) the outcome of calling a loss or metric object; empty if unknown."""
        found = self._classes["losses"].get(self.canonical(full_name), _EMPTY)
        return {key: parse_outcome(value) for key, value in found.get("gradient", _EMPTY).items()}

    # Keras 3

    def takes_symbolic(self, full_name: str, parameter: str) -> bool:
        """Whether a function that takes tensors took a symbolic tensor of Keras 3 for this parameter."""
        return parameter in self._keras["symbolic"].get(self.canonical(full_name), "").split()

    def error_on_symbolic(self, full_name: str) -> str:
        """What such a function raises when it is given a symbolic tensor of Keras 3; empty where that depends."""
        found: str = self._keras.get("errors", _EMPTY).get(self.canonical(full_name), "ValueError")
        return found

    def keras_operation(self, full_name: str) -> KerasOperation | None:
        """What of ``keras.ops`` gave the same as a TensorFlow or backend function; None where nothing did."""
        name = f"tensorflow.{full_name}" if full_name.startswith("keras.backend.") else full_name
        found = self._keras["operations"].get(self.canonical(name))
        return KerasOperation(found["name"], found["arguments"], found.get("needs", "")) if found else None

    # TF1

    def tf1(self, full_name: str) -> Tf1Name | None:
        """What became of a TF1 name (``tensorflow.placeholder``); None when it means the same or was never one."""
        found = self._tf1["names"].get(full_name)
        return Tf1Name(found["new"], found["how"]) if found else None

    def tf1_keywords(self, full_name: str) -> Mapping[str, str | None]:
        """Keywords of a TF1 function that were renamed (None: removed)."""
        found: Mapping[str, str | None] = self._tf1["keywords"].get(full_name, _EMPTY)
        return found


_SORTS = {"modules": "module", "classes": "class", "functions": "function", "dtypes": "dtype", "constants": "constant"}


LAST_WITH_KERAS_2 = (2, 15)

_MEANT: ContextVar[str | None] = ContextVar("meant_for", default=None)


@cache
def versions() -> tuple[str, ...]:
    """The TensorFlow versions that there are tables for, newest first."""
    found = [path.name.partition("-")[2] for path in _DATA.glob("tensorflow-*")]
    return tuple(sorted(found, key=_version_key, reverse=True))


@contextmanager
def meant_for(version: str | None) -> Iterator[None]:
    """Within this, ``load()`` gives the tables of the TensorFlow that the linted code is meant for."""
    token = _MEANT.set(version)
    try:
        yield
    finally:
        _MEANT.reset(token)


def load(version: str | None = None) -> Tables:
    """The tables of a TensorFlow version (``2.21``), or of the nearest one there is.

    For None it is the version that ``meant_for`` says, else the newest. Nearest is, of those with the same Keras, the
    newest one that is not newer than ``version``, else the oldest.
    """
    known = versions()
    version = version or _MEANT.get()
    if not known:
        raise FileNotFoundError(f"no tables in {_DATA}: run python -m tfgraphlint.libraries.derive")
    return _tables(_nearest(version, known) if version else known[0])


def _nearest(version: str, known: Sequence[str]) -> str:
    wanted = _version_key(version)
    alike = [one for one in known if (_version_key(one) > LAST_WITH_KERAS_2) == (wanted > LAST_WITH_KERAS_2)] or known
    return next((one for one in alike if _version_key(one) <= wanted), alike[-1])


def meant() -> tuple[int, ...]:
    """The version of TensorFlow that the code is meant for: as ``meant_for`` says, else the newest known."""
    return _version_key(_MEANT.get() or versions()[0])


@cache
def _tables(version: str) -> Tables:
    return Tables(_DATA / f"tensorflow-{version}")


def keras_of(tables: Tables) -> str:
    """How reports call the Keras of these tables: ``Keras 3``; an older one by its release."""
    return f"Keras {tables.keras}" if tables.keras > 2 else f"Keras {'.'.join(map(str, tables.tensorflow))}"


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


# A key of the tables of a version that is kept as what differs from the one that this key names.
DIFFERS_FROM = "differs_from"
# How a changed value is written: entries that are new or replaced, that are gone, that changed themselves; words of a
# text that came and went.
SET, GONE, CHANGED, MORE, LESS = "=", "-", "~", "+words", "-words"


def apply(base: Any, change: Mapping[str, Any]) -> Any:
    """What ``base`` became, a table's section, a record or a list of words; ``base`` itself stays as it is."""
    if MORE in change or LESS in change:
        words = set(base.split()) - set(change.get(LESS, "").split()) | set(change.get(MORE, "").split())
        return " ".join(sorted(words))
    gone = change.get(GONE, ())
    kept = {key: value for key, value in base.items() if key not in gone}
    kept.update(change.get(SET, _EMPTY))
    kept.update((key, apply(base[key], below)) for key, below in change.get(CHANGED, _EMPTY).items())
    return kept


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
        other={key: parse_outcome(value) for key, value in found.get("other", _EMPTY).items()},
        varies=frozenset(found.get("varies", ())),
        lists=frozenset(found.get("lists", ())),
        returns=returns,
        sometimes=tuple(found.get("or", ())),
        elements=tuple(found.get("elements", ())),
        fields=tuple(found.get("fields", ())),
        parts={
            key: tuple(parse_outcome(value) for value in values) for key, values in found.get("parts", _EMPTY).items()
        },
        dtype=found.get("dtype", ""),
        dtype_argument=found.get("dtype_argument", ""),
        untried=found.get("untried", ""),
        eager=found.get("eager", True),
    )


def _host_record(name: str, found: Mapping[str, Any] | None) -> HostRecord | None:
    if found is None:
        return None
    graph = parse_outcome(found["graph"]) if found.get("graph") else None
    refuses = Outcome("raises", found["refuses"]) if "refuses" in found else None
    return HostRecord(_function_record(name, found), graph, refuses)


def _replacement(found: Mapping[str, Any] | None) -> Replacement | None:
    if found is None:
        return None
    return Replacement(
        name=found["name"],
        arguments=found["arguments"],
        extra=found.get("extra", _EMPTY),
        holds={key: tuple(ranks) for key, ranks in found["holds"].items()},
        fails={key: tuple(ranks) for key, ranks in found.get("fails", _EMPTY).items()},
        exact=found["exact"],
        floats=found.get("float", True),
        ints=found["int"],
        bools=found["bool"],
        dtype=found.get("dtype", "same"),
        gradient={key: parse_outcome(value) for key, value in found.get("gradient", _EMPTY).items()},
        base=found.get("base"),
    )


def _attribute(found: str) -> Attribute:
    """``method:ndarray``, ``value:object:keras.Variable``, ``method:tensor:flows``, ``raises:AttributeError`` …"""
    sort, _, rest = found.partition(":")
    if sort == "raises":
        return Attribute(sort, "", Outcome("raises", *rest.split(":")))
    if rest.startswith("raises:"):
        return Attribute(sort, "", parse_outcome(rest))
    for kind in ("tensor:", "variable:"):
        if rest.startswith(kind):
            return Attribute(sort, kind[:-1], parse_outcome(rest[len(kind) :]))
    return Attribute(sort, rest, None)


def _operation(found: Mapping[str, str] | None) -> Operation | None:
    if found is None:
        return None
    left, right = (parse_outcome(found[side]) if side in found else None for side in ("left", "right"))
    return Operation(left, right, found.get("returns", ""), found.get("dtype", ""), found.get("raises", ""))
