"""Variables, constants and tensors made of other values, and cuts on purpose."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import VariableMade
from tfgraphlint.interpret.core.leaving import argument_text
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, is_no_number, parts, read
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.structures import is_constant
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    FLOAT,
    Host,
    Items,
    Tensor,
    Variable,
    sequence,
)
from tfgraphlint.libraries.tensorflow import identity_functions
from tfgraphlint.libraries.words import VARIABLE_MAKERS


@functions.handles(*VARIABLE_MAKERS)
def _variable(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    initial = args.get(0, "initial_value") or args.keywords.get("initializer")
    by_position = not name.endswith(("keras.Variable", "backend.variable"))  # others have the dtype there
    flag = args.get(1, "trainable") if by_position else args.keywords.get("trainable")
    trainable: bool | None = True
    if flag is not None and not (isinstance(flag, Const) and flag.value is None):
        trainable = bool(flag.value) if isinstance(flag, Const) else None
    if not args.certain:
        trainable = None
    m.tell(VariableMade(node, name, initial))
    made = Node(Kind.VARIABLE, m.place(node), active=m.active, trainable=trainable)
    if initial is not None and not is_constant(initial):
        fault = m.fault(FaultKind.REWRAP, node, name, argument_text(m, node))
        made.edges = tuple(Edge(part, Flow.CUT, fault) for part in m.nodes([initial]))
    made.operation, made.operands = name, (initial,) if initial is not None else ()
    dtype = dtype_named(args.keywords.get("dtype"))
    if dtype == ANY and name.endswith("backend.variable"):
        dtype = FLOAT  # whatever it is made of
    elif dtype == ANY and initial is not None:
        dtype = dtype_of(initial)
    return Variable(made, dtype, trainable, keras=m.tables.keras >= 3 and name == "keras.Variable")


@functions.handles("tensorflow.constant", "tensorflow.compat.v1.constant")
def _constant(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "value")
    if value is None:
        return None
    dtype = dtype_named(args.get(1, "dtype"))
    if isinstance(value, Tensor):
        made = m.operation(node, [Edge(value.node)]) if dtype not in (ANY, value.dtype) else value.node
        return m.tensor(made, dtype if dtype != ANY else value.dtype)
    if isinstance(value, Variable):
        fault = m.fault(FaultKind.REWRAP, node, name, argument_text(m, node))
        return m.tensor(m.operation(node, [Edge(read(m, value), Flow.CUT, fault)]), value.dtype)
    return _converted(m, name, value, dtype, node)


@functions.handles("tensorflow.convert_to_tensor", "tensorflow.compat.v1.convert_to_tensor", "tensorflow.identity",
                   "keras.ops.convert_to_tensor", "tensorflow.keras.ops.convert_to_tensor", "tensorflow.stack",
                   "tensorflow.parallel_stack", "tensorflow.keras.backend.constant")
def _convert(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "value") or args.get(0, "values") or args.get(0, "input") or args.get(0, "x")
    if value is None:
        return None
    stacking = name.endswith("stack")
    if stacking and isinstance(value, Tensor):
        made = identity_functions.perhaps(value, m.operation(node, [Edge(value.node)]))
        return m.tensor(made, value.dtype, keras=value.keras)
    dtype = ANY if stacking else dtype_named(args.get(1, "dtype"))
    if isinstance(value, Variable) and name.startswith("keras.") and dtype in (ANY, value.dtype):
        made = m.operation(node, [Edge(read(m, value))])
        return m.tensor(identity_functions.perhaps(value, made), value.dtype)  # Keras lets a variable pass as it is
    if isinstance(value, Tensor) and not stacking:
        same = name.endswith("convert_to_tensor") and dtype in (ANY, value.dtype)
        made = value.node if same else m.operation(node, [Edge(value.node)])
        return m.tensor(made, value.dtype if dtype == ANY else dtype, keras=value.keras)
    return _converted(m, name, value, dtype, node)


def _converted(m: Machine, name: str, value: Value, dtype: str, node: cst.CSTNode) -> Value:
    """A tensor made from arrays, numbers, or lists of tensors."""
    if is_no_number(value):
        return m.opaque(node, [value])
    edges = _rewrapped(m, name, value, node) or [Edge(part) for part in parts(m, [value])]
    made = m.operation(node, edges)
    if made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
    return m.tensor(made, dtype if dtype != ANY else dtype_of(value))


ARRAY_MAKERS = ("numpy.array", "numpy.asarray", "numpy.stack")


def _rewrapped(m: Machine, name: str, value: Value, node: cst.CSTNode) -> list[Edge]:
    """The edges of ``tf.constant(np.array([tensor, tensor]))``: one fault, at the call that wraps anew."""
    if not isinstance(value, Host) or value.node.place is None or not isinstance(node, cst.Call) or not node.args:
        return []
    edges = value.node.edges
    direct = value.node.place.node is node.args[0].value
    if not direct or not edges or not all(e.fault is not None and e.fault.name in ARRAY_MAKERS for e in edges):
        return []
    fault = m.fault(FaultKind.REWRAP, node, name, argument_text(m, node))
    return [Edge(edge.node, Flow.CUT, fault) for edge in edges]


@functions.handles("tensorflow.stop_gradient", "keras.ops.stop_gradient", "tensorflow.keras.ops.stop_gradient",
                   "tensorflow.keras.backend.stop_gradient")
def _stop_gradient(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A cut on purpose: nothing behind it counts."""
    value = args.all()[0] if args.all() else None
    if isinstance(value, Items) and isinstance(value.items, tuple):
        return sequence(value.kind, [_stopped(m, item, node) for item in value.items])
    return _stopped(m, value, node) if value is not None else m.opaque(node)


def _stopped(m: Machine, value: Value, node: cst.CSTNode) -> Tensor:
    made = m.operation(node, [Edge(part, Flow.STOPPED) for part in parts(m, [value])])
    return m.tensor(made, dtype_of(value))
