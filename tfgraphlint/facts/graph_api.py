"""Facts about library functions called, graph API of TensorFlow 1, and switches of eager execution."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, Mode, Place


@dataclass(frozen=True, eq=False)
class ApiUsed(Fact):
    """A call of a library function by its full name; ``why`` is the place that determines the mode.

    In graph mode the graph may also be one that is built by hand, with ``tf.Graph``: the fact does not say which.
    ``uncalled``: the functions that nobody calls, each made by the one before, through which the code is reached.
    Where there are any, "eagerly" is how they most likely run, by TensorFlow's own default.
    """

    place: Place
    name: str
    mode: Mode
    why: Place | None = None
    calls: tuple[Place, ...] = field(default=())
    uncalled: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class GraphApiInEager(Fact):
    """A call of TensorFlow 1 API (``name``) that needs a graph, in code that certainly runs eagerly: raises ``error``.

    ``others`` counts the further calls of this kind in the program. ``uncalled``: as for ``ApiUsed``.
    """

    place: Place
    name: str
    error: str
    others: int = 0
    calls: tuple[Place, ...] = field(default=())
    uncalled: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class LateSwitch(Fact):
    """A switch of eager execution (``place``) that comes too late.

    ``what`` is "tensor", "variable" or "dataset" for what was created eagerly at ``made`` and is used in a graph
    at ``used``; "keras" for a model of Keras 3 that is trained at ``used``; "enabled" for eager execution switched on
    again, after it was switched off at ``made`` and a graph was used at ``used``.
    """

    place: Place
    name: str
    what: str
    made: Place
    used: Place
    calls: tuple[Place, ...] = field(default=())
