"""Dimensions that a graph leaves open: where they come from and what keeps them."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Shape, Spec
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Traced
from tfgraphlint.interpret.core.structures import changed
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import INT, Host, Items, OpenDimension, Tensor, is_none
from tfgraphlint.libraries.words import OPEN_RESULTS, SHAPE_KEEPING

# -- sources -------------------------------------------------------------------------------------


def from_spec(m: Machine, spec: Value | None, node: cst.CSTNode) -> Value | None:
    """A tensor, or a structure of them, as a ``tf.TensorSpec`` describes it; None where that is not known."""
    if isinstance(spec, Spec):
        axes, rank = _axes(spec.shape)
        return m.tensor(m.leaf(Kind.TENSOR, node), spec.dtype, rank=rank, open_axes=axes)
    if isinstance(spec, Items) and isinstance(spec.items, tuple):
        parts = [from_spec(m, item, node) for item in spec.items]
        known = tuple(part for part in parts if part is not None)
        return Items("tuple", {Items.items: known}) if len(known) == len(parts) else None
    return None


def _axes(shape: object) -> tuple[frozenset[int], int | None]:
    items = shape.items if isinstance(shape, Items) else None
    if not isinstance(items, tuple):
        return frozenset(), None
    return frozenset(index for index, size in enumerate(items) if is_none(size)), len(items)


def specified(m: Machine, traced: Traced, args: Arguments, node: cst.CSTNode) -> Arguments:
    """Arguments as the ``input_signature`` of a traced function has them."""
    specs = traced.specs.items if isinstance(traced.specs, Items) else None
    if not isinstance(specs, tuple) or not args.certain:
        return args
    made = [from_spec(m, spec, node) for spec in specs[: len(args.positional)]]
    found = [value if known is None else _as_specified(value, known) for value, known in zip(args.positional, made)]
    return replace(args, positional=[*found, *args.positional[len(found) :]])


def _as_specified(value: Value, known: Value) -> Value:
    if isinstance(known, Tensor) and isinstance(value, Tensor):
        return replace(value, rank=known.rank, open_axes=known.open_axes)
    return replace(known, node=value.node) if isinstance(known, Tensor) and isinstance(value, Host) else known


def input_axes(args: Arguments) -> tuple[frozenset[int], int | None]:
    """The open axes of ``keras.Input(shape)``: the batch, unless a size is given, and those that are None."""
    given = args.get(0, "shape")
    if (
        not args.certain
        or given is None
        or any(
            name in args.keywords for name in ("batch_size", "batch_shape", "batch_input_shape", "tensor", "type_spec")
        )
        or len(args.positional) > 1
    ):
        return frozenset(), None
    axes, rank = _axes(given)
    return frozenset({0, *(axis + 1 for axis in axes)}), rank + 1 if rank is not None else None


def batched(value: Value, args: Arguments) -> Value:
    """The elements of ``dataset.batch(n)``: one axis more in front, open unless the remainder is dropped."""
    dropped = args.keywords.get("drop_remainder") or (args.positional[1] if len(args.positional) > 1 else None)
    drops = isinstance(dropped, Const) and dropped.value is True
    known = dropped is None or isinstance(dropped, Const)
    front = frozenset({0}) if known and not drops else frozenset()

    def with_front(tensor: Value) -> Value:
        if not isinstance(tensor, Tensor):
            return tensor
        axes = front | {axis + 1 for axis in tensor.open_axes}
        return replace(tensor, open_axes=axes, rank=tensor.rank + 1 if tensor.rank is not None else None)

    return changed(value, with_front)


def unknown(value: Value) -> Value:
    """The elements of a dataset after something that changes their shapes."""
    return changed(
        value, lambda held: replace(held, open_axes=frozenset(), rank=None) if isinstance(held, Tensor) else held
    )


def of_result(m: Machine, name: str, args: Arguments, result: Value) -> Value:
    """The result of a TensorFlow function with the axes that it leaves open."""
    if m.mode is not Mode.GRAPH or not isinstance(result, Tensor) or result.open_axes:
        return result
    given = args.all()
    if name in OPEN_RESULTS:
        axes, rank = OPEN_RESULTS[name]
        return replace(result, open_axes=axes, rank=rank)
    if name == "tensorflow.where" and len(given) == 1:
        return replace(result, open_axes=frozenset({0}), rank=2)
    if (
        name in SHAPE_KEEPING
        and args.positional
        and isinstance(first := args.positional[0], Tensor)
        and first.open_axes
    ):
        return replace(result, open_axes=first.open_axes, rank=first.rank)
    return result


def of_operator(left: Value, right: Value, result: Value) -> Value:
    """The result of an operator with the axes that it leaves open: on a tensor and a number, or on two such tensors."""
    if isinstance(result, Tensor) and isinstance(left, Tensor) and isinstance(right, Tensor):
        both = left.open_axes & right.open_axes
        return replace(result, open_axes=both, rank=left.rank) if both and left.rank == right.rank else result
    for tensor, number in ((left, right), (right, left)):
        scalar = isinstance(number, Const) or isinstance(number, Host) and number.kind == "scalar"
        if isinstance(tensor, Tensor) and tensor.open_axes and scalar and isinstance(result, Tensor):
            return replace(result, open_axes=tensor.open_axes, rank=tensor.rank)
    return result


# -- dimensions ----------------------------------------------------------------------------------


def dimension(m: Machine, node: cst.CSTNode, shape: Shape, index: Value | None) -> Value:
    """``shape[index]``: None where the graph leaves it open."""
    tensor = shape.of
    if isinstance(tensor, Tensor) and isinstance(index, Const) and type(index.value) is int:
        axis = index.value
        if axis < 0:
            axis += tensor.rank if tensor.rank is not None else -axis - 1_000
        if axis in tensor.open_axes and (tensor.symbolic or tensor.keras):
            return OpenDimension(None, m.place(node))
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)
