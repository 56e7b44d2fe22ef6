"""Facts about library functions called, graph API of TensorFlow 1, and switches of eager execution."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, Mode, Place


@dataclass(frozen=True, eq=False)
class ApiUsed(Fact):
    """A call of a library function by its full name, in a mode that is known (``why`` says from what)."""

    place: Place
    name: str
    mode: Mode
    why: Place | None = None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class GraphApiInEager(Fact):
    """API of TensorFlow 1 (``name``) that wants a graph, where code certainly runs eagerly: ``error`` is raised.

    ``others`` counts the further calls of this kind in the program.
    """

    place: Place
    name: str
    error: str
    others: int = 0
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LateSwitch(Fact):
    """A switch of eager execution (``place``) that comes too late.

    ``what`` is "tensor", "variable" or "dataset" for what was made eagerly at ``made`` and goes into a graph at
    ``used``; "enabled" for a switch back on, after one off at ``made`` and the first use of the graph at ``used``.
    """

    place: Place
    name: str
    what: str
    made: Place
    used: Place
    calls: tuple[Place, ...] = field(default=())
