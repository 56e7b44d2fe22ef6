"""What tests of the version give: ``tf.__version__`` is put in, and Python's own comparisons decide.

A test has a result only if it is the same for all releases that a file may be run with.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import total_ordering
from typing import Any

from tfgraphlint.libraries.tables import LAST_WITH_KERAS_2
from tfgraphlint.libraries.words import KERAS_VERSIONS, TENSORFLOW_VERSIONS
from tfgraphlint.names.import_scopes import Scopes
from tfgraphlint.syntax.ast_names import dotted_name, last_name
from tfgraphlint.syntax.ast_walk import walk

# Releases of Keras 3 that a TensorFlow may have beside it: the oldest, some between, and one to come.
KERAS_3 = ("3.0.5", "3.3.3", "3.6.0", "3.10.0", "3.15.1", "3.20.0")
PATCHES = (0, 1, 2)
PARSERS = frozenset({"LooseVersion", "StrictVersion", "Version", "parse", "parse_version"})
MAX_DEPTH = 40  # names that stand for names, and the parts of an expression

_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)(.*)", re.DOTALL)
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right, ast.Is: operator.eq, ast.IsNot: operator.ne,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "int": int, "float": float, "str": str, "bool": bool, "tuple": tuple, "list": list, "len": len,
}  # fmt: skip
_TEXT_METHODS = frozenset({"startswith", "endswith", "split", "rsplit", "strip", "replace", "partition", "rpartition"})


class NotKnown(Exception):
    """The value of an expression depends on more than the version."""


@total_ordering
class Version:
    """A version as ``packaging`` orders it: numbers first, what is not released before what is, and then what comes
    after. The tests compare the two."""

    def __init__(self, text: str) -> None:
        match = _NUMBERS.match(text.strip())
        if match is None:
            raise NotKnown
        numbers = [int(part) for part in match[1].split(".")]
        self.release = tuple(numbers)
        while len(numbers) > 1 and not numbers[-1]:
            del numbers[-1]
        self._key = numbers, _rank(match[2])

    @property
    def version(self) -> list[int]:
        return list(self.release)

    @property
    def major(self) -> int:
        return self.release[0]

    @property
    def minor(self) -> int:
        return (*self.release, 0)[1]

    @property
    def micro(self) -> int:
        return (*self.release, 0, 0)[2]

    def _of(self, other: object) -> Version:
        if isinstance(other, str):
            return Version(other)
        if not isinstance(other, Version):
            raise NotKnown
        return other

    def __eq__(self, other: object) -> bool:
        return self._key == self._of(other)._key

    def __lt__(self, other: object) -> bool:
        return self._key < self._of(other)._key

    __hash__ = None  # type: ignore[assignment]


def _rank(suffix: str) -> int:
    """Where a version stands beside the release with the same numbers: -1 before it, 1 after it."""
    if re.match(r"[-_.]?(?:a|b|c|rc|dev|pre)", suffix):
        return -1
    return 1 if re.match(r"[-_.]?(?:post|r)|\+", suffix) else 0


def releases(version: tuple[int, ...]) -> list[Mapping[str, str]]:
    """What ``tensorflow.__version__`` and ``keras.__version__`` can be where code is run with this TensorFlow."""
    tensorflow = [".".join(map(str, (*version[:2], patch))) for patch in PATCHES]
    keras = KERAS_3 if version > LAST_WITH_KERAS_2 else tensorflow
    return [{"tensorflow": one, "keras": other} for one in tensorflow for other in keras]


@dataclass
class VersionValues:
    """Evaluates expressions of one file for all ``releases``; ``scopes`` say what names stand for."""

    tree: ast.Module
    scopes: Scopes
    releases: Sequence[Mapping[str, str]]
    _bound: dict[str, list[tuple[ast.expr, int | None]]] = field(default_factory=dict)
    _functions: dict[str, list[ast.expr | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stored: dict[str, int] = {}
        for node in walk(self.tree):
            if isinstance(node, ast.Assign):
                self._note_assignment(node)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                self._bound.setdefault(node.target.id, []).append((node.value, None))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._functions.setdefault(node.name, []).append(_returned(node))
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                stored[node.id] = stored.get(node.id, 0) + 1
            elif isinstance(node, ast.arg):
                stored[node.arg] = stored.get(node.arg, 0) + 2
        self._bound = {name: found for name, found in self._bound.items() if stored.get(name) == 1 == len(found)}

    def _note_assignment(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._bound.setdefault(target.id, []).append((node.value, None))
            elif isinstance(target, (ast.Tuple, ast.List)):
                for index, part in enumerate(target.elts):
                    if isinstance(part, ast.Name):
                        self._bound.setdefault(part.id, []).append((node.value, index))

    def mentions_version(self, test: ast.expr) -> bool:
        """Whether the version itself stands anywhere in ``test``."""
        return any(isinstance(node, (ast.Name, ast.Attribute)) and self._library(node) for node in walk(test))

    def truth(self, test: ast.expr) -> bool | None:
        """Whether ``test`` holds; None where that depends on more than the version, or on the patch release."""
        found = set()
        for release in self.releases:
            try:
                found.add(bool(self._value(test, release, 0)))
            except (NotKnown, TypeError, ValueError, LookupError, AttributeError):
                return None
            if len(found) > 1:
                return None
        return found.pop() if found else None

    def _value(self, node: ast.expr, release: Mapping[str, str], depth: int) -> Any:
        """The value of an expression; raises ``NotKnown``, or what Python would."""
        if depth > MAX_DEPTH:
            raise NotKnown

        def value(part: ast.expr) -> Any:
            return self._value(part, release, depth + 1)

        match node:
            case ast.Constant():
                return node.value
            case ast.Name() | ast.Attribute() if (library := self._library(node)) is not None:
                return release[library]
            case ast.Name(id=name):
                return self._named(name, release, depth)
            case ast.Attribute(value=owner, attr="major" | "minor" | "micro" | "release" | "version" as name):
                return getattr(_version(value(owner)), name)
            case ast.Subscript(value=owner, slice=ast.Slice(lower=low, upper=high, step=None)):
                bounds = slice(*(None if bound is None else value(bound) for bound in (low, high)))
                return value(owner)[bounds]
            case ast.Subscript(value=owner, slice=index):
                return value(owner)[value(index)]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return (tuple if isinstance(node, ast.Tuple) else list)(map(value, parts))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not value(operand)
            case ast.BoolOp(op=joined, values=parts):
                return (all if isinstance(joined, ast.And) else any)(map(value, parts))
            case ast.Compare():
                return _compared(list(map(value, (node.left, *node.comparators))), node.ops)
            case ast.Call():
                return self._called(node, release, depth + 1)
            case ast.ListComp() | ast.GeneratorExp():
                return self._each(node, release, depth + 1)
        raise NotKnown

    def _library(self, node: ast.Name | ast.Attribute) -> str | None:
        """Whose version ``node`` is."""
        bound, _, rest = dotted_name(node).partition(".")
        meaning = self.scopes.meaning(bound, node) if bound else None
        full = ".".join(filter(None, (meaning, rest))) if meaning else ""
        return "tensorflow" if full in TENSORFLOW_VERSIONS else "keras" if full in KERAS_VERSIONS else None

    def _named(self, name: str, release: Mapping[str, str], depth: int) -> Any:
        if name not in self._bound:
            raise NotKnown
        ((written, index),) = self._bound[name]
        found = self._value(written, release, depth + 1)
        return found if index is None else list(found)[index]

    def _called(self, node: ast.Call, release: Mapping[str, str], depth: int) -> Any:
        if node.keywords:
            raise NotKnown
        name = last_name(node.func)
        match node.func, node.args:
            case _, [given] if name in PARSERS:
                return _version(self._value(given, release, depth))
            case ast.Attribute(value=owner), given if name in _TEXT_METHODS:
                text = self._value(owner, release, depth)
                return getattr(text, name)(*(self._value(each, release, depth) for each in given))
            case ast.Name(), [ast.Name(id="int" | "str" | "float" as kind), given] if name == "map":
                return list(map(_FUNCTIONS[kind], self._value(given, release, depth)))
            case ast.Name(), [given] if name in _FUNCTIONS:
                return _FUNCTIONS[name](self._value(given, release, depth))
            case ast.Name(), [] if (returned := self._functions.get(name)) and len(returned) == 1:
                if returned[0] is not None:
                    return self._value(returned[0], release, depth)
        raise NotKnown

    def _each(self, node: ast.ListComp | ast.GeneratorExp, release: Mapping[str, str], depth: int) -> list[Any]:
        """``[int(part) for part in version.split(".")]``."""
        match node.elt, node.generators:
            case (
                ast.Call(func=ast.Name(id="int" | "str" as kind), args=[ast.Name(id=one)], keywords=[]),
                [ast.comprehension(target=ast.Name(id=other), iter=given, ifs=[])],
            ) if one == other:
                return [_FUNCTIONS[kind](each) for each in self._value(given, release, depth)]
        raise NotKnown


def _version(value: Any) -> Version:
    if isinstance(value, Version):
        return value
    if isinstance(value, str):
        return Version(value)
    raise NotKnown


def _compared(values: Sequence[Any], operators: Sequence[ast.cmpop]) -> bool:
    pairs = zip(values, operators, values[1:])
    return all(_COMPARISONS[type(compares)](left, right) for left, compares, right in pairs)


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """What a function gives that does nothing but return it."""
    doing = [line for line in function.body if not isinstance(line, (ast.Import, ast.ImportFrom))]
    if doing and isinstance(doing[0], ast.Expr) and isinstance(doing[0].value, ast.Constant):
        del doing[0]
    return doing[0].value if len(doing) == 1 and isinstance(doing[0], ast.Return) else None
