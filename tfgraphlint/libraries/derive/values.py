"""What is handed to a function that is tried: random floats of a shape, lists of them, fixed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

# Ranges that random inputs are drawn from: a function that is flat or undefined in one may not be in another.
DOMAINS: tuple[tuple[float, float], ...] = (
    (0.1, 0.9), (-2.0, 2.0), (1.1, 3.0), (-2.0, 2.0), (0.1, 0.9), (-9.0, 9.0), (-0.9, 0.9),
)  # fmt: skip


@dataclass(frozen=True)
class Floats:
    """A float tensor of ``shape``; ``kind`` makes it positive definite, lower triangular, sorted, probabilities."""

    shape: tuple[int, ...]
    kind: str = ""

    def draw(self, random: np.random.Generator, domain: tuple[float, float]) -> Any:
        values = random.uniform(domain[0], domain[1], self.shape)
        if self.kind == "definite":
            values = values @ np.swapaxes(values, -1, -2) + 3.0 * np.eye(self.shape[-1])
        elif self.kind == "lower":
            values = np.tril(values) + 3.0 * np.eye(self.shape[-1])
        elif self.kind == "sorted":
            values = np.sort(values, axis=-1)
        elif self.kind == "probabilities":
            values = np.abs(values) / np.sum(np.abs(values), axis=-1, keepdims=True)
        elif self.kind == "boxes":
            values = np.concatenate([np.abs(values[..., :2]) % 0.3, 0.6 + np.abs(values[..., 2:]) % 0.3], -1)
        return np.asarray(values, np.float32)


@dataclass(frozen=True)
class FloatList:
    """A list of float tensors."""

    items: tuple[Floats, ...]

    def draw(self, random: np.random.Generator, domain: tuple[float, float]) -> Any:
        return [item.draw(random, domain) for item in self.items]


@dataclass(frozen=True, eq=False)
class Fixed:
    """Anything that is not differentiated: made anew for each call."""

    make: Callable[[], Any]


def floats(*shape: int, kind: str = "") -> Floats:
    return Floats(shape, kind)


def float_list(*shapes: tuple[int, ...]) -> FloatList:
    return FloatList(tuple(Floats(shape) for shape in shapes))


def fixed(value: Any) -> Fixed:
    return Fixed(lambda: value)


def integers(values: Any, dtype: Any = tf.int32) -> Fixed:
    return Fixed(lambda: tf.constant(values, dtype))


def booleans(values: Any) -> Fixed:
    return Fixed(lambda: tf.constant(values, tf.bool))


def strings(values: Any) -> Fixed:
    return Fixed(lambda: tf.constant(values, tf.string))


def complexes(*shape: int) -> Fixed:
    def make() -> Any:
        random = np.random.default_rng(5)
        values = random.normal(size=shape) + 1j * random.normal(size=shape)
        return tf.constant(values.astype(np.complex64))

    return Fixed(make)


def as_float64(value: Any) -> Any:
    return tf.cast(value, tf.float64)


def is_differentiable(spec: object) -> bool:
    return isinstance(spec, (Floats, FloatList))
