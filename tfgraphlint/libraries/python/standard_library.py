"""Calls of builtins and of the standard library: what is told of them, and what those give that have no model."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import BuiltinCalled, HostValueDrawn, Printed
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.structures import is_constant
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    ANY,
    FLOAT,
    Host,
)

FROZEN = frozenset({
    "time.time", "time.perf_counter", "time.monotonic", "datetime.datetime.now", "datetime.datetime.utcnow",
    "uuid.uuid4",
})


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling a builtin or a function of the standard library."""
    if name in FROZEN or name.startswith("random.") and name not in ("random.seed", "random.Random"):
        m.tell(HostValueDrawn(node, name))
    if name.startswith("logging."):
        m.tell(Printed(node, args.all(), name))
    m.tell(BuiltinCalled(node, name, args.positional))
    modelled = functions.call(m, name, args, node)
    if modelled is not None:
        return modelled
    if name.startswith(("random.", "time.", "datetime.", "uuid.")) and all(
        is_constant(value) for value in args.all()
    ):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", FLOAT if name.startswith(("random.", "time.")) else ANY)
    return unknown_call(m, [], args, node)
