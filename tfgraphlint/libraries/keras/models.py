"""Keras models and layers: how they are made, whether they have variables yet, which variables stand behind them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy, shapes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import LayerMade, VariableMade
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.scopes import Function
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

WEIGHT_LISTS = ("trainable_variables", "trainable_weights", "weights", "variables", "non_trainable_weights",
                "non_trainable_variables", "_trainable_weights")
WITH_WEIGHTS = ("layer", "model", "module")
RETURN_FLAGS = ("return_state", "return_attention_scores")


def make(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """An object of a library class; None where ``name`` is not one."""
    short = name.rpartition(".")[2]
    if short == "Input" and ("keras" in name or "layers" in name):
        axes, rank = shapes.input_axes(args)
        return Tensor(m.leaf(Kind.TENSOR, node), FLOAT, keras=True, rank=rank, open_axes=axes)
    kind = m.tables.class_kind(name)
    if kind is None:
        return None
    place = m.place(node)
    made = m.leaf(Kind.VARIABLE if kind in WITH_WEIGHTS else Kind.OPAQUE, node)
    made.trainable = True
    layer = m.tables.layer(name) if kind == "layer" else None
    if layer is not None and not layer.weights:
        made = m.leaf(Kind.CONSTANT, node)
    value = Object(name, made, kind, {}, place)
    if kind in ("optimizer", "metric") and ".v1." not in name and ".legacy." not in name:
        m.tell(VariableMade(node, name))
    if kind in ("layer", "model"):
        m.tell(LayerMade(value, name, node))
    if kind == "optimizer" and isinstance(rate := args.get(0, "learning_rate"), Instance):
        value.state["__schedule__"] = (rate,)
    if kind == "model":
        return _make_model(m, value, short, args)
    if kind == "layer":
        if any(key in args.keywords for key in ("input_shape", "input_dim", "batch_input_shape", "weights")) or (
            short in ("InputLayer", "Embedding") or not args.certain
        ):
            value.state["shaped"] = Const(True)
        for flag in (*RETURN_FLAGS, "return_sequences", "name"):
            if flag in args.keywords:
                value.state[flag] = args.keywords[flag]
        inner = args.get(0, "layer") or args.get(0, "cell")
        if short in WRAPPING and inner is not None:
            value.state["layer"] = inner
        if "return_state" not in value.state and may_return_several(m, short, inner, args):
            value.state["return_state"] = m.opaque(node)
        if short == "Lambda" and (given := args.get(0, "function")) is not None:
            value.state["function"] = given
    return value


def may_return_several(m: Machine, short: str, inner: Value | None, args: Arguments) -> bool:
    """Whether a layer may give a list: nobody knows its flags, or those of the layer that it wraps."""
    if not args.certain:
        return True
    if short not in WRAPPING or short == "RNN" or inner is None:
        return False
    return not isinstance(inner, Object) or any(flag in inner.state for flag in RETURN_FLAGS)


def _make_model(m: Machine, value: Object, short: str, args: Arguments) -> Object:
    if short == "Sequential":
        layers = args.get(0, "layers")
        value.state["layers"] = layers if isinstance(layers, Items) else sequence("list", ())
        return value
    inputs, outputs = args.get(0, "inputs"), args.get(1, "outputs")
    if outputs is not None:
        value.state["outputs"] = outputs
        if inputs is not None:
            value.state["inputs"] = inputs
        held = [Object("keras.Layer", n, "layer") for n in variables_behind(m.nodes([outputs]))]
        value.state["layers"] = sequence("list", held)
    return value


def layers_of(model: Object) -> Value | None:
    """``model.layers``: in their order for a ``Sequential``, else any of them; None where they are not known."""
    layers = model.state.get("layers")
    if not isinstance(layers, Items):
        return None
    held = [layer for layer in elements(layers) if not _is_input(layer)]
    if "outputs" in model.state:  # found from the outputs backwards: which comes first is not known
        return Items("list", {Items.items: Spread(join(held))}) if held else None
    return sequence("list", held) if isinstance(layers.items, tuple) else layers


def layer_of(m: Machine, model: Object, args: Arguments) -> Value:
    """``model.get_layer(name)`` or ``model.get_layer(index=...)``."""
    layers = layers_of(model)
    if layers is None or not elements(layers):
        return Object("keras.Layer", model.node, "layer")
    name, index = args.get(0, "name"), args.get(1, "index")
    items = layers.items if isinstance(layers, Items) else ()
    if isinstance(items, tuple) and isinstance(index, Const) and isinstance(index.value, int):
        if -len(items) <= index.value < len(items):
            return items[index.value]  # type: ignore[no-any-return]
    if isinstance(name, Const):
        for layer in elements(layers):
            given = layer.state.get("name") if isinstance(layer, Object) else None
            if isinstance(given, Const) and given.value == name.value:
                return layer
    return join(elements(layers))


def _is_input(value: Value) -> bool:
    if isinstance(value, Tensor):
        return value.keras
    return isinstance(value, Object) and value.cls.rpartition(".")[2] in ("InputLayer", "Input")


WRAPPING = ("Bidirectional", "TimeDistributed", "RNN", "Wrapper", "SpectralNormalization")
BUILDERS = ("build", "fit", "predict", "evaluate", "train_on_batch", "test_on_batch", "predict_on_batch",
            "load_weights", "set_weights", "compute_output_shape")


def is_unbuilt(m: Machine, value: Value) -> bool:
    """Whether a layer or model certainly has no variables yet: no input shape is known, it was never called."""
    if isinstance(value, Object):
        if value.kind not in ("layer", "model") or "outputs" in value.state or value.made is None:
            return False
        if value.state.get("built") is not None or value.state.get("shaped") is not None:
            return False
        layers = value.state.get("layers")
        if value.kind == "layer":
            record = m.tables.layer(value.cls)
            return record is not None and record.weights
        return isinstance(layers, Items) and isinstance(layers.items, tuple) and _all_unbuilt(
            m, layers.items
        )
    if isinstance(value, Instance) and not value.partial and value.state.get("built") is None:
        if class_hierarchy.kind_of(m, value.cls) not in ("layer", "model") or value.state.get("__built__") is not None:
            return False
        held = [v for k, v in value.state.items() if isinstance(v, Value) and not isinstance(v, Const)]
        return class_hierarchy.bases_known(value.cls) and _all_unbuilt(m, held)
    return False


def _all_unbuilt(m: Machine, values: Sequence[Value]) -> bool:
    """Whether some of these have variables to come and none has any now."""
    found = False
    for value in values:
        if isinstance(value, (Items, Dict)):
            if elements(value) and not _all_unbuilt(m, elements(value)):
                return False
            found = found or bool(elements(value))
        elif isinstance(value, Object) and value.node.kind is Kind.CONSTANT and value.kind == "layer":
            continue
        elif is_unbuilt(m, value):
            found = True
        elif not isinstance(value, (Const, Host, Function)):
            return False
    return found


def mark_built(m: Machine, value: Value) -> None:
    if isinstance(value, (Object, Instance)) and value.state.get("built") is None:
        m.store.write(value.state, "built", Const(True))


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
