"""What cannot run while a graph is traced or compiled: Keras' loops, datasets walked by Python, host operations."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import RunWhileTraced, UnsupportedInJit
from tfgraphlint.interpret.core.autograph import is_left_alone
from tfgraphlint.interpret.core.events import Iterated, LibraryCalled, MethodCalled, WeightsRead
from tfgraphlint.interpret.core.graph_state import in_trace
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Enumerate, Zip
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Items
from tfgraphlint.libraries.words import REFUSED_BY_XLA, TRAINING_METHODS

# Methods of a model that trace and run functions of their own. Keras 3 runs the last two as parts of a graph.
WEIGHTS = "get_weights"
LOOPS = ("fit", "predict", "evaluate", "predict_on_batch")


def loop_called(m: Machine, event: MethodCalled) -> None:
    """Report ``model.fit`` and its kin in traced code."""
    _, name, _, node = event
    if name in (LOOPS if m.tables.keras >= 3 else TRAINING_METHODS):
        _report(m, node, name)


def weights_read(m: Machine, event: WeightsRead) -> None:
    """Report ``model.get_weights()`` in traced code: it takes the numbers of all variables."""
    _report(m, event.node, WEIGHTS)


def dataset_walked(m: Machine, event: Iterated) -> None:
    """Report a loop over a dataset that Python runs while tracing: a comprehension, or a ``for`` left alone."""
    node, value, by = event
    if by not in ("for", "comprehension") or m.mode is not Mode.GRAPH or not _holds_dataset([value]):
        return
    if by == "comprehension" or is_left_alone(m):
        _report(m, node, by)


def _holds_dataset(values: Sequence[Value]) -> bool:
    for value in values:
        if isinstance(value, Dataset):
            return True
        if isinstance(value, (Enumerate, Zip)):
            inner = value.inner
            if _holds_dataset(elements(inner) if isinstance(inner, Items) else [inner]):
                return True
    return False


def _report(m: Machine, node: cst.CSTNode, name: str) -> None:
    if in_trace(m):
        m.emit(RunWhileTraced(m.place(node), name, m.running.by, m.running.why, tuple(m.calls)))


def called(m: Machine, event: LibraryCalled) -> None:
    """Report a function that XLA does not compile, in code that is compiled."""
    name, _, node = event
    traced = m.running.traced
    if traced is None or not traced.jit or m.mode is not Mode.GRAPH or m.guards or m.alternatives:
        return
    if m.tables.canonical(name) in m.memory(Refused).of(m):
        m.emit(UnsupportedInJit(m.place(node), name, m.running.by, traced.place, tuple(m.calls)))


class Refused:
    """What XLA refuses, by the names of the tables in use."""

    def __init__(self) -> None:
        self._names: frozenset[str] | None = None

    def of(self, m: Machine) -> frozenset[str]:
        if self._names is None:
            self._names = frozenset(map(m.tables.canonical, REFUSED_BY_XLA))
        return self._names
