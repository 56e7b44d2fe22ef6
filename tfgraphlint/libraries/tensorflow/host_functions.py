"""Functions that leave TensorFlow: to NumPy, and into bodies that run as Python."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.fields import Certain
from tfgraphlint.interpret.core.leaving import argument_text, leave
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, parts
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node, Verdict, judge, reaches
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    Host,
    Items,
    Tape,
    Tensor,
    Unknown,
    Variable,
    sequence,
)


@functions.handles("tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
                   "keras.ops.convert_to_numpy", "tensorflow.keras.ops.convert_to_numpy", "tensorflow.make_ndarray",
                   "tensorflow.keras.backend.batch_get_value")
def _to_numpy(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.all():
        return None
    return leave(m, node, args.all()[:1], FaultKind.NUMPY_METHOD, name)


@functions.handles("tensorflow.numpy_function", "tensorflow.compat.v1.py_func", "tensorflow.py_function")
def _py_function(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    function, given = args.get(0, "func"), args.get(1, "inp")
    inputs = elements(given) if isinstance(given, Items) else [given] if given is not None else []
    eager = name.endswith(".py_function")
    flow, outcome = _run_host_body(m, function, inputs, eager, node) if function is not None else (Flow.UNKNOWN, "")
    fault = None
    if flow is Flow.CUT:
        fault = m.fault(FaultKind.PY_FUNCTION, node, name, argument_text(m, node), outcome)
    edges = [Edge(part, flow, fault) for part in parts(m, inputs)]
    return _host_results(m, args.get(2, "Tout"), m.operation(node, edges))


def _host_results(m: Machine, types: Value | None, made: Node) -> Value:
    if isinstance(types, Items):
        return sequence("list", [m.tensor(made, dtype_named(item)) for item in elements(types)])
    return m.tensor(made, dtype_named(types)) if types is not None else Unknown(made)


# What a body of NumPy sends back is one zero, whatever the shape of what it was given. Found by running each: these
# give the gradient its shape again, …
RESHAPED_BY = frozenset({
    "tensorflow.exp", "tensorflow.math.exp", "tensorflow.math.log", "tensorflow.square", "tensorflow.math.square",
    "tensorflow.abs", "tensorflow.math.abs", "tensorflow.sin", "tensorflow.math.sin", "tensorflow.nn.softplus",
    "tensorflow.math.softplus", "tensorflow.clip_by_value", "tensorflow.nn.softmax",
})
# … and through these it passes as it is. Most others, as a product of matrices or a reshape, raise.
PASSED_BY = frozenset({"tensorflow.identity", "tensorflow.cast"})
OPERATORS_WITH_NUMBERS = frozenset({"Add", "Multiply"})


def _passes_scalar(inputs: Sequence[Value]) -> bool:
    """Whether a gradient that is one zero certainly goes back to all that the inputs were computed from."""
    nodes = [value.node for value in inputs if isinstance(value, (Tensor, Variable))]
    if len(nodes) != 1 or len(inputs) != 1:
        return False
    node = nodes[0]
    while node.kind is Kind.OPERATION and node.operation not in RESHAPED_BY:
        numbers = [value for value in node.operands if isinstance(value, Const)]
        with_number = node.operation in OPERATORS_WITH_NUMBERS and len(numbers) == len(node.operands) - 1
        if not (with_number or node.operation in PASSED_BY) or len(node.edges) != 1:
            return False
        node = node.edges[0].node
    return True


def _run_host_body(
    m: Machine, function: Value, inputs: Sequence[Value], eager: bool, node: cst.CSTNode
) -> tuple[Flow, str]:
    """Run the body as host code, and see whether a gradient would come through it."""
    mark = m.store.mark()
    tape = m.new_tape(Tape(0, m.place(node), True, True))
    m.record_on(tape.bit if eager else 0)
    with m.run_as(Running(Mode.EAGER if eager else Mode.UNKNOWN, m.place(node), by="tensorflow.py_function")):
        if eager:
            inner: list[Value] = [Tensor(m.leaf(Kind.TENSOR, node), dtype_of(value)) for value in inputs]
        else:
            inner = [Host(m.leaf(Kind.CONSTANT, node), "array", dtype_of(value)) for value in inputs]
        nodes = {value.node for value in inner if isinstance(value, Tensor)}
        m.store.set(tape, Tape.watched, Certain(nodes))
        result = m.call(function, Arguments(inner), node)
        ends = m.nodes([result])
    m.store.rewind(mark)
    if not eager:
        return Flow.CUT, "none"
    verdicts = {judge(end, nodes, tape.bit, False, {}) for end in ends}
    if verdicts == {Verdict.LOST} and any(reaches(end, nodes) for end in ends):
        return Flow.CUT, "zero" if _passes_scalar(inputs) else "zero or raises"
    return (Flow.FLOWS if verdicts == {Verdict.FLOWS} else Flow.UNKNOWN), ""
