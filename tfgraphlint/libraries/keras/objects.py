"""Keras objects: layers, models, losses, metrics, optimizers, and classes that inherit from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import class_hierarchy, eagerness, keras_symbols
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.class_hierarchy import bind_method
from tfgraphlint.interpret.core.events import LayerCalled
from tfgraphlint.interpret.core.fields import Ever
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import (
    Callback,
    Initializer,
    Layer,
    Loss,
    Metric,
    Model,
    Network,
    Regularizer,
    Schedule,
    Weighted,
)
from tfgraphlint.interpret.core.operands import dtype_of, parts
from tfgraphlint.interpret.core.overlay import attributes
from tfgraphlint.interpret.core.provenance import Calls, Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.scopes import Frame, Function, ModuleScope
from tfgraphlint.interpret.core.structures import changed, elements, weights_within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    ELEMENT,
    FLOAT,
    INT,
    STRING,
    Dict,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Object,
    Partial,
    Spread,
    Super,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    Weights,
    is_none,
    items_of,
    sequence,
)
from tfgraphlint.interpret.python import calls
from tfgraphlint.libraries.keras import applications, building, metrics, training
from tfgraphlint.libraries.keras.layer_methods import METHODS_OF_LAYERS
from tfgraphlint.libraries.keras.models import (
    RETURN_FLAGS,
    WEIGHT_LISTS,
    gives_several,
    is_unbuilt,
    layers_of,
    mark_built,
    weight_edges,
)
from tfgraphlint.libraries.tables import LayerRecord
from tfgraphlint.libraries.tensorflow import identity_functions
from tfgraphlint.libraries.words import KERNELS
from tfgraphlint.syntax.bindings import parameters

# -- calling -------------------------------------------------------------------------------------

ENDS = ("output", "input", "outputs", "inputs")  # attributes of a model: the tensors at its ends


def call_object(m: Machine, value: Object, args: Arguments, node: cst.CSTNode) -> Value:
    """``layer(x)``, ``model(x)``, ``loss(y, p)``, ``initializer(shape)``."""
    match value:
        case Network():
            result = _call_layer(m, value, args, node)
            applications.note(m, value, args, result)
            return result
        case Loss() | Regularizer():
            return m.tensor(m.operation(node, [Edge(part) for part in parts(m, args.all())]), FLOAT)
        case Initializer() | Schedule():
            return m.tensor(m.leaf(Kind.TENSOR, node), FLOAT)
        case Metric():
            metrics.update(m, value, args, node)
            return metrics.result(m, value, node)
    return unknown_call(m, [value], args, node)


def _call_layer(m: Machine, value: Network, args: Arguments, node: cst.CSTNode) -> Value:
    inputs = [args.positional[0]] if args.positional else list(args.keywords.values())[:1]
    if not inputs:
        return unknown_call(m, [value], args, node)
    m.tell(LayerCalled(value, node))
    mark_built(m, value)
    function = value.function if isinstance(value, Layer) else None
    if isinstance(value, Layer) and isinstance(function, RUN):
        return _run_given(m, value, function, args, node)
    wrapped = value.layer if isinstance(value, Layer) and value.cls.endswith(".TimeDistributed") else None
    if isinstance(wrapped, Instance) or isinstance(wrapped, Layer) and wrapped.function is not None:
        return _call_on_steps(m, wrapped, inputs[0], args, node)
    if isinstance(value, Layer) and (output := _call_cell(m, value, inputs[0], node)) is not None:
        return output
    if isinstance(value, Layer) and (output := _call_both_ways(m, value, inputs[0], node)) is not None:
        return output
    if layers := _layers_in_turn(value):
        return _call_in_turn(m, layers, inputs[0], args, node)
    if isinstance(value, Model):
        again = applications.call_again(m, value, inputs[0], args, node)
        if again is not None:
            return again
    symbolic = keras_symbols.is_keras_tensor(inputs[0])
    more = [v for k, v in args.keywords.items() if k not in ("training", "mask")] + args.positional[1:]
    edges = weight_edges(value)
    record = m.tables.layer(value.cls) if isinstance(value, Layer) else None
    through = Flow.FLOWS if isinstance(value, Model) else _flow_through(record)
    for given in [*inputs, *more]:
        flow = Flow.INDEX if dtype_of(given) in (INT, BOOL, STRING) else through
        edges += [Edge(part, flow) for part in parts(m, [given])]
    made = m.operation(node, edges)
    activation = value.activation if isinstance(value, Layer) else None
    if value.cls.rpartition(".")[2] in identity_functions.LAYERS and activation is None:
        made = identity_functions.perhaps(inputs[0], made)
    result = _layer_result(m, value, record, inputs[0], args, made, symbolic)
    if isinstance(value, Layer) and isinstance(activation, RUN):
        activated = _run_given(m, value, activation, Arguments([result]), node)
        return activated if isinstance(activated, Tensor) else result
    return result


def _call_on_steps(m: Machine, layer: Object | Instance, given: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """``TimeDistributed``: its layer is called on each step, of which one stands for all."""
    if not isinstance(given, Tensor):
        return m.opaque(node, [layer, given])
    step = replace(given, node=m.operation(node, [Edge(given.node)]), rank=None, open_axes=frozenset())
    result = m.call(layer, Arguments([step], dict(args.keywords)), node)
    return replace(result, rank=None, open_axes=frozenset()) if isinstance(result, Tensor) else result


def _call_cell(m: Machine, value: Layer, given: Value, node: cst.CSTNode) -> Value | None:
    """``RNN(cell)`` and ``RNN([cell, cell])`` with cells of the project: each takes what the one before it gives; None
    where it is not known what a cell takes and gives, or the layer gives more than one tensor."""
    cells = _cells_of(value.layer) if value.cls.endswith(".RNN") else []
    if not any(isinstance(cell, Instance) for cell in cells) or not isinstance(given, Tensor) or gives_several(value):
        return None
    output: Value | None = replace(given, node=m.operation(node, [Edge(given.node)]), rank=None, open_axes=frozenset())
    for cell in cells:
        assert output is not None
        output = _run_cell(m, value, cell, output, node)
        if not isinstance(output, Tensor):
            return output
    return replace(output, rank=None, open_axes=frozenset()) if isinstance(output, Tensor) else None


def _cells_of(held: Value | None) -> Sequence[Value]:
    """The cells that an ``RNN`` runs, as far as they are known one by one."""
    if isinstance(held, Layer) and held.cls.endswith(".StackedRNNCells"):
        held = held.layer
    if isinstance(held, Items):
        known = all(isinstance(cell, (Instance, Layer)) for cell in elements(held))
        return elements(held) if isinstance(held.items, tuple) and known else ()
    return [held] if isinstance(held, Instance) else []


def _run_cell(m: Machine, layer: Layer, cell: Value, step: Value, node: cst.CSTNode) -> Value | None:
    """One cell, run twice, so that the second time sees the states of the first."""
    if isinstance(cell, Layer):
        mark_built(m, cell)
        return m.tensor(m.operation(node, [*weight_edges(cell), *(Edge(part) for part in parts(m, [step]))]), FLOAT)
    size = m.attribute(cell, "state_size", node)
    count = 1 if isinstance(size, Const) else len(items_of(size) or ()) if size is not None else 0
    if not count:
        return None
    states: Value = sequence("list", [m.tensor(m.leaf(Kind.TENSOR, node), FLOAT) for _ in range(count)])
    output: Value | None = None
    for _ in range(2):
        result = items_of(m.call(cell, Arguments([step, states]), node))
        if result is None or len(result) != 2 or len(elements(result[1])) != count:
            return m.opaque(node, [layer, step])
        output, states = result
    return output if isinstance(output, Tensor) else None


def _call_both_ways(m: Machine, value: Layer, given: Value, node: cst.CSTNode) -> Value | None:
    """``Bidirectional(RNN(cell))`` with a cell of the project: the layer that goes backwards is another one of the same
    kind, so that what one gives stands for both; None where it gives more than one tensor."""
    inner = value.layer
    if not value.cls.endswith(".Bidirectional") or not isinstance(inner, Layer) or gives_several(value):
        return None
    return _call_cell(m, inner, given, node) if not gives_several(inner) else None


def _layers_in_turn(value: Network) -> Sequence[Value]:
    """The layers of a ``Sequential`` where all of them are known."""
    layers = value.layers if isinstance(value, Model) and not keras_symbols.is_functional(value) else None
    items = layers.items if isinstance(layers, Items) else ()
    held = [item for item in items if not (isinstance(item, Tensor) and item.keras)] if isinstance(items, tuple) else []
    return held if all(isinstance(item, (Object, Instance)) for item in held) else ()


def _layer_result(
    m: Machine, value: Network, record: LayerRecord | None, given: Value, args: Arguments, made: Node, symbolic: bool
) -> Value:
    """What a layer or model gives whose code is not run: ``made``, in the structure of its outputs."""
    outputs = value.outputs if isinstance(value, Model) else None
    if isinstance(outputs, Items):
        if not isinstance(outputs.items, tuple):
            return Unknown(made)
        held = sequence(outputs.kind, [m.tensor(made, FLOAT, keras=symbolic) for _ in outputs.items])
        return applications.unwrapped(m, held)
    if isinstance(outputs, Dict):
        return Dict({key: m.tensor(made, FLOAT, keras=symbolic) for key in outputs.state})
    if not _gives_one_tensor(value, record, args):
        return Unknown(made)
    batch = given.open_axes & {0} if isinstance(given, Tensor) else frozenset()
    dtype = FLOAT if record is None or record.dtype == FLOAT else ANY  # of others it depends on settings
    return m.tensor(made, dtype, keras=symbolic, open_axes=batch)


def _gives_one_tensor(value: Network, record: LayerRecord | None, args: Arguments) -> bool:
    if gives_several(value) or any(flag.name in args.keywords for flag in RETURN_FLAGS):
        return False
    if isinstance(value, Model):
        return value.layers is not None
    return record is not None and record.returns == "tensor"


def _flow_through(record: LayerRecord | None) -> Flow:
    """Whether a gradient flows through a layer to its input."""
    if record is None:
        return Flow.UNKNOWN
    kind = record.input.kind
    return Flow.FLOWS if kind == "flows" else Flow.INDEX if kind in ("none", "nonfloat") else Flow.UNKNOWN


RUN = (Function, TracedCallable, Method, Library, Partial, Instance)  # what a layer may be given to call


def _run_given(m: Machine, layer: Layer, function: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """Run the function that a layer was given; one of a library stands where the layer was made."""
    written = layer.written
    if not isinstance(function, Library) or written is None:
        return _run_layer(m, function, _accepted(function, args), node)
    called = replace(args, keywords={}, nodes=[], keyword_nodes={})
    before, chain, scope = m.frame, m.chain, ModuleScope(written.tree, written.tree.filename)
    m.calls.append(m.place(node))
    m.chain = Calls(m.place(node), chain)
    m.frame = Frame(scope, scope.names)
    try:
        return _run_layer(m, function, called, written.node)
    finally:
        m.frame, m.chain = before, chain
        m.calls.pop()


def _run_layer(m: Machine, function: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """Run the code of a layer; given symbolic tensors of Keras it is traced, and what it returns is symbolic."""
    if not any(keras_symbols.is_keras_tensor(value) for value in args.all()):
        return m.call(function, args, node)
    given = keras_symbols.batch_arguments(args)
    running = Running(Mode.GRAPH, m.place(node), None, m.keras_autograph, "keras.Layer.call")
    with m.run_as(eagerness.run_by_keras(m, running)), keras_symbols.inferring(m):
        result = m.call(function, given, node)
    known = set(m.nodes(args.all()))
    return keras_symbols.symbol(changed(result, partial(_made_anew, m, node, known)))


def _made_anew(m: Machine, node: cst.CSTNode, known: Collection[Node], value: Value) -> Value:
    """What a layer gives for symbolic tensors of Keras is made anew, also where its code returns what it was given."""
    if not isinstance(value, Tensor) or value.node not in known or value.node.kind is Kind.CONSTANT:
        return value
    return replace(value, node=m.operation(node, [Edge(value.node)]))


def _call_in_turn(m: Machine, layers: Sequence[Value], given: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """A ``Sequential``: each layer on what the one before it gave."""
    for layer in layers:
        if isinstance(layer, Object) and layer.cls.rpartition(".")[2] in ("InputLayer", "Input"):
            continue
        given = m.call(layer, Arguments([given], dict(args.keywords)), node)
    return given


def call_instance(m: Machine, instance: Instance, kind: type[Object], args: Arguments, node: cst.CSTNode) -> Value:
    """``layer(x)`` for a class of the project that inherits from a Keras class."""
    is_network = issubclass(kind, Network)
    if is_network:
        m.tell(LayerCalled(instance, node))
        with building.parts_built(m, instance):
            return _call_instance(m, instance, kind, args, node)
    return _call_instance(m, instance, kind, args, node)


def _call_instance(m: Machine, instance: Instance, kind: type[Object], args: Arguments, node: cst.CSTNode) -> Value:
    is_network = issubclass(kind, Network)
    _build(m, instance, node)
    method = class_hierarchy.class_attribute(instance.cls, "call")
    if issubclass(kind, Metric):
        update = class_hierarchy.class_attribute(instance.cls, "update_state")
        if update is not None:
            m.call(_bound(instance, update), args, node)
        return m.opaque(node, [instance, *args.all()])
    if method is None and isinstance(instance.model, Model):
        return _of_its_model(m, instance, instance.model, args, node)
    if method is None:
        made = m.operation(node, [Edge(n, Flow.UNKNOWN) for n in m.nodes([instance, *args.all()])])
        return Unknown(made)
    if training.says_what_it_gives(instance.cls) and any(map(keras_symbols.is_keras_tensor, args.all())):
        return m.opaque(node, [instance, *args.all()])
    running = m.running
    if m.mode is Mode.GRAPH and is_network:
        running = Running(m.mode, running.why, running.traced, m.keras_autograph, running.by)
    with m.run_as(running), m.called_by(m.keras_autograph):
        run = _run_layer if is_network else calls.call
        result = run(m, _bound(instance, method), _accepted(method, args), node)
    if is_network:
        applications.note(m, instance, args, result)
    if issubclass(kind, Loss) and not is_none(result):
        return m.tensor(m.operation(node, [Edge(part) for part in parts(m, [result])]), FLOAT)
    return result


def _of_its_model(m: Machine, instance: Instance, model: Model, args: Arguments, node: cst.CSTNode) -> Value:
    """A model of the project without ``call``: what it was made of is called."""
    result = _call_layer(m, model, args, node)
    applications.note(m, instance, args, result)
    return result


def _accepted(method: Value, args: Arguments) -> Arguments:
    """Keras takes ``training`` and ``mask`` away from a ``call`` that does not want them."""
    function = method if isinstance(method, Function) else None
    if function is None:
        return args
    names = {param.name.value for param in parameters(function.definition)}
    if function.definition.params.star_kwarg is not None:
        return args
    keywords = {k: v for k, v in args.keywords.items() if k in names or k not in ("training", "mask")}
    return Arguments(args.positional, keywords, args.starred, args.double_starred, args.nodes, args.keyword_nodes)


def _bound(instance: Instance, method: Value) -> Value:
    return bind_method(instance, method)


def _build(m: Machine, instance: Instance, node: cst.CSTNode) -> None:
    """Run the class's ``build`` once, as the first call of a layer does."""
    if instance.entered_build:
        return
    m.store.set(instance, Instance.entered_build, Ever(True))
    build = class_hierarchy.class_attribute(instance.cls, "build")
    if build is not None and not building.ran_before(instance, build):
        with building.where(m, instance, node):
            m.call(_bound(instance, build), Arguments([m.external(node)]), node)


# -- attributes ----------------------------------------------------------------------------------


def inherited_attribute(m: Machine, value: Instance, name: str, node: cst.CSTNode) -> Value | None:
    """An attribute that an instance has from a library base class."""
    kind = class_hierarchy.kind_of(m, value.cls)
    known = issubclass(kind, Weighted)
    if name in WEIGHT_LISTS and (known or not class_hierarchy.bases_known(value.cls)):
        return Weights(value, name, m.place(node) if is_unbuilt(m, value) else None)
    if known and (name in METHODS_OF_LAYERS or name == "add" and value.model is not None):
        return LibraryMethod(value, name)
    if issubclass(kind, Metric) and name == "add_weight":
        return LibraryMethod(value, name)
    if issubclass(kind, Network) and name == "losses":
        return _losses(m, value, name, node)
    if issubclass(kind, Layer) and name in KERNELS:
        return _inherited_weight(m, value, name, node)
    if issubclass(kind, Callback) and name == "model":
        return Model("keras.Model", m.leaf(Kind.OPAQUE, node))
    model = value.model
    if isinstance(model, Model) and name in ENDS:
        return _symbolic_attribute(m, model, name, node)
    if isinstance(model, Model) and name == "layers" and (layers := layers_of(model)) is not None:
        return layers
    if issubclass(kind, Model) and name == "layers":
        return _layers_held(m, value, node)
    if name == "run_eagerly":
        return value.run_eagerly
    if name == "optimizer" and value.compiled_with:
        optimizer: Value = value.compiled_with[0]
        return optimizer
    return None


def _inherited_weight(m: Machine, value: Instance, name: str, node: cst.CSTNode) -> Variable | None:
    """A weight that the library's layer makes, of which the class of the project is a kind."""
    base = class_hierarchy.library_base(value.cls)
    if base is None or name not in m.tables.class_members(base) or not class_hierarchy.bases_known(value.cls):
        return None
    made = Node(Kind.VARIABLE, m.place(node), active=value.node.active, trainable=True)
    weight = Variable(made, FLOAT, keras=m.tables.keras >= 3)
    m.store.write(value.state, name, weight)
    return weight


def _layers_held(m: Machine, value: Instance, node: cst.CSTNode) -> Value:
    """``model.layers`` of a class of the project: any of the layers in its attributes."""
    held: list[Value] = []
    for attribute in value.state.values():
        if isinstance(attribute, Value):
            held += [attribute, *elements(attribute)]
    layers: list[Value] = [each for each in held if _is_network(m, each)]
    if not layers or value.partial:
        layers.append(m.opaque(node, [value]))
    return Items("list", {Items.items: Spread(join(layers))})


def _is_network(m: Machine, value: Value) -> bool:
    """Whether this is a layer or a model, of Keras or of the project."""
    if isinstance(value, Instance):
        return issubclass(class_hierarchy.kind_of(m, value.cls), Network)
    return isinstance(value, Network)


def super_attribute(m: Machine, value: Super, name: str, node: cst.CSTNode) -> Value | None:
    """An attribute of the library class above: ``super().__init__``, ``super().call``."""
    return LibraryMethod(value, name)


@attributes.handles(Model, "optimizer")
def _optimizer(m: Machine, value: Model, name: str, node: cst.CSTNode) -> Value | None:
    return value.compiled_with[0] if value.compiled_with else None


@attributes.handles(Weighted, *WEIGHT_LISTS)
def _weights(m: Machine, value: Weighted, name: str, node: cst.CSTNode) -> Value:
    return Weights(value, name, m.place(node) if is_unbuilt(m, value) else None)


@attributes.handles(Weighted, "kernel", "bias", "embeddings", "gamma", "beta")
def _weight(m: Machine, value: Weighted, name: str, node: cst.CSTNode) -> Value:
    return Weights(value, ELEMENT)


@attributes.handles(Weighted, "layers")
def _layers(m: Machine, value: Weighted, name: str, node: cst.CSTNode) -> Value | None:
    return layers_of(value)


@attributes.handles(Weighted, "name", "input_shape", "output_shape", "trainable", "built", "dtype", "metrics",
                    "optimizer", "history")
def _setting(m: Machine, value: Weighted, name: str, node: cst.CSTNode) -> Value:
    return Unknown(m.leaf(Kind.CONSTANT, node))


@attributes.handles(Weighted, "losses")
def _losses(m: Machine, value: Value, name: str, node: cst.CSTNode) -> Value:
    edges = [Edge(n, Flow.UNKNOWN) for n in weights_within(value)]
    return Items("list", {Items.items: Spread(m.tensor(m.operation(node, edges), FLOAT))})


@attributes.handles(Weighted, *ENDS)
def _symbolic_attribute(m: Machine, value: Weighted, name: str, node: cst.CSTNode) -> Value:
    if isinstance(value, Model):
        held = value.outputs if name.startswith("output") else value.inputs
        if held is not None:
            return held
    if (call := applications.only_call(m, value)) is not None and not name.endswith("s"):
        if name == "output":
            return call.result
        if call.arguments.positional:
            return call.arguments.positional[0]
    made = m.operation(node, [Edge(n) for n in weights_within(value)])
    tensor = Tensor(made, FLOAT, keras=True)
    return sequence("list", [tensor]) if name.endswith("s") else tensor
