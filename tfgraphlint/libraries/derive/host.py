"""Functions of NumPy, SciPy, ``math`` and Python itself, given tensors: what becomes of the gradient.

Besides the record that TensorFlow functions get, ``graph`` says what the same call does while a graph is traced.
"""

from __future__ import annotations

import builtins
import math
import re
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import tensorflow as tf

from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.derive.probe import Probe
from tfgraphlint.libraries.derive.trial import call, draw, error_name
from tfgraphlint.libraries.derive.values import is_differentiable

_SKIPPED = re.compile(
    r"""\.test$ | \.(ctypeslib|typing|testing|lib|exceptions|dtypes|char|strings|rec|ma)\.
    | numpy\.(save\w*|load\w*|genfromtxt|from(file|regex|pyfunc|buffer|string)|memmap|info|source|show_\w+|test|set\w+|
      get\w+|open_memmap|lookfor|who|deprecate\w*|disp|byte_bounds|safe_eval|busday\w*|is_busday|datetime\w*|print\w+|
      mask_indices|einsum_path|nested_iters|add_newdoc\w*|may_share_memory|shares_memory|recfromcsv|recfromtxt)
    | numpy\.polynomial\.
    | numpy\.random\.(set_state|get_state|seed|default_rng|bytes|get_bit_generator|set_bit_generator)
    """,
    re.VERBOSE,
)
_BUILTINS = [
    "abs",
    "all",
    "any",
    "bool",
    "complex",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
    "hash",
    "format",
]
_LIMIT = 20  # seconds for one function


def derive_numpy(naming: Naming) -> dict[str, Any]:
    """Record of every public NumPy function by canonical name."""
    found: dict[str, Any] = {}
    for name, function in naming.functions().items():
        if name.startswith("numpy.") and not _SKIPPED.search(name):
            found[name] = _record(name, function)
    return found


def derive_math() -> dict[str, Any]:
    """Record of every function of ``math``."""
    names = [name for name in vars(math) if not name.startswith("_") and callable(getattr(math, name))]
    return {f"math.{name}": _record(f"math.{name}", getattr(math, name)) for name in names}


def derive_builtins() -> dict[str, Any]:
    """Record of the builtin functions that people hand tensors to."""
    return {f"builtins.{name}": _record(f"builtins.{name}", getattr(builtins, name)) for name in _BUILTINS}


def _record(name: str, function: Callable[..., Any], limit: int = _LIMIT) -> dict[str, Any]:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(limit)
    try:
        probe = Probe(name, function, _class_name)
        record = probe.record()
        if probe.results:
            record["graph"] = _in_graph(probe)
        refused = _refusal(probe)
        if refused:
            record["refuses"] = refused
        return record
    except _TooLong:
        return {"params": [], "untried": "takes too long"}
    except Exception as error:
        return {"params": [], "untried": type(error).__name__}
    finally:
        signal.alarm(0)


def _refusal(probe: Probe) -> str:
    """The error that every float tensor in the first place ends with; empty when one is taken."""
    if any(is_differentiable(spec) for pattern, _ in probe.results for spec in pattern.values()):
        return ""
    errors = []
    for shape in ((), (3,), (2, 3)):
        try:
            probe.function(tf.ones(shape))
            return ""
        except Exception as error:
            errors.append(error_name(error))
    return errors[0] if len(set(errors)) == 1 and probe.results else ""


class _TooLong(BaseException):
    """Not an ``Exception``: whatever is being tried must not swallow it."""


def _too_long(number: int, frame: FrameType | None) -> None:
    raise _TooLong


def _class_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _in_graph(probe: Probe) -> str:
    """``works``, or ``raises:Class``, for the first pattern with a tensor, while a graph is traced."""
    pattern = next((p for p, _ in probe.results if any(is_differentiable(s) for s in p.values())), None)
    if pattern is None:
        return ""
    values = draw(pattern, 0)
    tensors = {key: value for key, value in values.items() if is_differentiable(pattern[key])}
    others = {key: value for key, value in values.items() if key not in tensors}

    def traced(given: dict[str, Any]) -> Any:
        call(probe.function, probe.call, {**others, **given})
        return tf.constant(0.0)

    try:
        tf.function(traced, autograph=False)(tensors)
    except Exception as error:
        return "raises:" + error_name(error)
    return "works"
