"""The events that interpretation yields: the only thing that rules see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import libcst as cst

from tfgraphlint.diagnostic import Span
from tfgraphlint.tree import Tree


@dataclass(frozen=True, eq=False)
class Place:
    """A node of one file."""

    tree: Tree
    node: cst.CSTNode

    @property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @property
    def code(self) -> str:
        return self.tree.code(self.node)


class Mode(Enum):
    """How the code at a place is run: eagerly, while a graph is traced, or we do not know."""

    EAGER = "eager"
    GRAPH = "graph"
    UNKNOWN = "unknown"


class FaultKind(Enum):
    """What went wrong on the way from a source to a target."""

    UNWATCHED = "unwatched"  # the source is a plain tensor that the tape does not watch
    WATCHED_LATE = "watched-late"  # the tape watches the source only after the operation
    NOTHING_WATCHED = "nothing-watched"  # watch_accessed_variables=False and no watch
    UNTRAINABLE = "untrainable"  # a variable made with trainable=False
    OUTSIDE = "outside"  # the operation ran while the tape was not recording
    NUMPY_METHOD = "numpy-method"
    NUMPY_CALL = "numpy-call"
    PYTHON_SCALAR = "python-scalar"
    PREDICT = "predict"
    REWRAP = "rewrap"
    PY_FUNCTION = "py-function"
    ASSIGN = "assign"
    REBOUND = "rebound"  # the name held a variable and now holds a tensor
    NON_DIFFERENTIABLE = "non-differentiable"
    NON_FLOAT = "non-float"


@dataclass(frozen=True, eq=False)
class Fault:
    """One fault on a path. ``place`` is the node to change, most often the call that cuts."""

    kind: FaultKind
    place: Place
    name: str = ""  # full library name of what was called: "numpy.sum", "tensorflow.argmax"
    value: str = ""  # source text of the value that was cut
    mode: Mode = Mode.EAGER
    outcome: str = "none"  # what TensorFlow gives: "none", "zero", "raises", "nan"


@dataclass(frozen=True, eq=False)
class TapeUse:
    """A tape: where it was made (the call), the ``with`` that entered it, its options."""

    made: Place
    name: str  # the name it is bound to, "" when it has none
    entered: Place | None  # the cst.With statement
    persistent: bool | None
    watch_accessed: bool | None


@dataclass(frozen=True, eq=False)
class Operand:
    """A target or a source as written in the query, and where its value was made."""

    written: Place
    made: Place | None
    kind: str = "unknown"  # "tensor", "variable", "weights", "model", "array", ...

    @property
    def code(self) -> str:
        return self.written.code


class Fact:
    """Base of all facts. ``calls`` are the calls, outermost first, through which the code was reached."""

    place: Place
    calls: tuple[Place, ...]


@dataclass(frozen=True, eq=False)
class GradientLost(Fact):
    """``tape.gradient(target, source)`` gives no gradient, for certain; ``faults`` say why, in order.

    ``partial`` means that a gradient flows on another path and only the term that ``faults`` lie on
    is lost. No faults at all: target and source are not connected.
    """

    place: Place  # the call of gradient, jacobian, ...
    tape: TapeUse
    target: Operand
    source: Operand
    faults: tuple[Fault, ...]
    partial: bool = False
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class TapeExhausted(Fact):
    """A second query on a tape that is not persistent (``first`` is the one before), or never entered."""

    place: Place
    tape: TapeUse
    first: Place | None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class ApiUsed(Fact):
    """A call of a library function by its full name, in a mode that is known (``why`` says from what)."""

    place: Place
    name: str
    mode: Mode
    why: Place | None = None
    calls: tuple[Place, ...] = field(default=())
