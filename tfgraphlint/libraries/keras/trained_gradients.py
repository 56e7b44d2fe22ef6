"""Gradients that ``fit`` computes by itself: those of the compiled loss with respect to the model's weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Operand
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import SourceJudged
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Loss, Model
from tfgraphlint.interpret.core.provenance import Kind, Node, Recorded, ancestors
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import elements, nodes_within, weights_within
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    Dict,
    Instance,
    Items,
    Method,
    Partial,
    Tape,
    TracedCallable,
    Variable,
    Weights,
    is_none,
    sequence,
)
from tfgraphlint.interpret.gradients import lost_parts, query_sources
from tfgraphlint.interpret.gradients.verdicts import judge_one

# What cuts a gradient in the graph that Keras traces. What raises there is reported as such.
CUTS = frozenset({FaultKind.NON_DIFFERENTIABLE, FaultKind.PY_FUNCTION, FaultKind.ASSIGN})
OWN = (Function, Method, TracedCallable, Partial, Instance)


class Penalties(set[Node]):
    """The nodes of layers that add a penalty on their weights to the loss; ``anywhere`` where it is not known whose."""

    anywhere = False


class CalledOnWeights(dict[Node, list[Value]]):
    """The regularizers and constraints of the project that layers and weights were given, by their nodes."""


def note_options(m: Machine, node: Node, args: Arguments) -> None:
    """Note that a layer may have a regularizer: then its weights have a gradient, whatever becomes of its result; or
    that it may not train."""
    given = [value for name, value in args.keywords.items() if "regularizer" in name and not is_none(value)]
    if given or not args.certain or len(args.positional) > 3:
        m.memory(Penalties).add(node)
    called: list[Value] = [
        value for name, value in args.keywords.items()
        if name.endswith(("regularizer", "constraint")) and not name.startswith("activity") and isinstance(value, OWN)
    ]
    if called:
        m.memory(CalledOnWeights)[node] = called
    flag = args.keywords.get("trainable")
    if flag is not None and not (isinstance(flag, Const) and flag.value is True):
        m.memory(lost_parts.Frozen).add(node)


def call_on_weights(m: Machine, model: Value, node: cst.CSTNode) -> None:
    """Call what the layers of a model were given to penalise or restrict their weights, as a step of ``fit`` does."""
    if _trains_by_itself(model):
        return
    noted, frozen = m.memory(CalledOnWeights), m.memory(lost_parts.Frozen)
    for held in dict.fromkeys(weights_within(model)):
        for function in noted.get(held, ()) if held not in frozen else ():
            weight = Variable(Node(Kind.VARIABLE, held.place), FLOAT, True, keras=m.tables.keras >= 3)
            m.call(function, Arguments([weight]), node)


def penalty_added(m: Machine) -> None:
    """Some layer adds to the loss by itself."""
    m.memory(Penalties).anywhere = True


@contextmanager
def recorded(m: Machine, node: cst.CSTNode) -> Iterator[Tape]:
    """The tape of ``fit``, which watches what is trainable."""
    place = m.place(node)
    tape = m.new_tape(Tape(0, place, False, True, {Tape.entered_at: place}))
    before = m.active
    m.record_on(tape.bit)
    try:
        yield tape
    finally:
        m.record_on(before)


def judge(m: Machine, tape: Tape, model: Value, outputs: Value, node: cst.CSTNode) -> None:
    """Report that the outputs of a compiled model, and with them its loss, certainly have no gradient."""
    receiver = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    if receiver is None or m.guards or m.alternatives or not _is_differentiated(m, model):
        return
    goals = _weights(model, outputs)
    targets = query_sources.target_nodes(m, outputs)
    penalties = m.memory(Penalties)
    if not goals or targets is None or penalties.anywhere or not penalties.isdisjoint(goals):
        return
    source = query_sources.Source(Weights(model), receiver, goals, "weights")
    recorded = {target: Recorded(target, tape.bit) for target in targets}
    found = judge_one(m, tape, recorded, source)
    if found is not None or _is_of_library(model.loss if isinstance(model, (Model, Instance)) else None):
        m.tell(SourceJudged(node, tape, receiver, targets, source, found))
    if found is None:
        lost_parts.report(m, tape, recorded, source, (m.place(node), m.place(receiver)), cuts=CUTS)
    if found is None or not found[0]:
        return
    faults, way = found
    if not all(fault.kind in CUTS or way is not None and lost_parts.is_made_once(m, fault, way) for fault in faults):
        return
    made = way.source.place if way is not None else goals[0].place
    m.emit(GradientLost(
        m.place(node), use_of(tape), Operand(m.place(receiver), targets[0].place),
        Operand(m.place(receiver), made, source.kind), faults, False, None, tuple(m.calls),
    ))  # fmt: skip


def with_loss(model: Value, outputs: Value) -> Value:
    """Those of several outputs of a compiled model that a loss is computed from: for the others it was given None."""
    loss = model.loss if isinstance(model, (Model, Instance)) else None
    if isinstance(loss, Items) and isinstance(outputs, Items):
        if isinstance(loss.items, tuple) and isinstance(outputs.items, tuple) and len(loss.items) == len(outputs.items):
            return sequence("list", [out for out, each in zip(outputs.items, loss.items) if not is_none(each)])
    if isinstance(loss, Dict) and isinstance(outputs, Dict) and loss.state.keys() <= outputs.state.keys():
        return sequence("list", [outputs.state[key] for key, each in loss.state.items() if not is_none(each)])
    return outputs


def _weights(model: Value, outputs: Value) -> tuple[Node, ...]:
    """The nodes of all that may be trained: what the model holds, and what its outputs were computed from."""
    held = dict.fromkeys(weights_within(model))
    made_from = ancestors(nodes_within(outputs))
    behind = [node for node in made_from if node.kind is Kind.VARIABLE and node.trainable is not False]
    return tuple({**held, **dict.fromkeys(behind)})


def _is_differentiated(m: Machine, model: Value) -> bool:
    """Whether Keras differentiates a loss of nothing but the outputs."""
    loss = model.loss if isinstance(model, (Model, Instance)) else None
    return loss is not None and not _trains_by_itself(model) and _is_plain(m, loss)


def _trains_by_itself(model: Value) -> bool:
    """Whether the class of a model says what its loss is, or what a step of its training does."""
    return isinstance(model, Instance) and any(
        isinstance(class_hierarchy.class_attribute(model.cls, name), Function)
        for name in ("compute_loss", "train_step")
    )


def _is_plain(m: Machine, loss: Value) -> bool:
    if isinstance(loss, (Items, Dict)):
        return bool(elements(loss)) and all(_is_plain(m, held) or is_none(held) for held in elements(loss))
    if isinstance(loss, Const):
        return isinstance(loss.value, str)
    if isinstance(loss, OWN):
        return _depends_on_outputs_only(m, loss)
    return isinstance(loss, Loss) or _is_library_loss(loss)


def _is_of_library(loss: Value | None) -> bool:
    """Whether no function of the project computes a part of the loss: it may lose what the outputs have."""
    if isinstance(loss, (Items, Dict)):
        return all(_is_of_library(held) for held in elements(loss))
    return loss is not None and not isinstance(loss, OWN)


def _is_library_loss(loss: Value) -> bool:
    name = getattr(loss, "name", "")
    return isinstance(name, str) and ".losses." in name and ".v1." not in name


def _depends_on_outputs_only(m: Machine, loss: Value) -> bool:
    """Whether a loss of the project, run on a truth and a prediction, takes nothing else that is trained."""
    mark = m.store.mark()
    first, second = (m.leaf(Kind.TENSOR, m.frame.scope.tree.module) for _ in range(2))
    with m.mute():
        result = m.call(loss, Arguments([m.tensor(first, FLOAT), m.tensor(second, FLOAT)]), m.frame.scope.tree.module)
    m.store.rewind(mark)
    return all(node.kind not in (Kind.VARIABLE, Kind.OPAQUE) for node in ancestors(m.nodes([result])))
