"""Switches of eager execution in the middle of a program, and what was made eagerly before."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import Dataset
from tfgraphlint.interpret.core.provenance import now
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Tensor, Variable


@dataclass(frozen=True, eq=False)
class Switch:
    """Eager execution was switched off when ``number`` was the number of nodes."""

    running: Running
    place: Place
    name: str
    number: int


def switch_off(m: Machine, node: cst.CSTNode, name: str) -> None:
    """From here on everything goes into a graph; where paths meet that differ in it, nobody knows.

    While a graph is built, the switch changes nothing: TensorFlow runs afterwards as it ran before.
    """
    if m.graphs:
        return
    m.switching = True
    place = m.place(node)
    m.store.set(m.recording, Recording.switch, Switch(Running(Mode.GRAPH, place, by=name), place, name, now()))


def may_be_off(m: Machine) -> bool:
    """Whether eager execution is switched off, here or perhaps in another file of the program."""
    return m.module_mode is not Mode.EAGER or Recording.switch.is_set(m.recording)


def run_by_keras(m: Machine, running: Running) -> Running:
    """How code runs that Keras runs as ``running`` says. Without eager execution Keras 2 traces nothing: the code puts
    its operations into the graph of the program, once."""
    return m.running if m.tables.keras < 3 and may_be_off(m) else running


def is_certain(m: Machine) -> bool:
    """Whether what fails here certainly fails: nothing expects an error, and one value is meant."""
    return not m.guards and not m.alternatives


def supposed(m: Machine) -> tuple[Place, ...]:
    """The functions that nobody calls, where the code most likely runs eagerly for no other reason; () elsewhere."""
    return m.running.uncalled if m.mode is Mode.UNKNOWN and is_certain(m) else ()


def is_eager(m: Machine, value: Value) -> bool:
    """Whether a tensor, variable or dataset certainly was made while code ran eagerly."""
    return made_at(m, value) is not None


def made_at(m: Machine, value: Value) -> Place | None:
    """Where a tensor, variable or dataset was certainly made eagerly; None where that is not so."""
    match value:
        case Tensor(symbolic=False, keras=False) | Variable() | Dataset():
            return value.node.place if m.made_eagerly(value.node) else None
    return None
