"""Tapes, and gradients asked for without one."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    Items,
    Unknown,
    sequence,
)
from tfgraphlint.interpret.gradients import tapes


@functions.handles("tensorflow.GradientTape")
def _tape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return tapes.make(m, args, node)


@functions.handles("tensorflow.gradients", "tensorflow.compat.v1.gradients", "tensorflow.hessians",
                   "tensorflow.compat.v1.hessians", "tensorflow.keras.backend.gradients")
def _gradients(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    ys, xs = args.get(0, "ys"), args.get(1, "xs")
    made = m.opaque(node, args.all())
    if isinstance(xs, Items) and isinstance(xs.items, tuple):
        return sequence("list", [Unknown(made.node) for _ in xs.items])
    return sequence("list", [made]) if ys is not None else made


@functions.handles("tensorflow.custom_gradient")
def _custom_gradient(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node, args.all())
