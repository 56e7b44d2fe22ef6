"""Methods of layers and models, of Keras' own and of those that classes of the project inherit."""

from __future__ import annotations

import re
from collections.abc import Callable

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.keras import SymbolicLossAdded
from tfgraphlint.interpret.core import class_hierarchy, keras_symbols, objects
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import WeightsRead
from tfgraphlint.interpret.core.fields import Ever
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import (
    Layer,
    Model,
    Weighted,
)
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.overlay import MethodModel, methods
from tfgraphlint.interpret.core.provenance import Edge, Kind, Node
from tfgraphlint.interpret.core.structures import weights_within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    Host,
    Instance,
    Items,
    Spread,
    Super,
    Tensor,
    Unknown,
    Variable,
)
from tfgraphlint.interpret.python.builtin_methods import assign_weights
from tfgraphlint.libraries.keras import building, trained_gradients, training
from tfgraphlint.libraries.keras.models import (
    BUILDERS,
    is_unbuilt,
    layer_of,
    mark_built,
    model_state,
)

PREDICTORS = ("predict", "predict_on_batch", "evaluate", "test_on_batch", "train_on_batch", "predict_generator")
METHODS_OF_LAYERS = frozenset({
    "add_weight", "add_variable", "compile", "fit", "predict", "predict_on_batch", "evaluate", "test_on_batch",
    "train_on_batch", "build", "summary", "get_weights", "set_weights", "add_loss", "add_metric", "get_layer",
    "save", "save_weights", "load_weights", "compiled_loss", "compute_loss", "count_params", "get_config",
    "train_step", "test_step", "reset_metrics", "reset_states", "__call__",
})


def _of_layers(*names: str) -> Callable[[MethodModel], MethodModel]:
    """Register a model of these methods for layers of Keras and for instances of classes of the project."""

    def register(method: MethodModel) -> MethodModel:
        return methods.handles(Weighted, *names)(methods.handles(Instance, *names)(method))

    return register


def begin(m: Machine, receiver: Value, name: str) -> None:
    """Some methods make the variables, whatever else they do."""
    if name in BUILDERS and not (name == "build" and isinstance(receiver, Instance)):
        mark_built(m, receiver)


@_of_layers(*PREDICTORS)
def _predict(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name == "train_on_batch":
        training.trained_on_batch(m, receiver, args, node)
    elif name in training.RUNS:
        training.run(m, receiver, name, args, node)
    return leave(m, node, [_outputs(m, receiver, args, node)], FaultKind.PREDICT, name)


# Arguments of ``predict`` that only Keras has: other libraries' estimators have others.
OF_KERAS = frozenset({"verbose", "batch_size", "steps"})
DEFINES_PREDICT = re.compile(r"\bdef\s+predict\b")


@methods.handles(Unknown, "predict", "predict_on_batch")
def _predict_of_unknown(m: Machine, receiver: Unknown, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``model.predict(x, verbose=0)`` of a model that comes from outside: an array, for all that is said."""
    tree = m.frame.scope.tree
    said = name == "predict_on_batch" or not OF_KERAS.isdisjoint(args.keywords)
    if not said or not args.positional or DEFINES_PREDICT.search(tree.text):
        return None
    return leave(m, node, [_outputs(m, receiver, args, node)], FaultKind.PREDICT, name)


def _outputs(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """What a prediction was computed from: the weights and the inputs."""
    edges = [Edge(n) for n in weights_within(receiver)]
    edges += [Edge(part) for part in parts(m, args.positional[:1] or list(args.keywords.values())[:1])]
    return Tensor(m.operation(node, edges), FLOAT)


@_of_layers("__call__", "call")
def _called(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.call(receiver, args, node)


@_of_layers("add_weight", "add_variable")
def _add_weight(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Variable:
    flag = args.keywords.get("trainable")
    trainable = bool(flag.value) if isinstance(flag, Const) else None if flag is not None else True
    made = Node(Kind.VARIABLE, m.place(node), active=m.active, trainable=trainable)
    trained_gradients.note_options(m, made, args)
    return Variable(made, FLOAT, trainable, keras=m.tables.keras >= 3)


@_of_layers("compile")
def _compile(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return training.compile_model(m, receiver, args, node)


@_of_layers("fit")
def _fit(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    training.fitted(m, receiver, args, node)
    training.run_callbacks(m, receiver, args, node)
    return m.opaque(node)


@methods.handles(Weighted, "get_layer")
def _get_layer(m: Machine, receiver: Weighted, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return layer_of(receiver, args)


@methods.handles(Instance, "get_layer")
def _some_layer(m: Machine, receiver: Instance, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    model = receiver.model
    return layer_of(model, args) if isinstance(model, Model) else Layer("keras.Layer", receiver.node)


@methods.handles(Instance, "add")
def _add_to_subclass(m: Machine, receiver: Instance, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return _add(m, receiver.model, name, args, node) if isinstance(receiver.model, Model) else None


@methods.handles(Weighted, "add")
def _add(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``model.add(layer)`` of a ``Sequential``."""
    if not args.positional:
        return None
    layers = receiver.layers if isinstance(receiver, Model) else None
    if isinstance(layers, Items) and isinstance(layers.items, tuple):
        m.store.set(layers, Items.items, (*layers.items, args.positional[0]))
    return Const(None)


@_of_layers("get_weights")
def _get_weights(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if weights_within(receiver) and not is_unbuilt(m, receiver):
        m.tell(WeightsRead(node))
    return Items("list", {Items.items: Spread(Host(m.leaf(Kind.CONSTANT, node), "array", FLOAT))})


@_of_layers("set_weights")
def _set_weights(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    assign_weights(m, receiver, args.positional, name, node, keeps=False)
    return Const(None)


@_of_layers("add_loss")
def _add_loss(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    trained_gradients.penalty_added(m)
    if keras_symbols.is_functional(receiver) and m.tables.keras >= 3 and not m.guards:
        m.emit(SymbolicLossAdded(m.place(node), tuple(m.calls)))
    return Const(None)


@_of_layers("summary", "build", "load_weights", "save", "save_weights", "add_metric")
def _nothing(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name == "build" and isinstance(receiver, Instance):
        m.memory(building.BuiltByHand).add(receiver.node)
    return Const(None)


@_of_layers("compute_loss", "compiled_loss")
def _loss(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.tensor(unknown_call(m, [receiver], args, node).node, FLOAT)


@methods.handles(Super)
def _of_super(m: Machine, value: Super, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in ("__init__", "__setattr__", "build", "__init_subclass__", "__new__", "setUp", "tearDown"):
        if name == "__init__" and isinstance(value.instance, Instance):
            trained_gradients.note_options(m, value.instance.node, args)
            _model_subclass(m, value.instance, args)
        if name == "build" and isinstance(value.instance, Instance):
            m.store.set(value.instance, Instance.entered_build, Ever(True))
        return Const(None)
    if isinstance(value.instance, Instance) and issubclass(
        class_hierarchy.kind_of(m, value.instance.cls), Weighted
    ):
        if name in METHODS_OF_LAYERS and name not in ("__call__", "train_step", "test_step"):
            return m.libraries.call_method(m, value.instance, name, args, node)
    return unknown_call(m, [value.instance], args, node)


def _model_subclass(m: Machine, instance: Instance, args: Arguments) -> None:
    """``super().__init__(inputs, outputs)`` of a model, ``super().__init__([layers])`` of a ``Sequential``."""
    base = class_hierarchy.library_base(instance.cls) or ""
    known = m.tables.class_kind(base)
    if known is None or objects.of_kind(known) is not Model:
        return
    state = model_state(m, base.rpartition(".")[2], args)
    if state:
        m.store.set(instance, Instance.model, Model(base, instance.node, state))
