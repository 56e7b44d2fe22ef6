"""What a call gives back, in the words of the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

PublicName = Callable[[type], str]


def describe(result: Any, public: PublicName) -> str:
    """``tensor``, ``variable``, ``ndarray``, ``python:float``, ``list``, ``tuple``, ``none``, ``object:name``."""
    if result is None:
        return "none"
    if isinstance(result, tf.Variable):
        return "variable"
    if isinstance(result, tf.Tensor):
        return "tensor"
    if isinstance(result, np.ndarray):
        return "ndarray"
    if isinstance(result, np.generic):
        return "ndarray"
    if isinstance(result, (bool, int, float, complex, str, bytes)):
        return f"python:{type(result).__name__}"
    if isinstance(result, tuple):
        return "tuple"
    if isinstance(result, list):
        return "list"
    if isinstance(result, dict):
        return "dict"
    if isinstance(result, tf.DType):
        return "object:tensorflow.DType"
    return f"object:{public(type(result))}"


def elements(result: Any, public: PublicName) -> list[str]:
    """The kinds of a tuple's or list's elements."""
    return [describe(item, public) for item in result]


def dtype_word(dtype: tf.DType) -> str:
    if dtype == tf.bool:
        return "bool"
    if dtype == tf.string:
        return "string"
    if dtype.is_complex:
        return "complex"
    if dtype.is_floating:
        return "float"
    if dtype.is_integer:
        return "int"
    return "other"
