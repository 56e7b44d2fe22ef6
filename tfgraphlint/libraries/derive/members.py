"""The members of classes: what objects of optimizers, models, layers, datasets, strategies … have.

``dir(cls)`` says what the class has; what its methods set on ``self`` is read in their source. Where making an object
gives one of a class that is not public (``keras.Model(inputs, outputs)``), what that one has counts as well. A class
with a ``__getattr__`` of its own may have anything.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tfgraphlint.libraries.derive.naming import Naming

KINDS = frozenset({
    "optimizer", "model", "layer", "metric", "loss", "schedule", "callback", "dataset", "module", "variable",
})  # fmt: skip
ENDINGS = ("Strategy", "StrategyExtended", "Optimizer")  # of names of classes whose kind says less
METHOD, VALUE = "method", "value"
OPEN = "*"  # may have any member


def derive(naming: Naming, classes: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Sections ``methods`` and ``values`` (names by class, less those of its public bases), ``refused``, ``given``.

    ``classes`` are kinds and bases as the table of names has them. ``refused`` are methods that are there only to
    raise, whatever they are given, each with its error; ``=ImportError``: no object can be made. ``given`` are the
    attributes that Keras sets on objects from outside, by root.
    """
    found = {name: cls for name, cls in naming.classes().items() if _is_wanted(name, classes.get(name, ["other"]))}
    overridden = {(base, name) for cls in found.values() for base in cls.__mro__[1:] for name in vars(cls)}
    methods, values, refused = {}, {}, {}
    for name, cls in found.items():
        mine = dict(_members(cls))
        for private in _stand_ins(cls, naming):
            mine = {**_members(private), **mine}
        above = [found[base] for base in classes[name][1:] if base in found]
        own = {each for each, sort in mine.items() if not any(_members(base).get(each) == sort for base in above)}
        methods[name] = " ".join(sorted(each for each in own if mine[each] == METHOD))
        values[name] = " ".join(sorted(each for each in own if mine[each] == VALUE))
        refusals = [
            f"{each}={error}" for each, error in sorted(_refused(cls, mine).items())
            if (cls, each) not in overridden and not any(hasattr(base, each) for base in above)
        ]  # fmt: skip
        if refusals:
            refused[name] = " ".join(refusals)
    return {"methods": methods, "values": values, "refused": refused, "given": {"keras": _given("keras")}}


def _is_wanted(name: str, record: list[str]) -> bool:
    return record[0] in KINDS or name.endswith(ENDINGS)


@cache
def _members(cls: type) -> Mapping[str, str]:
    """Public members by name: ``method`` or ``value``."""
    found = {name: VALUE for base in cls.__mro__ for name in _set_on_self(base) if not name.startswith("_")}
    for name in dir(cls):
        if not name.startswith("_"):
            kept = inspect.getattr_static(cls, name, None)
            found[name] = METHOD if callable(kept) or isinstance(kept, (classmethod, staticmethod)) else VALUE
    if any("__getattr__" in vars(base) for base in cls.__mro__ if base is not object):
        found[OPEN] = VALUE
    return found


def _stand_ins(cls: type, naming: Naming) -> Iterator[type]:
    """Classes that are not public and that making an object of ``cls`` may give."""
    maker = inspect.getsource(cls.__new__) if "__new__" in vars(cls) else ""
    subclasses: list[type] = cls.__subclasses__()
    for below in subclasses:
        if below.__name__ in maker and naming.of(below) is None:
            yield below


def _given(root: str) -> str:
    """The attributes that a package sets on objects other than ``self``."""
    found = set()
    folder = Path(importlib.import_module(root).__file__ or "").parent
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if not (isinstance(node.value, ast.Name) and node.value.id == "self"):
                    found.add(node.attr)
    return " ".join(sorted(name for name in found if not name.startswith("_")))


@cache
def _set_on_self(cls: type) -> set[str]:
    """The attributes that the methods of a class set on ``self``, as its source says."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return set()
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id="self"), ast.Constant(value=str(name)), *_]):
                found.add(name)
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id="self"), *_]):
                found.add(OPEN)
    return found


def _refused(cls: type, members: Mapping[str, str]) -> dict[str, str]:
    """The methods that take anything and do nothing but refuse; "" where making an object is refused."""
    found = {}
    for name, sort in members.items():
        if sort == METHOD and (error := _refusal(getattr(cls, name, None))):
            found[name] = error
    if "__init__" in vars(cls) and (error := _refusal(cls)):
        found[""] = error
    return found


def _refusal(function: Any) -> str:
    """The error of a function that takes whatever it is given, and refuses it."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ""
    given = [p.kind for p in parameters if p.name != "self"]
    if given != [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
        return ""
    try:
        function(*([None] if parameters[0].name == "self" else []))
    except (NotImplementedError, ImportError) as error:
        return type(error).__name__
    except Exception:
        return ""
    return ""
