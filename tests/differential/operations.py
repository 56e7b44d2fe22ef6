"""The library functions that programs are made of: chosen from the derived tables, tried once in TensorFlow.

A function is used only where TensorFlow did, on the shapes and values of these programs, what the table says:
a gradient without a zero in it, none at all, or zeros. What differs is kept apart in ``differing``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tfgraphlint.libraries.tables import load

SHAPES: dict[str, tuple[int, ...]] = {"s": (), "v": (3,), "m": (2, 3)}
MODULES = ("tensorflow", "tensorflow.math", "tensorflow.nn", "keras.ops", "keras.activations")
# Random, or made of strings, or of no use on plain tensors; stop_gradient is written on its own.
UNWANTED = ("shuffle", "path_to_str", "fingerprint", "stop_gradient", "arange", "hamming", "hanning", "constant", "eye")


@dataclass
class Operations:
    """Names of functions of one float tensor, as programs spell them."""

    elementwise: list[str] = field(default_factory=list)  # the shape stays; no gradient is zero
    reductions: list[str] = field(default_factory=list)  # a scalar comes out
    none: list[str] = field(default_factory=list)  # a float tensor of the same shape without gradient
    zero: list[str] = field(default_factory=list)  # the same with zeros for a gradient
    indices: list[str] = field(default_factory=list)  # integers without gradient
    differing: list[str] = field(default_factory=list)  # the table says something else


def tried() -> Operations:
    """Those functions that did what the table says."""
    found = Operations()
    for name, kind, dtype in _candidates():
        spelled = name.replace("tensorflow.", "tf.", 1)
        seen = {shape: _seen(spelled, SHAPES[shape]) for shape in ("v", "m")}
        _sort(found, spelled, kind, dtype, seen)
    return found


def _candidates() -> list[tuple[str, str, str]]:
    tables = load()
    found = []
    for module in MODULES:
        for member in sorted(tables.members(module)):
            name = f"{module}.{member}"
            record = tables.function(name)
            if record is None or not record.tried or record.required != 1 or record.returns != "tensor":
                continue
            if tables.canonical(name) != name or member in UNWANTED or not record.params:
                continue
            outcome = record.gradient.get(record.params[0])
            if outcome is not None and outcome.kind in ("flows", "none", "zero"):
                found.append((name, outcome.kind, record.dtype))
    return found


def _seen(spelled: str, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]] | None:
    """What the gradient was (``flows``, ``none``, ``zero``, ``mixed``) and the result's shape; None if it raised."""
    import keras
    import numpy as np
    import tensorflow as tf

    size = int(np.prod(shape))
    kinds = set()
    result_shape: tuple[int, ...] = ()
    for low, high in ((0.15, 0.85), (0.9, 0.2)):
        x = tf.reshape(tf.linspace(tf.constant(low), tf.constant(high), size), shape)
        weight = tf.reshape(tf.linspace(1.0, 2.0, size), shape)
        try:
            function = eval(spelled, {"tf": tf, "keras": keras})
            with tf.GradientTape() as tape:
                tape.watch(x)
                result = function(x)
                result_shape = tuple(result.shape)
                float_result = tf.cast(result, tf.float32) if result.dtype != tf.float32 else result
                weighted = float_result * weight if result_shape == shape else float_result
            kinds.add(_kind(tape.gradient(weighted, x)))
        except Exception:  # whatever it needs that these tensors do not have
            return None
    return (kinds.pop() if len(kinds) == 1 else "mixed"), result_shape


def _kind(gradient: Any) -> str:
    import numpy as np

    if gradient is None:
        return "none"
    values = np.asarray(gradient)
    if not np.all(np.isfinite(values)):
        return "mixed"
    zeros = np.abs(values) < 1e-5
    return "zero" if zeros.all() else "mixed" if zeros.any() else "flows"


def _sort(
    found: Operations, spelled: str, kind: str, dtype: str, seen: dict[str, tuple[str, tuple[int, ...]] | None]
) -> None:
    outcomes = {one[0] for one in seen.values() if one is not None}
    if not outcomes or None in seen.values():
        return
    if outcomes != {kind}:
        if "mixed" not in outcomes:
            found.differing.append(f"{spelled}: table {kind}, seen {sorted(outcomes)}")
        return
    shapes = {shape: one[1] for shape, one in seen.items() if one is not None}
    same = all(SHAPES[shape] == result for shape, result in shapes.items())
    if dtype in ("int", "bool"):
        found.indices.append(spelled)
    elif kind == "flows" and all(result == () for result in shapes.values()):
        found.reductions.append(spelled)
    elif same:
        {"flows": found.elementwise, "none": found.none, "zero": found.zero}[kind].append(spelled)
