"""Keras' symbolic tensors: what is one, and how code inside a layer sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Model
from tfgraphlint.interpret.core.structures import changed, elements
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Dict, Items, Object, Tensor
from tfgraphlint.libraries.words import INPUTS, RUN_BY_KERAS

INFERRED = "keras.Layer.call"  # what runs on symbolic tensors while a model is put together


def is_keras_tensor(value: Value) -> bool:
    """Whether the value certainly is a symbolic tensor of Keras, or a list, tuple or dictionary that holds one."""
    if isinstance(value, (Items, Dict)):
        return any(is_keras_tensor(held) for held in elements(value))
    return isinstance(value, Tensor) and value.keras


def have_no_value(m: Machine) -> bool:
    """Whether `Input()` is a symbol of Keras: Keras 2 without eager execution has tensors of the graph instead."""
    return m.tables.keras >= 3 or not eagerness.may_be_off(m)


def is_functional(value: Value) -> bool:
    """Whether the value is a model that was made from its inputs and outputs."""
    return isinstance(value, Model) and value.outputs is not None


def is_input(value: Value) -> bool:
    """Whether the value says the shape of the input, as the first of the layers of a ``Sequential``."""
    if isinstance(value, Tensor):
        return value.keras
    return isinstance(value, Object) and value.cls.rpartition(".")[2] in INPUTS


def begins_with_input(value: Value) -> bool:
    """Whether this is a ``Sequential`` that begins with the shape of its input, by which its weights are made."""
    layers = value.layers if isinstance(value, Model) and not is_functional(value) else None
    items = layers.items if isinstance(layers, Items) else ()
    return isinstance(items, tuple) and bool(items) and is_input(items[0])


def runs_for_keras(m: Machine) -> bool:
    """Whether Keras runs this code on a batch, with the model complete."""
    return m.running.by in RUN_BY_KERAS


class Discarded(list[tuple[int, int]]):
    """The graphs that Keras built only to make variables: the numbers of the first and the last node of each."""


class Inferring:
    """How many calls of layers with symbolic tensors run now."""

    depth = 0


@contextmanager
def inferring(m: Machine) -> Iterator[None]:
    """While a layer's code runs on symbolic tensors of Keras."""
    m.memory(Inferring).depth += 1
    try:
        yield
    finally:
        m.memory(Inferring).depth -= 1


def infers_shapes(m: Machine) -> bool:
    """Whether the code of a layer runs for Keras to find out what it gives."""
    return m.memory(Inferring).depth > 0 and m.running.by == INFERRED


def batch(value: Value) -> Value:
    """What the code of a layer sees of symbolic tensors of Keras: tensors of a graph."""
    return changed(value, partial(_turned, keras=False))


def symbol(value: Value) -> Value:
    """What the caller of a layer that was given symbolic tensors sees of its result."""
    return changed(value, partial(_turned, keras=True))


def _turned(value: Value, keras: bool) -> Value:
    if not isinstance(value, Tensor) or value.keras == keras:
        return value
    return replace(value, keras=keras, symbolic=not keras)


def batch_arguments(args: Arguments) -> Arguments:
    """Arguments as the code of a layer sees them."""
    return replace(
        args, positional=[batch(value) for value in args.positional],
        keywords={name: batch(value) for name, value in args.keywords.items()},
    )


def is_refused(m: Machine, name: str, args: Arguments) -> bool:
    """Whether the function takes tensors for what is symbolic here, and would not take that.

    What Keras runs on batches wants the tensors of the batch, also where a symbolic one would be taken at first.
    """
    if not any(is_keras_tensor(value) for value in args.all()):
        return False
    later = runs_for_keras(m)
    record = m.tables.function(name)
    if record is None or not record.tried or not record.returns.startswith(("tensor", "list", "tuple")):
        return False
    if not later and (m.tables.keras < 3 or name.startswith("keras.")):
        return False
    named = [(record.parameter(index), value) for index, value in enumerate(args.positional)]
    return any(
        is_keras_tensor(value) and parameter is not None and record.outcome(parameter) is not None
        and (later or not m.tables.takes_symbolic(name, parameter))
        for parameter, value in [*named, *args.keywords.items()]
    )  # fmt: skip
