"""Calls of NumPy functions on which a replacement is compared: ranks 0 to 3, axes, ``keepdims`` and the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One call of the NumPy function: what is ``given`` besides the arrays, and the arguments by name."""

    rank: int
    given: str  # "" for the arrays alone, "axis", "axis,keepdims", "axis:none" …
    arguments: dict[str, Any]
    arrays: tuple[str, ...]  # which arguments are arrays (or lists of them)


def as_kind(value: Any, dtype: Any) -> Any:
    """The float arrays among the values as integers or truth values."""
    if isinstance(value, list):
        return [as_kind(item, dtype) for item in value]
    array = np.asarray(value)
    if array.dtype != np.float32:
        return value
    return (array * 3).astype(np.int32) if dtype == np.int32 else array > np.float32(0.5)


def cases_for(spellings: list[str], function: Callable[..., Any]) -> Iterator[Case]:
    """Calls to compare, from the names of a NumPy function and what it takes."""
    special = next((_SPECIAL[plain] for plain in spellings if plain in _SPECIAL), None)
    if special is not None:
        yield from special()
        return
    if isinstance(function, np.ufunc):
        yield from _ufunc_cases(function)
        return
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return
    required = [
        p.name for p in parameters.values() if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]
    arrays = {"a", "x", "m", "v", "ary", "arr", "array", "p", "val", "b", "y", "x1", "x2", "a1", "a2", "z", "A", "U"}
    if not required or not set(required) <= arrays:
        return
    yield from _array_cases(required, set(parameters), square=spellings[0].startswith("linalg."))


def _array(rank: int, number: int, square: bool = False, low: float = 0.1, high: float = 0.9) -> Any:
    random = np.random.default_rng(rank * 10 + number)
    shape = {0: (), 1: (4,), 2: (2, 3), 3: (2, 3, 4)}[rank]
    if square:
        shape = {2: (3, 3), 3: (2, 3, 3)}.get(rank, shape)
    values = random.uniform(low, high, shape)
    if square and rank >= 2:
        values = values @ np.swapaxes(values, -1, -2) + 2 * np.eye(3)
    return values.astype(np.float32)


def _ufunc_cases(function: np.ufunc) -> Iterator[Case]:
    names = ("x",) if function.nin == 1 else ("x1", "x2")
    if function.nin > 2 or function.signature is not None:
        return
    for rank in (0, 1, 2, 3):
        for low, high in ((0.1, 0.9), (1.1, 3.0), (-2.0, 2.0)):
            arguments = {name: _array(rank, number, low=low, high=high) for number, name in enumerate(names)}
            yield Case(rank, "", arguments, names)
    if len(names) == 2:
        yield Case(2, "broadcast", {"x1": _array(2, 0), "x2": _array(2, 1)[0]}, names)


def _array_cases(required: list[str], parameters: set[str], square: bool) -> Iterator[Case]:
    names = tuple(required)
    for rank in (0, 1, 2, 3):
        arrays = {name: _array(rank, number, square) for number, name in enumerate(names)}
        yield Case(rank, "", arrays, names)
        yield Case(rank, "", {name: value * 4 - 2 for name, value in arrays.items()} if not square else arrays, names)
        if "axis" in parameters and rank:
            for axis in range(rank):
                yield Case(rank, "axis", {**arrays, "axis": axis}, names)
            yield Case(rank, "axis", {**arrays, "axis": -1}, names)
            yield Case(rank, "axis:none", {**arrays, "axis": None}, names)
            if rank > 1:
                yield Case(rank, "axis:tuple", {**arrays, "axis": (0, 1)}, names)
        if "keepdims" in parameters:
            yield Case(rank, "keepdims", {**arrays, "keepdims": True}, names)
            if rank:
                yield Case(rank, "axis,keepdims", {**arrays, "axis": -1, "keepdims": True}, names)
        if "axes" in parameters and rank > 1:
            yield Case(rank, "axes", {**arrays, "axes": tuple(reversed(range(rank)))}, names)
        for name, value in (
            ("ddof", 1),
            ("decimals", 1),
            ("k", 1),
            ("ord", 1),
            ("weights", None),
            ("full_matrices", False),
        ):
            if name in parameters:
                if name == "weights":
                    value = _array(rank, 9)
                yield Case(rank, name, {**arrays, name: value}, names)
    if len(names) == 2:
        yield Case(2, "broadcast", {names[0]: _array(2, 0), names[1]: _array(2, 1)[0]}, names)


def _lists(parameter: str, axis: bool = True, at_least: int = 1) -> Callable[[], Iterator[Case]]:
    def cases() -> Iterator[Case]:
        for rank in (1, 2, 3):
            if rank < at_least:
                continue
            arrays = {parameter: [_array(rank, 0), _array(rank, 1)]}
            yield Case(rank, "", arrays, (parameter,))
            if axis:
                for one in (*range(rank), -1):
                    yield Case(rank, "axis", {**arrays, "axis": one}, (parameter,))

    return cases


def _with(parameter: str, given: str, values: dict[int, list[Any]], array: str = "a") -> Callable[[], Iterator[Case]]:
    """Cases with one more argument, whose values are listed by rank."""

    def cases() -> Iterator[Case]:
        for rank, several in values.items():
            for value in several:
                yield Case(rank, given, {array: _array(rank, 0), parameter: value}, (array,))

    return cases


def _matmul() -> Iterator[Case]:
    yield Case(1, "", {"x1": _array(1, 0), "x2": _array(1, 1)}, ("x1", "x2"))
    yield Case(2, "", {"x1": _array(2, 0), "x2": _array(2, 1).T.copy()}, ("x1", "x2"))
    yield Case(3, "", {"x1": _array(3, 0), "x2": np.swapaxes(_array(3, 1), -1, -2).copy()}, ("x1", "x2"))
    yield Case(2, "vector", {"x1": _array(2, 0), "x2": _array(2, 1)[0]}, ("x1", "x2"))


def _dot(first: str = "a", second: str = "b") -> Callable[[], Iterator[Case]]:
    def cases() -> Iterator[Case]:
        yield Case(0, "", {first: _array(0, 0), second: _array(0, 1)}, (first, second))
        yield Case(1, "", {first: _array(1, 0), second: _array(1, 1)}, (first, second))
        yield Case(2, "", {first: _array(2, 0), second: _array(2, 1).T.copy()}, (first, second))
        yield Case(3, "", {first: _array(3, 0), second: np.swapaxes(_array(3, 1), -1, -2).copy()}, (first, second))
        yield Case(2, "vector", {first: _array(2, 0), second: _array(2, 1)[0]}, (first, second))

    return cases


def _same_pair(first: str, second: str, ranks: tuple[int, ...] = (1, 2, 3)) -> Callable[[], Iterator[Case]]:
    def cases() -> Iterator[Case]:
        for rank in ranks:
            yield Case(rank, "", {first: _array(rank, 0), second: _array(rank, 1)}, (first, second))

    return cases


def _where() -> Iterator[Case]:
    for rank in (0, 1, 2, 3):
        mask = _array(rank, 3) > 0.5
        yield Case(
            rank, "x,y", {"condition": mask, "x": _array(rank, 0), "y": _array(rank, 1)}, ("condition", "x", "y")
        )
        if rank:
            yield Case(rank, "", {"condition": mask}, ("condition",))
    yield Case(2, "scalars", {"condition": _array(2, 3) > 0.5, "x": _array(2, 0), "y": 0.0}, ("condition", "x"))


def _clip() -> Iterator[Case]:
    for rank in (0, 1, 2, 3):
        yield Case(rank, "", {"a": _array(rank, 0), "a_min": 0.3, "a_max": 0.6}, ("a",))
        yield Case(
            rank,
            "array bounds",
            {"a": _array(rank, 0), "a_min": _array(rank, 1) * 0.5, "a_max": _array(rank, 2) + 0.5},
            ("a", "a_min", "a_max"),
        )
        yield Case(rank, "no lower bound", {"a": _array(rank, 0), "a_min": None, "a_max": 0.6}, ("a",))


def _take() -> Iterator[Case]:
    for rank in (1, 2, 3):
        yield Case(rank, "", {"a": _array(rank, 0), "indices": np.array([0, 1])}, ("a",))
        for axis in range(rank):
            yield Case(rank, "axis", {"a": _array(rank, 0), "indices": np.array([1, 0]), "axis": axis}, ("a",))


def _making(parameter: str, values: list[Any], **more: Any) -> Callable[[], Iterator[Case]]:
    def cases() -> Iterator[Case]:
        for value in values:
            yield Case(0, "", {parameter: value, **more}, ())

    return cases


def _arange() -> Iterator[Case]:
    yield Case(0, "", {"start": 5}, ())
    yield Case(0, "float", {"start": 5.0}, ())
    yield Case(0, "stop", {"start": 1, "stop": 5}, ())
    yield Case(0, "stop,step", {"start": 0.0, "stop": 1.0, "step": 0.25}, ())


def _linspace() -> Iterator[Case]:
    yield Case(0, "", {"start": np.float32(0.0), "stop": np.float32(1.0), "num": 5}, ("start", "stop"))
    yield Case(0, "", {"start": np.float32(0.0), "stop": np.float32(1.0)}, ("start", "stop"))


def _einsum() -> Iterator[Case]:
    return iter(())


def _solve(first: str, second: str) -> Callable[[], Iterator[Case]]:
    def cases() -> Iterator[Case]:
        yield Case(2, "", {first: _array(2, 0, True), second: _array(2, 1, True)}, (first, second))
        yield Case(3, "", {first: _array(3, 0, True), second: _array(3, 1, True)}, (first, second))
        yield Case(2, "vector", {first: _array(2, 0, True), second: _array(2, 1, True)[0]}, (first, second))

    return cases


_SHAPES: dict[int, list[Any]] = {1: [(2, 2), [4], -1], 2: [(3, 2), (6,), [-1, 2]], 3: [(6, 4), (-1,), (4, 3, 2)]}
_NEW_SHAPE = "shape" if "shape" in inspect.signature(np.reshape).parameters else "newshape"

_SPECIAL: dict[str, Callable[[], Iterator[Case]]] = {
    "concatenate": _lists("arrays"),
    "stack": _lists("arrays"),
    "vstack": _lists("tup", axis=False),
    "hstack": _lists("tup", axis=False),
    "dstack": _lists("tup", axis=False),
    "column_stack": _lists("tup", axis=False),
    "matmul": _matmul,
    "dot": _dot(),
    "inner": _same_pair("a", "b"),
    "vdot": _same_pair("a", "b"),
    "outer": _same_pair("a", "b"),
    "kron": _same_pair("a", "b"),
    "cross": lambda: iter(
        [
            Case(1, "", {"a": _array(1, 0)[:3], "b": _array(1, 1)[:3]}, ("a", "b")),
            Case(2, "", {"a": _array(2, 0), "b": _array(2, 1)}, ("a", "b")),
        ]
    ),
    "where": _where,
    "clip": _clip,
    "take": _take,
    "reshape": _with(_NEW_SHAPE, "", _SHAPES),
    "expand_dims": _with("axis", "", {0: [0, -1], 1: [0, 1, -1], 2: [0, 1, 2, -1], 3: [0, -1]}),
    "squeeze": lambda: iter(
        [
            Case(2, "", {"a": _array(2, 0)[:1]}, ("a",)),
            Case(2, "axis", {"a": _array(2, 0)[:1], "axis": 0}, ("a",)),
            Case(3, "", {"a": _array(3, 0)[:1, :1]}, ("a",)),
        ]
    ),
    "broadcast_to": _with("shape", "", {0: [(2, 3)], 1: [(2, 4)], 2: [(5, 2, 3)]}, "array"),
    "tile": _with("reps", "", {1: [[2], (3,)], 2: [(2, 1), [1, 2]], 3: [(1, 2, 1)]}, "A"),
    "repeat": lambda: iter(
        [
            *_with("repeats", "", {1: [2], 2: [2], 3: [2]})(),
            *(Case(2, "axis", {"a": _array(2, 0), "repeats": 2, "axis": axis}, ("a",)) for axis in (0, 1)),
        ]
    ),
    "roll": lambda: iter(
        [
            *_with("shift", "", {1: [1], 2: [1], 3: [1]})(),
            *(Case(2, "axis", {"a": _array(2, 0), "shift": 1, "axis": axis}, ("a",)) for axis in (0, 1)),
        ]
    ),
    "pad": lambda: iter(
        [
            Case(1, "mode", {"array": _array(1, 0), "pad_width": [[1, 2]], "mode": "constant"}, ("array",)),
            Case(2, "mode", {"array": _array(2, 0), "pad_width": [[1, 1], [0, 1]], "mode": "constant"}, ("array",)),
            Case(2, "", {"array": _array(2, 0), "pad_width": [[1, 1], [0, 1]]}, ("array",)),
        ]
    ),
    "moveaxis": lambda: iter(
        [
            Case(3, "", {"a": _array(3, 0), "source": 0, "destination": 2}, ("a",)),
            Case(2, "", {"a": _array(2, 0), "source": 0, "destination": 1}, ("a",)),
        ]
    ),
    "swapaxes": lambda: iter(
        [
            Case(3, "", {"a": _array(3, 0), "axis1": 0, "axis2": 2}, ("a",)),
            Case(2, "", {"a": _array(2, 0), "axis1": 0, "axis2": 1}, ("a",)),
        ]
    ),
    "split": lambda: iter(
        [
            Case(1, "", {"ary": _array(1, 0), "indices_or_sections": 2}, ("ary",)),
            Case(2, "axis", {"ary": _array(2, 0), "indices_or_sections": 3, "axis": 1}, ("ary",)),
            Case(2, "indices", {"ary": _array(2, 0), "indices_or_sections": [1]}, ("ary",)),
        ]
    ),
    "tensordot": lambda: iter(
        [
            Case(2, "", {"a": _array(2, 0), "b": _array(2, 1)}, ("a", "b")),
            Case(2, "axes", {"a": _array(2, 0), "b": _array(2, 1).T.copy(), "axes": 1}, ("a", "b")),
        ]
    ),
    "zeros": _making("shape", [(2, 3), [4], 3]),
    "ones": _making("shape", [(2, 3), [4], 3]),
    "full": lambda: iter(
        [
            Case(0, "", {"shape": (2, 3), "fill_value": 1.5}, ()),
            Case(0, "", {"shape": [4], "fill_value": 0.5}, ()),
            Case(0, "int", {"shape": [4], "fill_value": 2}, ()),
        ]
    ),
    "full_like": _with("fill_value", "", {1: [1.5], 2: [1.5], 3: [0.5]}),
    "eye": lambda: iter([Case(0, "", {"N": 3}, ()), Case(0, "M", {"N": 3, "M": 4}, ())]),
    "identity": _making("n", [3, 4]),
    "arange": _arange,
    "linspace": _linspace,
    "einsum": _einsum,
    "array": lambda: iter(Case(rank, "", {"object": _array(rank, 0)}, ("object",)) for rank in (0, 1, 2, 3)),
    "asarray": lambda: iter(Case(rank, "", {"a": _array(rank, 0)}, ("a",)) for rank in (0, 1, 2, 3)),
    "searchsorted": lambda: iter([Case(1, "", {"a": np.sort(_array(1, 0)), "v": _array(1, 1)}, ("a", "v"))]),
    "linalg.solve": _solve("a", "b"),
    "linalg.lstsq": _solve("a", "b"),
    "percentile": _with("q", "", {1: [50, 25.0], 2: [50]}),
    "quantile": _with("q", "", {1: [0.5, 0.25], 2: [0.5]}),
    "take_along_axis": lambda: iter(
        [Case(2, "axis", {"arr": _array(2, 0), "indices": np.array([[0, 1], [1, 0]]), "axis": 1}, ("arr",))]
    ),
    "bincount": lambda: iter([Case(1, "", {"x": np.array([0, 1, 1, 3])}, ("x",))]),
    "interp": lambda: iter(
        [
            Case(
                1,
                "",
                {
                    "x": _array(1, 0),
                    "xp": np.array([0.0, 0.5, 1.0], np.float32),
                    "fp": np.array([0.0, 2.0, 3.0], np.float32),
                },
                ("x", "xp", "fp"),
            )
        ]
    ),
    "heaviside": _same_pair("x1", "x2"),
    "vecdot": _same_pair("x1", "x2", (1, 2, 3)),
    "sort": lambda: iter([case for case in _array_cases(["a"], {"axis"}, False) if case.rank]),
    "argsort": lambda: iter([case for case in _array_cases(["a"], {"axis"}, False) if case.rank]),
}
