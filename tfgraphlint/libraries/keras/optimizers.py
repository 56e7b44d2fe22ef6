"""Keras optimizers: ``minimize`` runs a loss under a tape of its own."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Optimizer
from tfgraphlint.interpret.core.overlay import attributes, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    Method,
    Tape,
    TracedCallable,
    Unknown,
)
from tfgraphlint.interpret.gradients import queries, query_sources


@attributes.handles(Optimizer, "learning_rate", "lr", "iterations")
def _setting(m: Machine, value: Optimizer, name: str, node: cst.CSTNode) -> Value:
    return Unknown(m.leaf(Kind.CONSTANT, node))


@methods.handles(Optimizer, "minimize", "compute_gradients")
def _minimized(m: Machine, value: Optimizer, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    function = args.get(0, "loss")
    if isinstance(function, (Function, Method, TracedCallable)):
        _minimize(m, function, args, node)
    return Const(None) if name == "minimize" else m.opaque(node)


@methods.handles(Optimizer, "apply_gradients", "apply", "build")
def _applied(m: Machine, value: Optimizer, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node)


def _minimize(m: Machine, function: Value, args: Arguments, node: cst.CSTNode) -> None:
    """``optimizer.minimize(lambda: loss, variables)``: a tape of its own around the call."""
    sources = args.get(1, "var_list")
    written = args.node(1, "var_list")
    tape = m.new_tape(Tape(0, m.place(node), False, True, {Tape.entered_at: m.place(node)}))
    mask = m.active
    m.record_on(mask | tape.bit)
    result = m.call(function, Arguments([]), node)
    m.record_on(mask)
    if isinstance(sources, (Function, Method)):
        sources = m.call(sources, Arguments([]), node)
    first = args.node(0, "loss")
    if sources is not None and written is not None and first is not None:
        queries.judge_call(m, tape, result, first, query_sources.flatten(m, sources, written), node)
