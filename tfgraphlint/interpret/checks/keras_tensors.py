"""Symbolic tensors of Keras where tensors or values are wanted: while a model is built, and in what is run later."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Place
from tfgraphlint.facts.keras import KerasTensorUsed
from tfgraphlint.interpret.core import keras_symbols
from tfgraphlint.interpret.core.events import (
    ConditionTested,
    LossReturned,
    OperatorApplied,
    SymbolicTensorGiven,
    ValueRead,
)
from tfgraphlint.interpret.core.keras_symbols import is_keras_tensor, runs_for_keras
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.structures import elements, is_constant
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Dict, Host, Items, Tensor

# These only look, or give back what they are given.
LOOKING = frozenset({
    "tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
})


class Told(set[cst.CSTNode]):
    """Functions that Keras runs, in which a symbolic tensor was reported."""


def _report(m: Machine, node: cst.CSTNode, name: str, how: str, values: Iterable[Value]) -> None:
    _report_at(m, m.place(node), name, how, values)


def _report_at(m: Machine, place: Place, name: str, how: str, values: Iterable[Value]) -> None:
    if m.guards or m.alternatives or not keras_symbols.have_no_value(m):
        return
    if runs_for_keras(m) and m.stack and not m.muted:  # whatever else comes of the tensor goes with it
        told = m.memory(Told)
        if m.stack[-1].definition in told:
            return
        told.add(m.stack[-1].definition)
    made = next((origin for value in values if (origin := _origin(value)) is not None), None)
    by = m.running.by if runs_for_keras(m) else ""
    m.emit(KerasTensorUsed(place, name, how, by, m.running.why if by else None, made, tuple(m.calls)))


def _origin(value: Value) -> Place | None:
    if isinstance(value, (Items, Dict)):
        return next((place for held in elements(value) if (place := _origin(held)) is not None), None)
    return value.node.place if isinstance(value, Tensor) and value.keras else None


# -- functions -----------------------------------------------------------------------------------


def given(m: Machine, event: SymbolicTensorGiven) -> None:
    """Report a TensorFlow or Keras function that refuses a symbolic tensor."""
    _report(m, event.node, event.name, "function", filter(keras_symbols.is_keras_tensor, event.args.all()))


def returned(m: Machine, event: LossReturned) -> None:
    """Report a loss or metric whose result is symbolic: only operators were used on it."""
    value = event.value
    if isinstance(value, Tensor) and value.keras and value.node.place is not None:
        _report_at(m, value.node.place, "", "result", [value])


# -- values --------------------------------------------------------------------------------------


def read(m: Machine, event: ValueRead) -> None:
    """Report that a symbolic tensor is asked for its value: by ``.numpy()``, NumPy, ``float``."""
    node, values, kind, name = event
    if name in LOOKING or kind is FaultKind.PREDICT:
        return
    given = [value for value in values if is_keras_tensor(value)]
    if given:
        _report(m, node, name, "value", given)


def tested(m: Machine, event: ConditionTested) -> None:
    """Report that a symbolic tensor is asked whether it is true."""
    node, value, *_ = event
    if isinstance(value, Tensor) and value.keras:
        _report(m, node, "", "condition", [value])


def behind_array(m: Machine, event: OperatorApplied) -> None:
    """Report ``array + x``: Keras 3 hands ``x`` to NumPy, which asks for its value."""
    node, name, left, right = event
    if m.tables.keras < 3 or not isinstance(right, Tensor) or not right.keras or not isinstance(left, Host):
        return
    if left.kind == "array" and is_constant(left):
        _report(m, node, "", "array", [right])
