"""What certainly goes wrong while a graph is traced: values read, variables made, numbers frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from tfgraphlint.facts import (
    FaultKind,
    FrozenWhileTraced,
    Given,
    HostRead,
    ItemAssigned,
    Mode,
    NameGiven,
    PrintedWhileTraced,
    VariableCreated,
)
from tfgraphlint.interpret import retracing, shapes
from tfgraphlint.interpret.calls import Arguments, call, traced_mode
from tfgraphlint.interpret.conversion import is_converted
from tfgraphlint.interpret.frames import Frame
from tfgraphlint.interpret.inspect import changed, within
from tfgraphlint.interpret.machine import Machine
from tfgraphlint.interpret.operators import dtype_of
from tfgraphlint.interpret.provenance import Node
from tfgraphlint.interpret.values import (
    ANY,
    INT,
    Const,
    Host,
    Items,
    Library,
    Tensor,
    TracedCallable,
    Unknown,
    Value,
    Variable,
)

ONCE = ("__init__", "build")  # methods that run once, also when a traced call is what makes them run


def is_symbolic(value: Value) -> bool:
    """Whether the value certainly is a tensor of the graph that is being traced."""
    return isinstance(value, Tensor) and value.symbolic and not value.keras


def is_assumed(value: Value) -> bool:
    """Whether the value is an argument that Keras passes, or a part of one: it may be a list or dictionary as well."""
    node = value.node if isinstance(value, Tensor) else None
    while node is not None and node.place is not None:
        written = node.place.node
        if isinstance(written, cst.Param):
            return True
        part = node.operation == "Element" or isinstance(written, cst.Subscript) and len(written.slice) == 1
        node = node.edges[0].node if part and node.edges else None
    return False


def _may_be_key(value: Value) -> bool:
    """Whether the value may be a text: what a loop over a dictionary sees that Keras passes."""
    node = value.node if isinstance(value, Tensor) and is_assumed(value) else None
    while node is not None and node.operation != "Element":
        node = node.edges[0].node if node.edges else None
    return node is not None


def holds_symbolic(value: Value) -> bool:
    """Whether a tensor of the graph is in the value: itself, or in a list, tuple or dictionary."""
    return any(is_symbolic(held) for held in within(value))


def shows_symbolic(m: Machine, value: Value) -> bool:
    """Whether printing the value shows a tensor of the graph, or a variable without its numbers: itself, in a list, in
    a text made before."""
    return (
        holds_symbolic(value) or isinstance(value, Variable) or isinstance(value, Host) and value.node in m.texts
    )


GRAPHS = (
    "tensorflow.Graph", "tensorflow.compat.v1.disable_eager_execution", "tensorflow.compat.v1.disable_v2_behavior",
)


def in_graph(m: Machine) -> bool:
    """Whether what goes wrong in a graph certainly goes wrong here."""
    return m.mode is Mode.GRAPH and not m.guards and not m.alternatives and not m.kinds_asked


def in_trace(m: Machine) -> bool:
    """Whether the code runs anew for each trace, not once as in a graph that is built by hand."""
    return in_graph(m) and m.running.by not in GRAPHS


def host_read(m: Machine, node: cst.CSTNode, values: Sequence[Value], kind: FaultKind, name: str) -> None:
    """Report that values leave TensorFlow here, where one of them is symbolic."""
    if name == "tensorflow.get_static_value":
        return  # gives None for what is not known yet, and raises nothing
    if name.endswith("backend.get_value") and any(isinstance(value, Variable) for value in values):
        return  # reads the value that the variable has while tracing
    if kind is FaultKind.PYTHON_SCALAR:
        values = [value for value in values if not _may_be_key(value)]
    if in_graph(m) and any(holds_symbolic(value) or _is_argument(m, value, kind) for value in values):
        emit_read(m, node, name, kind, values)


def emit_read(m: Machine, node: cst.CSTNode, name: str, kind: FaultKind, values: Sequence[Value]) -> None:
    """Say that ``values`` are read at ``node``."""
    known, given = m.running, tuple(_given(value) for value in values)
    m.emit(HostRead(m.place(node), name, known.by, known.why, tuple(m.calls), kind, given, is_converted(m)))


def _given(value: Value) -> Given:
    if isinstance(value, Tensor):
        return Given(True, value.dtype, value.rank, 0 in value.open_axes)
    return Given(isinstance(value, Variable), dtype_of(value))


def call_traced(m: Machine, function: TracedCallable, args: Arguments, node: cst.CSTNode) -> Value:
    """Call a ``tf.function``: outside of a graph, it is traced and hands out what the graph gives."""
    running = traced_mode(m, function.traced)
    if m.mode is Mode.GRAPH or running.mode is not Mode.GRAPH:
        with m.run_as(running), m.called_by(function.traced.autograph):
            return call(m, function.inner, args, node)
    from tfgraphlint.interpret import frozen

    retracing.called(m, function, args, node)
    trace = frozen.key_of(function)
    frozen.called(m, trace, args)
    with m.run_as(running), m.called_by(function.traced.autograph), frozen.building(m, trace):
        given = symbolic_arguments(m, shapes.specified(m, function.traced, args, node))
        return handed_out(call(m, function.inner, given, node))


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


def _is_argument(m: Machine, value: Value, kind: FaultKind) -> bool:
    """``x.numpy()`` of a variable, or of an argument of the traced function: what has that method is a tensor there."""
    if isinstance(value, Variable) or kind is FaultKind.NUMPY_CALL and isinstance(value, Items) and any(
        isinstance(held, Variable) for held in within(value)
    ):
        return True
    if kind is not FaultKind.NUMPY_METHOD or not isinstance(value, Unknown) or is_guarded(m, m.outside):
        return False
    if _made_in_graph(m, value.node):
        return True
    place = value.node.place
    traced = m.stack[-1] if m.stack else None
    return place is not None and isinstance(place.node, cst.Param) and m.running.traced is not None and (
        traced is not None and place.node in traced.definition.params.params and len(m.stack) == 1
    )


def _made_in_graph(m: Machine, node: Node) -> bool:
    """Whether a TensorFlow function gave it, or what it is an item of, in the trace: a tensor, or several in one."""
    while not node.operation and node.place is not None and isinstance(node.place.node, cst.Subscript) and node.edges:
        node = node.edges[0].node
    record = m.tables.function(node.operation) if node.operation.startswith("tensorflow.") else None
    return record is not None and node.calls is m.chain and record.returns.startswith(("tensor", "object"))


def printed(m: Machine, node: cst.CSTNode, values: Sequence[Value], name: str) -> None:
    """Report a tensor or variable that is printed without its numbers: once for each trace."""
    if in_trace(m) and not runs_once(m) and any(shows_symbolic(m, value) for value in values):
        texts = any(isinstance(value, Host) and value.node in m.texts for value in values)
        known, calls = m.running, tuple(m.calls)
        m.emit(PrintedWhileTraced(m.place(node), name, known.by, known.why, calls, texts, _is_compiled(m)))


def _is_compiled(m: Machine) -> bool:
    return m.running.traced is not None and m.running.traced.jit


def variable_made(m: Machine, node: cst.CSTNode, name: str) -> None:
    """Report a variable that each call of traced code makes anew."""
    if in_trace(m) and not runs_once(m) and not is_guarded(m, m.outside, returns=True):
        m.emit(VariableCreated(m.place(node), name, m.running.by, m.running.why, tuple(m.calls)))


def frozen(m: Machine, node: cst.CSTNode, name: str) -> None:
    """Report a random number or the time in traced code."""
    if in_trace(m) and not runs_once(m):
        known, calls = m.running, tuple(m.calls)
        m.emit(FrozenWhileTraced(m.place(node), name, known.by, known.why, calls, is_converted(m), _is_compiled(m)))


def item_assigned(
    m: Machine, value: Tensor | Variable, index: Sequence[Value | None], target: cst.Subscript
) -> None:
    """Report ``t[i] = v``, which neither tensors nor variables support, in any mode."""
    if m.guards or m.alternatives or isinstance(value, Tensor) and is_assumed(value):
        return
    if "keras.ops." in value.node.operation:
        return  # another backend than TensorFlow has tensors with items to assign
    plain = all(_is_number(item) for item in index)
    m.emit(ItemAssigned(m.place(target), isinstance(value, Variable), plain, tuple(m.calls)))


def _is_number(value: Value | None) -> bool:
    if isinstance(value, Const):
        return type(value.value) is int and value.value >= 0
    return isinstance(value, Unknown) or isinstance(value, (Tensor, Host)) and value.dtype in (ANY, INT)


def name_given(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Report a positional argument that lands in ``name`` and is no string, unless it is as good as nothing."""
    record = m.tables.function(name)
    index = record.params.index("name") if record is not None and "name" in record.params else 0
    if not 0 < index < len(args.positional) or not isinstance(node, cst.Call) or m.alternatives or m.guards:
        return
    kinds = {_kind_of_name(option) for option in m.each(args.positional[index])} - {"unknown"}
    written = args.node(index, "name")
    if len(kinds) == 1 and written is not None and (kind := kinds.pop()):
        m.emit(NameGiven(m.place(written), m.place(node), name, kind, m.mode, tuple(m.calls)))


def _kind_of_name(value: Value) -> str:
    """What a value is that is taken for a name; empty where it may be one."""
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, (Tensor, Variable)):
        return "tensor"
    if isinstance(value, Const):
        return "number" if isinstance(value.value, (int, float)) and value.value else ""
    if isinstance(value, Library):
        return "dtype" if value.name.startswith(("tensorflow.", "numpy.")) else ""
    return "list" if isinstance(value, Items) and value.state["items"] else ""


def is_guarded(m: Machine, outside: int, *, returns: bool = False) -> bool:
    """Whether a condition of Python decides that this code runs, in the functions entered since ``outside`` of them
    ran; with ``returns`` also a return before it."""
    frame: Frame | None = m.frame
    left = len(m.stack) - outside
    while frame is not None and left > 0:
        if any(construct.kind == "if" and not construct.always for construct in frame.around):
            return True
        if returns and len(frame.returns) > len(frame.half_returned):
            return True
        if frame.caller is None and frame.parent is not None and frame.parent.function is frame.function:
            frame = frame.parent  # a comprehension
        else:
            frame, left = frame.caller, left - 1
    return False


def runs_once(m: Machine) -> bool:
    """Whether a method is running that Keras or Python calls once for an object."""
    return any(function.name in ONCE for function in m.stack)
