"""Nested structures of tensors, and arrays of tensors."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import TensorArray
from tfgraphlint.interpret.core.operands import dtype_of, parts
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import Edge, Kind
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    ANY,
    Choice,
    Dict,
    Items,
    SequenceKind,
    Spread,
    Unknown,
    Weights,
    sequence,
)


@functions.handles("tensorflow.nest.flatten")
def _flatten(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "structure")
    return value if isinstance(value, (Items, Weights)) else sequence("list", [value] if value else [])


@functions.handles("tensorflow.nest.map_structure", "keras.tree.map_structure")
def _map_structure(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) < 2 or not args.certain:
        return None
    return _mapped(m, args.positional[0], args.positional[1:], node)


def _mapped(m: Machine, function: Value, given: Sequence[Value], node: cst.CSTNode) -> Value:
    """``function`` on what stands at the same place of like structures."""
    columns = [value.items for value in given if isinstance(value, Items)]
    if len(columns) == len(given) and len({len(one) if isinstance(one, tuple) else -1 for one in columns}) == 1:
        if isinstance(columns[0], tuple):
            kind: SequenceKind = "tuple" if isinstance(given[0], Items) and given[0].kind == "tuple" else "list"
            return sequence(kind, [_mapped(m, function, one, node) for one in zip(*columns)])
    if any(isinstance(value, (Items, Dict, Weights, Choice, Unknown)) for value in given):
        return unknown_call(m, [function], Arguments(list(given)), node)
    return m.call(function, Arguments(list(given)), node)


@functions.handles("tensorflow.TensorArray")
def _tensor_array(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return TensorArray(name, m.leaf(Kind.CONSTANT, node), {TensorArray.written: sequence("list", ())})


@methods.handles(TensorArray, "write", "unstack", "scatter")
def _write(m: Machine, value: TensorArray, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    written = Items("list", {Items.items: Spread(join([*elements(value.written), args.positional[-1]]))})
    return TensorArray(value.cls, m.leaf(Kind.CONSTANT, node), {TensorArray.written: written})


@methods.handles(TensorArray, "stack", "read", "concat", "gather")
def _read(m: Machine, value: TensorArray, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    held = elements(value.written)
    inputs = [Edge(part) for part in parts(m, held)]
    kinds = {dtype_of(element) for element in held}
    return m.tensor(m.operation(node, inputs), kinds.pop() if len(kinds) == 1 else ANY)
