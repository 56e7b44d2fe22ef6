"""Dimensions that a graph leaves open: where they come from, what keeps them, and who takes one for a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tfgraphlint.facts.common import Place
from tfgraphlint.facts.tracing import OpenDimensionUsed
from tfgraphlint.interpret.core.events import LibraryCalled, OperatorApplied
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Shape
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import OpenDimension, Tensor, Variable
from tfgraphlint.libraries.words import NUMBERS_WANTED, SHAPES_WANTED

REDUCING = frozenset({"numpy.prod", "numpy.sum", "numpy.max", "numpy.min", "builtins.max", "builtins.min"})
PYTHON_NUMBERS = frozenset({
    "builtins.range", "builtins.float", "builtins.int", "builtins.abs", "builtins.round", "tensorflow.constant",
})  # fmt: skip


def calculated(m: Machine, event: OperatorApplied) -> None:
    """Report an open dimension in arithmetic."""
    values = event.left, event.right
    for value in values:
        if isinstance(value, OpenDimension):
            tensors = any(isinstance(other, (Tensor, Variable)) for other in values)
            _report(m, [value.place], "tensor" if tensors else "number")


def given_to(m: Machine, event: LibraryCalled) -> None:
    """Report an open dimension, alone, in a list or in its shape, given to a function that wants a number."""
    name, args, _ = event
    given = args.all()
    alone = [value.place for value in given if isinstance(value, OpenDimension)]
    if name in NUMBERS_WANTED:
        _report(m, [*alone, *_open_within(given, 1)], "shape")
    if name in PYTHON_NUMBERS:
        _report(m, alone, "python")
    if name in SHAPES_WANTED:
        _report(m, _open_within(given, 1), "python")
    if name in REDUCING:
        _report(m, _open_within(given, 2), "python")


def _open_within(given: Sequence[Value], least: int) -> Iterator[Place]:
    """The open dimensions in lists, and the shapes that have some; of ``least`` elements or axes at least."""
    for value in given:
        held = elements(value)
        if len(held) >= least:
            yield from (each.place for each in held if isinstance(each, OpenDimension))
        if isinstance(value, Shape) and value.node.place is not None:
            tensor = value.of
            if isinstance(tensor, Tensor) and tensor.open_axes and (tensor.symbolic or tensor.keras):
                if (tensor.rank or max(tensor.open_axes) + 1) >= least:
                    yield value.node.place


def _report(m: Machine, places: Iterable[Place], how: str) -> None:
    if not m.guards and not m.alternatives:
        for place in places:
            m.emit(OpenDimensionUsed(place, how, m.running.by, m.running.why, tuple(m.calls)))
