"""Control flow of TensorFlow and ``keras.ops``: conditions, loops and maps over functions."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import graph_state
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Kind
from tfgraphlint.interpret.core.scopes import chosen
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    INT,
    Items,
    Tensor,
    Unknown,
    Variable,
    sequence,
)
from tfgraphlint.interpret.python.branches import branch
from tfgraphlint.interpret.python.iteration import element_of
from tfgraphlint.interpret.python.tracing import handed_out, symbolic_arguments


@functions.handles("tensorflow.cond", "keras.ops.cond", "tensorflow.keras.ops.cond", "tensorflow.compat.v1.cond")
def _cond(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    branches = [args.get(1, "true_fn"), args.get(2, "false_fn")]
    chosen(m.frame, any(graph_state.is_symbolic(value) for value in args.positional[:1]))
    results: list[Value] = []
    paths = []
    for function in branches:
        if function is not None:
            def path(function: Value = function) -> bool:
                results.append(m.call(function, Arguments([]), node))
                return True
            paths.append(path)
    branch(m, paths)
    return join(results) if results else m.opaque(node)


@functions.handles("tensorflow.case", "tensorflow.switch_case", "keras.ops.switch", "tensorflow.keras.ops.switch")
def _case(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return unknown_call(m, [], args, node)


@functions.handles("tensorflow.while_loop", "keras.ops.while_loop", "tensorflow.keras.ops.while_loop",
                   "tensorflow.compat.v1.while_loop")
def _while_loop(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    condition, body, variables = args.get(0, "cond"), args.get(1, "body"), args.get(2, "loop_vars")
    if body is None or not isinstance(variables, Items) or not isinstance(variables.items, tuple):
        return None if isinstance(variables, (Tensor, Items)) else unknown_call(m, [], args, node)
    current = list(variables.items)
    for _ in range(2):
        if condition is not None:
            m.call(condition, Arguments(list(current)), node)
        result = m.call(body, Arguments(list(current)), node)
        items = elements(result) if isinstance(result, Items) else [result]
        if len(items) != len(current):
            return m.opaque(node, [result])
        current = [join([old, new]) if turn else new for turn, (old, new) in enumerate(zip(current, items))]
    return sequence("list", current)


@functions.handles("keras.ops.fori_loop", "tensorflow.keras.ops.fori_loop")
def _fori_loop(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """What the body gives is what it is given in the next turn, and may be anything that holds tensors."""
    body, state = args.get(2, "body_fun"), args.get(3, "init_val")
    if body is None or state is None:
        return unknown_call(m, [], args, node)
    for _ in range(2):
        number = m.tensor(m.leaf(Kind.CONSTANT, node), INT)
        state = join([state, m.call(body, Arguments([number, state]), node)])
    return state


@functions.handles("keras.ops.scan", "tensorflow.keras.ops.scan", "keras.ops.associative_scan",
                   "tensorflow.keras.ops.associative_scan")
def _keras_scan(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What is carried along may be anything that holds tensors."""
    return None if isinstance(args.get(1, "init"), (Tensor, Variable)) else unknown_call(m, [], args, node)


@functions.handles("tensorflow.map_fn", "tensorflow.vectorized_map", "keras.ops.map", "keras.ops.vectorized_map")
def _map_fn(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    function = args.get(0, "fn") or args.get(0, "f")
    given = args.get(1, "elems") or args.get(1, "xs")
    if function is None or given is None:
        return unknown_call(m, [], args, node)
    element = _row(m, given, node) if isinstance(given, Items) else element_of(m, given, node)
    with m.called_by(name == "tensorflow.map_fn"):
        if name == "tensorflow.vectorized_map" and m.mode is Mode.EAGER:
            result = _traced(m, function, element, name, node)
        else:
            result = m.call(function, Arguments([element]), node)
    return _stacked(m, result, node)


def _traced(m: Machine, function: Value, element: Value, name: str, node: cst.CSTNode) -> Value:
    """The function is traced once, whatever the settings are, and AutoGraph leaves it as it is."""
    with m.run_as(Running(Mode.GRAPH, m.place(node), None, False, name)):
        given = symbolic_arguments(m, Arguments([element]))
        return handed_out(m.call(function, given, node))


def _row(m: Machine, given: Items, node: cst.CSTNode) -> Value:
    return sequence(given.kind, [element_of(m, item, node) for item in elements(given)])


def _stacked(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    if isinstance(value, (Tensor, Variable)):
        return m.tensor(m.operation(node, [Edge(part) for part in parts(m, [value])]), value.dtype)
    if isinstance(value, Items) and isinstance(value.items, tuple):
        return sequence(value.kind, [_stacked(m, item, node) for item in value.items])
    return value if isinstance(value, Unknown) else m.opaque(node, [value])


@functions.handles("tensorflow.scan", "tensorflow.foldl", "tensorflow.foldr")
def _scan(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    function, given, initial = args.get(0, "fn"), args.get(1, "elems"), args.get(2, "initializer")
    if function is None or given is None:
        return None
    def element() -> Value:
        return _row(m, given, node) if isinstance(given, Items) else element_of(m, given, node)

    state = initial if initial is not None and not (isinstance(initial, Const) and initial.value is None) else element()
    for _ in range(2):
        state = join([state, m.call(function, Arguments([state, element()]), node)])
    return _stacked(m, state, node)
