"""Facts about traced code: what raises, is frozen or happens only once when a graph is built."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, FaultKind, Mode, Place, Traced


@dataclass(frozen=True)
class Given:
    """What is known of a value that a call is given: whether it is a tensor (or variable), and what it holds."""

    tensor: bool
    dtype: str = "any"  # "float", "int", "bool", "string", "complex"
    rank: int | None = None
    open: bool = False  # the length of its first dimension is certainly not known while tracing
    variable: bool = False


@dataclass(frozen=True, eq=False)
class HostRead(Traced):
    """A symbolic tensor is read as a value: ``.numpy()``, NumPy, ``float``; ``kind`` says which.

    ``given`` has one for each argument, those by keyword last; for a method, the one that it is called on; for a loop
    or an unpacking, what is iterated. ``converted``: AutoGraph converts the code.
    """

    kind: FaultKind = FaultKind.NUMPY_CALL
    given: tuple[Given, ...] = ()
    converted: bool = False


@dataclass(frozen=True, eq=False)
class PrintedWhileTraced(Traced):
    """``print`` of a symbolic tensor: it runs once per trace.

    ``texts``: an argument is a text in which a tensor was shown before. ``jit``: XLA compiles the code.
    """

    texts: bool = False
    jit: bool = False


@dataclass(frozen=True, eq=False)
class VariableCreated(Traced):
    """A variable is created on each call of traced code.

    ``late``: a layer makes it on its first call only and keeps it as the attribute ``name``: Keras 3 refuses that, or
    it is made of a tensor while Keras infers shapes. ``optimizer``: an optimizer makes its own in a second trace.
    """

    late: bool = False
    optimizer: bool = False


@dataclass(frozen=True, eq=False)
class FrozenWhileTraced(Traced):
    """A random number or the time, which is computed once per trace.

    ``converted``: AutoGraph converts the code. ``jit``: XLA compiles it.
    """

    converted: bool = False
    jit: bool = False


@dataclass(frozen=True, eq=False)
class TensorTested(Traced):
    """A symbolic tensor is used as a Python bool; ``how`` names the construct, or a loop that cannot be converted.

    ``left_alone`` says why AutoGraph does not convert the code; empty where it does, but not this construct.
    """

    how: str = "if"
    left_alone: str = ""


@dataclass(frozen=True, eq=False)
class BranchesDisagree(Traced):
    """The branches of a converted condition on a tensor leave a name (``name``) in states that do not match.

    ``how`` is "undefined", "none", "dtype", "structure" or "return".
    """

    how: str = "undefined"


class RaisedWhileTraced(Traced):
    """A ``raise`` under a converted condition on a tensor (``name`` is its text): both branches run while tracing."""


@dataclass(frozen=True, eq=False)
class ItemAssigned(Fact):
    """``t[i] = v`` on a tensor, or on a variable; ``t[i].assign(v)`` on a tensor: then ``method`` says which."""

    place: Place  # the subscript that is assigned, or the call
    variable: bool
    plain: bool = False  # each index is one whole number
    calls: tuple[Place, ...] = field(default=())
    method: str = ""


@dataclass(frozen=True, eq=False)
class NameGiven(Fact):
    """A positional argument that is not a string is passed as the ``name`` of an operation."""

    place: Place  # the argument
    call: Place
    name: str  # full name of the function
    kind: str  # what it is: "tensor", "number", "dtype", "other"
    mode: Mode = Mode.EAGER
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class StateChanged(Traced):
    """Python state that outlives the trace is changed in traced code; ``how``: "counter", "tensor" (a counter of which
    a condition or loop of the graph makes a tensor), "lost" (a ``global`` or ``nonlocal`` name that these leave as it
    was), "container", "argument" of the traced function, "iterator"."""

    how: str = "counter"


@dataclass(frozen=True, eq=False)
class TensorLeaked(Traced):
    """A symbolic tensor outlives its graph (``in_loop``: the graph of a tensor loop) and is used at ``used``."""

    used: Place | None = None
    in_loop: bool = False


class WriteDiscarded(Traced):
    """``TensorArray.write`` in a graph, whose result is not used."""


@dataclass(frozen=True, eq=False)
class FunctionRebuilt(Fact):
    """A ``tf.function`` that is created again for each call: each call traces again."""

    place: Place  # the decorator, or the call that makes it
    call: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class ArgumentRetraced(Fact):
    """A Python number, or a list of numbers, that is different on each call of a ``tf.function``."""

    place: Place  # the argument
    call: Place
    traced: Place  # the decorator, or the call that made the ``tf.function``
    parameter: Place | None
    kind: str  # "int", "float", "list", "any"
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class FrozenState(Traced):
    """A Python value (``name``) that traced code reads from outside, and that the program changes afterwards."""

    changed: Place | None = None


class EndlessRecursion(Traced):
    """A call by which a traced function (``name``) reaches itself, under a condition on tensors only."""


@dataclass(frozen=True, eq=False)
class CompiledEagerly(Fact):
    """``model.compile(..., run_eagerly=True)``, written as a literal."""

    place: Place
    calls: tuple[Place, ...] = field(default=())


class RunWhileTraced(Traced):
    """A training loop of Keras is called in traced code (``name`` is the method), or Python iterates over a dataset
    there (``name`` is "for" or "comprehension")."""


class UnsupportedInJit(Traced):
    """A function that XLA does not compile is called in code that is traced with ``jit_compile=True``."""


class OpenDimensionUsed(Traced):
    """A dimension that is None while tracing, or a shape that has one, read at ``place``, is used as a number.

    ``name`` says by what: "shape" (an argument of TensorFlow), "number" (arithmetic), "tensor" (with a tensor), or
    "python" (``range``, ``float``, NumPy).
    """
