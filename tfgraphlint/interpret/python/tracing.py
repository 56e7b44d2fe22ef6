"""Calls of a ``tf.function``: what the traced code sees, and what it hands out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import shapes, traces
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import TracedCalled, TraceRun
from tfgraphlint.interpret.core.frames import traced_mode
from tfgraphlint.interpret.core.graph_state import is_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.structures import changed
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Host, Tensor, TracedCallable


def call_traced(m: Machine, function: TracedCallable, args: Arguments, node: cst.CSTNode) -> Value:
    """Call a ``tf.function``: outside of a graph, it is traced and hands out what the graph gives."""
    running = traced_mode(m, function.traced)
    if m.mode is Mode.GRAPH or running.mode is not Mode.GRAPH:
        with m.run_as(running), m.called_by(function.traced.autograph):
            return m.call(function.inner, args, node)
    m.tell(TracedCalled(function, args, node))
    trace = traces.key_of(function)
    m.tell(TraceRun(trace, args))
    with m.run_as(running), m.called_by(function.traced.autograph), traces.building(m, trace):
        given = symbolic_arguments(m, shapes.specified(m, function.traced, args, node))
        return handed_out(m.call(function.inner, given, node))


def symbolic_arguments(m: Machine, args: Arguments) -> Arguments:
    """What a traced function sees of eager arguments: tensors and arrays become tensors of the graph."""
    return replace(
        args,
        positional=[changed(value, partial(_symbolic, m)) for value in args.positional],
        keywords={name: changed(value, partial(_symbolic, m)) for name, value in args.keywords.items()},
    )


def _symbolic(m: Machine, value: Value) -> Value:
    if isinstance(value, Tensor) and not value.keras:
        return replace(value, symbolic=True, graph=m.graphs[0])
    if isinstance(value, Host) and value.kind == "array":
        return Tensor(value.node, value.dtype, symbolic=True, graph=m.graphs[0])
    return value


def handed_out(value: Value) -> Value:
    """What a traced function returns, as the code that called it sees it: eager tensors."""
    return changed(value, _left)


def _left(value: Value) -> Value:
    return replace(value, symbolic=False, graph=0) if isinstance(value, Tensor) and is_symbolic(value) else value
