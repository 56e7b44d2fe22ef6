"""What tensors and variables carry: the names of their attributes, what methods give, what operators keep."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.returned import describe, dtype_word
from tfgraphlint.libraries.derive.trial import best, error_name, leaves, one_outcome

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "in": lambda a, b: a in b,
    "is": operator.is_,
}
_UNARY: dict[str, Callable[[Any], Any]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
    "[0]": lambda t: t[0],
    "[:1]": lambda t: t[:1],
    "[..., tf.newaxis]": lambda t: t[..., tf.newaxis],
    "iteration": lambda t: list(t),
    "bool": bool,
}
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "//=": operator.ifloordiv,
    "%=": operator.imod,
    "**=": operator.ipow,
    "@=": operator.imatmul,
}
_DOMAINS = ((0.2, 0.9), (-2.0, 2.0), (1.1, 3.0))


def derive_attributes(naming: Naming) -> dict[str, dict[str, str]]:
    """Per kind of thing, its public attributes: what reading (and calling without arguments) gives."""
    found = {}
    for kind, make in _kinds().items():
        try:
            thing = make()
        except Exception:
            continue
        found[kind] = {name: _attribute(make, name, naming) for name in sorted(dir(thing)) if not name.startswith("_")}
    symbolic = _symbolic_attributes(naming)
    if symbolic:
        found["symbolic"] = symbolic
    return found


def _kinds() -> dict[str, Callable[[], Any]]:
    import keras

    kinds: dict[str, Callable[[], Any]] = {
        "tensor": lambda: tf.constant([[1.0, 2.0], [3.0, 4.0]]),
        "variable": lambda: tf.Variable([[1.0, 2.0], [3.0, 4.0]]),
        "keras-tensor": lambda: keras.Input((3,)),
        "ragged": lambda: tf.ragged.constant([[1.0, 2.0], [3.0]]),
        "sparse": lambda: tf.sparse.from_dense([[1.0, 0.0]]),
        "indexed-slices": lambda: tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]), tf.constant([2, 1])),
        "tape": lambda: tf.GradientTape(),
        "shape": lambda: tf.TensorShape([2, None]),
        "dtype": lambda: tf.float32,
        "dataset": lambda: tf.data.Dataset.range(3),
        "tensor-array": lambda: tf.TensorArray(tf.float32, 2),
        "ndarray": lambda: np.ones((2, 3), np.float32),
        "numpy-scalar": lambda: np.float32(1.0),
    }
    if hasattr(keras, "Variable"):
        kinds["keras-variable"] = lambda: keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    return kinds


_NOT_CALLED = frozenset(
    [
        "eval",
        "run",
        "tofile",
        "dump",
        "dumps",
        "save",
        "setflags",
        "resize",
        "fill",
        "itemset",
        "partition",
        "sort",
        "byteswap",
        "stop_recording",
        "experimental_ref",
        "reset",
        "watched_variables",
        "close",
        "unique",
        "prefetch",
        "repeat",
        "cache",
    ]
)


def _attribute(make: Callable[[], Any], name: str, naming: Naming) -> str:
    """``method:tensor:flows`` or ``value:tensor`` or ``raises:Class`` for one attribute."""
    thing = make()
    source = thing if isinstance(thing, (tf.Tensor, tf.Variable)) else getattr(thing, "value", None)
    with tf.GradientTape(persistent=True) as tape, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(source, (tf.Tensor, tf.Variable)):
            tape.watch(source)
        try:
            value = getattr(thing, name)
        except Exception as error:
            return "raises:" + error_name(error)
        sort = "value"
        if callable(value) and not isinstance(value, (tf.Tensor, tf.Variable, tf.DType, type)):
            sort = "method"
            if name in _NOT_CALLED:
                return sort
            try:
                value = value()
            except TypeError:
                return sort
            except Exception as error:
                return f"{sort}:raises:{error_name(error)}"
    word = f"{sort}:{describe(value, naming.of_class)}"
    if isinstance(source, (tf.Tensor, tf.Variable)) and isinstance(value, (tf.Tensor, tf.Variable)):
        word += ":" + one_outcome(tape, value, source, 3)
    return word


def _symbolic_attributes(naming: Naming) -> dict[str, str]:
    """The attributes of a tensor while a graph is traced."""
    found: dict[str, str] = {}

    def traced(tensor: Any) -> Any:
        for name in sorted(dir(tensor)):
            if name.startswith("_"):
                continue
            try:
                value = getattr(tensor, name)
            except Exception as error:
                found[name] = "raises:" + error_name(error)
                continue
            found[name] = (
                "method"
                if callable(value) and not isinstance(value, tf.DType)
                else f"value:{describe(value, naming.of_class)}"
            )
        return tensor

    tf.function(traced, autograph=False)(tf.ones((2, 2)))
    return found


def derive_operators(naming: Naming) -> dict[str, dict[str, Any]]:
    """Per operator and kinds of operands (``tensor + ndarray``): outcome for the tensor(s), what is returned."""
    found: dict[str, dict[str, Any]] = {}
    for symbol, function in _BINARY.items():
        for left, right in (
            ("tensor", "tensor"),
            ("tensor", "float"),
            ("float", "tensor"),
            ("tensor", "ndarray"),
            ("ndarray", "tensor"),
            ("variable", "tensor"),
            ("tensor", "variable"),
            ("variable", "float"),
            ("float", "variable"),
            ("ndarray", "variable"),
            ("variable", "ndarray"),
            ("numpy-scalar", "tensor"),
            ("tensor", "list"),
            ("list", "tensor"),
        ):
            found[f"{left} {symbol} {right}"] = _binary(function, left, right, naming)
    for symbol, function in _IN_PLACE.items():
        for left, right in (
            ("tensor", "tensor"),
            ("tensor", "float"),
            ("variable", "tensor"),
            ("ndarray", "tensor"),
            ("float", "tensor"),
        ):
            found[f"{left} {symbol} {right}"] = _binary(function, left, right, naming)
    for symbol, single in _UNARY.items():
        for kind in ("tensor", "variable"):
            found[f"{symbol} {kind}"] = _unary(single, kind, naming)
    return found


def _operand(kind: str, random: np.random.Generator, domain: tuple[float, float]) -> Any:
    values = random.uniform(*domain, (3, 3)).astype(np.float32)
    if kind == "tensor":
        return tf.constant(values)
    if kind == "variable":
        return tf.Variable(values)
    if kind == "ndarray":
        return values
    if kind == "numpy-scalar":
        return values[0, 0]
    if kind == "list":
        return values.tolist()
    return float(values[0, 0])


def _binary(function: Callable[[Any, Any], Any], left: str, right: str, naming: Naming) -> dict[str, Any]:
    outcomes: dict[str, list[str]] = {"left": [], "right": []}
    errors: list[str] = []
    for number, domain in enumerate(_DOMAINS):
        random = np.random.default_rng(number)
        operands = {"left": _operand(left, random, domain), "right": _operand(right, random, domain)}
        with tf.GradientTape(persistent=True) as tape:
            for value in operands.values():
                if isinstance(value, (tf.Tensor, tf.Variable)):
                    tape.watch(value)
            try:
                result = function(operands["left"], operands["right"])
            except Exception as error:
                errors.append(error_name(error))
                continue
        for side, value in operands.items():
            if isinstance(value, (tf.Tensor, tf.Variable)):
                outcomes[side].append(best(one_outcome(tape, leaf, value, number) for leaf in leaves(result)))
    if errors and not any(outcomes.values()):
        return {"raises": errors[0]}
    record: dict[str, Any] = {side: best(seen) for side, seen in outcomes.items() if seen}
    return {**record, **_result(result, naming)}


def _unary(function: Callable[[Any], Any], kind: str, naming: Naming) -> dict[str, Any]:
    value = _operand(kind, np.random.default_rng(1), (0.2, 0.9))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(value)
        try:
            result = function(value)
        except Exception as error:
            return {"raises": error_name(error)}
    return {"left": best(one_outcome(tape, leaf, value, 1) for leaf in leaves(result)), **_result(result, naming)}


def _result(result: Any, naming: Naming) -> dict[str, str]:
    record = {"returns": describe(result, naming.of_class)}
    if isinstance(result, (tf.Tensor, tf.Variable)):
        record["dtype"] = "same" if result.dtype == tf.float32 else dtype_word(result.dtype)
    return record
