"""Methods of values whose class is not the project's: tapes, tensors, arrays, texts and what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.core import texts, unknown_calls
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import BuiltinCalled, ContainerCalled, MethodCalled, TensorAssigned
from tfgraphlint.interpret.core.leaving import leave, value_text
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import StopRecording
from tfgraphlint.interpret.core.operands import dtype_named, parts, read
from tfgraphlint.interpret.core.overlay import MethodModel, methods
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    INT,
    STRING,
    Dict,
    Host,
    Instance,
    Items,
    LibraryMethod,
    Method,
    Object,
    Spread,
    Super,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    Weights,
)
from tfgraphlint.interpret.gradients import queries, tapes
from tfgraphlint.interpret.python import container_methods
from tfgraphlint.interpret.python.attributes import static
from tfgraphlint.interpret.python.operators import binary, numeric
from tfgraphlint.libraries.words import VARIABLE_ASSIGNMENTS


def call(m: Machine, method: LibraryMethod, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of ``receiver.name(...)``."""
    receiver, name = method.receiver, method.name
    if isinstance(receiver, (Object, Instance, Super)):
        return m.libraries.call_method(m, receiver, name, args, node)
    if m.graphs and isinstance(receiver, (Items, Dict)):
        m.tell(ContainerCalled(receiver, name, args, node))
    if isinstance(receiver, Items) and receiver.fields and isinstance(receiver.items, tuple):
        if name not in ("index", "count", "__getitem__"):
            return container_methods.of_named_tuple(m, receiver, name, args, node)
    modelled = methods.call(m, receiver, name, args, node)
    return modelled if modelled is not None else unknown_call(m, [receiver], args, node)


# -- tapes ---------------------------------------------------------------------------------------


@methods.handles(Tape, "gradient", "jacobian", "batch_jacobian")
def _query(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return queries.query(m, value, name, args, node)


@methods.handles(Tape, "watch")
def _watch(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return tapes.watch(m, value, args, node)


@methods.handles(Tape, "reset")
def _reset(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    tapes.reset(m, value)
    return Const(None)


@methods.handles(Tape, "stop_recording")
def _stop_recording(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return StopRecording("tensorflow.stop_recording", m.leaf(Kind.OPAQUE, node), {StopRecording.tape: value})


@methods.handles(Tape, "__enter__")
def _enter(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.record_on(m.active | value.bit)
    m.store.set(value, Tape.entered_at, m.place(node))
    return value


@methods.handles(Tape, "__exit__")
def _exit(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.record_on(m.active & ~value.bit)
    return Const(None)


@methods.handles(Tape, "watched_variables")
def _watched(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node)


@methods.handles(Tape)
def _of_tape(m: Machine, value: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    unknown_calls.escape(m, value)
    return m.opaque(node)


def _of_tensors(*names: str) -> Callable[[MethodModel], MethodModel]:
    """Register a model of these methods for tensors and for variables."""

    def register(method: MethodModel) -> MethodModel:
        return methods.handles(Tensor, *names)(methods.handles(Variable, *names)(method))

    return register


@methods.handles(Variable, *VARIABLE_ASSIGNMENTS)
def _assign_variable(m: Machine, value: Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return _assign(m, value, name, args, node)


@methods.handles(Tensor, *VARIABLE_ASSIGNMENTS)
def _assign_slice(m: Machine, value: Tensor, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``variable[0].assign(...)``."""
    if value.slice_of is not None:
        return _assign(m, value.slice_of, name, args, node, keeps=True)
    if isinstance(node, cst.Call):
        m.tell(TensorAssigned(value, name, node))
    return None


def _assign(m: Machine, value: Variable, name: str, args: Arguments, node: cst.CSTNode, keeps: bool = False) -> Value:
    keeps = keeps or name != "assign"
    if value.node.place is not None:
        m.named.add(value.node.place.node)
    _note(m, [value.state], args.all(), name, node, keeps)
    return value


def assign_weights(
    m: Machine, owner: Value, values: Sequence[Value], name: str, node: cst.CSTNode, keeps: bool = True
) -> None:
    """Note what the variables of a layer or model were given: those of all layers in it, which may be called alone."""
    states = [
        held.state
        for held in within(owner)
        if isinstance(held, (Object, Instance, Variable)) and held.node.kind is not Kind.CONSTANT
    ]
    _note(m, states, values, name, node, keeps)


def _note(
    m: Machine, states: Sequence[State], values: Sequence[Value], name: str, node: cst.CSTNode, keeps: bool
) -> None:
    """Note what variables were given: no gradient comes through it. ``keeps``: what was before remains in part."""
    fault = m.fault(FaultKind.ASSIGN, node, name, value_text(m, node))
    entries = tuple((part, fault) for part in parts(m, values) if part.kind is not Kind.CONSTANT)
    for state in states:
        before = state.get(Variable.assigned, ()) if keeps else ()
        if entries or before:
            m.store.write(state, Variable.assigned, tuple(before) + entries)


@methods.handles(Variable, "value", "read_value")
def _read(m: Machine, value: Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.tensor(m.operation(node, [Edge(read(m, value))]), value.dtype)


# Operators by the names of the methods that they call, from the left operand.
OPERATOR_METHODS = {
    "__add__": "Add",
    "__sub__": "Subtract",
    "__mul__": "Multiply",
    "__truediv__": "Divide",
    "__pow__": "Power",
    "__floordiv__": "FloorDivide",
    "__mod__": "Modulo",
    "__matmul__": "MatrixMultiply",
}
REFLECTED = {name.replace("__", "__r", 1): operator for name, operator in OPERATOR_METHODS.items()}


@_of_tensors("__neg__", "__abs__")
def _sign(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return numeric(m, node, [value], Flow.FLOWS) if not args.all() else None


@_of_tensors(*OPERATOR_METHODS, *REFLECTED)
def _operator(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``t.__mul__(a)`` and ``t.__rmul__(a)``: what the operator does."""
    if len(args.positional) != 1 or not args.certain:
        return None
    (other,) = args.positional
    if name in OPERATOR_METHODS:
        return binary(m, node, OPERATOR_METHODS[name], value, other)
    return binary(m, node, REFLECTED[name], other, value)


@_of_tensors("numpy")
def _numpy(m: Machine, value: Tensor | Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy", "array", value.dtype)


@_of_tensors("item", "tolist")
def _item(m: Machine, value: Tensor | Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if m.mode is not Mode.GRAPH:
        return None
    return leave(m, node, [value], FaultKind.NUMPY_METHOD, f".{name}", "scalar", value.dtype)


@_of_tensors("get_shape", "__len__")
def _shape(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return static(m, value, "shape", node)


@_of_tensors("eval")
def _eval(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> None:
    m.tell(MethodCalled(value, name, args, node))


@_of_tensors("set_shape")
def _set_shape(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if isinstance(value, Tensor):
        value.open_axes = frozenset()
    return Const(None)


@_of_tensors("ref", "deref", "__iter__", "get_weights")
def _itself(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return value


@methods.handles(Host)
def _of_array(m: Machine, value: Host, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if value.node in m.texts:
        m.tell(BuiltinCalled(node, f"builtins.str.{name}", [value]))
        return texts.text(m, node, [value])
    inputs = [Edge(part) for part in parts(m, [value, *args.all()])]
    made = m.operation(node, inputs)
    if name in ("item", "__float__", "__int__"):
        return Host(made, "scalar", value.dtype)
    if name == "tolist":
        return Items("list", {Items.items: Spread(Host(made, "scalar", value.dtype))})
    if name in ("argmax", "argmin", "argsort"):
        return Host(made, "array", INT)
    if name == "astype":
        return Host(made, value.kind, dtype_named(args.get(0, "dtype")))
    return Host(made, value.kind, value.dtype)


# -- others --------------------------------------------------------------------------------------


@methods.handles(Const)
def _of_constant(m: Machine, value: Const, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if isinstance(value.value, str):
        if name == "format":
            return texts.filled(m, node, value.value, args.positional, args.keywords)
        if name in ("split", "splitlines"):
            text = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
            return Items("list", {Items.items: Spread(text)})
        if name in ("lower", "upper", "strip") and not args.all():
            return Const(getattr(value.value, name)())
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    return m.opaque(node, [value, *args.all()])


@methods.handles(Unknown)
def _of_unknown(m: Machine, value: Unknown, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if name == "numpy" and not args.all():
        return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy")
    if name == "apply_gradients":
        m.tell(MethodCalled(value, name, args, node))
    if name in ("append", "extend", "item", "tolist") or name.startswith("assign"):
        return m.opaque(node, [value, *args.all()])
    return None


@methods.handles(Weights, "numpy")
def _weights_as_arrays(m: Machine, value: Weights, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy", "array", FLOAT)


@methods.handles(Weights, *VARIABLE_ASSIGNMENTS)
def _assign_weights(m: Machine, value: Weights, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not isinstance(value.owner, (Object, Instance)):
        return None
    assign_weights(m, value.owner, args.all(), name, node)
    return value


@methods.handles(Function, "get_concrete_function")
@methods.handles(TracedCallable, "get_concrete_function")
@methods.handles(Method, "get_concrete_function")
def _concrete(m: Machine, value: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return value
