"""What traced code does to Python: state that it changes, tensors that it leaves outside of their graph."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import StateChanged, TensorLeaked, WriteDiscarded
from tfgraphlint.interpret.core import keras_symbols, outer_names
from tfgraphlint.interpret.core.class_hierarchy import class_attribute
from tfgraphlint.interpret.core.events import (
    Assigned,
    Augmented,
    ContainerCalled,
    Dropped,
    IteratorAdvanced,
    PlaceGivenBack,
    Returned,
    ValuesUsed,
)
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.graph_state import in_trace, is_guarded, is_out_of_scope, is_symbolic, runs_once
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import TensorArray
from tfgraphlint.interpret.core.provenance import Node, same_value
from tfgraphlint.interpret.core.structures import is_constant, within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Dict, Host, Instance, Items, Tensor
from tfgraphlint.libraries.words import ARRAY_WRITES, CHANGING_METHODS
from tfgraphlint.syntax.bindings import bound_in, parameters

# -- Python state that is changed ----------------------------------------------------------------

COUNTED = (int, float, str)


def augmented(m: Machine, event: Augmented) -> None:
    """Report ``self.steps += 1`` and its kin; note tensors that ``self.total += loss`` puts outside of the trace."""
    node, left, right, value = event
    if not m.graphs or value is not left and _is_lost(m, node, node.target) or not outlives(m, node.target):
        return
    if is_constant(right) and _counts(m, left):
        _changed(m, node, _how_counted(m, node.target))
    elif _holds_count(m, left):
        _keep_count(m, node, value)
    elif isinstance(node.target, (cst.Name, cst.Attribute)) and value is not left:
        kept(m, node, value)


def assigned(m: Machine, event: Assigned) -> None:
    """Report ``self.steps = self.steps + 1``, and note tensors that an assignment puts outside of the trace."""
    node, value = event
    if not m.graphs or len(node.targets) != 1:
        return
    target, written = node.targets[0].target, node.value
    if _is_lost(m, node, target):
        return
    if isinstance(target, cst.Subscript) and not is_constant(value) and outlives(m, target):
        if not _is_carried(m, target):
            kept(m, node, value)
    if isinstance(target, (cst.Name, cst.Attribute)) and outlives(m, target):
        if is_constant(value) and _moves_on(written, target):
            _changed(m, node, _how_counted(m, target))
        elif any(_holds_count(m, operand) for part in m.nodes([value]) for operand in part.operands):
            _keep_count(m, node, value)
        else:
            kept(m, node, value)


def _is_lost(m: Machine, node: cst.CSTNode, target: cst.BaseExpression) -> bool:
    """Whether nothing more can be said of what is assigned to a ``global`` or ``nonlocal`` name: a condition or loop of
    the graph takes it back, which is reported, or nobody knows."""
    if not isinstance(target, cst.Name) or not outer_names.is_outer(m, target.value):
        return False
    outcome = outer_names.outcome(m, target.value)
    if outcome == "lost":
        _changed(m, node, "lost")
    return outcome in ("lost", None)


def _how_counted(m: Machine, target: cst.BaseExpression) -> str:
    """A counter, or one that AutoGraph makes a tensor of: in a condition or loop of the graph an attribute, an item, or
    a name of which it hands on what was assigned."""
    if isinstance(target, cst.Name):
        return "tensor" if outer_names.outcome(m, target.value) == "tensor" else "counter"
    decided = any(construct.tensor for construct in m.frame.around) or bool(m.frame.half_returned)
    return "tensor" if decided and isinstance(target, (cst.Attribute, cst.Subscript)) else "counter"


LIMITS = ("max", "min", "float")


def _moves_on(written: cst.BaseExpression, target: cst.BaseExpression) -> bool:
    """Whether a number becomes another one each time: ``rate * 0.9``, ``max(0.1, rate * 0.9)``, where that is kept."""
    match written:
        case cst.BinaryOperation(left=left, right=right):
            return any(side.deep_equals(target) for side in (left, right)) or _moves_on(left, target)
        case cst.Call(func=cst.Name(value=name), args=args) if name in LIMITS:
            return any(_moves_on(arg.value, target) for arg in args)
    return False


def _is_carried(m: Machine, target: cst.Subscript) -> bool:
    """Whether AutoGraph makes the item a variable of the tensor loop that runs: its index is the same in each turn."""
    loops = [construct.node for construct in m.frame.around if construct.kind == "loop" and construct.tensor]
    if len(m.graphs) == 1 or not loops or len(target.slice) != 1:
        return False
    index = target.slice[0].slice
    written = index.value if isinstance(index, cst.Index) else None
    if isinstance(written, cst.Name):
        return written.value not in bound_in(loops[-1])
    return isinstance(written, (cst.Integer, cst.SimpleString, cst.UnaryOperation))


def _counts(m: Machine, value: Value) -> bool:
    """Whether this is a number or text of Python; beside an unknown one, too: tensors are not counted up like that."""
    return any(isinstance(option, Const) and isinstance(option.value, COUNTED) for option in m.each(value)) or (
        isinstance(value, Host) and value.kind == "scalar" and is_constant(value)
    )


def outlives(m: Machine, target: cst.BaseExpression) -> bool:
    """Whether what is assigned to ``target`` is still there when the trace has ended."""
    if isinstance(target, cst.Name):
        frame = frame_of(m, target.value)
        return frame is None or frame is not m.frame and frame.made < m.graphs[0]
    if isinstance(target, (cst.Attribute, cst.Subscript)):
        return _holder_outlives(m, target, m.evaluate(target.value))
    return False


def _holder_outlives(m: Machine, target: cst.BaseExpression, holder: Value | None) -> bool:
    if isinstance(target, cst.Name):
        return outlives(m, target)
    if isinstance(target, cst.Attribute):
        return isinstance(holder, Instance) and holder.node.number < m.graphs[0] and not _has_setter(holder, target)
    return isinstance(holder, (Items, Dict)) and holder.made < m.graphs[-1]


def _has_setter(holder: Instance, target: cst.Attribute) -> bool:
    return class_attribute(holder.cls, f"{target.attr.value}.setter") is not None


def given_back(m: Machine, event: PlaceGivenBack) -> None:
    """Note a tensor that takes the place of a number in an attribute, item or name that outlives the trace."""
    node, target, holder, value, is_new = event
    if m.graphs and _holder_outlives(m, target, holder) and (is_new or _holds_count(m, value)):
        _keep_count(m, node, value)


class Counts(dict[Node, object]):
    """Tensors that stand for a counter in an attribute, item or name, and what was traced when they were put there:
    they are out of scope when it is traced again, and nobody knows whether it is."""


def _holds_count(m: Machine, value: Value) -> bool:
    return any(isinstance(option, Tensor) and _is_count(m, option.node) for option in m.each(value))


def _is_count(m: Machine, node: Node) -> bool:
    return any(each in m.memory(Counts) for each in same_value(node))


def _keep_count(m: Machine, node: cst.CSTNode, value: Value) -> None:
    """Note a tensor that stands for a counter; the graph of a loop hands it on."""
    if len(m.graphs) == 1:
        kept(m, node, value)
    for held in within(value):
        if isinstance(held, Tensor):
            m.memory(Counts)[held.node] = m.running.traced


def container_called(m: Machine, event: ContainerCalled) -> None:
    """Report ``self.history.append(1)`` on a list, set or dictionary from outside, and note tensors put there."""
    receiver, name, args, node = event
    if receiver.made >= m.graphs[-1] or name not in CHANGING_METHODS:
        return
    given = args.all()
    if any(is_symbolic(held) for value in given for held in within(value)):
        for value in given:
            kept(m, node, value)
    elif receiver.made < m.graphs[0] and all(map(is_constant, given)) and not is_guarded(m, m.outside, options=True):
        _changed(m, node, "argument" if _is_parameter(m, receiver) else "container")


def _is_parameter(m: Machine, receiver: Items | Dict) -> bool:
    """Whether the container is an argument of the function that is traced: TensorFlow refuses to see it changed."""
    if len(m.stack) != m.outside + 1:
        return False
    return any(m.frame.names.get(param.name.value) is receiver for param in parameters(m.stack[-1].definition))


def advanced(m: Machine, event: IteratorAdvanced) -> None:
    """Report ``next`` of a Python generator that was made outside of the trace."""
    node, value = event
    if m.graphs and isinstance(value, Items) and value.kind == "generator" and value.made < m.graphs[0]:
        _changed(m, node, "iterator")


def _changed(m: Machine, node: cst.CSTNode, how: str) -> None:
    if in_trace(m) and not runs_once(m):
        m.emit(StateChanged(m.place(node), how, m.running.by, m.running.why, tuple(m.calls), how))


# -- tensors that leave their graph --------------------------------------------------------------


class Leaks(dict[Node, TensorLeaked]):
    """Tensors of a graph that are kept outside, and what put them there."""


def kept(m: Machine, node: cst.CSTNode, value: Value) -> None:
    """Note that the tensors in ``value`` are put where they outlive their graph."""
    if not in_trace(m):
        return
    for held in within(value):
        if isinstance(held, Tensor) and is_symbolic(held) and held.graph:
            m.wake(ValuesUsed)
            in_loop = held.graph > m.graphs[0]
            m.memory(Leaks)[held.node] = TensorLeaked(
                m.place(node), "", m.running.by, m.running.why, tuple(m.calls), None, in_loop
            )


def used(m: Machine, event: ValuesUsed) -> None:
    """Report tensors that an operation uses after their graph was left."""
    if m.mode is Mode.UNKNOWN or m.guards or m.alternatives:
        return
    for value in event.values:
        for held in within(value):
            if isinstance(held, Tensor) and is_out_of_scope(m, held):
                _leaked(m, held)


def returned(m: Machine, event: Returned) -> None:
    """Report tensors that the traced function returns, in lists as well, after their graph was left."""
    if len(m.graphs) == 1 and len(m.stack) == m.outside + 1:
        used(m, ValuesUsed([event.value]))


def _leaked(m: Machine, tensor: Tensor) -> None:
    statement, counts = m.frame.statement, m.memory(Counts)
    nodes = same_value(tensor.node)
    if m.graphs and any(node in counts and counts[node] is m.running.traced for node in nodes):
        return
    for node in nodes:
        leak = m.memory(Leaks).get(node)
        if leak is None or keras_symbols.infers_shapes(m) and not leak.in_loop:
            continue  # the graph in which Keras infers shapes never runs: it takes tensors of the one before
        if isinstance(statement, cst.CSTNode):
            m.emit(replace(leak, used=m.place(statement)))


def discarded(m: Machine, event: Dropped) -> None:
    """Report ``array.write(i, x)`` as a statement: in a graph the array that was written is the result."""
    node, value = event
    if not isinstance(value, TensorArray) or not in_trace(m):
        return
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in ARRAY_WRITES:
        name = f"tensorflow.TensorArray.{node.func.attr.value}"
        m.emit(WriteDiscarded(m.place(node), name, m.running.by, m.running.why, tuple(m.calls)))
