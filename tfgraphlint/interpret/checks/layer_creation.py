"""What holds variables and is made anew each time: layers and models in traced code or in a layer's ``call``."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.keras import LayerCreated
from tfgraphlint.interpret.core.class_hierarchy import kind_of
from tfgraphlint.interpret.core.events import ApplicationMade, AttributeSet, LayerCalled, LayerMade
from tfgraphlint.interpret.core.graph_state import in_trace, is_guarded, runs_once
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.values import Instance, Items, Object

NEW, GUARDED = "made anew", "made behind a condition"


def layer_made(m: Machine, event: LayerMade) -> None:
    """Note on a layer or model that each run of the code around it makes a new one."""
    value, name, node = event
    outside = _outside(m)
    if outside is not None:
        value.state[NEW] = _created(m, name, node)
        value.state[GUARDED] = is_guarded(m, outside, returns=True)


def application_made(m: Machine, event: ApplicationMade) -> None:
    """Report ``tf.keras.applications.VGG16()``, which makes its variables at once."""
    name, node = event
    outside = _outside(m)
    if outside is not None and not is_guarded(m, outside, returns=True):
        m.emit(_created(m, name, node))


def layer_called(m: Machine, event: LayerCalled) -> None:
    """Report a layer or model that was made anew for this call."""
    value, node = event
    fact = value.state.get(NEW)
    if not isinstance(fact, LayerCreated) or not _has_weights(m, value):
        return
    on_the_spot = isinstance(node, cst.Call) and node.func is fact.place.node
    if (on_the_spot or not value.state[GUARDED]) and not m.guards and not m.alternatives:
        m.emit(fact)
    for held in _layers(value):
        held.state.pop(NEW, None)  # one report for a model, not one more for each layer in it


def kept(m: Machine, event: AttributeSet) -> None:
    """A layer that was made behind a condition is kept: it is not made again."""
    value = event.value
    if isinstance(value, (Object, Instance)) and value.state.get(GUARDED):
        m.store.write(value.state, NEW, MISSING)


def _created(m: Machine, name: str, node: cst.CSTNode) -> LayerCreated:
    return LayerCreated(m.place(node), name, m.running.by, m.running.why, tuple(m.calls))


def _outside(m: Machine) -> int | None:
    """How many functions were running when the trace or the layer's call began; None where neither runs."""
    if runs_once(m):
        return None
    if in_trace(m):
        return m.outside
    if m.mode is Mode.GRAPH:
        return None
    for index in reversed(range(len(m.stack))):
        function = m.stack[index]
        if function.name == "call" and function.owner is not None and kind_of(m, function.owner) in ("layer", "model"):
            return index
    return None


def _layers(value: Object | Instance) -> list[Object | Instance]:
    layers = value.state.get("layers")
    held = elements(layers) if isinstance(layers, Items) else []
    return [layer for layer in held if isinstance(layer, (Object, Instance))]


def _has_weights(m: Machine, value: Object | Instance) -> bool:
    """Whether calling it for the first time makes variables."""
    if isinstance(value, Object) and value.kind == "layer":
        record = m.tables.layer(value.cls)
        inner = value.state.get("layer")
        if record is None or "function" in value.state:
            return False
        return _has_weights(m, inner) if isinstance(inner, (Object, Instance)) else record.weights
    if isinstance(value, Object):
        return any(_has_weights(m, layer) for layer in _layers(value)) and "outputs" not in value.state
    held = [part for part in value.state.values() if isinstance(part, (Object, Instance))]
    return any(_has_weights(m, part) for part in held if part.state.get(NEW) is not None)
