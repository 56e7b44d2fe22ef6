"""Switches of eager execution in the middle of a program, and what was made eagerly before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import libcst as cst

from tfgraphlint.facts.common import Fact, Mode, Place
from tfgraphlint.facts.graph_api import GraphApiInEager, LateSwitch
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.provenance import now
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Object, Tensor, Variable

DATASET = "dataset"


@dataclass(frozen=True, eq=False)
class Switch:
    """Eager execution was switched off when ``number`` was the number of nodes."""

    running: Running
    place: Place
    name: str
    number: int


def switch_off(m: Machine, node: cst.CSTNode, name: str) -> None:
    """From here on everything goes into a graph; where paths meet that differ in it, nobody knows."""
    m.switching = True
    place = m.place(node)
    m.store.write(m.recording, "switch", Switch(Running(Mode.GRAPH, place, by=name), place, name, now()))


def switch_on(m: Machine, node: cst.CSTNode, name: str) -> None:
    """``enable_eager_execution``: changes nothing in an eager program, raises once a graph was used."""
    switch = m.recording.get("switch")
    used = m.recording.get("graph_used")
    if not isinstance(switch, Switch):
        return
    if isinstance(used, Place) and is_certain(m):
        m.emit(LateSwitch(m.place(node), name, "enabled", switch.place, used, tuple(m.calls)))
    m.store.write(m.recording, "switch", MISSING if "graph_used" not in m.recording else None)


def is_certain(m: Machine) -> bool:
    """Whether what fails here certainly fails: nothing expects an error, and one value is meant."""
    return not m.guards and not m.alternatives


def is_eager(m: Machine, value: Value) -> bool:
    """Whether a tensor, variable or dataset certainly was made while code ran eagerly."""
    return made_at(m, value) is not None


def made_at(m: Machine, value: Value) -> Place | None:
    """Where a tensor, variable or dataset was certainly made eagerly; None where that is not so."""
    match value:
        case Tensor(symbolic=False, keras=False) | Variable() | Object(kind="dataset"):
            return value.node.place if m.made_eagerly(value.node) else None
    return None


def used_in_graph(m: Machine, node: cst.CSTNode, values: Sequence[Value], *, builds: bool = False) -> None:
    """An operation runs on these values, in a program that switches eager execution off.

    ``builds``: it puts something into the graph, whatever the values are.
    """
    switch = m.recording.get("switch")
    if not isinstance(switch, Switch) or m.mode is not Mode.GRAPH:
        return
    builds = builds or any(isinstance(value, (Tensor, Variable)) for value in values)
    if builds and m.running is switch.running and "graph_used" not in m.recording:
        m.store.write(m.recording, "graph_used", m.place(node))
    if not is_certain(m):
        return
    for value in values:
        for held in within(value):
            made = made_at(m, held)
            if made is not None:
                m.emit(LateSwitch(switch.place, switch.name, _kind(held), made, m.place(node), tuple(m.calls)))
                return


def _kind(value: Value) -> str:
    return DATASET if isinstance(value, Object) else "variable" if isinstance(value, Variable) else "tensor"


def gathered(facts: Sequence[Fact]) -> list[Fact]:
    """The facts with one for all graph API of a program that runs eagerly, and one for each switch."""
    found: list[Fact] = []
    api: dict[cst.CSTNode, GraphApiInEager] = {}
    switches: set[cst.CSTNode] = set()
    for fact in facts:
        if isinstance(fact, GraphApiInEager):
            api.setdefault(fact.place.node, fact)
        elif not isinstance(fact, LateSwitch):
            found.append(fact)
        elif fact.place.node not in switches:
            switches.add(fact.place.node)
            found.append(fact)
    if api:
        found.append(replace(next(iter(api.values())), others=len(api) - 1))
    return found
