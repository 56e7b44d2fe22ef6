"""Layers and variables that a layer makes on its first ``call`` and keeps: too late for Keras 3, and for symbolic
tensors in any version."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.keras import LayerCreated
from tfgraphlint.facts.tracing import VariableCreated
from tfgraphlint.interpret.core import keras_symbols
from tfgraphlint.interpret.core.class_hierarchy import class_attribute, kind_of
from tfgraphlint.interpret.core.events import AttributeSet
from tfgraphlint.interpret.core.frames import running_frames
from tfgraphlint.interpret.core.graph_state import is_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Metric, Model, Network
from tfgraphlint.interpret.core.scopes import Frame, Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Object, Variable, is_none
from tfgraphlint.libraries.words import PLAIN_VARIABLES


def kept(m: Machine, event: AttributeSet) -> None:
    """``self.dense = Dense(...)`` behind ``if self.dense is None`` in ``call``: the first call raises."""
    owner, name, value, _ = event
    if not isinstance(owner, Instance) or m.guards or m.alternatives or not isinstance(value, _KEPT):
        return
    place, running = value.node.place if isinstance(value, (Variable, Instance)) else value.made, m.running
    if place is None or not _is_first_time(m, owner, name):
        return
    if isinstance(value, Variable) and value.node.operation in PLAIN_VARIABLES:
        if _is_made_of_symbols(m, value):
            m.emit(VariableCreated(place, name, running.by, running.why, tuple(m.calls), late=True))
    elif _is_locked(m, owner):
        kind = VariableCreated if isinstance(value, Variable) else LayerCreated
        m.emit(kind(place, name, running.by, running.why, tuple(m.calls), late=True))


_KEPT = (Variable, Network, Metric, Instance)


def _is_made_of_symbols(m: Machine, variable: Variable) -> bool:
    """Whether Keras infers shapes, and the variable's initial value is a tensor of what it traces for that."""
    initial = variable.node.operands[0] if variable.node.operands else None
    return keras_symbols.infers_shapes(m) and isinstance(initial, Value) and is_symbolic(initial)


def _is_locked(m: Machine, owner: Instance) -> bool:
    """Whether Keras 3 takes nothing more from the layer. Models, and layers whose parts have no variables yet, it
    calls once before, when they still may add to what they hold."""
    kind = kind_of(m, owner.cls)
    if m.tables.keras < 3 or not issubclass(kind, Network) or issubclass(kind, Model):
        return False
    if isinstance(class_attribute(owner.cls, "__setattr__"), Function):
        return False
    built = isinstance(class_attribute(owner.cls, "build"), Function)
    return built or not any(isinstance(held, (Object, Instance)) for held in owner.state.values())


def _is_first_time(m: Machine, owner: Instance, name: str) -> bool:
    """Whether ``call`` of the owner is running, and nothing but that the attribute is not there decided what runs."""
    old = owner.state.get(name, class_attribute(owner.cls, name))
    if old is not None and not (isinstance(old, Value) and is_none(old)) or not _was_built(owner):
        return False
    asked = 0
    for frame in running_frames(m):
        conditions = [construct.node for construct in frame.around]
        asked += len(conditions)
        if len(frame.returns) > len(frame.half_returned) or not all(_asks_for(node, name) for node in conditions):
            return False
        if frame.function is not None and frame.function.name == "call":
            return asked > 0 and _receiver(frame) is owner
    return False


def _was_built(owner: Instance) -> bool:
    """Whether ``build``, which Keras runs before ``call``, has run, or there is none."""
    return bool(owner.entered_build) or not isinstance(class_attribute(owner.cls, "build"), Function)


def _receiver(frame: Frame) -> Value | None:
    params = frame.function.definition.params.params if frame.function is not None else ()
    found = frame.names.get(params[0].name.value) if params else None
    return found if isinstance(found, Value) else None


def _asks_for(node: cst.CSTNode, name: str) -> bool:
    """Whether this is ``if self.name is None``, ``if not self.name`` or ``if not hasattr(self, "name")``."""
    test = node.test if isinstance(node, cst.If) else None
    match test:
        case cst.Comparison(left=cst.Attribute(attr=cst.Name(value=asked)), comparisons=[
            cst.ComparisonTarget(operator=cst.Is(), comparator=cst.Name(value="None"))
        ]):
            return asked == name
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Attribute(attr=cst.Name(value=asked))):
            return asked == name
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Call(
            func=cst.Name(value="hasattr"), args=[_, cst.Arg(value=cst.SimpleString() as text)]
        )):  # fmt: skip
            return text.evaluated_value == name
    return False
