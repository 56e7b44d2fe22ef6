"""Gradient tapes: entering, watching, pausing, and what a query is certain to give."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from tfgraphlint.facts.gradients import SYMBOLIC, Unwatchable
from tfgraphlint.interpret.core import keras_symbols
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.class_hierarchy import kind_of
from tfgraphlint.interpret.core.fields import Certain, Possible
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Layer, Model, Network
from tfgraphlint.interpret.core.provenance import Kind, Node, now, reaches, same_value
from tfgraphlint.interpret.core.structures import elements, tapes_within, weights_within
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.unknown_calls import escape
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ELEMENT,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Tape,
    Tensor,
    Unknown,
    Variable,
    Weights,
)


def make(m: Machine, args: Arguments, node: cst.CSTNode) -> Tape:
    """``tf.GradientTape(persistent=..., watch_accessed_variables=...)``."""
    persistent = _flag(args.get(0, "persistent"), False)
    accessed = _flag(args.get(1, "watch_accessed_variables"), True)
    if not args.certain:
        persistent = accessed = None
    return m.new_tape(Tape(0, m.place(node), persistent, accessed))


def _flag(value: Value | None, default: bool) -> bool | None:
    if value is None:
        return default
    if isinstance(value, Const):
        return bool(value.value)
    return None


def held(value: Value) -> list[Tape]:
    """The tapes inside a value."""
    return tapes_within(value)


def run_inside(
    m: Machine, node: cst.With, tape: Tape, enter: Callable[[Value], None], body: Callable[[], bool]
) -> bool:
    """The body of ``with tape:``; entered anew, the tape begins an empty recording."""
    m.store.set(tape, Tape.entered_at, m.place(node))
    for item in node.items:
        if item.asname is not None and isinstance(item.asname.name, cst.Name) and tape.made.node is item.item:
            m.store.set(tape, Tape.name, item.asname.name.value)
    if tape.queried is not None and not tape.persistent:
        m.store.set(tape, Tape.queried, None)
    m.record_on(m.active | tape.bit)
    enter(tape)
    goes_on = body()
    m.record_on(m.active & ~tape.bit)
    return goes_on


def run_paused(m: Machine, tape: Tape, body: Callable[[], bool]) -> bool:
    """The body of ``with tape.stop_recording():``."""
    was = m.active & tape.bit
    m.record_on(m.active & ~tape.bit)
    goes_on = body()
    m.record_on(m.active | was)
    return goes_on


def never_entered(tape: Tape) -> bool:
    """Whether the tape certainly records nothing: no path that leads here has entered it."""
    return not Tape.entered_at.is_set(tape) and not tape.escaped


def watch(m: Machine, tape: Tape, args: Arguments, node: cst.CSTNode) -> Value:
    """``tape.watch(x)``: a tensor, a variable, or a list or dictionary of them."""
    value = args.get(0, "tensor")
    if value is None or not args.certain:
        escape(m, tape)
        return Const(None)
    watched: list[Node] = []
    perhaps: list[Node] = []
    _collect(m, tape, value, watched, perhaps)
    if not m.active & tape.bit and never_entered(tape):
        report_unwatchable(m, tape, args.node(0, "tensor"), node, "watched-before-entering", "tensor")
    elif (what := kind_unwatchable(m, value)) is not None:
        report_unwatchable(m, tape, args.node(0, "tensor"), node, "watched", what)
    elif m.tables.keras >= 3 and _holds_keras_weights(m, value):
        report_unwatchable(m, tape, args.node(0, "tensor"), node, "watched", "weights")
    places = tape.watch_places
    moment = (now(), m.place(node))
    m.store.set(tape, Tape.watch_places, Possible(places | {(n, *moment) for n in watched}))
    certain = Certain(tape.watched)
    possible = Possible(tape.perhaps)
    m.store.set(tape, Tape.watched, Certain(certain | set(watched)))
    m.store.set(tape, Tape.perhaps, Possible(possible | set(perhaps) | set(watched)))
    return Const(None)


def _holds_keras_weights(m: Machine, value: Value) -> bool:
    """Whether weights of a Keras model or layer are in the value: Keras 3 has variables of its own."""
    if isinstance(value, (Items, Dict)):
        return any(_holds_keras_weights(m, held) for held in elements(value))
    if isinstance(value, Choice):
        return all(_holds_keras_weights(m, option) for option in value.options)
    if not isinstance(value, Weights) or value.unbuilt is not None or value.plain:
        return False
    owner = value.owner
    return issubclass(kind_of(m, owner.cls) if isinstance(owner, Instance) else type(owner), Network)


def _collect(m: Machine, tape: Tape, value: Value, watched: list[Node], perhaps: list[Node]) -> None:
    if isinstance(value, (Tensor, Variable, Unknown)):
        watched.append(value.node)
        if value.node.kind is Kind.JOIN:
            perhaps.extend(same_value(value.node))
    elif isinstance(value, Choice):
        for option in value.options:
            _collect(m, tape, option, perhaps, perhaps)
    elif isinstance(value, (Items, Dict)):
        for element in elements(value):
            _collect(m, tape, element, watched, perhaps)
    elif isinstance(value, Weights) and value.which == ELEMENT:
        perhaps.extend(weights_within(value.owner))
    elif isinstance(value, Weights):
        watched.extend(weights_within(value.owner))
    elif isinstance(value, Host):
        perhaps.append(value.node)
    else:
        escape(m, tape)


def kind_unwatchable(m: Machine, value: Value) -> str | None:
    """What a value is, or holds, that no tape can watch: ``array``, ``number``, ``model``, ``layer``, ``symbolic tensor
    of Keras``; None for others."""
    if isinstance(value, Items) and isinstance(value.items, tuple):
        kinds = [kind_unwatchable(m, item) for item in value.items]
        return next((kind for kind in kinds if kind is not None), None)
    if isinstance(value, Tensor) and value.keras:
        return SYMBOLIC if keras_symbols.have_no_value(m) else None
    if isinstance(value, Host):
        return "array" if value.kind == "array" else "number"
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return "number"
    kind = kind_of(m, value.cls) if isinstance(value, Instance) else type(value)
    return "model" if issubclass(kind, Model) else "layer" if issubclass(kind, Layer) else None


def report_unwatchable(
    m: Machine, tape: Tape, written: cst.CSTNode | None, node: cst.CSTNode, how: str, what: str
) -> None:
    """Report a value that no tape can watch or differentiate by."""
    m.store.set(tape, Tape.failed, Possible((tape,)))  # an error ends the program: nothing after it is evidence
    # What runs for values of some kind, when nobody knows of which kind they are, may never see this one.
    if not m.guards and not m.kinds_asked:
        m.emit(Unwatchable(m.place(written or node), how, what, use_of(tape), m.place(node), tuple(m.calls)))


def reset(m: Machine, tape: Tape) -> None:
    """``tape.reset()``: what was recorded and watched is forgotten; nothing is claimed of this tape."""
    escape(m, tape)


def rebinding(m: Machine, target: cst.BaseExpression, value: Value, node: cst.CSTNode) -> None:
    """Note that a name or attribute which held a variable now holds a tensor computed from it."""
    if isinstance(target, (cst.Tuple, cst.List)) and isinstance(value, Items):
        items = value.items
        if isinstance(items, tuple) and len(items) == len(target.elements):
            for element, item in zip(target.elements, items):
                rebinding(m, element.value, item, node)
    if not isinstance(value, Tensor) or not isinstance(target, (cst.Name, cst.Attribute, cst.Subscript)):
        return
    held = _held(m, target)
    for option in m.each(held) if held is not None else ():
        if isinstance(option, Variable) and reaches(value.node, [option.node]):
            m.rebound[value.node] = m.place(node)
        elif isinstance(option, Tensor) and option.node in m.rebound and reaches(value.node, [option.node]):
            m.rebound[value.node] = m.rebound[option.node]


def _held(m: Machine, target: cst.BaseExpression) -> Value | None:
    """What a target holds before an assignment, without evaluating anything that may have effects."""
    if isinstance(target, cst.Name):
        frame = frame_of(m, target.value)
        names = m.frame.scope.names if frame is None else frame.names
        found = names.get(target.value)
        return found if isinstance(found, Value) else None
    if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
        owner = _held(m, target.value)
        if isinstance(owner, Instance):
            found = owner.state.get(target.attr.value)
            return found if isinstance(found, Value) else None
    if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
        owner = _held(m, target.value)
        if isinstance(owner, (Items, Dict)):
            held = [item for item in elements(owner) if isinstance(item, (Variable, Tensor))]
            return Choice(tuple(held)) if held else None
    return None
