"""Which TensorFlow function can stand for a NumPy one, and under which conditions: found by calling both.

``CANDIDATES`` are guesses to be put to the test; a pair that never agrees is not kept.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.trial import best, leaves, one_outcome

_TOLERANCE = 2e-4


@dataclass(frozen=True)
class Case:
    """One call of the NumPy function: what is ``given`` besides the arrays, and the arguments by name."""

    rank: int
    given: str  # "" for the arrays alone, "axis", "axis,keepdims", "axis:none" …
    arguments: dict[str, Any]
    arrays: tuple[str, ...]  # which arguments are arrays (or lists of them)


@dataclass(frozen=True)
class Candidate:
    """A TensorFlow function that may do the same; ``names`` maps parameters that are spelled differently.

    ``extra`` are arguments it needs when NumPy's caller leaves the parameter out.
    """

    name: str
    names: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def _one(name: str, names: dict[str, str] | None = None, extra: dict[str, Any] | None = None) -> Candidate:
    return Candidate(name, names or {}, extra or {})


_REDUCTIONS = {
    "sum": "tensorflow.reduce_sum", "prod": "tensorflow.reduce_prod", "mean": "tensorflow.reduce_mean",
    "max": "tensorflow.reduce_max", "amax": "tensorflow.reduce_max", "min": "tensorflow.reduce_min",
    "amin": "tensorflow.reduce_min", "any": "tensorflow.reduce_any", "all": "tensorflow.reduce_all",
    "std": "tensorflow.math.reduce_std", "var": "tensorflow.math.reduce_variance", "average": "tensorflow.reduce_mean",
    "count_nonzero": "tensorflow.math.count_nonzero", "linalg.norm": "tensorflow.norm",
}  # fmt: skip
_RENAMED = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "absolute": "abs", "fabs": "abs", "power": "pow", "float_power": "pow",
    "true_divide": "truediv", "divide": "divide", "floor_divide": "math.floordiv", "mod": "math.floormod",
    "remainder": "math.floormod", "fmod": "truncatemod", "isnan": "math.is_nan", "isinf": "math.is_inf",
    "isfinite": "math.is_finite", "rint": "math.rint", "around": "round", "round": "round", "conjugate": "math.conj",
    "invert": "bitwise.invert", "bitwise_not": "bitwise.invert", "left_shift": "bitwise.left_shift",
    "right_shift": "bitwise.right_shift", "reciprocal": "math.reciprocal", "linalg.eigvalsh": "linalg.eigvalsh",
    "flip": "reverse", "take": "gather", "concatenate": "concat", "nonzero": "where", "argwhere": "where",
    "copy": "identity", "array": "convert_to_tensor", "asarray": "convert_to_tensor", "ascontiguousarray": "convert_to_tensor",
    "full": "fill", "arange": "range", "identity": "eye", "diag": "linalg.diag", "diagonal": "linalg.diag_part",
    "trace": "linalg.trace", "ravel": "reshape", "swapaxes": "transpose", "logaddexp": "math.logaddexp",
    "linalg.slogdet": "linalg.slogdet", "linalg.matrix_transpose": "linalg.matrix_transpose", "matrix_transpose": "linalg.matrix_transpose",
    "dot": "tensordot", "inner": "tensordot", "outer": "tensordot", "i0": "math.bessel_i0", "sinc": "experimental.numpy.sinc",
    "fft.fft": "signal.fft", "fft.ifft": "signal.ifft", "fft.rfft": "signal.rfft", "fft.irfft": "signal.irfft",
    "unique": "unique", "select": "case", "stack": "stack", "split": "split", "array_split": "split",
}  # fmt: skip

# Where argument names differ or something must be added.
CANDIDATES: dict[str, list[Candidate]] = {
    "concatenate": [_one("tensorflow.concat", {"arrays": "values"}, {"axis": 0})],
    "clip": [_one("tensorflow.clip_by_value", {"a": "t", "a_min": "clip_value_min", "a_max": "clip_value_max", "min": "clip_value_min", "max": "clip_value_max"})],
    "dot": [_one("tensorflow.tensordot", {}, {"axes": 1}), _one("tensorflow.matmul")],
    "inner": [_one("tensorflow.tensordot", {}, {"axes": 1})],
    "vdot": [_one("tensorflow.tensordot", {}, {"axes": 1})],
    "outer": [_one("tensorflow.tensordot", {}, {"axes": 0})],
    "tensordot": [_one("tensorflow.tensordot", {}, {"axes": 2})],
    "round": [_one("tensorflow.round")],
    "around": [_one("tensorflow.round")],
    "ravel": [_one("tensorflow.reshape", {"a": "tensor"}, {"shape": [-1]})],
    "reshape": [_one("tensorflow.reshape", {"a": "tensor", "newshape": "shape"})],
    "sum": [_one("tensorflow.reduce_sum", {"a": "input_tensor"})],
    "cumsum": [_one("tensorflow.cumsum", {"a": "x"})],
    "cumprod": [_one("tensorflow.math.cumprod", {"a": "x"})],
    "flip": [_one("tensorflow.reverse", {"m": "tensor"})],
    "roll": [_one("tensorflow.roll", {"a": "input"})],
    "tile": [_one("tensorflow.tile", {"A": "input", "reps": "multiples"})],
    "repeat": [_one("tensorflow.repeat", {"a": "input"})],
    "pad": [_one("tensorflow.pad", {"array": "tensor", "pad_width": "paddings"})],
    "take": [_one("tensorflow.gather", {"a": "params"}, {"axis": 0}), _one("tensorflow.gather", {"a": "params"})],
    "linspace": [_one("tensorflow.linspace", {}, {"num": 50})],
    "full": [_one("tensorflow.fill", {"shape": "dims", "fill_value": "value"})],
    "average": [_one("tensorflow.reduce_mean", {"a": "input_tensor"})],
    "linalg.norm": [_one("tensorflow.norm", {"x": "tensor"})],
    "linalg.solve": [_one("tensorflow.linalg.solve", {"a": "matrix", "b": "rhs"})],
    "linalg.lstsq": [_one("tensorflow.linalg.lstsq", {"a": "matrix", "b": "rhs"})],
    "diag": [_one("tensorflow.linalg.diag", {"v": "diagonal"}), _one("tensorflow.linalg.diag_part", {"v": "input"})],
    "tril": [_one("tensorflow.linalg.band_part", {"m": "input"}, {"num_lower": -1, "num_upper": 0})],
    "triu": [_one("tensorflow.linalg.band_part", {"m": "input"}, {"num_lower": 0, "num_upper": -1})],
    "argmax": [_one("tensorflow.argmax", {"a": "input"})],
    "argmin": [_one("tensorflow.argmin", {"a": "input"})],
    "where": [_one("tensorflow.where")],
    "identity": [_one("tensorflow.eye", {"n": "num_rows"})],
    "eye": [_one("tensorflow.eye", {"N": "num_rows", "M": "num_columns"})],
    "arange": [_one("tensorflow.range", {"stop": "limit", "step": "delta", "start_or_stop": "start"})],
    "swapaxes": [],
    "select": [],
}  # fmt: skip


def derive(naming: Naming) -> dict[str, Any]:
    """Record by canonical NumPy name, for every function with a TensorFlow, tnp or Keras counterpart."""
    found: dict[str, Any] = {}
    for name, function in naming.functions().items():
        if not name.startswith("numpy.") or name.startswith(_ELSEWHERE):
            continue
        cases = list(cases_for(name, function))
        if not cases:
            continue
        record = _record(name, function, cases, naming)
        if record:
            found[name] = record
    return found


_ELSEWHERE = (
    "numpy.random.", "numpy.testing.", "numpy.ma.", "numpy.char.", "numpy.strings.", "numpy.rec.", "numpy.lib.",
    "numpy.polynomial.", "numpy.ctypeslib.", "numpy.emath.", "numpy.typing.", "numpy.dtypes.", "numpy.exceptions.",
)  # fmt: skip


def _record(name: str, function: Callable[..., Any], cases: list[Case], naming: Naming) -> dict[str, Any] | None:
    parameters = numpy_parameters(function, cases)
    record: dict[str, Any] = {"params": parameters}
    groups = {
        "tf": _tensorflow_candidates(name, naming),
        "tnp": [Candidate(f"tensorflow.experimental.numpy.{name.removeprefix('numpy.')}")],
        "keras": [Candidate(f"keras.ops.{name.rpartition('.')[2]}"), Candidate(f"keras.ops.{_RENAMED.get(name.removeprefix('numpy.'), '-')}")],
    }
    for group, candidates in groups.items():
        good = _good(function, candidates, cases, parameters)
        if not good:  # what only takes truth values
            good = [{**one, "float": False} for one in _good(function, candidates, _true_or_false(cases), parameters)]
        if good:
            record[group] = max(good, key=lambda one: (sum(map(len, one["holds"].values())), one["int"]))
    return record if len(record) > 1 else None


def _good(
    function: Callable[..., Any], candidates: list[Candidate], cases: list[Case], parameters: list[str]
) -> list[dict[str, Any]]:
    if not cases:
        return []
    tried = (_compare(function, candidate, cases, parameters) for candidate in candidates)
    return [one for one in tried if one]


def _true_or_false(cases: list[Case]) -> list[Case]:
    """The cases with truth values in place of the float arrays."""
    return [
        Case(case.rank, case.given, {n: _as(v, np.bool_) if n in case.arrays else v for n, v in case.arguments.items()}, case.arrays)
        for case in cases
        if case.arrays
    ]


def _tensorflow_candidates(name: str, naming: Naming) -> list[Candidate]:
    plain = name.removeprefix("numpy.")
    spelled = {plain, plain.rpartition(".")[2], _RENAMED.get(plain, plain)}
    if plain in _REDUCTIONS:
        spelled.add(_REDUCTIONS[plain].removeprefix("tensorflow."))
    found = list(CANDIDATES.get(plain, []))
    for word in sorted(spelled):
        for prefix in ("tensorflow.", "tensorflow.math.", "tensorflow.linalg.", "tensorflow.signal.", "tensorflow.bitwise."):
            if resolve(prefix + word) is not None:
                found.append(Candidate(prefix + word))
    unique: dict[str, Candidate] = {}
    for candidate in found:
        function = resolve(candidate.name)
        if function is None:
            continue
        best_name = naming.of(function) or candidate.name
        unique.setdefault(f"{best_name}{candidate.extra}", Candidate(best_name, candidate.names, candidate.extra))
    return list(unique.values())


def resolve(name: str) -> Any:
    """The object behind a full name, or None."""
    import keras

    value: Any = {"tensorflow": tf, "keras": keras, "numpy": np}.get(name.split(".")[0])
    for part in name.split(".")[1:]:
        value = getattr(value, part, None)
    return value if callable(value) and not inspect.isclass(value) else None


def numpy_parameters(function: Callable[..., Any], cases: list[Case]) -> list[str]:
    """NumPy's parameter names; those of a ufunc are by position only."""
    try:
        parameters = inspect.signature(function).parameters.values()
        found = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        found = []
    if isinstance(function, np.ufunc):
        return ["x"] if function.nin == 1 else ["x1", "x2"]
    if found:
        return found
    return list(dict.fromkeys(name for case in cases for name in case.arguments))


# Comparing


def _compare(
    function: Callable[..., Any], candidate: Candidate, cases: list[Case], parameters: list[str]
) -> dict[str, Any] | None:
    other = resolve(candidate.name)
    if other is None:
        return None
    names = _mapping(other, candidate, cases, parameters)
    if names is None:
        return None
    agreed: dict[str, list[int]] = defaultdict(list)
    failed: dict[str, list[int]] = defaultdict(list)
    gradient: dict[str, list[str]] = defaultdict(list)
    dtypes: set[str] = set()
    for case in cases:
        expected = _numpy_result(function, case)
        if expected is _FAILED:
            continue
        got = _other_result(other, candidate, names, case, gradient)
        ok = got is not _FAILED and _agrees(expected, got)
        (agreed if ok else failed)[case.given].append(case.rank)
        if ok:
            dtypes.add(_dtypes(expected, got))
    holds = {given: sorted(set(ranks) - set(failed.get(given, []))) for given, ranks in agreed.items()}
    holds = {given: ranks for given, ranks in holds.items() if ranks}
    if not holds:
        return None
    record: dict[str, Any] = {"name": candidate.name, "arguments": names, "holds": holds}
    if candidate.extra:
        record["extra"] = candidate.extra
    if failed:
        record["fails"] = {given: sorted(set(ranks)) for given, ranks in failed.items()}
    record["exact"] = not failed
    record["int"] = _integers_agree(function, other, candidate, names, cases, holds, np.int32)
    record["bool"] = _integers_agree(function, other, candidate, names, cases, holds, np.bool_)
    if dtypes - {"same"}:
        record["dtype"] = " ".join(sorted(dtypes - {"same"}))
    if gradient:
        record["gradient"] = {name: best(seen) for name, seen in gradient.items()}
    return record


_FAILED = object()

_SYNONYMS = {
    "a": ("a", "x", "input", "input_tensor", "tensor", "value", "input_"), "x": ("x", "a", "input", "tensor", "input_tensor"),
    "m": ("m", "x", "tensor", "input", "image"), "v": ("v", "x", "diagonal", "a"), "ary": ("ary", "x", "value"),
    "arrays": ("arrays", "values", "inputs", "xs", "x"), "tup": ("tup", "arrays", "xs", "values"), "x1": ("x1", "x", "a"),
    "x2": ("x2", "y", "b"), "b": ("b", "y", "x2", "rhs"), "y": ("y", "b", "x2"), "shape": ("shape", "dims", "newshape"), "newshape": ("newshape", "shape"),
    "axes": ("axes", "perm", "axis"), "axis": ("axis", "axes"), "keepdims": ("keepdims",), "reps": ("reps", "repeats", "multiples"),
    "indices_or_sections": ("indices_or_sections", "num_or_size_splits"), "A": ("A", "x", "input"), "arr": ("arr", "x", "array", "params"),
    "array": ("array", "x", "tensor"), "object": ("object", "value", "x", "val"), "fill_value": ("fill_value", "value"),
    "condition": ("condition", "x1"), "a_min": ("a_min", "x_min"), "a_max": ("a_max", "x_max"), "dtype": ("dtype",),
    "a1": ("a1", "x1", "x"), "a2": ("a2", "x2", "y"),
}  # fmt: skip


def _mapping(
    other: Callable[..., Any], candidate: Candidate, cases: list[Case], parameters: list[str]
) -> dict[str, str] | None:
    """NumPy parameter to the other's parameter, for those that can be carried over."""
    try:
        theirs = [p.name for p in inspect.signature(other).parameters.values() if p.kind is not p.VAR_KEYWORD]
    except (TypeError, ValueError):
        return None
    used = list(dict.fromkeys([*parameters, *(name for case in cases for name in case.arguments)]))
    found: dict[str, str] = {}
    for name in used:
        options = (candidate.names[name],) if name in candidate.names else _SYNONYMS.get(name, (name,))
        target = next((option for option in options if option in theirs and option not in found.values()), None)
        if target is not None and name not in ("out", "where", "order", "dtype", "name"):
            found[name] = target
    arrays = cases[0].arrays
    if arrays and arrays[0] not in found and theirs:
        found[arrays[0]] = theirs[0]
    if len(arrays) > 1 and arrays[1] not in found and len(theirs) > 1 and theirs[1] not in found.values():
        found[arrays[1]] = theirs[1]
    return found if all(name in found for name in arrays) else None


def _numpy_result(function: Callable[..., Any], case: Case) -> Any:
    arguments = dict(case.arguments)
    try:
        with np.errstate(all="ignore"):
            if isinstance(function, np.ufunc):
                return function(*arguments.values())
            leading = [arguments.pop(name) for name in _positional(function, arguments)]
            return function(*leading, **arguments)
    except Exception:
        return _FAILED


def _positional(function: Callable[..., Any], arguments: dict[str, Any]) -> list[str]:
    """Arguments of functions without signature go by position as far as they are listed first."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return [name for name in arguments if name not in ("axis", "keepdims", "dtype")]
    return [n for n in arguments if n in parameters and parameters[n].kind is inspect.Parameter.POSITIONAL_ONLY]


def _other_result(
    other: Callable[..., Any], candidate: Candidate, names: dict[str, str], case: Case, gradient: dict[str, list[str]] | None
) -> Any:
    if any(name not in names for name in case.arguments):
        return _FAILED
    values: dict[str, Any] = {}
    watched: dict[str, Any] = {}
    for name, value in case.arguments.items():
        if name in case.arrays:
            value = [tf.constant(item) for item in value] if isinstance(value, list) else tf.constant(value)
            if np.asarray(case.arguments[name][0] if isinstance(value, list) else case.arguments[name]).dtype == np.float32:
                watched[name] = value
        values[names[name]] = value
    for name, value in candidate.extra.items():
        values.setdefault(name, value)
    try:
        with tf.GradientTape(persistent=True) as tape:
            for value in watched.values():
                tape.watch(value)
            result = other(**values)
    except Exception:
        return _FAILED
    if gradient is not None:
        for name, value in watched.items():
            gradient[name].append(best(one_outcome(tape, leaf, value, 1) for leaf in leaves(result)))
    return result


def _flat(value: Any) -> list[np.ndarray[Any, Any]]:
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in _flat(item)]
    return [np.asarray(value)]


def _agrees(expected: Any, got: Any) -> bool:
    ours, theirs = _flat(expected), _flat(got)
    if not ours or len(ours) != len(theirs):
        return False
    for one, two in zip(ours, theirs, strict=True):
        if one.shape != two.shape or _kind(one) != _kind(two):
            return False
        if one.dtype.kind in "US" or two.dtype.kind in "USO":
            return False
        if not np.allclose(one, two, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True):
            return False
    return True


def _kind(array: np.ndarray[Any, Any]) -> str:
    return {"u": "i"}.get(array.dtype.kind, array.dtype.kind)


def _dtypes(expected: Any, got: Any) -> str:
    one, two = _flat(expected)[0].dtype, _flat(got)[0].dtype
    return "same" if one == two else f"{one}->{two}"


def _integers_agree(
    function: Callable[..., Any],
    other: Callable[..., Any],
    candidate: Candidate,
    names: dict[str, str],
    cases: list[Case],
    holds: dict[str, list[int]],
    dtype: Any,
) -> bool:
    """Whether both still agree, in values and sort of number, when the float arrays are integers or bools."""
    compared = 0
    for case in cases:
        if case.rank not in holds.get(case.given, ()):
            continue
        arguments = dict(case.arguments)
        for name in case.arrays:
            arguments[name] = _as(arguments[name], dtype)
        changed = Case(case.rank, case.given, arguments, case.arrays)
        expected = _numpy_result(function, changed)
        if expected is _FAILED:
            continue
        got = _other_result(other, candidate, names, changed, None)
        if got is _FAILED or not _agrees(expected, got):
            return False
        compared += 1
    return compared > 0


def _as(value: Any, dtype: Any) -> Any:
    if isinstance(value, list):
        return [_as(item, dtype) for item in value]
    array = np.asarray(value)
    if array.dtype != np.float32:
        return value
    return (array * 3).astype(np.int32) if dtype == np.int32 else array > np.float32(0.5)


# Cases


def cases_for(name: str, function: Callable[..., Any]) -> Iterator[Case]:
    """Calls to compare, from what the NumPy function takes."""
    plain = name.removeprefix("numpy.")
    special = _SPECIAL.get(plain)
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
    required = [p.name for p in parameters.values() if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    arrays = {"a", "x", "m", "v", "ary", "arr", "array", "p", "val", "b", "y", "x1", "x2", "a1", "a2", "z", "A", "U"}
    if not required or not set(required) <= arrays:
        return
    yield from _array_cases(required, set(parameters), square=plain.startswith("linalg."))


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
        for name, value in (("ddof", 1), ("decimals", 1), ("k", 1), ("ord", 1), ("weights", None), ("full_matrices", False)):
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
        yield Case(rank, "x,y", {"condition": mask, "x": _array(rank, 0), "y": _array(rank, 1)}, ("condition", "x", "y"))
        if rank:
            yield Case(rank, "", {"condition": mask}, ("condition",))
    yield Case(2, "scalars", {"condition": _array(2, 3) > 0.5, "x": _array(2, 0), "y": 0.0}, ("condition", "x"))


def _clip() -> Iterator[Case]:
    for rank in (0, 1, 2, 3):
        yield Case(rank, "", {"a": _array(rank, 0), "a_min": 0.3, "a_max": 0.6}, ("a",))
        yield Case(rank, "array bounds", {"a": _array(rank, 0), "a_min": _array(rank, 1) * 0.5, "a_max": _array(rank, 2) + 0.5}, ("a", "a_min", "a_max"))
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
    "concatenate": _lists("arrays"), "stack": _lists("arrays"), "vstack": _lists("tup", axis=False),
    "hstack": _lists("tup", axis=False), "dstack": _lists("tup", axis=False), "column_stack": _lists("tup", axis=False),
    "matmul": _matmul, "dot": _dot(), "inner": _same_pair("a", "b"), "vdot": _same_pair("a", "b"),
    "outer": _same_pair("a", "b"), "kron": _same_pair("a", "b"), "cross": lambda: iter([Case(1, "", {"a": _array(1, 0)[:3], "b": _array(1, 1)[:3]}, ("a", "b")), Case(2, "", {"a": _array(2, 0), "b": _array(2, 1)}, ("a", "b"))]),
    "where": _where, "clip": _clip, "take": _take,
    "reshape": _with(_NEW_SHAPE, "", _SHAPES),
    "expand_dims": _with("axis", "", {0: [0, -1], 1: [0, 1, -1], 2: [0, 1, 2, -1], 3: [0, -1]}),
    "squeeze": lambda: iter([Case(2, "", {"a": _array(2, 0)[:1]}, ("a",)), Case(2, "axis", {"a": _array(2, 0)[:1], "axis": 0}, ("a",)), Case(3, "", {"a": _array(3, 0)[:1, :1]}, ("a",))]),
    "broadcast_to": _with("shape", "", {0: [(2, 3)], 1: [(2, 4)], 2: [(5, 2, 3)]}, "array"),
    "tile": _with("reps", "", {1: [[2], (3,)], 2: [(2, 1), [1, 2]], 3: [(1, 2, 1)]}, "A"),
    "repeat": lambda: iter([*_with("repeats", "", {1: [2], 2: [2], 3: [2]})(), *(Case(2, "axis", {"a": _array(2, 0), "repeats": 2, "axis": axis}, ("a",)) for axis in (0, 1))]),
    "roll": lambda: iter([*_with("shift", "", {1: [1], 2: [1], 3: [1]})(), *(Case(2, "axis", {"a": _array(2, 0), "shift": 1, "axis": axis}, ("a",)) for axis in (0, 1))]),
    "pad": lambda: iter([Case(1, "mode", {"array": _array(1, 0), "pad_width": [[1, 2]], "mode": "constant"}, ("array",)), Case(2, "mode", {"array": _array(2, 0), "pad_width": [[1, 1], [0, 1]], "mode": "constant"}, ("array",)), Case(2, "", {"array": _array(2, 0), "pad_width": [[1, 1], [0, 1]]}, ("array",))]),
    "moveaxis": lambda: iter([Case(3, "", {"a": _array(3, 0), "source": 0, "destination": 2}, ("a",)), Case(2, "", {"a": _array(2, 0), "source": 0, "destination": 1}, ("a",))]),
    "swapaxes": lambda: iter([Case(3, "", {"a": _array(3, 0), "axis1": 0, "axis2": 2}, ("a",)), Case(2, "", {"a": _array(2, 0), "axis1": 0, "axis2": 1}, ("a",))]),
    "split": lambda: iter([Case(1, "", {"ary": _array(1, 0), "indices_or_sections": 2}, ("ary",)), Case(2, "axis", {"ary": _array(2, 0), "indices_or_sections": 3, "axis": 1}, ("ary",)), Case(2, "indices", {"ary": _array(2, 0), "indices_or_sections": [1]}, ("ary",))]),
    "tensordot": lambda: iter([Case(2, "", {"a": _array(2, 0), "b": _array(2, 1)}, ("a", "b")), Case(2, "axes", {"a": _array(2, 0), "b": _array(2, 1).T.copy(), "axes": 1}, ("a", "b"))]),
    "zeros": _making("shape", [(2, 3), [4], 3]), "ones": _making("shape", [(2, 3), [4], 3]),
    "full": lambda: iter([Case(0, "", {"shape": (2, 3), "fill_value": 1.5}, ()), Case(0, "", {"shape": [4], "fill_value": 0.5}, ()), Case(0, "int", {"shape": [4], "fill_value": 2}, ())]),
    "full_like": _with("fill_value", "", {1: [1.5], 2: [1.5], 3: [0.5]}),
    "eye": lambda: iter([Case(0, "", {"N": 3}, ()), Case(0, "M", {"N": 3, "M": 4}, ())]), "identity": _making("n", [3, 4]),
    "arange": _arange, "linspace": _linspace, "einsum": _einsum,
    "array": lambda: iter(Case(rank, "", {"object": _array(rank, 0)}, ("object",)) for rank in (0, 1, 2, 3)),
    "asarray": lambda: iter(Case(rank, "", {"a": _array(rank, 0)}, ("a",)) for rank in (0, 1, 2, 3)),
    "searchsorted": lambda: iter([Case(1, "", {"a": np.sort(_array(1, 0)), "v": _array(1, 1)}, ("a", "v"))]),
    "linalg.solve": _solve("a", "b"), "linalg.lstsq": _solve("a", "b"),
    "percentile": _with("q", "", {1: [50, 25.0], 2: [50]}), "quantile": _with("q", "", {1: [0.5, 0.25], 2: [0.5]}),
    "take_along_axis": lambda: iter([Case(2, "axis", {"arr": _array(2, 0), "indices": np.array([[0, 1], [1, 0]]), "axis": 1}, ("arr",))]),
    "bincount": lambda: iter([Case(1, "", {"x": np.array([0, 1, 1, 3])}, ("x",))]),
    "interp": lambda: iter([Case(1, "", {"x": _array(1, 0), "xp": np.array([0.0, 0.5, 1.0], np.float32), "fp": np.array([0.0, 2.0, 3.0], np.float32)}, ("x", "xp", "fp"))]),
    "heaviside": _same_pair("x1", "x2"),
    "vecdot": _same_pair("x1", "x2", (1, 2, 3)),
    "sort": lambda: iter([case for case in _array_cases(["a"], {"axis"}, False) if case.rank]),
    "argsort": lambda: iter([case for case in _array_cases(["a"], {"axis"}, False) if case.rank]),
}  # fmt: skip
