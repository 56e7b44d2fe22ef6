"""Activations that layers look up by name: ``keras.activations.get("relu")``."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Library, TracedCallable


@functions.handles("keras.activations.get", "tensorflow.keras.activations.get")
def _get(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """The function of that name, a function as it is, and for None one that changes nothing."""
    given = args.get(0, "identifier")
    if isinstance(given, (Function, TracedCallable, Library)):
        return given
    short = given.value if isinstance(given, Const) else ""
    found = f"{name.rpartition('.')[0]}.{'linear' if short is None else short}"
    return Library(found) if m.tables.function(found) is not None else None
