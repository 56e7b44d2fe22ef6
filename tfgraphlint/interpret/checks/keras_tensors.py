"""Symbolic tensors of Keras where tensors or values are wanted: while a model is built, and in what is run later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Place
from tfgraphlint.facts.keras import KerasTensorUsed
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.keras_symbols import batch, is_keras_tensor, runs_for_keras
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.structures import elements, is_constant
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Dict, Host, Items, Tensor

# These only look, or give back what they are given.
LOOKING = frozenset({
    "tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
})


def _report(m: Machine, node: cst.CSTNode, name: str, how: str, values: Iterable[Value]) -> None:
    _report_at(m, m.place(node), name, how, values)


def _report_at(m: Machine, place: Place, name: str, how: str, values: Iterable[Value]) -> None:
    if m.guards or m.alternatives:
        return
    if runs_for_keras(m) and m.stack and not m.muted:  # whatever else comes of the tensor goes with it
        if m.stack[-1].definition in m.told:
            return
        m.told.add(m.stack[-1].definition)
    made = next((origin for value in values if (origin := _origin(value)) is not None), None)
    by = m.running.by if runs_for_keras(m) else ""
    m.emit(KerasTensorUsed(place, name, how, by, m.running.why if by else None, made, tuple(m.calls)))


def _origin(value: Value) -> Place | None:
    if isinstance(value, (Items, Dict)):
        return next((place for held in elements(value) if (place := _origin(held)) is not None), None)
    return value.node.place if isinstance(value, Tensor) and value.keras else None


# -- functions -----------------------------------------------------------------------------------


def called(
    m: Machine, name: str, args: Arguments, node: cst.CSTNode,
    call: Callable[[Machine, str, Arguments, cst.CSTNode], Value],
) -> Value:
    """The result of a TensorFlow or Keras function, after a report where it refuses a symbolic tensor."""
    given = [value for value in args.all() if is_keras_tensor(value)]
    if not given or not _refuses(m, name, args):
        return call(m, name, args, node)
    _report(m, node, name, "function", given)
    result = call(m, name, args, node)
    return batch(result) if runs_for_keras(m) else result


def _refuses(m: Machine, name: str, args: Arguments) -> bool:
    """Whether the function takes tensors for what is symbolic here, and would not take that.

    What Keras runs on batches wants the tensors of the batch, also where a symbolic one would be taken at first.
    """
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


def returned(m: Machine, value: Value) -> None:
    """Report a loss or metric whose result is symbolic: only operators were used on it."""
    if isinstance(value, Tensor) and value.keras and value.node.place is not None:
        _report_at(m, value.node.place, "", "result", [value])


# -- values --------------------------------------------------------------------------------------


def read(m: Machine, node: cst.CSTNode, values: Sequence[Value], kind: FaultKind, name: str) -> None:
    """Report that a symbolic tensor is asked for its value: by ``.numpy()``, NumPy, ``float``."""
    if name in LOOKING or kind is FaultKind.PREDICT:
        return
    given = [value for value in values if is_keras_tensor(value)]
    if given:
        _report(m, node, name, "value", given)


def tested(m: Machine, node: cst.CSTNode, value: Value) -> bool:
    """Report that a symbolic tensor is asked whether it is true."""
    if not (isinstance(value, Tensor) and value.keras):
        return False
    _report(m, node, "", "condition", [value])
    return True


def behind_array(m: Machine, node: cst.CSTNode, left: Value, right: Value) -> None:
    """Report ``array + x``: Keras 3 hands ``x`` to NumPy, which asks for its value."""
    if m.tables.keras < 3 or not isinstance(right, Tensor) or not right.keras or not isinstance(left, Host):
        return
    if left.kind == "array" and is_constant(left):
        _report(m, node, "", "array", [right])
