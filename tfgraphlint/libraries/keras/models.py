"""Keras models and layers: how they are made, whether they have variables yet, which variables stand behind them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy, keras_symbols, objects, shapes, strategy_scopes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import ApplicationMade, LayerMade, VariableMade
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Callback, Layer, Metric, Model, Network, Optimizer, Weighted
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.structures import elements, weights_within, within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    Dict,
    Host,
    Instance,
    Items,
    Object,
    Spread,
    Tensor,
    Variable,
    sequence,
)
from tfgraphlint.libraries import words
from tfgraphlint.libraries.keras import applications, trained_gradients

WEIGHT_LISTS = words.WEIGHT_LISTS | {"_trainable_weights"}
RETURN_FLAGS = (Layer.return_state, Layer.return_attention_scores)
BUILT = "built"  # an attribute that the program reads and sets as well


READY_MADE = ("clone_model", "load_model", "model_from_json", "model_from_config")
APPLICATIONS = ("keras.applications.", "tensorflow.keras.applications.")


@functions.handles(*(f"{keras}.models.{name}" for keras in ("tensorflow.keras", "keras") for name in READY_MADE))
def _ready_made(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Model:
    """A model with variables of its own, of whose layers nothing is known."""
    made = m.leaf(Kind.VARIABLE, node)
    made.trainable = True
    return Model("keras.Model", made)


def make(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """An object of a library class; None where ``name`` is not one."""
    short = name.rpartition(".")[2]
    if name.startswith(APPLICATIONS) and short[:1].isupper():
        m.tell(ApplicationMade(name, node))
        return _ready_made(m, name, args, node)
    if short == "Input" and ("keras" in name or "layers" in name):
        axes, rank = shapes.input_axes(args)
        return Tensor(m.leaf(Kind.TENSOR, node), FLOAT, keras=True, rank=rank, open_axes=axes)
    known = m.tables.class_kind(name)
    if known is None:
        return None
    kind = objects.of_kind(known)
    made = m.leaf(Kind.VARIABLE if issubclass(kind, Weighted) else Kind.OPAQUE, node)
    made.trainable = True
    layer = m.tables.layer(name) if kind is Layer else None
    if layer is not None and not layer.weights:
        made = m.leaf(Kind.CONSTANT, node)
    trained_gradients.note_options(m, made, args)
    value = kind(name, made, _state(m, kind, short, args, node), m.place(node))
    if kind in (Optimizer, Metric) and ".v1." not in name and ".legacy." not in name:
        m.tell(VariableMade(node, name))
    if isinstance(value, Network):
        m.tell(LayerMade(value, name, node))
    return value


def _state(m: Machine, kind: type[Object], short: str, args: Arguments, node: cst.CSTNode) -> State:
    """What the arguments say of an object of a library class."""
    if kind is Layer:
        return _layer_state(m, short, args, node)
    if kind is Model:
        return model_state(m, short, args)
    if kind is Callback and short == "LambdaCallback":
        given = [(name, args.get(index, name)) for index, name in enumerate(words.HOOKS)]
        return {Callback.hooks: tuple((name, value) for name, value in given if value is not None)}
    rate = args.get(0, "learning_rate") if kind is Optimizer else None
    return {Optimizer.schedules: (rate,)} if isinstance(rate, Instance) else {}


def _layer_state(m: Machine, short: str, args: Arguments, node: cst.CSTNode) -> State:
    shaped = any(key in args.keywords for key in ("input_shape", "input_dim", "batch_input_shape", "weights"))
    state: State = {Layer.shaped: shaped or short in ("InputLayer", "Embedding") or not args.certain}
    if m.tables.keras >= 3 and _holds_seed(short, args):
        state[Layer.seeded] = True
    for field in (*RETURN_FLAGS, Layer.return_sequences, Layer.name):
        if field.name in args.keywords:
            state[field] = args.keywords[field.name]
    inner = args.get(0, "layer") or args.get(0, "cell") or args.get(0, "cells")
    if short in WRAPPING and inner is not None:
        state[Layer.layer] = inner
    if Layer.return_state not in state and may_return_several(short, inner, args):
        state[Layer.return_state] = m.opaque(node)
    return {**state, **_given_functions(m, short, args, node)}


def _holds_seed(short: str, args: Arguments) -> bool:
    rate = args.get(0, "rate") or args.get(0, "stddev")
    drawn = isinstance(rate, Const) and isinstance(rate.value, (int, float)) and rate.value > 0
    return short in words.ALWAYS_SEEDED_LAYERS or short in words.SEEDED_LAYERS and drawn


# Layers whose ``activation`` is applied to their result.
ACTIVATED = ("Activation", "Dense", "EinsumDense", "Conv", "SeparableConv", "DepthwiseConv")


def _given_functions(m: Machine, short: str, args: Arguments, node: cst.CSTNode) -> State:
    """The function of a ``Lambda``, or the activation of another layer where it is one that can be called."""
    if short == "Lambda":
        field, index, name = Layer.function, 0, "function"
    elif short.startswith(ACTIVATED):
        field, index, name = Layer.activation, 0 if short == "Activation" else -1, "activation"
    else:
        return {}
    given = args.get(index, name)
    if given is None or isinstance(given, Const):
        return {}
    return {field: given, Layer.written: m.place(args.node(index, name) or node)}


def may_return_several(short: str, inner: Value | None, args: Arguments) -> bool:
    """Whether a layer may give a list: nobody knows its flags, or those of the layer that it wraps."""
    if not args.certain:
        return True
    if short not in WRAPPING or short == "RNN" or inner is None:
        return False
    return not isinstance(inner, Object) or gives_several(inner)


def gives_several(value: Object) -> bool:
    """Whether a layer was told to return more than one tensor, or may have been."""
    return any(flag.is_set(value) for flag in RETURN_FLAGS)


def model_state(m: Machine, short: str, args: Arguments) -> State:
    """What a model is made of: the layers of a ``Sequential``, or inputs and outputs; nothing if it has a ``call``."""
    if short == "Sequential":
        layers = args.get(0, "layers")
        return {Model.layers: layers if isinstance(layers, Items) else sequence("list", ())}
    inputs, outputs = args.get(0, "inputs"), args.get(1, "outputs")
    if outputs is None:
        return {}
    state: State = {Model.outputs: outputs, Model.layers: layers_behind(m, outputs)}
    return state if inputs is None else {**state, Model.inputs: inputs}


def layers_behind(m: Machine, outputs: Value) -> Items:
    """The layers that the outputs of a model were computed by."""
    known = applications.layers_before(outputs)
    seen = {node for layer in known for node in weights_within(layer)}
    others = [node for node in variables_behind(m.nodes([outputs])) if node not in seen]
    return sequence("list", [*known, *(Layer("keras.Layer", node) for node in others)])


def layers_of(model: Weighted) -> Value | None:
    """``model.layers``: in their order for a ``Sequential``, else any of them; None where they are not known."""
    layers = model.layers if isinstance(model, Model) else None
    if not isinstance(layers, Items):
        return None
    held = [layer for layer in elements(layers) if not keras_symbols.is_input(layer)]
    if keras_symbols.is_functional(model):  # found from the outputs backwards: which comes first is not known
        return Items("list", {Items.items: Spread(join(held))}) if held else None
    return sequence("list", held) if isinstance(layers.items, tuple) else layers


def layer_of(model: Weighted, args: Arguments) -> Value:
    """``model.get_layer(name)`` or ``model.get_layer(index=...)``."""
    layers = layers_of(model)
    if layers is None or not elements(layers):
        return Layer("keras.Layer", model.node)
    name, index = args.get(0, "name"), args.get(1, "index")
    items = layers.items if isinstance(layers, Items) else ()
    if isinstance(items, tuple) and isinstance(index, Const) and isinstance(index.value, int):
        if -len(items) <= index.value < len(items):
            return items[index.value]  # type: ignore[no-any-return]
    if isinstance(name, Const):
        for layer in elements(layers):
            given = layer.name if isinstance(layer, Layer) else None
            if isinstance(given, Const) and given.value == name.value:
                return layer
    return join(elements(layers))


WRAPPING = ("Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells", "Wrapper", "SpectralNormalization")
BUILDERS = ("build", "fit", "predict", "evaluate", "train_on_batch", "test_on_batch", "predict_on_batch",
            "load_weights", "set_weights", "compute_output_shape")


def is_unbuilt(m: Machine, value: Value) -> bool:
    """Whether a layer or model certainly has no variables yet: no input shape is known, it was never called."""
    if isinstance(value, Network):
        return value.made is not None and value.built is None and _is_library_unbuilt(m, value)
    if isinstance(value, Instance) and not value.partial and value.state.get(BUILT) is None:
        if not issubclass(class_hierarchy.kind_of(m, value.cls), Network) or value.entered_build:
            return False
        return class_hierarchy.bases_known(value.cls) and _all_unbuilt(m, _held(value))
    return False


def has_no_weights(m: Machine, value: Instance) -> bool:
    """Whether a layer or model of the project has no variables though it was called: it calls none of its layers."""
    was_called = value.entered_build or value.state.get(BUILT) is not None
    known = not value.partial and class_hierarchy.bases_known(value.cls)
    return was_called and known and _all_unbuilt(m, _held(value))


def _held(value: Instance) -> list[Value]:
    return [part for part in value.state.values() if isinstance(part, Value) and not isinstance(part, Const)]


def _is_library_unbuilt(m: Machine, value: Network) -> bool:
    if isinstance(value, Layer):
        record = m.tables.layer(value.cls)
        return not value.shaped and record is not None and record.weights
    layers = value.layers if isinstance(value, Model) and not keras_symbols.is_functional(value) else None
    return isinstance(layers, Items) and isinstance(layers.items, tuple) and _all_unbuilt(m, layers.items)


def _all_unbuilt(m: Machine, values: Sequence[Value]) -> bool:
    """Whether some of these have variables to come and none has any now."""
    found = False
    for value in values:
        if isinstance(value, (Items, Dict)):
            if elements(value) and not _all_unbuilt(m, elements(value)):
                return False
            found = found or bool(elements(value))
        elif isinstance(value, Layer) and value.node.kind is Kind.CONSTANT:
            continue
        elif is_unbuilt(m, value):
            found = True
        elif not isinstance(value, (Const, Host, Function)):
            return False
    return found


def mark_built(m: Machine, value: Value) -> None:
    """Note that a layer or model has its variables."""
    if isinstance(value, (Network, Instance)):
        strategy_scopes.note_built(m, value.node)
    if isinstance(value, Network) and value.built is None:
        m.store.set(value, Network.built, Const(True))
    elif isinstance(value, Instance) and value.state.get(BUILT) is None:
        m.store.write(value.state, BUILT, Const(True))


def variables_behind(nodes: Sequence[Node]) -> list[Node]:
    """The variables that nodes were computed from."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.kind is Kind.VARIABLE or node.kind is Kind.OPAQUE:
            found[node] = None
        stack.extend(edge.node for edge in node.edges)
    return list(found)


def weight_edges(value: Value) -> list[Edge]:
    """The edges to a layer's variables, and behind a fault to what was assigned to them."""
    assigned = dict.fromkeys(
        entry for held in within(value) if isinstance(held, (Object, Instance))
        for entry in held.state.get(Variable.assigned, ())
    )
    edges = [Edge(node) for node in weights_within(value)]
    return edges + [Edge(node, Flow.CUT, fault) for node, fault in assigned]
