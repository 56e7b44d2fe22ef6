"""Nested structures of tensors, and arrays of tensors."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import TensorArray
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    Choice,
    Dict,
    Items,
    SequenceKind,
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
