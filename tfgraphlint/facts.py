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
    INNER_GRADIENT = "inner-gradient"  # a gradient was asked for while the outer tape was not recording
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
    calls: tuple[Place, ...] = ()  # through which the place was reached, outermost first


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
    watched: Place | None = None  # the call that watches the source, where there is one
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


@dataclass(frozen=True, eq=False)
class QuerySwapped(Fact):
    """``tape.gradient(variables, loss)``: the target is what the source was computed from."""

    place: Place
    target: Place
    source: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class PairsSwapped(Fact):
    """``apply_gradients(zip(variables, gradients))``; ``first`` and ``second`` are zip's arguments."""

    place: Place  # the call of zip
    apply: Place
    first: Place
    second: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class PairsWalked(Fact):
    """A ``zip`` that was walked at ``walked`` is empty when ``apply_gradients`` gets it."""

    place: Place  # the call of zip
    walked: Place
    apply: Place
    calls: tuple[Place, ...] = field(default=())


SYMBOLIC = "symbolic tensor of Keras"  # what ``keras.Input`` gives, as something that no tape can watch


@dataclass(frozen=True, eq=False)
class Unwatchable(Fact):
    """A value that no tape can watch or differentiate by: an array, number, model, layer, symbolic tensor of Keras.

    ``how`` is "watched", "source", "target", or "watched-before-entering".
    """

    place: Place  # the argument
    how: str
    what: str  # "array", "number", "model", "layer", "weights" (of Keras 3)
    tape: TapeUse
    query: Place  # the call
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class WeightsUnbuilt(Fact):
    """A model's variables were read at ``place`` before its first call: an empty list, used at ``used``."""

    place: Place
    used: Place
    model: str
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class VariableAugmented(Fact):
    """``w -= g`` on a variable raises RuntimeError."""

    place: Place  # the statement
    target: Place
    operator: str  # "-", "+", ...
    value: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LossNotCallable(Fact):
    """``optimizer.minimize(tensor)``: a tensor where a function is wanted."""

    place: Place
    method: str
    optimizer: str
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class GradientNotFinite(Fact):
    """A gradient that is NaN for certain values: guarded in vain by ``tf.where``, or the root of a zero."""

    place: Place  # the tf.where call, or the root
    operation: Place  # what has the infinite derivative
    name: str
    source: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class KerasTensorUsed(Fact):
    """A symbolic tensor of Keras where a tensor or a value is wanted, which is refused.

    ``how`` is "function" (``name`` is its full name), "value" (``.numpy()``, NumPy, ``float``), "condition", "array"
    (an array to the left of the operator) or "result" (a loss that is symbolic itself). ``by`` is what of Keras runs
    the code on batches (``why``: the place that had it run), empty while a model is built; ``made`` is where the
    symbolic tensor comes from.
    """

    place: Place
    name: str
    how: str
    by: str = ""
    why: Place | None = None
    made: Place | None = None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class SymbolicLossAdded(Fact):
    """``model.add_loss(...)`` on a functional model of Keras 3, which has no such thing."""

    place: Place  # the call
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LossReturnsNothing(Fact):
    """A function that a tape or Keras differentiates ended without ``return``."""

    place: Place  # the name in its ``def``
    name: str
    asked: Place  # the query, or where it is given to Keras
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class UntrackedVariable(Fact):
    """A ``tf.Variable`` becomes the attribute ``attribute`` of a layer or model of Keras 3, or is put into its list."""

    place: Place  # the call that makes the variable
    attribute: str
    owner: str  # the name of the class
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class TapeInLoss(Fact):
    """A tape is entered while Keras computes a loss, for which it has a tape of its own."""

    place: Place  # the call that makes the tape
    tape: TapeUse
    asked: Place  # where the loss is given to Keras
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class Traced(Fact):
    """Base of what happens while a graph is traced. ``name`` is the full name of what is called.

    ``by`` is the full name of what traces the code, ``why`` the place that had it traced, where there is one.
    """

    place: Place
    name: str
    by: str
    why: Place | None = None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True)
class Given:
    """What is known of a value that a call is given: whether it is a tensor (or variable), and what it holds."""

    tensor: bool
    dtype: str = "any"  # "float", "int", "bool", "string", "complex"
    rank: int | None = None
    open: bool = False  # the length of its first dimension is certainly not known while tracing


@dataclass(frozen=True, eq=False)
class HostRead(Traced):
    """A symbolic tensor is read as a value: ``.numpy()``, NumPy, ``float``; ``kind`` says which.

    ``given`` has one for each argument, those by keyword last; for a method, the one that it is called on; for a loop
    or an unpacking, what is walked. ``converted``: AutoGraph converts the code.
    """

    kind: FaultKind = FaultKind.NUMPY_CALL
    given: tuple[Given, ...] = ()
    converted: bool = False


@dataclass(frozen=True, eq=False)
class PrintedWhileTraced(Traced):
    """``print`` of a symbolic tensor: it runs once for each trace.

    ``texts``: an argument is a text in which a tensor was shown before. ``jit``: XLA compiles the code.
    """

    texts: bool = False
    jit: bool = False


class VariableCreated(Traced):
    """A variable is made in each call of traced code."""


@dataclass(frozen=True, eq=False)
class FrozenWhileTraced(Traced):
    """A random number or the time, drawn once for each trace.

    ``converted``: AutoGraph converts the code. ``jit``: XLA compiles it.
    """

    converted: bool = False
    jit: bool = False


@dataclass(frozen=True, eq=False)
class TensorTested(Traced):
    """A symbolic tensor is asked whether it is true; ``how`` names the construct, or a loop that cannot be converted.

    ``left_alone`` says why AutoGraph does not convert the code; empty where it does, but not this construct.
    """

    how: str = "if"
    left_alone: str = ""


@dataclass(frozen=True, eq=False)
class BranchesDisagree(Traced):
    """The branches of a converted condition on a tensor leave a name (``name``) in states that do not fit.

    ``how`` is "undefined", "none", "dtype", "structure" or "return".
    """

    how: str = "undefined"


class RaisedWhileTraced(Traced):
    """A ``raise`` under a converted condition on a tensor (``name`` is its text): both branches run while tracing."""


@dataclass(frozen=True, eq=False)
class ItemAssigned(Fact):
    """``t[i] = v`` on a tensor, or on a variable."""

    place: Place  # the subscript that is assigned
    variable: bool
    plain: bool = False  # each index is one whole number
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class NameGiven(Fact):
    """A positional argument, no string, is taken for the operation's name."""

    place: Place  # the argument
    call: Place
    name: str  # full name of the function
    kind: str  # what it is: "tensor", "number", "dtype", "other"
    mode: Mode = Mode.EAGER
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class StateChanged(Traced):
    """Python state that outlives the trace is changed in traced code; ``how``: "counter", "container", "argument" of
    the traced function, "iterator"."""

    how: str = "counter"


@dataclass(frozen=True, eq=False)
class TensorLeaked(Traced):
    """A tensor of a graph is put where it outlives the graph (``in_loop``: a tensor loop's), and used at ``used``."""

    used: Place | None = None
    in_loop: bool = False


class WriteDiscarded(Traced):
    """``TensorArray.write`` in a graph, whose result is thrown away."""


class LayerCreated(Traced):
    """A layer or model with weights is made anew in each call of a layer, a loss or a traced step."""


@dataclass(frozen=True, eq=False)
class FunctionRebuilt(Fact):
    """A ``tf.function`` that is made and called again and again, with nothing new in it: every one is traced."""

    place: Place  # the decorator, or the call that makes it
    call: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class ArgumentRetraced(Fact):
    """A Python number, or a list of numbers, that is another one in each call of a ``tf.function``."""

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
    """A call by which a traced function (``name``) reaches itself, where only tensors decide whether it is made."""


@dataclass(frozen=True, eq=False)
class CompiledEagerly(Fact):
    """``model.compile(..., run_eagerly=True)``, written as a literal."""

    place: Place
    calls: tuple[Place, ...] = field(default=())


class RunWhileTraced(Traced):
    """A training loop of Keras is called in traced code (``name`` is the method), or Python walks a dataset there
    (``name`` is "for" or "comprehension")."""


class UnsupportedInJit(Traced):
    """A function that XLA does not compile is called in code that is traced with ``jit_compile=True``."""


class OpenDimensionUsed(Traced):
    """A dimension that is None while tracing, or a shape that has one, read at ``place``, is used as a number.

    ``name`` says by what: "shape" (an argument of TensorFlow), "number" (arithmetic), "tensor" (with a tensor), or
    "python" (``range``, ``float``, NumPy).
    """


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
