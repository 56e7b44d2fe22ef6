"""What does not depend on the numbers in a tensor: shapes, ranges, what is a tensor."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Shape, Spec
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    Host,
    Items,
    Spread,
    Tensor,
    Unknown,
    Variable,
)


@functions.handles("keras.backend.backend", "tensorflow.keras.backend.backend", "keras.config.backend",
                   "tensorflow.keras.config.backend")
def _backend(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const("tensorflow")


@functions.handles("tensorflow.keras.backend.ndim", "keras.backend.ndim", "keras.ops.ndim", "tensorflow.keras.ops.ndim")
def _ndim(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)


@functions.handles("tensorflow.keras.backend.int_shape", "keras.backend.int_shape", "keras.ops.shape",
                   "tensorflow.keras.ops.shape")
def _int_shape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "x")
    if name.endswith("int_shape") and isinstance(value, Tensor):
        return Shape("tensorflow.TensorShape", m.leaf(Kind.CONSTANT, node), {Shape.of: value})
    return Unknown(m.leaf(Kind.CONSTANT, node))


@functions.handles("tensorflow.TensorSpec")
def _tensor_spec(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    dtype = args.get(1, "dtype")
    state = {Spec.shape: args.get(0, "shape") or Const(None), Spec.dtype: dtype_named(dtype) if dtype else FLOAT}
    return Spec(name, m.leaf(Kind.CONSTANT, node), state)


@functions.handles("tensorflow.shape", "tensorflow.size", "tensorflow.rank", "tensorflow.keras.backend.shape",
                   "tensorflow.compat.v1.shape", "tensorflow.compat.v1.size")
def _shape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.tensor(m.leaf(Kind.TENSOR, node), INT)


@functions.handles("tensorflow.range", "tensorflow.linspace", "tensorflow.experimental.numpy.arange")
def _range(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    dtype = dtype_named(args.keywords.get("dtype"))
    kinds = {dtype_of(value) for key, value in [*enumerate(args.positional), *args.keywords.items()] if key != "dtype"}
    if dtype == ANY:
        dtype = FLOAT if FLOAT in kinds or name.endswith("linspace") else INT if kinds == {INT} else ANY
    return m.tensor(m.leaf(Kind.TENSOR, node), dtype)


@functions.handles("tensorflow.zeros_like", "tensorflow.ones_like", "tensorflow.keras.backend.zeros_like",
                   "tensorflow.keras.backend.ones_like", "keras.ops.zeros_like", "keras.ops.ones_like")
def _like(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    given = args.all()
    return m.tensor(m.leaf(Kind.TENSOR, node), dtype_of(given[0]) if given else ANY)


@functions.handles("tensorflow.print", "tensorflow.debugging.assert_equal", "tensorflow.summary.scalar")
def _nothing(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const(None)


@functions.handles("tensorflow.is_tensor")
def _is_tensor(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "x")
    if isinstance(value, (Tensor, Variable)):
        return Const(True)
    if isinstance(value, (Host, Const, Items)):
        return Const(False)
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)


@functions.handles("tensorflow.is_symbolic_tensor")
def _is_symbolic(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "tensor")
    if isinstance(value, Tensor) and m.mode is not Mode.UNKNOWN:
        return Const(value.symbolic)
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)


@methods.handles(Shape)
def _shape_method(m: Machine, value: Shape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    of = value.of
    if name in ("as_list", "dims") and isinstance(of, Tensor) and of.open_axes:
        return value
    if name in ("as_list", "dims"):
        return Items("list", {Items.items: Spread(Host(m.leaf(Kind.CONSTANT, node), "scalar", INT))})
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)
