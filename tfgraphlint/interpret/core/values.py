"""The abstract values that expressions have."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.fields import Certain, Ever, Field, Possible, Queried
from tfgraphlint.interpret.core.provenance import Kind, Node, now
from tfgraphlint.interpret.core.scopes import Class, Function, ModuleScope, Traced
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.value import Const, Value


@dataclass(frozen=True, eq=False)
class Spread:
    """Items of a list whose length is not known: any of them is ``element``."""

    element: Value


HostKind = Literal["array", "scalar", "any"]  # "any" where paths disagree
SequenceKind = Literal["list", "tuple", "set", "generator"]
FLOAT, INT, BOOL, STRING, COMPLEX, ANY = "float", "int", "bool", "string", "complex", "any"


@dataclass(slots=True, eq=False)
class Nothing(Const):
    """The None of a function that ended without ``return``."""

    function: Function


@dataclass(slots=True, eq=False)
class OpenDimension(Const):
    """A dimension, read at ``place``, that is None while tracing."""

    place: Place


TRUTH = ("truth",)


@dataclass(slots=True, eq=False)
class Unknown(Value):
    """A value that we know nothing about, except which one it is.

    Among its ``attributes``, ``TRUTH`` is whether it is true, on a path where a condition has asked.
    """

    node: Node
    attributes: State = field(default_factory=dict)
    external: bool = False  # handed in from outside: an argument nobody passed


@dataclass(slots=True, eq=False)
class Host(Value):
    """A NumPy array, NumPy scalar or Python number whose value is not known, but what it came from is."""

    node: Node
    kind: HostKind = "array"
    dtype: str = ANY
    rank: int | None = None
    counts: bool = False  # a Python number that is another one in each turn of a loop


@dataclass(slots=True, eq=False)
class Tensor(Value):
    """A TensorFlow tensor; ``symbolic`` when made while tracing, ``keras`` for a Keras symbolic tensor."""

    node: Node
    dtype: str = ANY
    symbolic: bool = False
    keras: bool = False
    rank: int | None = None
    open_axes: frozenset[int] = frozenset()  # dimensions that are certainly None while tracing
    slice_of: Variable | None = None  # ``variable[i]``, which can be assigned to
    graph: int = 0  # when the trace or tensor loop began that a symbolic tensor belongs to


@dataclass(slots=True, eq=False)
class Variable(Value):
    """A ``tf.Variable`` or Keras variable."""

    node: Node
    dtype: str = ANY
    trainable: bool | None = True
    state: State = field(default_factory=dict)
    keras: bool = False  # one of Keras 3, which NumPy takes for an array

    assigned: ClassVar[Field[tuple[Any, ...]]] = Field(())  # (node, fault) of what was assigned


ELEMENT = "element"


@dataclass(slots=True, eq=False)
class Weights(Value):
    """The list of variables of a model, layer or optimizer: ``model.trainable_variables``; or, where ``which`` is
    ``ELEMENT``, one of them, whichever."""

    owner: Value
    which: str = "trainable_variables"
    unbuilt: Place | None = None  # read here before the model had any variables
    plain: bool = False  # ``variable.value``: the ``tf.Variable`` within a variable of Keras 3


@dataclass(slots=True, eq=False)
class Items(Value):
    """A list, tuple or set. Its ``items`` are a tuple of values, or a ``Spread`` where their number is not known."""

    kind: SequenceKind
    state: State
    made: int = field(default_factory=now)

    items: ClassVar[Field[tuple[Any, ...] | Spread]] = Field(())
    fields: ClassVar[Field[tuple[str, ...]]] = Field(())  # the names that a named tuple has for its items
    zipped: ClassVar[Field[tuple[Any, Any]]] = Field((None, None))  # the ``zip`` that a list was made of, and its items


@dataclass(slots=True, eq=False)
class Dict(Value):
    """A dictionary: ``state`` maps constant keys to values; ``OTHER`` stands for unknown keys.

    ``factory`` makes what a key is given that is asked for and not there: a ``defaultdict``.
    """

    state: State
    made: int = field(default_factory=now)
    factory: Value | None = None


OTHER = object()


@dataclass(slots=True, eq=False)
class TracedCallable(Value):
    """``tf.function(f)`` of anything that can be called."""

    inner: Value
    traced: Traced


@dataclass(slots=True, eq=False)
class Method(Value):
    """A function or library method bound to an object."""

    receiver: Value
    function: Function


@dataclass(slots=True, eq=False)
class LibraryMethod(Value):
    """A method of a value whose class is a library's: ``tape.gradient``, ``x.numpy``, ``list.append``."""

    receiver: Value
    name: str


@dataclass(slots=True, eq=False)
class Partial(Value):
    """``functools.partial(function, *arguments, **keywords)``."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(slots=True, eq=False)
class Instance(Value):
    """An object of a project class. ``node`` is its identity: what its methods' results depend on."""

    cls: Class
    node: Node
    state: State = field(default_factory=dict)
    partial: bool = False  # made for a root: other code may have set its attributes

    entered_build: ClassVar[Field[Ever | None]] = Field(None)  # its class's ``build`` has run
    run_eagerly: ClassVar[Field[Value | None]] = Field(None)  # it was compiled so
    schedules: ClassVar[Field[tuple[Any, ...]]] = Field(())  # that its optimizer asks for the learning rate
    compiled_with: ClassVar[Field[tuple[Any, ...]]] = Field(())  # the optimizer, which is none of its parts
    model: ClassVar[Field[Value | None]] = Field(None)  # that it is for Keras: a functional one, or a ``Sequential``
    loss: ClassVar[Field[Value | None]] = Field(None)  # that it was compiled with
    compiled: ClassVar[Field[int | None]] = Field(0)  # which compilation holds: ``fit`` keeps its trace


@dataclass(slots=True, eq=False)
class Super(Value):
    """``super()`` of an instance, seen from ``cls``."""

    instance: Value
    cls: Class


@dataclass(slots=True, eq=False)
class Module(Value):
    """A module of the project."""

    scope: ModuleScope


@dataclass(slots=True, eq=False)
class Library(Value):
    """A name below a known library: ``tensorflow.math.exp``, ``numpy``, ``functools.partial``."""

    name: str


@dataclass(slots=True, eq=False)
class Object(Value):
    """An instance of a library class. Those of which more is known are of classes of their own: see ``objects``."""

    cls: str  # full name
    node: Node
    state: State = field(default_factory=dict)
    made: Place | None = None

    shown: ClassVar[tuple[str, ...]] = ()  # fields that are attributes in the program

    def key(self, name: str) -> Hashable:
        """Under which key the state has the attribute ``name``."""
        return getattr(type(self), name) if name in self.shown else name


@dataclass(slots=True, eq=False)
class Tape(Value):
    """A ``tf.GradientTape``."""

    bit: int
    made: Place
    persistent: bool | None
    watch_accessed: bool | None
    state: State = field(default_factory=dict)
    born: int = field(default_factory=now)

    name = Field("")  # the name that ``with … as`` gives it
    entered_at: ClassVar[Field[Place | None]] = Field(None)  # the ``with`` that entered it
    watched: ClassVar[Field[Certain]] = Field(Certain())  # nodes, on all paths
    perhaps: ClassVar[Field[Possible]] = Field(Possible())  # nodes that some path watches
    watch_places: ClassVar[Field[Possible]] = Field(Possible())  # (node, when, where) of each watch
    queried: ClassVar[Field[Queried | None]] = Field(None)  # the query after which a tape is exhausted
    escaped: ClassVar[Field[Possible]] = Field(Possible())  # not empty: it went where we cannot follow
    failed: ClassVar[Field[Possible]] = Field(Possible())  # not empty: an error ended the program

    def may_watch_by_itself(self, node: Node) -> bool:
        """Whether this is a variable that the tape watches when it is read, for all that is known."""
        return node.kind is Kind.VARIABLE and self.watch_accessed is not False and node.trainable is not False


@dataclass(slots=True, eq=False)
class Choice(Value):
    """One of several values, depending on the path taken."""

    options: tuple[Value, ...]


def node_of(value: Value) -> Node | None:
    """The provenance of a value that has one of its own."""
    if isinstance(value, (Unknown, Host, Tensor, Variable, Object, Instance)):
        return value.node
    return None


def items_of(value: Value) -> tuple[Value, ...] | None:
    """The elements of a list, tuple or set whose length is known."""
    if isinstance(value, Items):
        items = value.items
        return items if isinstance(items, tuple) else None
    return None


def sequence(kind: SequenceKind, items: Sequence[Value]) -> Items:
    """A list, tuple or set of these elements."""
    return Items(kind, {Items.items: tuple(items)})


def is_none(value: Value) -> bool:
    """Whether this is certainly ``None``."""
    return isinstance(value, Const) and value.value is None
