"""Methods of values whose class is not the project's: tapes, tensors, arrays, lists, dictionaries."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.core import texts, unknown_calls
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import Appended, ContainerCalled, Hashed, MethodCalled
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import leave, value_text
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import StopRecording
from tfgraphlint.interpret.core.operands import dtype_named, parts, read
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.store import MISSING, State
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    INT,
    OTHER,
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
    sequence,
)
from tfgraphlint.interpret.gradients import tapes, verdicts
from tfgraphlint.interpret.python.attributes import static
from tfgraphlint.interpret.python.containers import append, extend_list, forget_order, insert, update_dict
from tfgraphlint.interpret.python.operators import binary, numeric


def call(m: Machine, method: LibraryMethod, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of ``receiver.name(...)``."""
    receiver, name = method.receiver, method.name
    match receiver:
        case Tape():
            return _tape(m, receiver, name, args, node)
        case Variable():
            return _variable(m, receiver, name, args, node)
        case Tensor():
            return _tensor(m, receiver, name, args, node)
        case Host():
            return _host(m, receiver, name, args, node)
        case Items() | Dict() if m.graphs:
            m.tell(ContainerCalled(receiver, name, args, node))
            return _list(m, receiver, name, args, node) if isinstance(receiver, Items) else _dict(
                m, receiver, name, args, node)
        case Items():
            return _list(m, receiver, name, args, node)
        case Dict():
            return _dict(m, receiver, name, args, node)
        case Const():
            return _constant(m, receiver, name, args, node)
        case Unknown():
            return _unknown(m, receiver, name, args, node)
        case Object() | Instance() | Super():

            return m.libraries.call_method(m, receiver, name, args, node)
        case Weights() if name == "numpy":
            return leave(m, node, [receiver], FaultKind.NUMPY_METHOD, ".numpy", "array", FLOAT)
        case Weights(owner=Object() | Instance() as owner) if name in ASSIGNMENTS:
            assign_weights(m, owner, args.all(), name, node)
            return receiver
        case Function() | TracedCallable() | Method() if name == "get_concrete_function":
            return receiver
    return unknown_call(m, [receiver], args, node)


def _tape(m: Machine, tape: Tape, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in ("gradient", "jacobian", "batch_jacobian"):
        return verdicts.query(m, tape, name, args, node)
    if name == "watch":
        return tapes.watch(m, tape, args, node)
    if name == "reset":
        tapes.reset(m, tape)
        return Const(None)
    if name == "stop_recording":
        return StopRecording("tensorflow.stop_recording", m.leaf(Kind.OPAQUE, node), {StopRecording.tape: tape})
    if name == "__enter__":
        m.record_on(m.active | tape.bit)
        m.store.set(tape, Tape.entered_at, m.place(node))
        return tape
    if name == "__exit__":
        m.record_on(m.active & ~tape.bit)
        return Const(None)
    if name != "watched_variables":
        unknown_calls.escape(m, tape)
    return m.opaque(node)


def _variable(m: Machine, value: Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in ASSIGNMENTS:
        return _assign(m, value, name, args, node)
    if name in ("value", "read_value"):
        return m.tensor(m.operation(node, [Edge(read(m, value))]), value.dtype)
    return _tensor(m, value, name, args, node)


ASSIGNMENTS = ("assign", "assign_add", "assign_sub", "scatter_update", "scatter_nd_update")


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
        held.state for held in within(owner)
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


# Operators by the names of the methods that they call, from the left operand.
OPERATOR_METHODS = {
    "__add__": "Add", "__sub__": "Subtract", "__mul__": "Multiply", "__truediv__": "Divide", "__pow__": "Power",
    "__floordiv__": "FloorDivide", "__mod__": "Modulo", "__matmul__": "MatrixMultiply",
}


def _operator_called(
    m: Machine, value: Tensor | Variable, name: str, args: Arguments, node: cst.CSTNode
) -> Value | None:
    """``t.__mul__(a)`` and ``t.__rmul__(a)``: what the operator does."""
    if name in ("__neg__", "__abs__") and not args.all():
        return numeric(m, node, [value], Flow.FLOWS)
    if len(args.positional) != 1 or not args.certain:
        return None
    (other,) = args.positional
    if name in OPERATOR_METHODS:
        return binary(m, node, OPERATOR_METHODS[name], value, other)
    reflected = name.replace("__r", "__", 1)
    return binary(m, node, OPERATOR_METHODS[reflected], other, value) if reflected in OPERATOR_METHODS else None


def _tensor(m: Machine, value: Tensor | Variable, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    operated = _operator_called(m, value, name, args, node) if name.startswith("__") else None
    if operated is not None:
        return operated
    if name == "numpy":
        return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy", "array", value.dtype)
    if name in ("item", "tolist") and m.mode is Mode.GRAPH:
        return leave(m, node, [value], FaultKind.NUMPY_METHOD, f".{name}", "scalar", value.dtype)
    if name in ASSIGNMENTS and isinstance(value, Tensor) and value.slice_of is not None:
        return _assign(m, value.slice_of, name, args, node, keeps=True)
    if name in ("get_shape", "__len__"):
        return static(m, value, "shape", node)
    if name == "eval":
        m.tell(MethodCalled(value, name, args, node))
    if name == "set_shape":
        if isinstance(value, Tensor):
            value.open_axes = frozenset()
        return Const(None)
    if name in ("ref", "deref", "__iter__", "get_weights"):
        return value
    return unknown_call(m, [value], args, node)


def _host(m: Machine, value: Host, name: str, args: Arguments, node: cst.CSTNode) -> Value:
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


def _named_tuple(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A named tuple itself stays as it is, whatever is made of it."""
    named = dict(zip(value.fields, elements(value)))
    if name == "_asdict":
        return Dict(dict(named))
    if name == "_replace" and args.certain and args.keywords.keys() <= named.keys():
        return Items("tuple", {**value.state, Items.items: tuple({**named, **args.keywords}.values())})
    return unknown_call(m, [value], args, node)


def _list(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if args.positional else None
    items = value.items
    if value.fields and isinstance(items, tuple) and name not in ("index", "count", "__getitem__"):
        return _named_tuple(m, value, name, args, node)
    if name in ("append", "add") and first is not None:
        append(m, value, first)
        m.tell(Appended(node, first))
        return Const(None)
    if name == "appendleft" and first is not None:
        insert(m, value, Const(0), first)
        return Const(None)
    if name == "extend" and first is not None:
        extend_list(m, value, first, node)
        return Const(None)
    if name == "insert" and len(args.positional) == 2:
        insert(m, value, *args.positional)
        return Const(None)
    if name in ("pop", "popleft") and isinstance(items, tuple) and items:
        at = 0 if name == "popleft" else -1
        if isinstance(first, Const) and isinstance(first.value, int) and -len(items) <= first.value < len(items):
            at = first.value
        if first is None or isinstance(first, Const):
            rest = list(items)
            taken = rest.pop(at)
            m.store.set(value, Items.items, tuple(rest))
            return taken  # type: ignore[no-any-return]
    if name == "clear":
        m.store.set(value, Items.items, ())
        return Const(None)
    if name == "reverse" and isinstance(items, tuple):
        m.store.set(value, Items.items, items[::-1])
        return Const(None)
    if name in ("sort", "reverse", "remove", "discard", "rotate"):
        forget_order(m, value)
        return Const(None)
    if name == "copy":
        return Items(value.kind, dict(value.state))
    if name in ("index", "count"):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)
    held = elements(value)
    if name == "__getitem__":
        return join(held) if held else m.opaque(node)
    forget_order(m, value, args.all())
    if name in ("pop", "popleft"):
        return join(held) if held else m.opaque(node)
    return unknown_call(m, [value], args, node)


def _dict(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in ("get", "pop", "setdefault"):
        key = args.get(0, "key")
        if key is not None:
            m.tell(Hashed(node, key))
    held = elements(value)
    keys = [key for key in value.state if key is not OTHER]
    exact = OTHER not in value.state
    if name == "values":
        return sequence("list", held) if exact else Items("list", {Items.items: Spread(join(held))})
    if name == "keys":
        names = [Const(key) for key in keys]
        if exact:
            return sequence("list", names)
        return Items("list", {Items.items: Spread(Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING))})
    if name == "items":
        pairs = [sequence("tuple", [Const(key), value.state[key]]) for key in keys]
        if exact:
            return sequence("list", pairs)
        text = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
        return Items("list", {Items.items: Spread(sequence("tuple", [text, join(held)]))})
    if name in ("get", "pop", "setdefault"):
        return _get(m, value, name, args, node)
    if name == "update":
        return update_dict(m, value, args, node)
    if name == "copy":
        return Dict(dict(value.state))
    if name == "clear":
        for key in list(value.state):
            m.store.write(value.state, key, MISSING)
        return Const(None)
    return unknown_call(m, [value], args, node)


def _get(m: Machine, value: Dict, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    key = args.positional[0] if args.positional else None
    default = args.positional[1] if len(args.positional) > 1 else Const(None)
    if isinstance(key, Const):
        found = value.state.get(key.value)
        if found is not None:
            if name == "pop":
                m.store.write(value.state, key.value, MISSING)
            return found  # type: ignore[no-any-return]
        if OTHER not in value.state:
            if name == "setdefault":
                m.store.write(value.state, key.value, default)
            return default
    held = elements(value)
    return join([*held, default]) if held else m.opaque(node, [value])


def _constant(m: Machine, value: Const, name: str, args: Arguments, node: cst.CSTNode) -> Value:
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


def _unknown(m: Machine, value: Unknown, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name == "numpy" and not args.all():
        return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy")
    if name == "apply_gradients":

        m.tell(MethodCalled(value, name, args, node))
    if name in ("append", "extend", "item", "tolist") or name.startswith("assign"):
        return m.opaque(node, [value, *args.all()])
    return unknown_call(m, [value], args, node)
