"""When and where Keras runs the ``build`` of a layer: outside of tapes, and in Keras 3 often in a graph of its own.

A layer or model without ``build`` whose parts have no variables yet is called by Keras 3 on symbolic tensors first,
in a graph that is thrown away, and the ``build`` of its parts runs there. So it is with all that ``fit`` finds unbuilt.
Keras 2 runs ``build`` eagerly in both cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.class_hierarchy import bases_known, class_attribute
from tfgraphlint.interpret.core.keras_symbols import INFERRED, Discarded, runs_for_keras
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.provenance import Node, now
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance
from tfgraphlint.libraries.keras.models import BUILT


class Unbuilt(list[Value]):
    """The layers and models that run now and that Keras has called on symbolic tensors before, for their parts."""


class BuiltByHand(set[Node]):
    """Layers and models without ``build`` of their own on which ``build`` was called: Keras takes them for built."""


@contextmanager
def parts_built(m: Machine, value: Value, *, fitted: bool = False) -> Iterator[None]:
    """Around the call of ``value``, or the trace of ``fit``: where Keras 3 builds its parts before it."""
    if m.tables.keras < 3 or not _is_new(m, value, fitted) or not fitted and _has_build(value):
        yield
        return
    owners = m.memory(Unbuilt)
    owners.append(value)
    try:
        yield
    finally:
        owners.pop()


def _is_new(m: Machine, value: Value, fitted: bool) -> bool:
    """Whether a layer or model of the project certainly has not been called or built; what is ``fitted`` is already
    noted as built."""
    if not isinstance(value, Instance) or value.partial or value.entered_build or value.node in m.memory(BuiltByHand):
        return False
    return bases_known(value.cls) and (fitted or value.state.get(BUILT) is None)


def _has_build(value: Value) -> bool:
    return isinstance(value, Instance) and isinstance(class_attribute(value.cls, "build"), Function)


def where(m: Machine, instance: Instance, node: cst.CSTNode) -> AbstractContextManager[None]:
    """Around the ``build`` of a layer."""
    if any(instance is held for owner in m.memory(Unbuilt) for held in within(owner)):
        return _in_graph_of_its_own(m, node)
    lifted = m.tables.keras < 3 and not eagerness.may_be_off(m) and m.mode is not Mode.UNKNOWN
    return _eagerly(m) if lifted or runs_for_keras(m) else nullcontext()


@contextmanager
def _in_graph_of_its_own(m: Machine, node: cst.CSTNode) -> Iterator[None]:
    """What the code does wrong there is not what matters: tensors that it keeps are of a graph that ends here."""
    graph = Running(Mode.GRAPH, m.place(node), None, False, INFERRED)
    begin = now()
    with m.mute(), _eagerly(m), m.run_as(graph):
        yield
    m.memory(Discarded).append((begin, now()))


@contextmanager
def _eagerly(m: Machine) -> Iterator[None]:
    recording = m.active
    m.record_on(0)
    try:
        with m.run_as(Running(Mode.EAGER)):
            yield
    finally:
        m.record_on(recording)
