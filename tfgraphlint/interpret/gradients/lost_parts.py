"""Weights of one layer among those of a model that train: no way to them is whole, and the other layers hide it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind, Operand, Place
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.interpret.core.keras_symbols import Discarded
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind, Node, Recorded, Way, unreached
from tfgraphlint.interpret.core.structures import weights_within, within
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ELEMENT, Choice, Instance, Items, Object, Tape, Variable, Weights
from tfgraphlint.interpret.gradients.query_sources import Source
from tfgraphlint.interpret.gradients.verdicts import judge_one
from tfgraphlint.libraries.words import CHOOSERS, COMPARISON_SIGNS, RUN_ONCE
from tfgraphlint.syntax.parents import scopes_of

# What cuts the gradient where TensorFlow goes on. What leaves TensorFlow may be meant to cut it.
CUTS = frozenset({FaultKind.NON_DIFFERENTIABLE, FaultKind.ASSIGN})


class Frozen(set[Node]):
    """The nodes of layers that were told not to train; ``anywhere`` where it is not known which."""

    anywhere = False


def freeze(m: Machine, value: Value, flag: Value) -> None:
    """``value.trainable = flag``: unless it is True, the weights in the value may get no gradient on purpose."""
    if isinstance(flag, Const) and flag.value is True:
        return
    frozen = m.memory(Frozen)
    for option in m.each(value):
        if isinstance(option, (Object, Instance, Items, Choice)):
            frozen.update(weights_within(option))
        else:
            frozen.anywhere = True


def _told_to_rest(m: Machine, owner: Value) -> set[Node]:
    """The nodes in the value that do not train, or may not."""
    frozen = m.memory(Frozen)
    found = set(frozen)
    for held in within(owner) if frozen else ():
        if isinstance(held, (Object, Instance)) and held.node in frozen:
            found.update(weights_within(held))
    return found


def report(
    m: Machine, tape: Tape, targets: Mapping[Node, Recorded], source: Source, at: tuple[Place, Place],
    passed: Collection[Node] = (), cuts: Collection[FaultKind] = CUTS,
) -> None:
    """Report the layers among the ``source`` that certainly get no gradient, one for each cause.

    ``at`` are the query and the target as it is written, ``passed`` the weights of which nothing is said.
    """
    for member, faults, way in _lost(m, tape, targets, source, {*passed, *_told_to_rest(m, source.value)}):
        if all(_is_told(m, fault, way, cuts) for fault in faults):
            m.emit(GradientLost(
                at[0], use_of(tape), Operand(at[1], next(iter(targets)).place),
                Operand(m.place(source.written), way.source.place, member.kind), faults, False, None, tuple(m.calls),
            ))  # fmt: skip


def _is_told(m: Machine, fault: Fault, way: Way, cuts: Collection[FaultKind]) -> bool:
    return fault.kind in cuts and not _chooses(fault, way) or is_made_once(m, fault, way)


def is_made_once(m: Machine, fault: Fault, way: Way) -> bool:
    """Whether a tensor was computed from a weight where the weight is made, in ``build`` or ``__init__``, and is used
    when the layer is called; not where it raises then, as a tensor of a graph that Keras has thrown away."""
    if fault.kind is not FaultKind.OUTSIDE or way.source.place is None:
        return False
    if any(begin < node.number < end for node in way.nodes for begin, end in m.memory(Discarded)):
        return False
    scopes = [scopes_of(place.tree, place.node)[:1] for place in (fault.place, way.source.place)]
    function = scopes[0][0] if scopes[0] and scopes[0] == scopes[1] else None
    return isinstance(function, cst.FunctionDef) and function.name.value in RUN_ONCE


def _chooses(fault: Fault, way: Way) -> bool:
    """Whether a comparison cuts, and what it gives only chooses among other values, a condition or a mask, or may:
    of symbolic tensors it is not known who takes what."""
    if fault.name not in COMPARISON_SIGNS and not isinstance(fault.place.node, cst.Comparison):
        return False
    for taker, taken in zip(way.nodes, way.nodes[1:]):
        if taken.place is not None and taken.place.node is fault.place.node:
            return taker.operation.rpartition(".")[2] in CHOOSERS
    return True


def _lost(
    m: Machine, tape: Tape, targets: Mapping[Node, Recorded], source: Source, passed: Collection[Node]
) -> Iterator[tuple[Source, tuple[Fault, ...], Way]]:
    """Each cause once, with the layer that is nearest to it."""
    if len(source.goals) < 2 or m.memory(Frozen).anywhere or _is_one_of_them(source.value):
        return
    goals = {node for node in source.goals if node.kind is Kind.VARIABLE and node.trainable is True}
    left = unreached(list(targets), goals, tape.bit) - set(passed)
    nearest: dict[int, tuple[Source, tuple[Fault, ...], Way]] = {}
    for goal in sorted(left, key=lambda node: node.number):
        member = replace(source, goals=(goal,), kind=_kind(source.value, goal))
        found = judge_one(m, tape, targets, member)
        if found is None or not found[0] or found[1] is None:
            continue
        key = id(found[0][0].place.node)
        if key not in nearest or len(found[1].nodes) < len(nearest[key][2].nodes):
            nearest[key] = member, found[0], found[1]
    yield from nearest.values()


def _is_one_of_them(value: Value) -> bool:
    """Whether these are the weights of one of several layers, or some of a model's, and it is not known of which."""
    if isinstance(value, Weights):
        return isinstance(value.owner, Choice) or value.which in (ELEMENT, "slice")
    return isinstance(value, Choice)


def _kind(owner: Value, goal: Node) -> str:
    """What the report calls the weights: those of a layer, or a variable by itself."""
    held = next((held for held in within(owner) if getattr(held, "node", None) is goal), None)
    return "part variable" if isinstance(held, Variable) else "part layer"
