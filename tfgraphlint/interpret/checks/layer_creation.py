"""What holds variables and is made anew each time: layers and models in traced code or in a layer's ``call``."""

from __future__ import annotations

from typing import ClassVar

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.keras import LayerCreated
from tfgraphlint.interpret.core import keras_symbols
from tfgraphlint.interpret.core.class_hierarchy import kind_of
from tfgraphlint.interpret.core.events import ApplicationMade, AttributeSet, LayerCalled, LayerMade
from tfgraphlint.interpret.core.fields import Ever, Field
from tfgraphlint.interpret.core.graph_state import in_trace, is_guarded, runs_once
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Layer, Model, Network
from tfgraphlint.interpret.core.provenance import Node
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.values import Instance, Items, Object


class MadeAnew:
    """The layers and models that each run of the code around them makes anew, by their nodes, whether a condition
    stands before, and whether one does that only some callers fulfil, perhaps once."""

    kept: ClassVar[Field[Ever | None]] = Field(None)  # in the state of a layer: something keeps it, on some path

    def __init__(self) -> None:
        self._made: dict[Node, tuple[LayerCreated, bool, bool]] = {}

    def add(self, value: Object | Instance, fact: LayerCreated, guarded: bool, optional: bool) -> None:
        self._made[value.node] = fact, guarded, optional

    def of(self, value: Object | Instance) -> tuple[LayerCreated | None, bool]:
        """What is to be reported of a layer or model, if anything, and whether it was made behind a condition."""
        fact, guarded, _ = self._made.get(value.node, (None, False, False))
        return (None if value.state.get(MadeAnew.kept) else fact), guarded

    def is_optional(self, value: Object | Instance) -> bool:
        """Whether it was made behind any condition, be it that an argument is given."""
        return value.node in self._made and self._made[value.node][2]

    def forget(self, value: Object | Instance) -> None:
        self._made.pop(value.node, None)


def layer_made(m: Machine, event: LayerMade) -> None:
    """Note that each run of the code around a layer or model makes a new one."""
    value, name, node = event
    outside = _outside(m)
    if outside is not None:
        guarded = is_guarded(m, outside, returns=True, options=True)
        optional = guarded or is_guarded(m, outside, returns=True, arguments=False)
        m.memory(MadeAnew).add(value, _created(m, name, node), guarded, optional)


def application_made(m: Machine, event: ApplicationMade) -> None:
    """Report ``tf.keras.applications.VGG16()``, which makes its variables at once."""
    name, node = event
    outside = _outside(m)
    if outside is not None and not is_guarded(m, outside, returns=True, options=True):
        m.emit(_created(m, name, node))


def layer_called(m: Machine, event: LayerCalled) -> None:
    """Report a layer or model that was made anew for this call."""
    value, node = event
    fact, guarded = m.memory(MadeAnew).of(value)
    if fact is None or not _has_weights(m, value):
        return
    on_the_spot = isinstance(node, cst.Call) and node.func is fact.place.node
    if (on_the_spot or not guarded) and not m.guards and not m.alternatives:
        m.emit(fact)
    for held in _layers(value):
        m.memory(MadeAnew).forget(held)  # one report for a model, not one more for each layer in it


def kept(m: Machine, event: AttributeSet) -> None:
    """A layer that was made behind a condition is kept: it is not made again, or only where a caller asks for it."""
    value = event.value
    if isinstance(value, (Object, Instance)) and m.memory(MadeAnew).is_optional(value):
        m.store.set(value, MadeAnew.kept, Ever(True))


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
        if function.name == "call" and function.owner is not None and issubclass(kind_of(m, function.owner), Network):
            return index
    return None


def _layers(value: Object | Instance) -> list[Object | Instance]:
    layers = value.layers if isinstance(value, Model) else None
    held = elements(layers) if isinstance(layers, Items) else []
    return [layer for layer in held if isinstance(layer, (Object, Instance))]


def _has_weights(m: Machine, value: Object | Instance) -> bool:
    """Whether calling it for the first time makes variables."""
    if isinstance(value, Layer):
        record = m.tables.layer(value.cls)
        inner = value.layer
        if record is None or value.function is not None:
            return False
        if isinstance(inner, (Object, Instance)):
            return _has_weights(m, inner)
        return record.weights or value.seeded and in_trace(m)
    if isinstance(value, Object):
        return any(_has_weights(m, layer) for layer in _layers(value)) and not keras_symbols.is_functional(value)
    held = [part for part in value.state.values() if isinstance(part, (Object, Instance))]
    return any(_has_weights(m, part) for part in held if m.memory(MadeAnew).of(part)[0] is not None)
