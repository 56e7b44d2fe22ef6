"""What is handed to a function that is tried: random floats of a shape, lists of them, fixed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Domain:
    """A range that random inputs are drawn from; ``whole`` rounds them, so that zeros and equal values occur."""

    low: float
    high: float
    whole: bool = False

    def draw(self, random: np.random.Generator, shape: tuple[int, ...]) -> Any:
        values = random.uniform(self.low, self.high, shape)
        return np.round(values) if self.whole else values


# A function that is flat or undefined in one range may not be in another.
DOMAINS: tuple[Domain, ...] = (
    Domain(0.1, 0.9),
    Domain(-2.0, 2.0),
    Domain(1.1, 3.0),
    Domain(-2.0, 2.0),
    Domain(0.1, 0.9),
    Domain(-9.0, 9.0),
    Domain(-0.9, 0.9),
    Domain(0.0, 2.0, whole=True),
)


@dataclass(frozen=True)
class Floats:
    """A float tensor of ``shape``; ``kind`` makes it positive definite, lower triangular, sorted, probabilities."""

    shape: tuple[int, ...]
    kind: str = ""

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        values = domain.draw(random, self.shape)
        if self.kind == "definite":
            values = values @ np.swapaxes(values, -1, -2) + 3.0 * np.eye(self.shape[-1])
        elif self.kind == "lower":
            values = np.tril(values) + 3.0 * np.eye(self.shape[-1])
        elif self.kind == "sorted":
            values = np.sort(values, axis=-1)
        elif self.kind == "probabilities":
            values = np.abs(values) / (np.sum(np.abs(values), axis=-1, keepdims=True) + 1e-6)
        elif self.kind == "boxes":
            values = np.concatenate([np.abs(values[..., :2]) % 0.3, 0.6 + np.abs(values[..., 2:]) % 0.3], -1)
        return np.asarray(values, np.float32)

    def tensor(self, raw: Any) -> Any:
        return tf.constant(raw, tf.float32)

    def sources(self, tensor: Any) -> Any:
        """What the gradient is asked for."""
        return tensor


@dataclass(frozen=True)
class FloatList:
    """A list of float tensors."""

    items: tuple[Floats, ...]

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        return [item.draw(random, domain) for item in self.items]

    def tensor(self, raw: Any) -> Any:
        return [tf.constant(item, tf.float32) for item in raw]

    def sources(self, tensor: Any) -> Any:
        return tensor


@dataclass(frozen=True)
class Spread:
    """Arguments of a starred parameter: ``first`` as they are, then float tensors."""

    first: tuple[Any, ...]
    items: tuple[Floats, ...]

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        return [item.draw(random, domain) for item in self.items]

    def tensor(self, raw: Any) -> Any:
        return [*self.first, *(tf.constant(item, tf.float32) for item in raw)]

    def sources(self, tensor: Any) -> Any:
        return tensor[len(self.first) :]


@dataclass(frozen=True)
class Complexes:
    """A complex tensor."""

    shape: tuple[int, ...]

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        return domain.draw(random, self.shape) + 1j * domain.draw(random, self.shape)

    def tensor(self, raw: Any) -> Any:
        return tf.constant(raw, tf.complex64)

    def sources(self, tensor: Any) -> Any:
        return tensor


@dataclass(frozen=True)
class SparseFloats:
    """A sparse matrix, as ``tf.sparse`` functions take it; the gradient is asked for its values."""

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        return domain.draw(random, (4,)) + 0.01

    def tensor(self, raw: Any) -> Any:
        return tf.SparseTensor([[0, 1], [0, 2], [1, 0], [1, 2]], tf.constant(raw, tf.float32), [2, 3])

    def sources(self, tensor: Any) -> Any:
        return tensor.values


@dataclass(frozen=True)
class RaggedFloats:
    """A ragged matrix; the gradient is asked for its values."""

    def draw(self, random: np.random.Generator, domain: Domain) -> Any:
        return domain.draw(random, (4,))

    def tensor(self, raw: Any) -> Any:
        return tf.RaggedTensor.from_row_splits(tf.constant(raw, tf.float32), [0, 1, 4])

    def sources(self, tensor: Any) -> Any:
        return tensor.values


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


def complexes(*shape: int) -> Complexes:
    return Complexes(shape)


def is_differentiable(spec: object) -> bool:
    return isinstance(spec, (Floats, FloatList, Spread, Complexes, SparseFloats, RaggedFloats))


def is_real(spec: object) -> bool:
    """Whether it is made of ordinary float tensors: not complex, sparse or ragged."""
    return isinstance(spec, (Floats, FloatList, Spread))


def is_plain(spec: object) -> bool:
    """Whether it is a float tensor or a list of them."""
    return isinstance(spec, (Floats, FloatList))
