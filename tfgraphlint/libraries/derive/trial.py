"""Calls a function under a tape and sees what becomes of the gradient of each thing it was given."""

from __future__ import annotations

import random as python_random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.values import DOMAINS, is_differentiable

# From the most to the least that can be said for a parameter: the best over all trials is what a table keeps,
# since a report must be certain.
ORDER = ("flows", "zero", "nan", "raises", "none", "shape")


@dataclass
class Seen:
    """What one call gave: per parameter and per output the outcome, and what came back."""

    result: Any
    # parameter -> outcome of each tensor leaf of the result ("" for leaves that are no tensors)
    gradient: dict[str, list[str]] = field(default_factory=dict)


def call(function: Callable[..., Any], names: Call, values: dict[str, Any]) -> Any:
    """One call with all generators of random numbers set to the same state."""
    tf.random.set_seed(11)
    np.random.seed(11)
    python_random.seed(11)
    return function(*names.positional(values), **names.keywords(values))


@dataclass(frozen=True)
class Call:
    """How the chosen arguments are passed: ``ordered`` by position, ``star`` spread, the rest by keyword."""

    ordered: tuple[str, ...]
    star: str = ""

    def positional(self, values: dict[str, Any]) -> list[Any]:
        found = [values[name] for name in self.ordered if name in values]
        if self.star and self.star in values:
            found.extend(values[self.star])
        return found

    def keywords(self, values: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in values.items() if key not in self.ordered and key != self.star}


def draw(pattern: dict[str, Any], number: int) -> dict[str, Any]:
    """Concrete arguments; the same ``number`` gives the same ones."""
    random = np.random.default_rng(number)
    domain = DOMAINS[number % len(DOMAINS)]
    values: dict[str, Any] = {}
    for name, spec in pattern.items():
        if is_differentiable(spec):
            values[name] = spec.tensor(spec.draw(random, domain))
        else:
            values[name] = spec.make()
    return values


def leaves(result: Any) -> list[Any]:
    """The leaves of a result, composite tensors taken apart."""
    try:
        return list(tf.nest.flatten(result, expand_composites=True))
    except Exception:
        return [result]


def gradient_outcomes(function: Callable[..., Any], names: Call, pattern: dict[str, Any], number: int) -> Seen:
    """Runs once under a tape and asks for the gradient of every leaf with respect to every float argument."""
    values = draw(pattern, number)
    watched = {name: spec.sources(values[name]) for name, spec in pattern.items() if is_differentiable(spec)}
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        for value in watched.values():
            tape.watch(value)
        result = call(function, names, values)
    seen = Seen(result)
    for name, value in watched.items():
        seen.gradient[name] = [one_outcome(tape, leaf, value, number) for leaf in leaves(result)]
    return seen


def one_outcome(tape: tf.GradientTape, leaf: Any, source: Any, number: int) -> str:
    """``flows``, ``zero``, ``nan``, ``none`` or ``raises:Class:Op`` for one output and one argument."""
    if not isinstance(leaf, (tf.Tensor, tf.Variable)):
        return ""
    if not (leaf.dtype.is_floating or leaf.dtype.is_complex):
        return "none"
    random = np.random.default_rng(number + 100)
    weights: Any = random.normal(size=tuple(leaf.shape))
    if leaf.dtype.is_complex:
        weights = weights * (1.0 + 0.7j)
    try:
        got = tape.gradient(leaf, source, output_gradients=tf.cast(tf.constant(weights), leaf.dtype))
    except Exception as error:
        return "raises:" + error_name(error)
    parts = [part for part in (got if isinstance(got, list) else [got]) if part is not None]
    if not parts:
        return "none"
    arrays = [np.asarray(tf.convert_to_tensor(part)) for part in parts]
    if any(np.any(array[np.isfinite(array)] != 0) for array in arrays):
        return "flows"
    return "zero" if all(np.all(np.isfinite(array)) for array in arrays) else "nan"


def error_name(error: BaseException) -> str:
    """The error's class and, for a missing gradient, the operation that has none."""
    text = str(error)
    found = re.search(r"op type: (\w+)", text) or re.search(r"no entry for: (\w+)", text)
    return f"{type(error).__name__}:{found.group(1)}" if found else type(error).__name__


def depends(function: Callable[..., Any], names: Call, pattern: dict[str, Any], name: str) -> bool | None:
    """Whether the result changes with the values of one argument; None when no second call succeeds."""
    compared = 0
    for start in (0, len(DOMAINS) - 1):  # the last domain has equal values and zeros
        base = draw(pattern, start)
        first: list[object] | None = None
        for number in (start, *range(24, 24 + 2 * len(DOMAINS))):
            values = {**base, name: draw(pattern, number)[name]}
            try:
                result = [snapshot(leaf) for leaf in leaves(call(function, names, values))]
            except Exception:
                continue
            if first is None:
                first = result
            elif result != first:
                return True
            compared += 1
    return False if compared > 3 else None


def snapshot(leaf: Any) -> object:
    """Something to compare results by."""
    if isinstance(leaf, (tf.Tensor, tf.Variable)):
        array = leaf.numpy()
        return array.tobytes() if isinstance(array, np.ndarray) and array.dtype != object else repr(array)
    if isinstance(leaf, np.ndarray):
        return leaf.tobytes() if leaf.dtype != object else repr(leaf)
    if isinstance(leaf, (bool, int, float, str, bytes, np.generic)):
        return leaf
    return None


def best(outcomes: Iterable[str]) -> str:
    """The most favourable outcome."""
    found = [outcome for outcome in outcomes if outcome]
    if not found:
        return "none"
    return min(found, key=lambda outcome: ORDER.index(outcome.partition(":")[0]))
