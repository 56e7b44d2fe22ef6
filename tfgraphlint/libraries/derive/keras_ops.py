"""Keras 3: which functions take its symbolic tensors, and which of ``keras.ops`` can stand for a TensorFlow function.

Both are found by calling. ``RENAMED`` are guesses to be put to the test besides equal names; a pair that does not
agree is not kept.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.arguments import Pattern
from tfgraphlint.libraries.derive.functions import is_tried
from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.probe import Probe
from tfgraphlint.libraries.derive.trial import call, draw, leaves
from tfgraphlint.libraries.derive.values import FloatList, Floats

OPS = "keras.ops."
RENAMED = {
    "concat": "concatenate", "l2_normalize": "normalize", "variance": "var", "floordiv": "floor_divide",
    "mod": "mod", "floormod": "mod", "is_nan": "isnan", "is_inf": "isinf", "is_finite": "isfinite", "pow": "power",
    "leaky_relu": "leaky_relu", "clip_by_value": "clip", "log_softmax": "log_softmax", "sum": "sum",
}
POOL: dict[str, tuple[Any, ...]] = {"axis": (0, -1, 1), "keepdims": (True,), "dim": (0, -1)}
NEVER = frozenset({"name", "dtype", "seed"})
TOLERANCE = 1e-5
USUAL = "ValueError"  # what a function raises that is given a symbolic tensor


def derive(naming: Naming, tried: Callable[[str], bool]) -> dict[str, dict[str, Any]]:
    """Sections ``symbolic``, ``errors`` and ``operations``; ``tried`` says which functions take tensors."""
    functions = {name: f for name, f in naming.functions().items() if name.startswith("tensorflow.")}
    operations = {name: f for name in dir(tf.keras.ops) if callable(f := getattr(tf.keras.ops, name))}
    symbolic: dict[str, str] = {}
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, function in sorted(functions.items()):
        if not is_tried(name) or not tried(name):
            continue
        probe = Probe(name, function, naming.of_class)
        patterns = list(itertools.islice(_patterns(probe), 4))
        outcomes = {parameter: error for pattern in patterns[:1] for parameter, error in _given_symbols(probe, pattern)}
        taken = [parameter for parameter, error in outcomes.items() if not error]
        if taken:
            symbolic[name] = " ".join(taken)
        other = sorted({error for error in outcomes.values() if error} - {USUAL})
        if other:
            errors[name] = " ".join(other) if USUAL not in outcomes.values() else ""
        for short in _candidates(name, operations):
            record = _agreement(probe, patterns, short, operations[short])
            if record is not None:
                found[name] = record
                break
    return {"symbolic": symbolic, "errors": errors, "operations": found}


def _patterns(probe: Probe) -> Iterator[Pattern]:
    """Arguments that the function takes, at least one of them a float tensor."""
    try:
        yield from probe._working_patterns()
    except Exception:  # a function that fails in its own way has no patterns
        return


# -- symbolic tensors ----------------------------------------------------------------------------


def _given_symbols(probe: Probe, pattern: Pattern) -> Iterator[tuple[str, str]]:
    """The parameters that were given a symbolic tensor in the place of a tensor, and the error; empty without one."""
    for name, spec in pattern.items():
        if isinstance(spec, Floats):
            value: Any = tf.keras.KerasTensor(spec.shape, "float32")
        elif isinstance(spec, FloatList):
            value = [tf.keras.KerasTensor(item.shape, "float32") for item in spec.items]
        else:
            continue
        try:
            call(probe.function, probe.call, {**draw(pattern, 0), name: value})
        except Exception as error:
            yield name, type(error).__name__
        else:
            yield name, ""


# -- operations ----------------------------------------------------------------------------------


def _candidates(name: str, operations: dict[str, Any]) -> Iterator[str]:
    last = name.rpartition(".")[2].removeprefix("reduce_")
    for short in (last, RENAMED.get(last, "")):
        if short in operations:
            yield short


def _agreement(probe: Probe, patterns: list[Pattern], short: str, operation: Any) -> dict[str, Any] | None:
    """Which parameters can be carried over; None where the two do not give the same."""
    theirs = list(inspect.signature(operation).parameters.values())
    names = [parameter.name for parameter in theirs]
    if not patterns:
        return None
    needs = ""
    if not all(_agrees(probe, pattern, operation, names, {}) for pattern in patterns):
        needs = "axis"  # defaults differ most often in this one: with it given, the rest may well agree
        if not _optional_agrees(probe, patterns, operation, names, needs, needs):
            return None
    arguments = dict(_renamed(probe, patterns, names))
    for parameter in probe.parameters:
        if parameter.name in arguments or parameter.name in NEVER or parameter.kind is parameter.KEYWORD_ONLY:
            continue
        other = _counterpart(probe, parameter.name, names)
        if other is not None and _optional_agrees(probe, patterns, operation, names, parameter.name, needs):
            arguments[parameter.name] = other
    record: dict[str, Any] = {"name": OPS + short, "arguments": arguments}
    return {**record, "needs": needs} if needs else record


def _renamed(probe: Probe, patterns: list[Pattern], names: list[str]) -> Iterator[tuple[str, str]]:
    for parameter in {name: None for pattern in patterns for name in pattern}:
        other = _counterpart(probe, parameter, names)
        if other is not None:
            yield parameter, other


def _counterpart(probe: Probe, name: str, names: list[str]) -> str | None:
    """The parameter of the same name, else the one at the same position."""
    if name in names:
        return name
    position = next((index for index, each in enumerate(probe.parameters) if each.name == name), len(names))
    return names[position] if position < len(names) else None


def _optional_agrees(
    probe: Probe, patterns: list[Pattern], operation: Any, names: list[str], name: str, needs: str
) -> bool:
    """Whether both give the same when they are given ``name`` as well, and what is needed besides."""
    if not any(parameter.name == name for parameter in probe.parameters):
        return False
    besides = {needs: 0} if needs and needs != name else {}
    outcomes = [
        _agrees(probe, pattern, operation, names, {**besides, name: value})
        for pattern in patterns for value in POOL.get(name, ())
    ]
    return True in outcomes and False not in outcomes


def _agrees(
    probe: Probe, pattern: Pattern, operation: Any, names: list[str], more: dict[str, Any]
) -> bool | None:
    """Whether both give the same; None where the function itself refuses these arguments."""
    for number in (0, 1, 2, 7):
        values = {**draw(pattern, number), **more}
        try:
            wanted = call(probe.function, probe.call, values)
        except Exception:
            return None
        given = {other: value for name, value in values.items() if (other := _counterpart(probe, name, names))}
        if len(given) < len(values):
            return False
        try:
            got = operation(**given)
        except Exception:
            return False
        if not _same(wanted, got):
            return False
    return True


def _same(wanted: Any, got: Any) -> bool:
    first, second = leaves(wanted), leaves(got)
    if len(first) != len(second):
        return False
    for one, other in zip(first, second):
        if not isinstance(one, tf.Tensor) or not isinstance(other, tf.Tensor) or one.dtype != other.dtype:
            return False
        if one.shape != other.shape or one.dtype == tf.string:
            return False
        if not np.allclose(one.numpy(), other.numpy(), TOLERANCE, TOLERANCE, equal_nan=True):
            return False
    return True
