"""Functions that may give back the very object they were given: then no operation runs, and nothing is recorded.

What was read before a tape recorded is then no less on it than the tensor or variable itself.
"""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core import graph_state
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import argument_text
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, parts
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node, join_nodes
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ANY, BOOL, FLOAT, INT, STRING, Items, Tensor, Variable

# Layers that give back their input when they are not training, or always.
LAYERS = frozenset({
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "GaussianNoise",
    "AlphaDropout", "ActivityRegularization", "Activation", "Identity",
})


def perhaps(value: Value, made: Node) -> Node:
    """The node of a result that is ``value`` itself or was ``made`` from it."""
    return join_nodes([value.node, made]) if isinstance(value, (Tensor, Variable)) else made


@functions.handles("tensorflow.cast", "tensorflow.compat.v1.cast", "tensorflow.saturate_cast", "keras.ops.cast",
                   "tensorflow.keras.ops.cast", "tensorflow.keras.backend.cast", "tensorflow.dtypes.cast",
                   "tensorflow.compat.v1.to_float")
def _cast(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What has the dtype already is returned as it is, variables too."""
    value = args.get(0, "x")
    dtype = FLOAT if name.endswith("to_float") else dtype_named(args.get(1, "dtype"))
    if value is None:
        return None
    inputs = parts(m, [value])
    if dtype in (INT, BOOL, STRING) and dtype_of(value) not in (INT, BOOL, STRING):
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, name, argument_text(m, node))
        edges = [Edge(part, Flow.CUT, fault) for part in inputs]
    else:
        edges = [Edge(part) for part in inputs]
    made = m.operation(node, edges)
    if made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
    elif dtype == dtype_of(value) or ANY in (dtype, dtype_of(value)):
        made = perhaps(value, made)
    return m.tensor(made, dtype, keras=isinstance(value, Tensor) and value.keras)


@functions.handles("tensorflow.math.real", "tensorflow.math.conj", "keras.ops.real", "keras.ops.conj",
                   "keras.ops.conjugate",
                   "tensorflow.experimental.numpy.real", "tensorflow.experimental.numpy.conj",
                   "tensorflow.experimental.numpy.conjugate")
def _real(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """The real part and the conjugate of a real tensor."""
    value = _first(args)
    if isinstance(value, Tensor) and value.dtype in (FLOAT, ANY):
        return value if value.dtype == FLOAT else m.tensor(perhaps(value, m.operation(node, [Edge(value.node)])))
    return None


@functions.handles("keras.activations.linear", "keras.ops.array", *(
    f"keras.applications.{model}.preprocess_input"
    for model in ("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3")
))
def _itself(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = _first(args)
    return value if isinstance(value, (Tensor, Variable)) and len(args.all()) == 1 else None


@functions.handles("keras.ops.stack", "tensorflow.experimental.numpy.asarray",
                   "tensorflow.experimental.numpy.atleast_1d", "tensorflow.experimental.numpy.atleast_2d")
def _alone(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """One tensor where a list of them, or an array, may stand."""
    value = _first(args)
    if isinstance(value, Tensor):
        return m.tensor(perhaps(value, m.operation(node, [Edge(value.node)])), value.dtype, keras=value.keras)
    return None


@functions.handles("tensorflow.add_n", "tensorflow.math.accumulate_n")
def _add_n(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "inputs")
    if value is None:
        return None
    held = elements(value)
    items = value.items if isinstance(value, Items) else None
    if not _several_of_one_trace(items) and any(graph_state.is_out_of_scope(m, item) for item in held):
        return join(held)  # of a single tensor it gives that tensor, whichever graph it is of
    if isinstance(items, tuple) and len(items) == 1 and isinstance(items[0], Tensor):
        return items[0]
    return m.tensor(m.operation(node, [Edge(part) for part in parts(m, [value])], additive=True), FLOAT)


def _several_of_one_trace(items: object) -> bool:
    """Whether more than one tensor of one graph is there: what is traced once leaves one, called often or not."""
    graphs = [item.graph for item in items if isinstance(item, Tensor)] if isinstance(items, tuple) else []
    return len(graphs) > len(set(graphs))


@functions.handles("tensorflow.nn.dropout")
def _dropout(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value, rate = _first(args), args.get(1, "rate")
    nothing = isinstance(rate, Const) and not isinstance(rate.value, str) and not rate.value
    return value if isinstance(value, Tensor) and nothing else None


def _first(args: Arguments) -> Value | None:
    return args.positional[0] if args.positional else next(iter(args.keywords.values()), None)
