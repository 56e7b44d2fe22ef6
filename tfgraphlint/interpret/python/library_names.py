"""Library names that are constants: ``np.pi``, ``np.newaxis``, ``tf.newaxis``."""

from __future__ import annotations

import math

from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Const, Value

CONSTANTS: dict[str, object] = {
    "numpy.pi": math.pi, "math.pi": math.pi, "numpy.e": math.e, "math.e": math.e,
    "numpy.inf": math.inf, "math.inf": math.inf, "numpy.nan": math.nan, "math.nan": math.nan,
    "numpy.newaxis": None, "tensorflow.newaxis": None, "math.tau": math.tau,
    "typing.TYPE_CHECKING": False,
}


def constant(m: Machine, name: str) -> Value | None:
    """The constant that a full library name stands for, if it is one."""
    if name in CONSTANTS:
        return Const(CONSTANTS[name])
    return None
