"""Keras layers, losses and metrics: built with easy arguments and called under a tape."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.returned import describe, dtype_word
from tfgraphlint.libraries.derive.trial import best, leaves, one_outcome
from tfgraphlint.libraries.derive.values import DOMAINS

_DRAWS = 5


def _dense() -> Any:
    return tf.keras.layers.Dense(2)


# By parameter name, what a constructor is given; several choices are tried.
_CHOICES: dict[str, tuple[Callable[[], Any], ...]] = {
    **dict.fromkeys(
        ("units", "filters", "n", "output_size", "num_bins", "num_tokens"), (lambda: 2, lambda: (2,), lambda: (2, 2))
    ),
    **dict.fromkeys(("kernel_size", "pool_size", "size", "factor", "rank"), (lambda: 2, lambda: 0.2)),
    **dict.fromkeys(("rate", "stddev", "height_factor", "width_factor", "fill_value"), (lambda: 0.3,)),
    "target_shape": (lambda: (-1,),),
    "dims": (lambda: (2, 1),),
    "input_dim": (lambda: 5,),
    "output_dim": (lambda: 3,),
    "num_heads": (lambda: 1,),
    "key_dim": (lambda: 2,),
    "head_dim": (lambda: 4,),
    "num_query_heads": (lambda: 2,),
    "num_key_value_heads": (lambda: 2,),
    "function": (lambda: lambda x: x * 2.0,),
    "layer": (_dense, lambda: tf.keras.layers.LSTM(2)),
    "cell": (lambda: tf.keras.layers.LSTMCell(2),),
    "cells": (lambda: [tf.keras.layers.LSTMCell(2)],),
    "axes": (lambda: 1,),
    "height": (lambda: 3,),
    "width": (lambda: 3,),
    "scale": (lambda: 2.0,),
    "equation": (lambda: "ab,bc->ac",),
    "output_shape": (lambda: 2, lambda: (2,)),
    "bin_boundaries": (lambda: [0.2, 0.6],),
    "groups": (lambda: 1,),
    "activation": (lambda: "relu",),
    "layers": (lambda: [_dense()],),
    "value_range": (lambda: (0, 1),),
    "target_height": (lambda: 3,),
    "target_width": (lambda: 3,),
    "crop_height": (lambda: 3,),
    "crop_width": (lambda: 3,),
    "vocabulary": (lambda: ["a", "b"], lambda: [1, 2]),
}
# Parameters with defaults that do not suit small inputs, or none.
_OPTIONAL = ("groups", "vocabulary", "num_tokens")
# A list is one argument that is a list; a tuple of shapes is several arguments.
_INPUTS: tuple[Any, ...] = (
    (2, 3),
    (2, 5, 3),
    (2, 6, 6, 3),
    (2, 4, 4, 4, 3),
    [(2, 3), (2, 3)],
    [(2, 5, 3), (2, 5, 3)],
    (2, 4, 6, 6, 3),
    [(2, 5, 3), (2, 5, 3), (2, 5, 3)],
    ((2, 5, 3), (2, 5, 3)),
    ((2, 3), [(2, 2)]),
    ((2, 3), [(2, 2), (2, 2)]),
    ((2, 3), [[(2, 2), (2, 2)]]),
    (2, 2, 4, 4, 4, 3),
    (2, 4000),
)
_OTHER_INPUTS: tuple[Callable[[], Any], ...] = (
    lambda: tf.constant([[0, 1, 2], [2, 3, 4]]),
    lambda: tf.constant([["a"], ["b"]]),
)


def derive_layers(naming: Naming) -> dict[str, Any]:
    """Per layer class: constructor parameters, trainable weights or not, gradient to input and weights."""
    found: dict[str, Any] = {}
    for name, cls in naming.classes().items():
        if name.startswith(("tensorflow.", "keras.")) and _is_layer(cls):
            found[name] = _layer(cls, naming)
    return found


def _is_layer(cls: type) -> bool:
    metric = issubclass(cls, tf.keras.metrics.Metric)  # a layer too in Keras 2
    return issubclass(cls, tf.keras.layers.Layer) and not metric and not inspect.isabstract(cls)


def _layer(cls: type, naming: Naming) -> dict[str, Any]:
    record: dict[str, Any] = {"params": _parameters(cls)}
    for arguments in constructions(cls):
        for shape in _INPUTS:
            seen = _called(cls, arguments, shape, naming)
            if seen:
                return {**record, **seen}
        for make in _OTHER_INPUTS:
            try:
                layer = cls(**arguments())
                result = layer(make())
            except Exception:
                continue
            made = {"weights": bool(layer.trainable_weights), "input": "nonfloat"}
            return {**record, **made, **_given_back(result, naming)}
    return {**record, "untried": True}


def _parameters(cls: type) -> list[str]:
    try:
        parameters = inspect.signature(cls).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def constructions(cls: type) -> Iterator[Callable[[], dict[str, Any]]]:
    """Sets of arguments with which a layer may be made."""
    try:
        parameters = inspect.signature(cls).parameters.values()
    except (TypeError, ValueError):
        return
    required = [
        p.name for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if any(name not in _CHOICES for name in required):
        return
    optional = [p.name for p in parameters if p.name in _OPTIONAL and p.name not in required]
    for names in dict.fromkeys(((*required,), (*required, *optional))):
        for makers in itertools.islice(itertools.product(*(_CHOICES[name] for name in names)), 12):
            yield functools.partial(_make, names, makers)


def _make(names: Sequence[str], makers: tuple[Callable[[], Any], ...]) -> dict[str, Any]:
    return {name: make() for name, make in zip(names, makers, strict=True)}


def _draw(shape: Any, number: int) -> Any:
    random = np.random.default_rng(number)
    domain = DOMAINS[number % len(DOMAINS)]
    if isinstance(shape, list):
        return [_draw(one, number) for one in shape]
    return tf.constant(domain.draw(random, shape), tf.float32)


def _arguments(shape: Any, number: int) -> tuple[Any, ...]:
    """What a layer is called with."""
    several = isinstance(shape, tuple) and not isinstance(shape[0], int)
    return tuple(_draw(one, number) for one in shape) if several else (_draw(shape, number),)


def _called(cls: type, arguments: Callable[[], dict[str, Any]], shape: Any, naming: Naming) -> dict[str, Any] | None:
    inputs: list[str] = []
    weights: list[str] = []
    try:
        layer = cls(**arguments())
        layer(*_arguments(shape, 0))
    except Exception:
        return None
    for number in range(_DRAWS):
        given = _arguments(shape, number)
        try:
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(given)
                result = layer(*given)
        except Exception:
            continue
        tensors = [leaf for leaf in leaves(result) if isinstance(leaf, tf.Tensor)]
        inputs += [one_outcome(tape, leaf, given[0], number) for leaf in tensors]
        for weight in layer.trainable_weights:
            source = weight if isinstance(weight, tf.Variable) else weight.value
            weights += [one_outcome(tape, leaf, source, number) for leaf in tensors]
        if "flows" in inputs and (not layer.trainable_weights or "flows" in weights):
            break
    if not inputs:
        return None
    if best(inputs).startswith("raises:AbortedError"):
        return None
    record: dict[str, Any] = {"weights": bool(layer.trainable_weights), "input": best(inputs)}
    if weights:
        record["gradient"] = best(weights)
    return {**record, **_given_back(result, naming)}


def _given_back(result: Any, naming: Naming) -> dict[str, str]:
    returned = describe(result, naming.of_class)
    return {"returns": returned, "dtype": dtype_word(result.dtype)} if returned == "tensor" else {"returns": returned}


def derive_losses(naming: Naming) -> dict[str, Any]:
    """Per loss and metric class: the outcome for ``y_true`` and ``y_pred`` when the object is called."""
    found: dict[str, Any] = {}
    bases = (tf.keras.losses.Loss, tf.keras.metrics.Metric)
    for name, cls in naming.classes().items():
        if name.startswith(("tensorflow.", "keras.")) and issubclass(cls, bases):
            found[name] = _judged(cls, naming)
    return found


def _judged(cls: type, naming: Naming) -> dict[str, Any]:
    record: dict[str, Any] = {"params": _parameters(cls)}
    arguments = loss_arguments(cls)
    if arguments is None:
        return {**record, "untried": True}
    sets: tuple[Any, ...] = (
        ((4, 3), (4, 3)),
        ((4,), (4,)),
        ("ids", (4, 3)),
        ((4, 3), None),
        ("binary", (4, 1)),
        ((4, 5, 5, 1), (4, 5, 5, 1)),
    )
    outcomes: dict[str, list[str]] = {"y_true": [], "y_pred": []}
    returned = ""
    for labels, predictions in sets:
        for number in range(_DRAWS):
            given = {
                "y_true": _labels(labels, number),
                "y_pred": None if predictions is None else _draw(predictions, number + 50),
            }
            present = {key: value for key, value in given.items() if value is not None}
            try:
                with tf.GradientTape(persistent=True) as tape:
                    for value in present.values():
                        tape.watch(value)
                    result = cls(**arguments)(*present.values())
            except Exception:
                continue
            returned = returned or describe(result, naming.of_class)
            for key, value in present.items():
                if value.dtype.is_floating:
                    outcomes[key] += [one_outcome(tape, leaf, value, number) for leaf in leaves(result)]
    if not returned:
        return {**record, "untried": True}
    gradient = {key: best(seen) for key, seen in outcomes.items() if seen}
    return {**record, "gradient": gradient, "returns": returned}


def loss_arguments(cls: type) -> dict[str, Any] | None:
    """Arguments with which a loss or metric may be made; None where nobody knows."""
    choices: dict[str, Any] = {
        "num_classes": 3,
        "target_class_ids": [0],
        "precision": 0.5,
        "recall": 0.5,
        "sensitivity": 0.5,
        "specificity": 0.5,
        "fn": lambda y_true, y_pred: tf.reduce_mean(tf.abs(y_true - y_pred), -1),
        "name": "m",
        "normalizer": [1.0, 1.0, 1.0],
        "class_id": 0,
    }
    try:
        parameters = inspect.signature(cls).parameters.values()
    except (TypeError, ValueError):
        return None
    required = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return {name: choices[name] for name in required} if all(name in choices for name in required) else None


def _labels(kind: Any, number: int) -> Any:
    if kind == "ids":
        return tf.constant([0, 1, 2, 0])  # tfgraphlint: ignore[TFG210] labels are probed as they are
    if kind == "binary":
        return tf.constant([[0.0], [1.0], [1.0], [0.0]])
    return _draw(kind, number)
