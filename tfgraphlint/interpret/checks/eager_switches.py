"""Switches of eager execution that come too late, or before Keras 3 trains: what was made before, what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from tfgraphlint.facts.common import Fact, Mode, Place
from tfgraphlint.facts.graph_api import GraphApiInEager, LateSwitch
from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.eagerness import Switch, is_certain, made_at
from tfgraphlint.interpret.core.events import EagerSwitchedOn, MethodCalled, OperationBuilt
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Model
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Object, Tensor, Variable


def switched_on(m: Machine, event: EagerSwitchedOn) -> None:
    """``enable_eager_execution``: changes nothing in an eager program, raises once a graph was used."""
    node, name = event
    switch = m.recording.switch
    used = m.recording.graph_used
    if not isinstance(switch, Switch):
        return
    if isinstance(used, Place) and is_certain(m):
        m.emit(LateSwitch(m.place(node), name, "enabled", switch.place, used, tuple(m.calls)))
    m.store.set(m.recording, Recording.switch, MISSING if not Recording.graph_used.is_set(m.recording) else None)


def used_in_graph(m: Machine, event: OperationBuilt) -> None:
    """Report what was made eagerly and is used after the switch; note that the graph is used."""
    node, values, builds = event
    switch = m.recording.switch
    if not isinstance(switch, Switch) or m.mode is not Mode.GRAPH:
        return
    builds = builds or any(isinstance(value, (Tensor, Variable)) for value in values)
    if builds and m.running is switch.running and not Recording.graph_used.is_set(m.recording):
        m.store.set(m.recording, Recording.graph_used, m.place(node))
    if not is_certain(m):
        return
    for value in values:
        for held in within(value):
            made = made_at(m, held)
            if made is not None:
                m.emit(LateSwitch(switch.place, switch.name, _kind(held), made, m.place(node), tuple(m.calls)))
                return


# Methods of models that walk over a dataset, whatever they are given.
WALKING = frozenset({"fit", "evaluate", "predict"})


def trained(m: Machine, event: MethodCalled) -> None:
    """Report a switch after which a model of Keras 3 is trained: it never is without eager execution."""
    receiver, name, _, node = event
    switch = m.recording.switch
    if name not in WALKING or m.tables.keras < 3 or not isinstance(switch, Switch) or not is_certain(m):
        return
    if m.running is switch.running and _is_model(m, receiver):
        m.emit(LateSwitch(switch.place, switch.name, "keras", m.place(node), m.place(node), tuple(m.calls)))


def _is_model(m: Machine, value: Value) -> bool:
    if isinstance(value, Instance):
        return class_hierarchy.bases_known(value.cls) and issubclass(class_hierarchy.kind_of(m, value.cls), Model)
    return isinstance(value, Model) and value.cls.startswith(("keras.", "tensorflow.keras."))


def _kind(value: Value) -> str:
    return "dataset" if isinstance(value, Object) else "variable" if isinstance(value, Variable) else "tensor"


def gathered(facts: Sequence[Fact]) -> list[Fact]:
    """The facts with one for all graph API of a program that runs eagerly, and one for each switch."""
    found: list[Fact] = []
    api: dict[cst.CSTNode, GraphApiInEager] = {}
    switches: set[cst.CSTNode] = set()
    for fact in facts:
        if isinstance(fact, GraphApiInEager):
            api.setdefault(fact.place.node, fact)
            if not fact.uncalled and api[fact.place.node].uncalled:
                api[fact.place.node] = fact
        elif not isinstance(fact, LateSwitch):
            found.append(fact)
        elif fact.place.node not in switches:
            switches.add(fact.place.node)
            found.append(fact)
    certain = [fact for fact in api.values() if not fact.uncalled]
    if said := certain or list(api.values()):
        found.append(replace(said[0], others=len(said) - 1))
    return found
