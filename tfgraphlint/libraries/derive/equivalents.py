"""Which TensorFlow function can stand for a NumPy one, and under which conditions: found by calling both.

``CANDIDATES`` are guesses to be put to the test; a pair that never agrees is not kept.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.numpy_cases import Case, as_kind, cases_for
from tfgraphlint.libraries.derive.trial import best, leaves, one_outcome

_TOLERANCE = 2e-4


@dataclass(frozen=True)
class Candidate:
    """A TensorFlow function that may do the same; ``names`` maps parameters that are spelled differently.

    ``extra`` are arguments it needs when NumPy's caller leaves the parameter out. ``base``: what it gives is divided by
    the logarithm of this number.
    """

    name: str
    names: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    base: float | None = None


def _one(name: str, names: dict[str, str] | None = None, extra: dict[str, Any] | None = None) -> Candidate:
    return Candidate(name, names or {}, extra or {})


_REDUCTIONS = {
    "sum": "tensorflow.reduce_sum",
    "prod": "tensorflow.reduce_prod",
    "mean": "tensorflow.reduce_mean",
    "max": "tensorflow.reduce_max",
    "amax": "tensorflow.reduce_max",
    "min": "tensorflow.reduce_min",
    "amin": "tensorflow.reduce_min",
    "any": "tensorflow.reduce_any",
    "all": "tensorflow.reduce_all",
    "std": "tensorflow.math.reduce_std",
    "var": "tensorflow.math.reduce_variance",
    "average": "tensorflow.reduce_mean",
    "count_nonzero": "tensorflow.math.count_nonzero",
    "linalg.norm": "tensorflow.norm",
}
_RENAMED = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "absolute": "abs",
    "fabs": "abs",
    "power": "pow",
    "float_power": "pow",
    "true_divide": "truediv",
    "divide": "divide",
    "floor_divide": "math.floordiv",
    "mod": "math.floormod",
    "remainder": "math.floormod",
    "fmod": "truncatemod",
    "isnan": "math.is_nan",
    "isinf": "math.is_inf",
    "isfinite": "math.is_finite",
    "rint": "math.rint",
    "around": "round",
    "round": "round",
    "conjugate": "math.conj",
    "invert": "bitwise.invert",
    "bitwise_not": "bitwise.invert",
    "left_shift": "bitwise.left_shift",
    "right_shift": "bitwise.right_shift",
    "reciprocal": "math.reciprocal",
    "linalg.eigvalsh": "linalg.eigvalsh",
    "flip": "reverse",
    "take": "gather",
    "concatenate": "concat",
    "nonzero": "where",
    "argwhere": "where",
    "copy": "identity",
    "array": "convert_to_tensor",
    "asarray": "convert_to_tensor",
    "ascontiguousarray": "convert_to_tensor",
    "full": "fill",
    "arange": "range",
    "identity": "eye",
    "diag": "linalg.diag",
    "diagonal": "linalg.diag_part",
    "trace": "linalg.trace",
    "ravel": "reshape",
    "swapaxes": "transpose",
    "logaddexp": "math.logaddexp",
    "linalg.slogdet": "linalg.slogdet",
    "linalg.matrix_transpose": "linalg.matrix_transpose",
    "matrix_transpose": "linalg.matrix_transpose",
    "dot": "tensordot",
    "inner": "tensordot",
    "outer": "tensordot",
    "i0": "math.bessel_i0",
    "sinc": "experimental.numpy.sinc",
    "fft.fft": "signal.fft",
    "fft.ifft": "signal.ifft",
    "fft.rfft": "signal.rfft",
    "fft.irfft": "signal.irfft",
    "unique": "unique",
    "select": "case",
    "stack": "stack",
    "split": "split",
    "array_split": "split",
}

# Where argument names differ or something must be added.
CANDIDATES: dict[str, list[Candidate]] = {
    "concatenate": [_one("tensorflow.concat", {"arrays": "values"}, {"axis": 0})],
    "clip": [
        _one(
            "tensorflow.clip_by_value",
            {
                "a": "t",
                "a_min": "clip_value_min",
                "a_max": "clip_value_max",
                "min": "clip_value_min",
                "max": "clip_value_max",
            },
        )
    ],
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
    "log10": [Candidate("tensorflow.math.log", base=10.0)],
    "log2": [Candidate("tensorflow.math.log", base=2.0)],
}


def derive(naming: Naming) -> dict[str, Any]:
    """Record by canonical NumPy name, for every function with a TensorFlow, tnp or Keras counterpart."""
    found: dict[str, Any] = {}
    for name, function in naming.functions().items():
        if not name.startswith("numpy.") or name.startswith(_ELSEWHERE):
            continue
        spellings = [spelled.removeprefix("numpy.") for spelled in naming.all_of(name) if spelled.startswith("numpy.")]
        cases = list(cases_for(spellings, function))
        if not cases:
            continue
        record = _record(spellings, function, cases, naming)
        if record:
            found[name] = record
    return found


_ELSEWHERE = (
    "numpy.random.",
    "numpy.testing.",
    "numpy.ma.",
    "numpy.char.",
    "numpy.strings.",
    "numpy.rec.",
    "numpy.lib.",
    "numpy.polynomial.",
    "numpy.ctypeslib.",
    "numpy.emath.",
    "numpy.typing.",
    "numpy.dtypes.",
    "numpy.exceptions.",
)


def _record(
    spellings: list[str], function: Callable[..., Any], cases: list[Case], naming: Naming
) -> dict[str, Any] | None:
    parameters = numpy_parameters(function, cases)
    record: dict[str, Any] = {"params": parameters}
    groups = {
        "tf": _tensorflow_candidates(spellings, naming),
        "tnp": [Candidate(f"tensorflow.experimental.numpy.{plain}") for plain in spellings],
        "keras": [Candidate(f"keras.ops.{plain.rpartition('.')[2]}") for plain in spellings],
    }
    for group, candidates in groups.items():
        good = _good(function, candidates, cases, parameters)
        if not good:  # what only takes truth values
            good = [
                {**one, "float": False, "int": False}
                for one in _good(function, candidates, _true_or_false(cases), parameters)
            ]
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
        Case(
            case.rank,
            case.given,
            {n: as_kind(v, np.bool_) if n in case.arrays else v for n, v in case.arguments.items()},
            case.arrays,
        )
        for case in cases
        if case.arrays
    ]


def _tensorflow_candidates(spellings: list[str], naming: Naming) -> list[Candidate]:
    found: list[Candidate] = []
    spelled: set[str] = set()
    for plain in spellings:
        found += CANDIDATES.get(plain, [])
        spelled |= {plain, plain.rpartition(".")[2], _RENAMED.get(plain, plain)}
        if plain in _REDUCTIONS:
            spelled.add(_REDUCTIONS[plain].removeprefix("tensorflow."))
    for word in sorted(spelled):
        for prefix in (
            "tensorflow.",
            "tensorflow.math.",
            "tensorflow.linalg.",
            "tensorflow.signal.",
            "tensorflow.bitwise.",
        ):
            if resolve(prefix + word) is not None:
                found.append(Candidate(prefix + word))
    unique: dict[str, Candidate] = {}
    for candidate in found:
        function = resolve(candidate.name)
        if function is None:
            continue
        best_name = naming.of(function) or candidate.name
        unique.setdefault(f"{best_name}{candidate.extra}", replace(candidate, name=best_name))
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
    if candidate.base is not None:
        record["base"] = candidate.base
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
    "a": ("a", "x", "input", "input_tensor", "tensor", "value", "input_"),
    "x": ("x", "a", "input", "tensor", "input_tensor"),
    "m": ("m", "x", "tensor", "input", "image"),
    "v": ("v", "x", "diagonal", "a"),
    "ary": ("ary", "x", "value"),
    "arrays": ("arrays", "values", "inputs", "xs", "x"),
    "tup": ("tup", "arrays", "xs", "values"),
    "x1": ("x1", "x", "a"),
    "x2": ("x2", "y", "b"),
    "b": ("b", "y", "x2", "rhs"),
    "y": ("y", "b", "x2"),
    "shape": ("shape", "dims", "newshape"),
    "newshape": ("newshape", "shape"),
    "axes": ("axes", "perm", "axis"),
    "axis": ("axis", "axes"),
    "keepdims": ("keepdims",),
    "reps": ("reps", "repeats", "multiples"),
    "indices_or_sections": ("indices_or_sections", "num_or_size_splits"),
    "A": ("A", "x", "input"),
    "arr": ("arr", "x", "array", "params"),
    "array": ("array", "x", "tensor"),
    "object": ("object", "value", "x", "val"),
    "fill_value": ("fill_value", "value"),
    "condition": ("condition", "x1"),
    "a_min": ("a_min", "x_min"),
    "a_max": ("a_max", "x_max"),
    "dtype": ("dtype",),
    "a1": ("a1", "x1", "x"),
    "a2": ("a2", "x2", "y"),
}


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
    other: Callable[..., Any],
    candidate: Candidate,
    names: dict[str, str],
    case: Case,
    gradient: dict[str, list[str]] | None,
) -> Any:
    if any(name not in names for name in case.arguments):
        return _FAILED
    values: dict[str, Any] = {}
    watched: dict[str, Any] = {}
    for name, value in case.arguments.items():
        if name in case.arrays:
            value = [tf.constant(item) for item in value] if isinstance(value, list) else tf.constant(value)
            if (
                np.asarray(case.arguments[name][0] if isinstance(value, list) else case.arguments[name]).dtype
                == np.float32
            ):
                watched[name] = value
        values[names[name]] = value
    for name, value in candidate.extra.items():
        values.setdefault(name, value)
    try:
        with tf.GradientTape(persistent=True) as tape:
            for value in watched.values():
                tape.watch(value)
            result = other(**values)
            if candidate.base is not None:
                result = result / np.log(candidate.base)
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
    kind: str = array.dtype.kind
    return "i" if kind == "u" else kind


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
            arguments[name] = as_kind(arguments[name], dtype)
        changed = Case(case.rank, case.given, arguments, case.arrays)
        expected = _numpy_result(function, changed)
        if expected is _FAILED:
            continue
        got = _other_result(other, candidate, names, changed, None)
        if got is _FAILED or not _agrees(expected, got):
            return False
        compared += 1
    return compared > 0
