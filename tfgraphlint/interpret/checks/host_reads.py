"""What certainly goes wrong while a graph is traced: values read, variables made, numbers frozen."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.tracing import (
    FrozenWhileTraced,
    Given,
    HostRead,
    ItemAssigned,
    NameGiven,
    PrintedWhileTraced,
    VariableCreated,
)
from tfgraphlint.interpret.core import keras_symbols
from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.events import (
    HostValueDrawn,
    LibraryCalled,
    Printed,
    TensorAssigned,
    TensorItemSet,
    ValueRead,
    VariableMade,
)
from tfgraphlint.interpret.core.graph_state import (
    holds_symbolic,
    in_graph,
    in_trace,
    is_assumed,
    is_guarded,
    is_symbolic,
    runs_once,
    shows_symbolic,
)
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.provenance import PART, Node
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ANY, INT, Host, Items, Library, Tensor, Unknown, Variable


def _may_be_key(value: Value) -> bool:
    """Whether the value may be a text: what a loop over a dictionary sees that Keras passes."""
    node = value.node if isinstance(value, Tensor) and is_assumed(value) else None
    while node is not None and node.operation != "Element":
        node = node.edges[0].node if node.edges else None
    return node is not None


def host_read(m: Machine, event: ValueRead) -> None:
    """Report that values leave TensorFlow here, where one of them is symbolic."""
    node, values, kind, name = event
    if name == "tensorflow.get_static_value":
        return  # gives None for what is not known yet, and raises nothing
    if name.endswith("backend.get_value") and any(isinstance(value, Variable) for value in values):
        return  # reads the value that the variable has while tracing
    if kind is FaultKind.PYTHON_SCALAR:
        values = [value for value in values if not _may_be_key(value)]
    if in_graph(m) and any(holds_symbolic(value) or _is_argument(m, value, kind) for value in values):
        emit_read(m, node, name, kind, values)


def emit_read(m: Machine, node: cst.CSTNode, name: str, kind: FaultKind, values: Sequence[Value]) -> None:
    """Yield that ``values`` are read at ``node``."""
    known, given = m.running, tuple(_given(value) for value in values)
    m.emit(HostRead(m.place(node), name, known.by, known.why, tuple(m.calls), kind, given, is_converted(m)))


def _given(value: Value) -> Given:
    if isinstance(value, Tensor):
        return Given(True, value.dtype, value.rank, 0 in value.open_axes)
    is_variable = isinstance(value, Variable)
    return Given(is_variable, dtype_of(value), variable=is_variable)


def _is_argument(m: Machine, value: Value, kind: FaultKind) -> bool:
    """``x.numpy()`` of a variable, or of an argument of the traced function: what has that method is a tensor there."""
    if isinstance(value, Variable) or kind is FaultKind.NUMPY_CALL and isinstance(value, Items) and any(
        isinstance(held, Variable) for held in within(value)
    ):
        return True
    if kind is not FaultKind.NUMPY_METHOD or not isinstance(value, Unknown) or is_guarded(m, m.outside, options=True):
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
    while node.operation in ("", PART) and node.place is not None and node.edges:
        if not isinstance(node.place.node, cst.Subscript):
            break
        node = node.edges[0].node
    record = m.tables.function(node.operation) if node.operation.startswith("tensorflow.") else None
    return record is not None and node.calls is m.chain and record.returns.startswith(("tensor", "object"))


def printed(m: Machine, event: Printed) -> None:
    """Report a tensor or variable that is printed without its numbers: once for each trace."""
    node, values, name = event
    if in_trace(m) and not runs_once(m) and any(shows_symbolic(m, value) for value in values):
        texts = any(isinstance(value, Host) and value.node in m.texts for value in values)
        known, calls = m.running, tuple(m.calls)
        m.emit(PrintedWhileTraced(m.place(node), name, known.by, known.why, calls, texts, _is_compiled(m)))


def _is_compiled(m: Machine) -> bool:
    return m.running.traced is not None and m.running.traced.jit


def variable_made(m: Machine, event: VariableMade) -> None:
    """Report a variable that each call of traced code makes anew."""
    node, name, initial = event
    if keras_symbols.infers_shapes(m) and not (isinstance(initial, Tensor) and is_symbolic(initial)):
        return  # nothing is raised before the model is called in a graph
    kept = isinstance(m.frame.statement, cst.Assign) and any(
        not isinstance(target.target, cst.Name) for target in m.frame.statement.targets
    )
    if in_trace(m) and not runs_once(m) and not is_guarded(m, m.outside, returns=True, options=not kept):
        m.emit(VariableCreated(m.place(node), name, m.running.by, m.running.why, tuple(m.calls)))


def frozen(m: Machine, event: HostValueDrawn) -> None:
    """Report a random number or the time in traced code."""
    node, name = event
    if in_trace(m) and not runs_once(m):
        known, calls = m.running, tuple(m.calls)
        m.emit(FrozenWhileTraced(m.place(node), name, known.by, known.why, calls, is_converted(m), _is_compiled(m)))


def item_assigned(m: Machine, event: TensorItemSet) -> None:
    """Report ``t[i] = v``, which neither tensors nor variables support, in any mode."""
    value, index, target = event
    if m.guards or m.alternatives or isinstance(value, Tensor) and is_assumed(value):
        return
    if "keras.ops." in value.node.operation:
        return  # another backend than TensorFlow has tensors with items to assign
    plain = all(_is_number(item) for item in index)
    m.emit(ItemAssigned(m.place(target), isinstance(value, Variable), plain, tuple(m.calls)))


def tensor_assigned(m: Machine, event: TensorAssigned) -> None:
    """Report ``t.assign(v)`` and ``t[i].assign(v)`` where ``t`` is what a function of TensorFlow has computed."""
    value, name, node = event
    owner = node.func.value if isinstance(node.func, cst.Attribute) else node
    while isinstance(owner, cst.Subscript):
        owner = owner.value
    if m.guards or m.alternatives or not isinstance(owner, (cst.Name, cst.Attribute)):
        return
    whole = m.evaluate(owner)
    if isinstance(whole, Tensor) and _is_computed(m, whole) and not is_assumed(whole):
        m.emit(ItemAssigned(m.place(node), False, calls=tuple(m.calls), method=name))


def _is_computed(m: Machine, value: Tensor) -> bool:
    """Whether a function of TensorFlow certainly gave this tensor: an item of a variable can be assigned."""
    operation = value.node.operation
    record = m.tables.function(operation) if operation.startswith("tensorflow.") else None
    return record is not None and record.returns.startswith("tensor") and ".v1." not in operation


def _is_number(value: Value | None) -> bool:
    if isinstance(value, Const):
        return type(value.value) is int and value.value >= 0
    return isinstance(value, Unknown) or isinstance(value, (Tensor, Host)) and value.dtype in (ANY, INT)


def name_given(m: Machine, event: LibraryCalled) -> None:
    """Report a positional argument that lands in ``name`` and is no string, unless it is as good as nothing."""
    name, args, node = event
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
    return "list" if isinstance(value, Items) and value.items else ""
