"""Methods of values whose class is not the project's: tapes, tensors, arrays, lists, dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.checks import host_reads, keras_tensors, python_values, side_effects, untracked_variables
from tfgraphlint.interpret.core.frames import Spread, join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.store import MISSING, State
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.values import (
    ANY,
    FLOAT,
    INT,
    OTHER,
    STRING,
    Const,
    Dict,
    Function,
    Host,
    Instance,
    Items,
    LibraryMethod,
    Method,
    Object,
    Super,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Value,
    Variable,
    Weights,
    sequence,
)
from tfgraphlint.interpret.gradients import tapes, verdicts
from tfgraphlint.interpret.python.calls import Arguments, unknown_call
from tfgraphlint.interpret.python.names import forget_order, set_entry
from tfgraphlint.interpret.python.operators import binary, numeric, parts, read

LOGGED = ("debug", "info", "warning", "warn", "error", "critical", "exception", "log", "fatal")


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
            side_effects.container_called(m, receiver, name, args, node)
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
        case Object(kind="logger"):
            if name in LOGGED:
                host_reads.printed(m, node, args.all(), f"logging.{name}")
            return Const(None)
        case Object() | Instance() | Super():
            from tfgraphlint.libraries.keras import objects

            return objects.call_method(m, receiver, name, args, node)
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
        return Object("tensorflow.stop_recording", m.leaf(Kind.OPAQUE, node), "stop_recording", {"tape": tape})
    if name == "__enter__":
        m.store.write(m.recording, "mask", m.active | tape.bit)
        m.store.write(tape.state, "entered_at", m.place(node))
        return tape
    if name == "__exit__":
        m.store.write(m.recording, "mask", m.active & ~tape.bit)
        return Const(None)
    if name != "watched_variables":
        tapes.escape(m, tape)
    return m.opaque(node)


def leave(
    m: Machine, node: cst.CSTNode, values: Sequence[Value], kind: FaultKind, name: str, result: str = "array",
    dtype: str = ANY,
) -> Host:
    """The host value that these values become when they leave TensorFlow through ``name``."""
    fault = m.fault(kind, node, name, _text(m, node))
    further = replace(fault, outside=True)
    host_reads.host_read(m, node, values, kind, name)
    keras_tensors.read(m, node, values, kind, name)
    edges = [
        Edge(part, Flow.CUT, further if isinstance(value, Host) else fault)
        for value in values for part in parts(m, [value])
    ]
    return Host(m.operation(node, edges), result, dtype)


def _text(m: Machine, node: cst.CSTNode) -> str:
    if isinstance(node, cst.Call):
        inner = node.func.value if isinstance(node.func, cst.Attribute) else None
        if node.args:
            inner = node.args[0].value
        if inner is not None:
            return m.frame.scope.tree.code(inner)
    return m.frame.scope.tree.code(node)


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
    fault = m.fault(FaultKind.ASSIGN, node, name, _text(m, node))
    entries = tuple((part, fault) for part in parts(m, values) if part.kind is not Kind.CONSTANT)
    for state in states:
        before = state.get("assigned", ()) if keeps else ()
        if entries or before:
            m.store.write(state, "assigned", tuple(before) + entries)


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
        from tfgraphlint.interpret.python.attributes import static

        return static(m, value, "shape", node)
    if name == "eval":
        from tfgraphlint.libraries.tensorflow import graph_api

        graph_api.evaluated(m, value, node)
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
        return Items("list", {"items": Spread(Host(made, "scalar", value.dtype))})
    if name in ("argmax", "argmin", "argsort"):
        return Host(made, "array", INT)
    if name == "astype":
        return Host(made, value.kind, dtype_named(args.get(0, "dtype")))
    return Host(made, value.kind, value.dtype)


def dtype_named(value: Value | None) -> str:
    """The kind of number that a dtype argument names: ``tf.float32``, ``"int64"``, ``float``."""
    from tfgraphlint.interpret.core.values import BOOL, COMPLEX, Library

    name = ""
    if isinstance(value, Library):
        name = value.name.rpartition(".")[2]
    elif isinstance(value, Const) and isinstance(value.value, str):
        name = value.value
    for start, kind in (("float", FLOAT), ("bfloat", FLOAT), ("half", FLOAT), ("double", FLOAT), ("single", FLOAT),
                        ("int", INT), ("uint", INT), ("bool", BOOL), ("str", STRING), ("complex", COMPLEX)):
        if name.startswith(start):
            return kind
    return ANY


def extend_list(m: Machine, value: Items, more: Value, node: cst.CSTNode) -> None:
    """``list += more`` or ``list.extend(more)``."""
    items = value.state["items"]
    added = more.state["items"] if isinstance(more, Items) else None
    if isinstance(items, tuple) and isinstance(added, tuple) and len(items) + len(added) < 64:
        m.store.write(value.state, "items", items + added)
    elif isinstance(more, Weights) and isinstance(items, tuple):
        m.store.write(value.state, "items", (*items, more))
    else:
        from tfgraphlint.interpret.python.iteration import element_of

        held = elements(value) + (elements(more) if isinstance(more, (Items, Dict)) else [element_of(m, more, node)])
        if held:
            m.store.write(value.state, "items", Spread(join(held)))


def _append(m: Machine, value: Items, new: Value) -> None:
    items = value.state["items"]
    if isinstance(items, tuple) and len(items) < 64:
        m.store.write(value.state, "items", (*items, new))
    else:
        m.store.write(value.state, "items", Spread(join([*elements(value), new])))


def _insert(m: Machine, value: Items, at: Value, new: Value) -> None:
    items = value.state["items"]
    if isinstance(items, tuple) and isinstance(at, Const) and isinstance(at.value, int) and len(items) < 64:
        held = list(items)
        held.insert(at.value, new)
        m.store.write(value.state, "items", tuple(held))
    else:
        forget_order(m, value, [new])


def _named_tuple(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A named tuple itself stays as it is, whatever is made of it."""
    named = dict(zip(value.state["fields"], value.state["items"]))
    if name == "_asdict":
        return Dict(dict(named))
    if name == "_replace" and args.certain and args.keywords.keys() <= named.keys():
        return Items("tuple", {**value.state, "items": tuple({**named, **args.keywords}.values())})
    return unknown_call(m, [value], args, node)


def _list(m: Machine, value: Items, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if args.positional else None
    items = value.state["items"]
    if "fields" in value.state and isinstance(items, tuple) and name not in ("index", "count", "__getitem__"):
        return _named_tuple(m, value, name, args, node)
    if name in ("append", "add") and first is not None:
        _append(m, value, first)
        untracked_variables.appended(m, node, first)
        return Const(None)
    if name == "appendleft" and first is not None:
        _insert(m, value, Const(0), first)
        return Const(None)
    if name == "extend" and first is not None:
        extend_list(m, value, first, node)
        return Const(None)
    if name == "insert" and len(args.positional) == 2:
        _insert(m, value, *args.positional)
        return Const(None)
    if name in ("pop", "popleft") and isinstance(items, tuple) and items:
        at = 0 if name == "popleft" else -1
        if isinstance(first, Const) and isinstance(first.value, int) and -len(items) <= first.value < len(items):
            at = first.value
        if first is None or isinstance(first, Const):
            rest = list(items)
            taken = rest.pop(at)
            m.store.write(value.state, "items", tuple(rest))
            return taken  # type: ignore[no-any-return]
    if name == "clear":
        m.store.write(value.state, "items", ())
        return Const(None)
    if name == "reverse" and isinstance(items, tuple):
        m.store.write(value.state, "items", items[::-1])
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
        python_values.looked_up(m, node, value, args.get(0, "key"))
    held = elements(value)
    keys = [key for key in value.state if key is not OTHER]
    exact = OTHER not in value.state
    if name == "values":
        return sequence("list", held) if exact else Items("list", {"items": Spread(join(held))})
    if name == "keys":
        names = [Const(key) for key in keys]
        if exact:
            return sequence("list", names)
        return Items("list", {"items": Spread(Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING))})
    if name == "items":
        pairs = [sequence("tuple", [Const(key), value.state[key]]) for key in keys]
        if exact:
            return sequence("list", pairs)
        text = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
        return Items("list", {"items": Spread(sequence("tuple", [text, join(held)]))})
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


def update_dict(m: Machine, value: Dict, args: Arguments, node: cst.CSTNode) -> Value:
    """``value.update(...)`` and ``value |= ...``."""
    for given in args.positional:
        if isinstance(given, Dict):
            for key, new in given.state.items():
                set_entry(m, value, None if key is OTHER else Const(key), new)
        else:
            set_entry(m, value, None, m.opaque(node, [given]))
    for key, new in args.keywords.items():
        m.store.write(value.state, key, new)
    return Const(None)


def _constant(m: Machine, value: Const, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if isinstance(value.value, str):
        if name == "format":
            return python_values.filled(m, node, value.value, args.positional, args.keywords)
        if name in ("split", "splitlines"):
            text = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
            return Items("list", {"items": Spread(text)})
        if name in ("lower", "upper", "strip") and not args.all():
            return Const(getattr(value.value, name)())
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    return m.opaque(node, [value, *args.all()])


def _unknown(m: Machine, value: Unknown, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name == "numpy" and not args.all():
        return leave(m, node, [value], FaultKind.NUMPY_METHOD, ".numpy")
    if name == "apply_gradients":
        from tfgraphlint.libraries.keras import optimizers

        optimizers.check_applied(m, args, node)
    if name in ("append", "extend", "item", "tolist") or name.startswith("assign"):
        return m.opaque(node, [value, *args.all()])
    return unknown_call(m, [value], args, node)

