"""What facts consist of: places, modes, the faults on a path, tapes and operands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

import libcst as cst

from tfgraphlint.diagnostic import Span
from tfgraphlint.syntax.tree import Tree


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
    """How the code at a place runs: eagerly, while a graph is traced, or unknown."""

    EAGER = "eager"
    GRAPH = "graph"
    UNKNOWN = "unknown"


class FaultKind(Enum):
    """What breaks the gradient on the way from a source to a target."""

    UNWATCHED = "unwatched"  # the source is a plain tensor that the tape does not watch
    WATCHED_LATE = "watched-late"  # the tape watches the source only after the operation
    NOTHING_WATCHED = "nothing-watched"  # watch_accessed_variables=False and no watch
    UNTRAINABLE = "untrainable"  # a variable made with trainable=False
    OUTSIDE = "outside"  # the operation ran while the tape was not recording
    REPLICAS = "replicas"  # a strategy ran the function in threads, where no tape around it records
    INNER_GRADIENT = "inner-gradient"  # a gradient was computed while the outer tape was not recording
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
    outcome: str = "none"  # what TensorFlow gives: "none", "zero", "zero or raises", "part", "raises", "nan"
    calls: tuple[Place, ...] = ()  # through which the place was reached, outermost first
    outside: bool = False  # the value had left TensorFlow before, and had not come back

    @property
    def is_recorded(self) -> bool:
        """Whether tapes may record the operation although no gradient comes through it: what it gives can be a source.

        ``tf.py_function`` has a gradient of its own, whatever its body does; ``tf.numpy_function`` has none.
        """
        return self.kind is FaultKind.NON_DIFFERENTIABLE or (
            self.kind is FaultKind.PY_FUNCTION and self.outcome != "none"
        )


@dataclass(frozen=True, eq=False)
class TapeUse:
    """A tape: the call that creates it, the ``with`` that enters it, its options."""

    made: Place
    name: str  # the name it is bound to, "" when it has none
    entered: Place | None  # the cst.With statement
    persistent: bool | None
    watch_accessed: bool | None


@dataclass(frozen=True, eq=False)
class Operand:
    """A target or a source as written in the query, and where its value was created."""

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

    def parts(self) -> Iterable[Fact]:
        """The facts that this one consists of, for rules that report each of them by itself."""
        return ()


@dataclass(frozen=True, eq=False)
class Traced(Fact):
    """Base of what happens while a graph is traced. ``name`` is the full name of the function that is called.

    ``by`` is the full name of what traces the code, ``why`` the place that causes it, where there is one.
    """

    place: Place
    name: str
    by: str
    why: Place | None = None
    calls: tuple[Place, ...] = field(default=())
