"""Reduces what a query returned to the gradient of one number: the weighted sum of its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfgraphlint.verify.claims import dense


def weights_of(name: str, targets: Sequence[Any], seeds: Any) -> list[Any]:
    """The weights of the target's elements: ones, ``output_gradients``, or numbers that tell rows apart."""
    import tensorflow as tf

    if name != "gradient":
        random = np.random.RandomState(3)
        return [random.uniform(0.5, 1.5, _shape(target)) for target in targets]
    given = tf.nest.flatten(seeds) if seeds is not None else [None] * len(targets)
    return [np.ones(_shape(target)) if seed is None else _array(seed) for target, seed in zip(targets, given)]


def contract(name: str, result: Any, weights: Sequence[Any]) -> Any:
    """The gradient of the weighted target: None stays None, text says why it cannot be had."""
    if result is None:
        return None
    array = _array(result)
    if array is None:
        return "it is symbolic"
    if array.dtype.kind != "f":
        return "its type is not a float"
    array = np.asarray(array, np.float64)
    if name == "gradient":
        return array
    (weight,) = weights
    if name == "jacobian":
        return np.tensordot(weight, array, axes=weight.ndim)
    return np.stack([np.tensordot(one, block, axes=one.ndim) for one, block in zip(weight, array)])


def _shape(target: Any) -> tuple[int, ...]:
    return tuple(size or 1 for size in getattr(target, "shape", ()) or ())


def _array(value: Any) -> Any:
    try:
        return dense(value)
    except (TypeError, NotImplementedError, AttributeError):
        return None
