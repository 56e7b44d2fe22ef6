"""What TensorFlow functions do to abstract values: a few by hand, all others by the derived tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind, Mode
from tfgraphlint.interpret.core import eagerness, graph_state
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import ApplicationMade, EagerSwitchedOn, OperationBuilt, VariableMade
from tfgraphlint.interpret.core.fields import Certain
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import Graph, InitScope, Model, Session, Shape, Spec, TensorArray
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, parts, read
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node, Verdict, judge, reaches
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.scopes import chosen
from tfgraphlint.interpret.core.structures import elements, is_constant
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    STRING,
    Choice,
    Dict,
    Host,
    Items,
    SequenceKind,
    Spread,
    Tape,
    Tensor,
    Unknown,
    Variable,
    Weights,
    sequence,
)
from tfgraphlint.interpret.gradients import tapes
from tfgraphlint.interpret.python.branches import branch
from tfgraphlint.interpret.python.iteration import element_of
from tfgraphlint.libraries.handlers import Handler, Handlers
from tfgraphlint.libraries.keras import models
from tfgraphlint.libraries.tables import FunctionRecord, Tables
from tfgraphlint.libraries.tensorflow import datasets, identity_functions

HANDLERS = Handlers()
handles = HANDLERS.handles


@lru_cache(maxsize=4)
def _handlers(tables: Tables) -> dict[str, Handler]:
    """The handlers by the names under which these tables know their functions."""
    handlers = {**HANDLERS, **identity_functions.HANDLERS}
    return {**handlers, **{tables.canonical(name): handler for name, handler in handlers.items()}}


APPLICATIONS = ("keras.applications.", "tensorflow.keras.applications.")


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of a call of a TensorFlow or Keras function or class."""
    handler = _handlers(m.tables).get(name)
    if handler is not None:
        result = handler(m, name, args, node)
        if result is not None:
            return result
    if name.startswith(("tensorflow.data.", "tensorflow.compat.v1.data.")) and ".Dataset." in name:
        return datasets.make(m, name, args, node)
    if name.startswith(APPLICATIONS) and name.rpartition(".")[2][:1].isupper():
        m.tell(ApplicationMade(name, node))
        return ready_made(m, node)
    made = models.make(m, name, args, node)
    if made is not None:
        return made
    record = m.tables.function(name)
    if record is not None:
        return by_table(m, record, args, node)
    return unknown_call(m, [], args, node)


# -- by the derived tables -----------------------------------------------------------------------


def by_table(m: Machine, record: FunctionRecord, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of a function as its record says."""
    given = _by_parameter(record, args)
    edges: list[Edge] = []
    for name, value in given:
        flow, fault = _flow_of(m, record, name, value, node)
        edges += [Edge(part, flow, fault) for part in parts(m, [value])]
    if not args.certain:
        unseen = [value for value in (args.starred, args.double_starred) if value is not None]
        edges += [Edge(part, Flow.UNKNOWN) for part in m.nodes(unseen)]
    result = _returned(m, record, edges, given, node)
    for name, value in given:
        if name in (record.dtype_argument, "dtype") and isinstance(result, Tensor) and dtype_named(value) != ANY:
            result.dtype = dtype_named(value)
    return result


def _by_parameter(record: FunctionRecord, args: Arguments) -> list[tuple[str, Value]]:
    found = [(record.parameter(index) or "", value) for index, value in enumerate(args.positional)]
    found.extend(args.keywords.items())
    return found


def _flow_of(
    m: Machine, record: FunctionRecord, name: str, value: Value, node: cst.CSTNode
) -> tuple[Flow, Fault | None]:
    if is_constant(value):
        return Flow.FLOWS, None
    outcome = record.outcome(name)
    if not record.tried or outcome is None:
        return (Flow.INDEX if dtype_of(value) in NUMBERLESS else Flow.UNKNOWN), None
    if outcome.kind == "nonfloat" or outcome.kind == "shape" and record.dtype != BOOL:
        return Flow.INDEX, None
    if outcome.kind == "flows" or dtype_of(value) in NUMBERLESS:
        return Flow.FLOWS, None
    if isinstance(value, Unknown):
        return Flow.UNKNOWN if name in record.varies else Flow.CUT, m.fault(
            FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcome.kind)
    return Flow.CUT, m.fault(FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcome.kind)


ADDITIVE = ("add", "subtract")
LINEAR = ("reduce_sum", "reduce_mean", "negative", "multiply", "divide", "scalar_mul", "squeeze", "reshape", "sum",
          "mean", "expand_dims")
NUMBERLESS = (INT, BOOL, STRING)


def _written(m: Machine, node: cst.CSTNode) -> str:
    return m.frame.scope.tree.code(node)


def _returned(
    m: Machine, record: FunctionRecord, edges: Sequence[Edge], given: Sequence[tuple[str, Value]], node: cst.CSTNode
) -> Value:
    values = [value for _, value in given]
    tried = [(outcome, value) for name, value in given if (outcome := record.outcome(name)) is not None]
    numbers = [value for outcome, value in tried if outcome.kind != "nonfloat"] if tried else values
    symbolic = any(isinstance(value, Tensor) and value.keras for value in values)
    dtype = result_dtype(record.dtype, numbers)
    short = record.name.rpartition(".")[2]
    made = m.operation(node, edges, additive=short in ADDITIVE, linear=short in LINEAR)
    made.operation, made.operands = record.name, tuple(values)
    kind = record.returns.partition(":")[0]
    if kind in ("tensor", "variable", "list", "tuple") and made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
        made.operation, made.operands = record.name, tuple(values)
    if record.sometimes:
        return Unknown(made)
    match kind:
        case "tensor":
            return m.tensor(made, dtype, keras=symbolic)
        case "ndarray":
            return Host(_cut(m, record, edges, node), "array", dtype)
        case "python":
            return Host(_cut(m, record, edges, node), "scalar", dtype)
        case "none":
            return Const(None)
        case "list":
            return Items("list", {Items.items: Spread(m.tensor(made, dtype))})
        case "tuple" if record.elements and all(element.startswith("tensor") for element in record.elements):
            return sequence("tuple", [_element(m, record, edges, index, node) for index in range(len(record.elements))])
    return Unknown(made)


def _cut(m: Machine, record: FunctionRecord, edges: Sequence[Edge], node: cst.CSTNode) -> Node:
    """The node of a result that is no tensor: each input is cut, by the function itself."""
    fault = m.fault(FaultKind.NUMPY_CALL, node, record.name, _written(m, node))
    return m.operation(node, [Edge(edge.node, Flow.CUT, edge.fault or fault) for edge in edges])


def _element(
    m: Machine, record: FunctionRecord, edges: Sequence[Edge], index: int, node: cst.CSTNode
) -> Value:
    """One element of a tuple of results, which may pass gradients where another does not."""
    own: list[Edge] = list(edges)
    outcomes = [outcome for name in record.parts if (outcome := record.outcome(name, index)) is not None]
    if outcomes and all(outcome.cuts for outcome in outcomes):
        fault = m.fault(FaultKind.NON_DIFFERENTIABLE, node, record.name, _written(m, node), outcomes[0].kind)
        own = [Edge(edge.node, Flow.CUT, edge.fault or fault) for edge in edges]
    made = m.operation(node, own)
    if made.kind is Kind.CONSTANT:
        made = m.leaf(Kind.TENSOR, node)
    return m.tensor(made, record.elements[index].partition(":")[2] or ANY)


def result_dtype(relation: str, values: Sequence[Value]) -> str:
    """The kind of number that results, from the record's relation to the inputs."""
    if relation in (FLOAT, INT, BOOL, STRING, COMPLEX):
        return relation
    if relation == "same":
        for value in values:
            if isinstance(value, (Tensor, Variable)):
                return value.dtype
        kinds = {dtype_of(value) for value in values}
        if FLOAT in kinds:
            return FLOAT
    return ANY


# -- tapes ---------------------------------------------------------------------------------------


@handles("tensorflow.GradientTape")
def _tape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return tapes.make(m, args, node)


@handles("tensorflow.gradients", "tensorflow.compat.v1.gradients", "tensorflow.hessians",
         "tensorflow.compat.v1.hessians", "tensorflow.keras.backend.gradients")
def _gradients(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    ys, xs = args.get(0, "ys"), args.get(1, "xs")
    made = m.opaque(node, args.all())
    if isinstance(xs, Items) and isinstance(xs.items, tuple):
        return sequence("list", [Unknown(made.node) for _ in xs.items])
    return sequence("list", [made]) if ys is not None else made


# -- leaves --------------------------------------------------------------------------------------


@handles("tensorflow.Variable", "tensorflow.compat.v1.Variable", "keras.Variable", "tensorflow.keras.Variable")
def _variable(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    initial = args.get(0, "initial_value") or args.keywords.get("initializer")
    flag = args.get(1, "trainable") if not name.endswith("keras.Variable") else args.keywords.get("trainable")
    trainable: bool | None = True
    if flag is not None and not (isinstance(flag, Const) and flag.value is None):
        trainable = bool(flag.value) if isinstance(flag, Const) else None
    if not args.certain:
        trainable = None
    m.tell(VariableMade(node, name))
    made = Node(Kind.VARIABLE, m.place(node), active=m.active, trainable=trainable)
    if initial is not None and not is_constant(initial):
        fault = m.fault(FaultKind.REWRAP, node, name, _argument_text(m, node))
        made.edges = tuple(Edge(part, Flow.CUT, fault) for part in m.nodes([initial]))
    made.operation, made.operands = name, (initial,) if initial is not None else ()
    dtype = dtype_named(args.keywords.get("dtype"))
    if dtype == ANY and initial is not None:
        dtype = dtype_of(initial)
    return Variable(made, dtype, trainable)


def _argument_text(m: Machine, node: cst.CSTNode) -> str:
    if isinstance(node, cst.Call) and node.args:
        return m.frame.scope.tree.code(node.args[0].value)
    return _written(m, node)


@handles("tensorflow.constant", "tensorflow.compat.v1.constant")
def _constant(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "value")
    if value is None:
        return None
    dtype = dtype_named(args.get(1, "dtype"))
    if isinstance(value, Tensor):
        made = m.operation(node, [Edge(value.node)]) if dtype not in (ANY, value.dtype) else value.node
        return m.tensor(made, dtype if dtype != ANY else value.dtype)
    if isinstance(value, Variable):
        fault = m.fault(FaultKind.REWRAP, node, name, _argument_text(m, node))
        return m.tensor(m.operation(node, [Edge(read(m, value), Flow.CUT, fault)]), value.dtype)
    return _converted(m, name, value, dtype, node)


@handles("tensorflow.convert_to_tensor", "tensorflow.compat.v1.convert_to_tensor", "tensorflow.identity",
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
    fault = m.fault(FaultKind.REWRAP, node, name, _argument_text(m, node))
    return [Edge(edge.node, Flow.CUT, fault) for edge in edges]


@handles("tensorflow.stop_gradient", "keras.ops.stop_gradient", "tensorflow.keras.ops.stop_gradient",
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


# -- leaving TensorFlow --------------------------------------------------------------------------


@handles("tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
         "keras.ops.convert_to_numpy", "tensorflow.keras.ops.convert_to_numpy", "tensorflow.make_ndarray",
         "tensorflow.keras.backend.batch_get_value")
def _to_numpy(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.all():
        return None
    return leave(m, node, args.all()[:1], FaultKind.NUMPY_METHOD, name)


@handles("tensorflow.numpy_function", "tensorflow.compat.v1.py_func", "tensorflow.py_function")
def _py_function(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    function, given = args.get(0, "func"), args.get(1, "inp")
    inputs = elements(given) if isinstance(given, Items) else [given] if given is not None else []
    eager = name.endswith(".py_function")
    flow, outcome = _run_host_body(m, function, inputs, eager, node) if function is not None else (Flow.UNKNOWN, "")
    fault = None
    if flow is Flow.CUT:
        fault = m.fault(FaultKind.PY_FUNCTION, node, name, _argument_text(m, node), outcome)
    edges = [Edge(part, flow, fault) for part in parts(m, inputs)]
    return _host_results(m, args.get(2, "Tout"), m.operation(node, edges))


def _host_results(m: Machine, types: Value | None, made: Node) -> Value:
    if isinstance(types, Items):
        return sequence("list", [m.tensor(made, dtype_named(item)) for item in elements(types)])
    return m.tensor(made, dtype_named(types)) if types is not None else Unknown(made)


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
        return Flow.CUT, "zero"
    return (Flow.FLOWS if verdicts == {Verdict.FLOWS} else Flow.UNKNOWN), ""


# -- modes ---------------------------------------------------------------------------------------


@handles("tensorflow.init_scope")
def _init_scope(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return InitScope(name, m.leaf(Kind.OPAQUE, node))


@handles("tensorflow.compat.v1.Session", "tensorflow.compat.v1.InteractiveSession", "tensorflow.Session")
def _session(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if m.switching:
        m.tell(OperationBuilt(node, (), builds=True))
    graph = args.get(1, "graph")
    return Session(name, m.leaf(Kind.OPAQUE, node), {} if graph is None and args.certain else {Session.graph: graph})


@handles("tensorflow.Graph", "tensorflow.compat.v1.Graph")
def _graph(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Graph(name, m.leaf(Kind.OPAQUE, node))


@handles("tensorflow.config.run_functions_eagerly", "tensorflow.config.experimental_run_functions_eagerly")
def _run_functions_eagerly(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    flag = args.get(0, "run_eagerly")
    m.store.set(m.recording, Recording.functions_eager, not (isinstance(flag, Const) and not flag.value))
    return Const(None)


@handles("tensorflow.compat.v1.disable_eager_execution", "tensorflow.compat.v1.disable_v2_behavior")
def _disable_eager(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    eagerness.switch_off(m, node, name)
    return Const(None)


@handles("tensorflow.compat.v1.enable_eager_execution", "tensorflow.compat.v1.enable_v2_behavior")
def _enable_eager(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.tell(EagerSwitchedOn(node, name))
    return Const(None)


@handles("tensorflow.compat.v1.app.run")
def _run_app(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``tf.app.run(main)`` calls ``main(argv)`` and ends the program."""
    main = args.get(0, "main")
    return m.call(main, Arguments([m.opaque(node)]), node) if main is not None else m.opaque(node)


@handles("tensorflow.executing_eagerly")
def _executing_eagerly(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if m.mode is Mode.UNKNOWN:
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)
    return Const(m.mode is Mode.EAGER)


# -- control flow --------------------------------------------------------------------------------


@handles("tensorflow.cond", "keras.ops.cond", "tensorflow.keras.ops.cond", "tensorflow.compat.v1.cond")
def _cond(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    branches = [args.get(1, "true_fn"), args.get(2, "false_fn")]
    chosen(m.frame, any(graph_state.is_symbolic(value) for value in args.positional[:1]))
    results: list[Value] = []
    paths = []
    for function in branches:
        if function is not None:
            def path(function: Value = function) -> bool:
                results.append(m.call(function, Arguments([]), node))
                return True
            paths.append(path)
    branch(m, paths)
    return join(results) if results else m.opaque(node)


@handles("tensorflow.case", "tensorflow.switch_case", "keras.ops.switch", "tensorflow.keras.ops.switch")
def _case(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return unknown_call(m, [], args, node)


@handles("tensorflow.while_loop", "keras.ops.while_loop", "tensorflow.keras.ops.while_loop",
         "tensorflow.compat.v1.while_loop")
def _while_loop(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    condition, body, variables = args.get(0, "cond"), args.get(1, "body"), args.get(2, "loop_vars")
    if body is None or not isinstance(variables, Items) or not isinstance(variables.items, tuple):
        return None if isinstance(variables, (Tensor, Items)) else unknown_call(m, [], args, node)
    current = list(variables.items)
    for _ in range(2):
        if condition is not None:
            m.call(condition, Arguments(list(current)), node)
        result = m.call(body, Arguments(list(current)), node)
        items = elements(result) if isinstance(result, Items) else [result]
        if len(items) != len(current):
            return m.opaque(node, [result])
        current = [join([old, new]) if turn else new for turn, (old, new) in enumerate(zip(current, items))]
    return sequence("list", current)


@handles("keras.ops.fori_loop", "tensorflow.keras.ops.fori_loop")
def _fori_loop(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """What the body gives is what it is given in the next turn, and may be anything that holds tensors."""
    body, state = args.get(2, "body_fun"), args.get(3, "init_val")
    if body is None or state is None:
        return unknown_call(m, [], args, node)
    for _ in range(2):
        number = m.tensor(m.leaf(Kind.CONSTANT, node), INT)
        state = join([state, m.call(body, Arguments([number, state]), node)])
    return state


@handles("keras.ops.scan", "tensorflow.keras.ops.scan", "keras.ops.associative_scan",
         "tensorflow.keras.ops.associative_scan")
def _keras_scan(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What is carried along may be anything that holds tensors."""
    return None if isinstance(args.get(1, "init"), (Tensor, Variable)) else unknown_call(m, [], args, node)


@handles("tensorflow.map_fn", "tensorflow.vectorized_map", "keras.ops.map", "keras.ops.vectorized_map")
def _map_fn(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    function = args.get(0, "fn") or args.get(0, "f")
    given = args.get(1, "elems") or args.get(1, "xs")
    if function is None or given is None:
        return unknown_call(m, [], args, node)
    element = _row(m, given, node) if isinstance(given, Items) else element_of(m, given, node)
    with m.called_by(name == "tensorflow.map_fn"):
        result = m.call(function, Arguments([element]), node)
    return _stacked(m, result, node)


def _row(m: Machine, given: Items, node: cst.CSTNode) -> Value:
    return sequence(given.kind, [element_of(m, item, node) for item in elements(given)])


def _stacked(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    if isinstance(value, (Tensor, Variable)):
        return m.tensor(m.operation(node, [Edge(part) for part in parts(m, [value])]), value.dtype)
    if isinstance(value, Items) and isinstance(value.items, tuple):
        return sequence(value.kind, [_stacked(m, item, node) for item in value.items])
    return value if isinstance(value, Unknown) else m.opaque(node, [value])


@handles("tensorflow.scan", "tensorflow.foldl", "tensorflow.foldr")
def _scan(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    function, given, initial = args.get(0, "fn"), args.get(1, "elems"), args.get(2, "initializer")
    if function is None or given is None:
        return None
    def element() -> Value:
        return _row(m, given, node) if isinstance(given, Items) else element_of(m, given, node)

    state = initial if initial is not None and not (isinstance(initial, Const) and initial.value is None) else element()
    for _ in range(2):
        state = join([state, m.call(function, Arguments([state, element()]), node)])
    return _stacked(m, state, node)


# -- structures ----------------------------------------------------------------------------------


@handles("tensorflow.nest.flatten")
def _flatten(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.get(0, "structure")
    return value if isinstance(value, (Items, Weights)) else sequence("list", [value] if value else [])


@handles("tensorflow.nest.map_structure", "keras.tree.map_structure")
def _map_structure(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) < 2 or not args.certain:
        return None
    return _mapped(m, args.positional[0], args.positional[1:], node)


def _mapped(m: Machine, function: Value, given: Sequence[Value], node: cst.CSTNode) -> Value:
    """``function`` on what stands at the same place of like structures."""
    columns = [value.items for value in given if isinstance(value, Items)]
    if len(columns) == len(given) and len({len(one) if isinstance(one, tuple) else -1 for one in columns}) == 1:
        if isinstance(columns[0], tuple):
            kind: SequenceKind = "tuple" if isinstance(given[0], Items) and given[0].kind == "tuple" else "list"
            return sequence(kind, [_mapped(m, function, one, node) for one in zip(*columns)])
    if any(isinstance(value, (Items, Dict, Weights, Choice, Unknown)) for value in given):
        return unknown_call(m, [function], Arguments(list(given)), node)
    return m.call(function, Arguments(list(given)), node)


@handles("tensorflow.TensorArray")
def _tensor_array(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return TensorArray(name, m.leaf(Kind.CONSTANT, node), {TensorArray.written: sequence("list", ())})


@handles("keras.backend.backend", "tensorflow.keras.backend.backend", "keras.config.backend",
         "tensorflow.keras.config.backend")
def _backend(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const("tensorflow")


@handles("tensorflow.keras.backend.ndim", "keras.backend.ndim", "keras.ops.ndim", "tensorflow.keras.ops.ndim")
def _ndim(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)


@handles("tensorflow.keras.backend.int_shape", "keras.backend.int_shape", "keras.ops.shape",
         "tensorflow.keras.ops.shape")
def _int_shape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "x")
    if name.endswith("int_shape") and isinstance(value, Tensor):
        return Shape("tensorflow.TensorShape", m.leaf(Kind.CONSTANT, node), {Shape.of: value})
    return Unknown(m.leaf(Kind.CONSTANT, node))


@handles("tensorflow.TensorSpec")
def _tensor_spec(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    dtype = args.get(1, "dtype")
    state = {Spec.shape: args.get(0, "shape") or Const(None), Spec.dtype: dtype_named(dtype) if dtype else FLOAT}
    return Spec(name, m.leaf(Kind.CONSTANT, node), state)


@handles("tensorflow.shape", "tensorflow.size", "tensorflow.rank", "tensorflow.keras.backend.shape",
         "tensorflow.compat.v1.shape", "tensorflow.compat.v1.size")
def _shape(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.tensor(m.leaf(Kind.TENSOR, node), INT)


@handles("tensorflow.range", "tensorflow.linspace", "tensorflow.experimental.numpy.arange")
def _range(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    dtype = dtype_named(args.keywords.get("dtype"))
    kinds = {dtype_of(value) for key, value in [*enumerate(args.positional), *args.keywords.items()] if key != "dtype"}
    if dtype == ANY:
        dtype = FLOAT if FLOAT in kinds or name.endswith("linspace") else INT if kinds == {INT} else ANY
    return m.tensor(m.leaf(Kind.TENSOR, node), dtype)


@handles("tensorflow.zeros_like", "tensorflow.ones_like", "tensorflow.keras.backend.zeros_like",
         "tensorflow.keras.backend.ones_like", "keras.ops.zeros_like", "keras.ops.ones_like")
def _like(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    given = args.all()
    return m.tensor(m.leaf(Kind.TENSOR, node), dtype_of(given[0]) if given else ANY)


@handles("tensorflow.print", "tensorflow.debugging.assert_equal", "tensorflow.summary.scalar")
def _nothing(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const(None)


@handles("tensorflow.is_tensor")
def _is_tensor(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "x")
    if isinstance(value, (Tensor, Variable)):
        return Const(True)
    if isinstance(value, (Host, Const, Items)):
        return Const(False)
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)


READY_MADE = ("clone_model", "load_model", "model_from_json", "model_from_config")


@handles(*(f"{keras}.models.{name}" for keras in ("tensorflow.keras", "keras") for name in READY_MADE))
def _ready_made(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return ready_made(m, node)


def ready_made(m: Machine, node: cst.CSTNode) -> Model:
    """A model with variables of its own, of whose layers nothing is known."""
    made = m.leaf(Kind.VARIABLE, node)
    made.trainable = True
    return Model("keras.Model", made)


@handles("tensorflow.compat.v1.trainable_variables", "tensorflow.compat.v1.global_variables",
         "tensorflow.compat.v1.get_collection")
def _collected(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """What a collection of the graph holds: eagerly nothing."""
    return m.opaque(node)


@handles("tensorflow.is_symbolic_tensor")
def _is_symbolic(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    value = args.get(0, "tensor")
    if isinstance(value, Tensor) and m.mode is not Mode.UNKNOWN:
        return Const(value.symbolic)
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", BOOL)


@handles("tensorflow.custom_gradient")
def _custom_gradient(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node, args.all())


