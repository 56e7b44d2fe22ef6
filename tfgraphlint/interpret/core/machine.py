"""What one interpretation carries along: state, mode, tapes, calls, and the facts found so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import libcst as cst

from tfgraphlint.facts.common import Fact, Fault, Mode, Place
from tfgraphlint.interpret.core import effort
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import Event
from tfgraphlint.interpret.core.fields import Bits
from tfgraphlint.interpret.core.joins import join_states
from tfgraphlint.interpret.core.provenance import Calls, Edge, Flow, Kind, Node, now
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.scopes import Frame, Function, ModuleScope, Traced
from tfgraphlint.interpret.core.store import Store
from tfgraphlint.interpret.core.structures import nodes_within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    INT,
    STRING,
    Choice,
    Instance,
    Object,
    Super,
    Tape,
    Tensor,
    Unknown,
)
from tfgraphlint.libraries.tables import Tables
from tfgraphlint.libraries.words import EAGER_SWITCHES
from tfgraphlint.project.modules import Project

MAX_STEPS = 25_000  # expressions and statements evaluated for one root
MAX_DEPTH = 40  # calls within calls
MAX_ENTRIES = 12  # entries into one function, once a root has used up half of its steps


Memory = TypeVar("Memory")
Listener = Callable[["Machine", Any], None]


class Libraries(Protocol):
    """What libraries do: the way from the language to the models of TensorFlow, Keras, NumPy and Python's own."""

    def call(self, m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value: ...

    def call_object(self, m: Machine, value: Object, args: Arguments, node: cst.CSTNode) -> Value: ...

    def call_method(self, m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value: ...

    def call_instance(
        self, m: Machine, instance: Instance, kind: type[Object], args: Arguments, node: cst.CSTNode
    ) -> Value: ...

    def call_wrapped(self, m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value | None: ...

    def object_attribute(self, m: Machine, value: Object, name: str, node: cst.CSTNode) -> Value | None: ...

    def inherited_attribute(self, m: Machine, value: Instance, name: str, node: cst.CSTNode) -> Value | None: ...

    def super_attribute(self, m: Machine, value: Super, name: str, node: cst.CSTNode) -> Value | None: ...

    def decorate(self, m: Machine, decorator: Value, value: Value, node: cst.BaseExpression) -> Value: ...

    def decorate_class(self, m: Machine, decorator: Value, value: Value) -> Value: ...

    def dataset_element(self, m: Machine, dataset: Value, node: cst.CSTNode) -> Value: ...


@dataclass(frozen=True)
class Ports:
    """What the parts of the interpreter need of each other: set once, so that none imports what comes after it."""

    evaluate: Callable[[Machine, cst.BaseExpression], Value]
    execute: Callable[[Machine, cst.BaseSuite | cst.Module], bool]
    call: Callable[[Machine, Value, Arguments, cst.CSTNode], Value]
    attribute: Callable[[Machine, Value, str, cst.CSTNode], Value | None]
    libraries: Libraries
    listeners: Mapping[type[Any], Sequence[Listener]]


@dataclass(frozen=True)
class Running:
    """How the code runs at this moment and why."""

    mode: Mode
    why: Place | None = None
    traced: Traced | None = None
    autograph: bool = True
    by: str = ""
    uncalled: tuple[Place, ...] = ()  # functions that nobody calls, if nothing else says how the code runs


class Machine:
    """Interprets the roots of one file. The functions that evaluate nodes take it as first argument."""

    def __init__(self, project: Project, tables: Tables, running: Running, ports: Ports) -> None:
        self.project = project
        self.tables = tables
        self.store = Store(join_states, project.lasting)
        self.facts: list[Fact] = []
        self.ports = ports
        self.libraries = ports.libraries
        self.evaluate = partial(ports.evaluate, self)
        self.execute = partial(ports.execute, self)
        self.call = partial(ports.call, self)
        self.attribute = partial(ports.attribute, self)
        self.awake: set[type[Any]] = set()  # kinds of events that are told only when somebody waits for them
        self._memories: dict[type[Any], Any] = {}
        self._running = running
        self.switching = False  # the program switches eager execution off somewhere
        self.began = now()
        self.left_eager: list[tuple[int, int]] = []  # from when to when code that ran eagerly ran something else
        self.leaving = 0  # since when it does so now
        self.supposing = 0  # since when a function runs that nobody calls
        self.calls: list[Place] = []
        self.chain: Calls | None = None  # the same calls, as nodes remember them
        self.rebound: dict[Node, Place] = {}  # tensors bound to names that held variables
        self.stack: list[Function] = []
        self.entries: Counter[int] = Counter()
        self.reached: set[cst.CSTNode] = set()
        self.scopes: dict[str, ModuleScope] = project.scopes  # by path, shared by all files of a run
        self.module_mode = running.mode  # the mode of modules' top level
        self.keras_autograph = tables.keras == 2  # Keras 3 converts nothing; Keras 2 converts ``call`` and losses
        self.steps = 0
        self.spent = 0  # steps of all roots so far
        self.thrifty = MAX_STEPS // 2  # from so many steps on, a function that was entered often is not entered again
        self.skipped = False  # of this root some call was not followed, to save steps
        self.none_expected: set[cst.CSTNode] = set()  # queries whose result is compared with None
        self.functions_perhaps_eager = False  # code of the file that may have run switches ``tf.function`` off
        self.eager_classes: set[cst.CSTNode] = set()  # models compiled with ``run_eagerly=True``
        self.named: set[cst.CSTNode] = set()  # calls that make variables which are sources by name, or assigned
        self.muted = 0
        self.alternatives = 0  # we follow one of several values that an expression may have
        self.graphs: tuple[int, ...] = ()  # when the trace that is running began, and each tensor loop in it
        self.turns: list[tuple[int, int]] = []  # of the loops around us: which loop, and which turn of it
        self.repeats = 1  # how often what runs now is run in all, for the elements of lists around us
        self.outside = 0  # how many functions were running when the trace began
        self.tracing: Hashable = None  # whose graph is being built: see ``frozen``
        self.via: bool | None = None  # what calls next: see ``Frame.via``
        self.kinds_asked = 0  # branches around us that only run for data of some kind, and nobody knows which
        self.guards = 0  # ``try`` blocks around us that expect errors
        self.defined: list[Function] = []  # functions defined while this root runs
        self.frame: Frame = Frame(ModuleScope(None, "", {}), {})  # type: ignore[arg-type]
        self.texts: set[Node] = set()  # texts that show a tensor of a graph
        self.recording = Recording()
        self.tapes: dict[int, Tape] = {}
        self._joins: tuple[list[object], dict[Node, tuple[int, int]]] = ([], {})  # see ``_known_joins``
        self.next_bit = 1

    def end(self) -> None:
        """Nothing is interpreted any more: let go of what refers to the machine itself."""
        del self.evaluate, self.execute, self.call, self.attribute

    # -- facts -----------------------------------------------------------------------------------

    def emit(self, fact: Fact) -> None:
        """Yield a fact, unless what runs is wrong on purpose (``with pytest.raises``)."""
        if not self.muted:
            self.facts.append(fact)

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Interpret without yielding facts."""
        self.muted += 1
        try:
            yield
        finally:
            self.muted -= 1

    def tell(self, event: Event) -> None:
        """Tell those who listen to events of this kind."""
        for listener in self.ports.listeners.get(type(event), ()):
            listener(self, event)

    def wake(self, kind: type[Event]) -> None:
        """From now on events of this kind are told, which cost too much to be told in vain."""
        self.awake.add(kind)

    def memory(self, kind: type[Memory]) -> Memory:
        """What a check remembers for as long as the file is interpreted: one object of its own class."""
        found = self._memories.get(kind)
        if found is None:
            found = self._memories[kind] = kind()
        return found

    def step(self) -> None:
        """Count one evaluation against the root's budget."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise effort.OutOfBudget

    def may_enter(self, definition: cst.CSTNode) -> bool:
        """Whether there are steps left to follow one more call of a function."""
        if self.steps < self.thrifty or self.entries[id(definition)] < MAX_ENTRIES:
            return True
        self.skipped = True
        return False

    def allow(self, steps: int) -> None:
        """From here on so many steps are left, and what they may look through."""
        self.steps, self.thrifty = MAX_STEPS - steps, MAX_STEPS - steps // 2
        effort.allow(steps * effort.LOOKS_PER_STEP)

    def place(self, node: cst.CSTNode) -> Place:
        """``node`` in the file that is running."""
        return Place(self.frame.scope.tree, node)

    # -- modes -----------------------------------------------------------------------------------

    @property
    def running(self) -> Running:
        """How the code runs: as its surroundings say, unless the program has switched eager execution off."""
        if not self.switching or self._running.mode is Mode.GRAPH or not Recording.switch.is_set(self.recording):
            return self._running
        switch = self.recording.switch
        return switch.running if switch is not None else Running(Mode.UNKNOWN)

    @running.setter
    def running(self, running: Running) -> None:
        self._running = running

    def made_eagerly(self, node: Node) -> bool:
        """Whether ``node`` was certainly made by code of this file that ran eagerly."""
        number = node.number
        if self.supposing and number > self.supposing and not self._running.uncalled:
            return False  # made eagerly by supposition, and used elsewhere
        if self.module_mode is not Mode.EAGER or number < self.began or self.leaving and number > self.leaving:
            return False
        switch = self.recording.switch
        if Recording.switch.is_set(self.recording) and (switch is None or number > switch.number):
            return False
        return not any(begin < number < end for begin, end in self.left_eager)

    def uncalled(self, function: Function) -> Running:
        """How a function runs that nobody calls: nobody says, but most likely eagerly, as TensorFlow 2 does by itself.

        A function that it has made and returned is as uncalled as it is.
        """
        if self.module_mode is not Mode.EAGER:
            return Running(self.module_mode)
        place = Place(function.scope.tree, function.definition)
        return Running(Mode.UNKNOWN, uncalled=(*self._running.uncalled, place))

    @property
    def mode(self) -> Mode:
        return self.running.mode if self.switching else self._running.mode

    @contextmanager
    def one_of_several(self) -> Iterator[None]:
        """Follow one of the values that an expression may have: what holds for it need not hold."""
        self.alternatives += 1
        try:
            yield
        finally:
            self.alternatives -= 1

    @contextmanager
    def loop(self, repeats: int = 1) -> Iterator[Callable[[], None]]:
        """Around the turns of a loop of Python, ``repeats`` where all are known; what it gives is called where a turn
        begins."""
        number, depth = now(), len(self.turns)
        before, self.repeats = self.repeats, self.repeats * max(repeats, 1)

        def turn() -> None:
            self.turns[depth:] = [(number, now())]

        try:
            yield turn
        finally:
            self.repeats = before
            del self.turns[depth:]

    @contextmanager
    def called_by(self, converts: bool) -> Iterator[None]:
        """What is called now is called by a library, which has it converted by AutoGraph or calls it as it is."""
        before, self.via = self.via, converts
        try:
            yield
        finally:
            self.via = before

    @contextmanager
    def run_as(self, running: Running) -> Iterator[None]:
        """Change the mode for a while. Where a graph begins, what stands around the call does not count in it."""
        before = self._running, self.graphs, self.outside, self.supposing
        if running.uncalled and not self.supposing:
            self.supposing = now()
        leaves = _is_eager(before[0]) and not _is_eager(running) and not self.leaving
        if leaves:
            self.leaving = now()
        self._running = running
        if running.mode is not Mode.GRAPH:
            self.graphs = ()
        elif not self.graphs and running.by.rpartition(".")[2] not in EAGER_SWITCHES:
            self.graphs, self.outside = (now(),), len(self.stack)
        try:
            yield
        finally:
            if self.supposing and not before[3]:
                self.left_eager.append((self.supposing, now()))  # for whatever runs after it
            self._running, self.graphs, self.outside, self.supposing = before
            if leaves:
                self.left_eager.append((self.leaving, now()))
                self.leaving = 0

    # -- tapes and nodes -------------------------------------------------------------------------

    @property
    def active(self) -> int:
        """The bits of the tapes that are recording now."""
        return self.recording.mask

    def record_on(self, bits: int) -> None:
        """From now on the tapes of these bits record, and no others."""
        self.store.set(self.recording, Recording.mask, Bits(bits))

    def new_tape(self, tape: Tape) -> Tape:
        """Register a tape and give it its bit."""
        tape.bit = self.next_bit
        self.next_bit <<= 1
        self.tapes[tape.bit] = tape
        return tape

    def recording_tapes(self) -> list[Tape]:
        """The tapes that are recording now, innermost last."""
        mask = self.active
        found = []
        while mask:
            bit = mask & -mask
            found.append(self.tapes[bit])
            mask ^= bit
        return found

    def bits(self, node: Node) -> tuple[int, int]:
        """The tapes that ``node`` is on, and those that it may be on, when it is used now."""
        if node.kind is not Kind.JOIN:
            return self._bits(node, node.on, node.maybe)
        known = self._known_joins()
        stack = [] if node in known else [node]
        while stack:  # joins of joins, as a loop or a chain of calls makes them: each is looked at once
            here = stack[-1]
            left = [edge.node for edge in here.edges if here.kind is Kind.JOIN and edge.node not in known]
            stack += left
            if not left:
                known[stack.pop()] = self._bits(here, *_joined_bits(here, known))
        return known[node]

    def _known_joins(self) -> dict[Node, tuple[int, int]]:
        """The bits of joins, for as long as the same tapes record and watch the same."""
        tapes = self.recording_tapes()
        watched: list[object] = [held for tape in tapes for held in (tape, tape.watched, tape.perhaps, tape.escaped)]
        seen, known = self._joins
        if len(seen) != len(watched) or any(one is not other for one, other in zip(seen, watched)):
            known = {}
            self._joins = watched, known
        return known

    def _bits(self, node: Node, on: int, maybe: int) -> tuple[int, int]:
        active = self.active
        if active:
            for tape in self.recording_tapes():
                on, maybe = _bits_on(tape, node, on, maybe)
        return on, maybe & ~on

    def operation(
        self, at: cst.CSTNode, edges: Sequence[Edge], *, additive: bool = False, linear: bool = False
    ) -> Node:
        """A node for an operation that runs here and now on these inputs."""
        return self.operation_at(self.place(at), edges, additive=additive, linear=linear)

    def operation_at(
        self, place: Place, edges: Sequence[Edge], *, additive: bool = False, linear: bool = False
    ) -> Node:
        """A node for an operation at ``place``: recorded by each tape that sees one of its inputs."""
        on = maybe = 0
        active = self.active
        constant = True
        for edge in edges:
            if edge.node.kind is not Kind.CONSTANT:
                constant = False
            recorded_cut = edge.fault is not None and edge.fault.is_recorded
            if not active or edge.flow in (Flow.INDEX, Flow.STOPPED) or edge.flow is Flow.CUT and not recorded_cut:
                continue
            edge_on, edge_maybe = self.bits(edge.node)
            if edge.flow is Flow.FLOWS:
                on |= edge_on
                maybe |= edge_maybe
            else:
                maybe |= edge_on | edge_maybe  # an operation without a gradient may be recorded all the same
        if constant and not any(edge.fault for edge in edges):
            return Node(Kind.CONSTANT, place, active=active)
        on &= active
        return Node(
            Kind.OPERATION, place, edges, active=active, on=on, maybe=maybe & active & ~on,
            additive=additive, calls=self.chain, linear=linear,
        )

    def value_of(self, variable: Node, edges: Sequence[Edge]) -> Node:
        """The node of a variable's present value: the variable, and what was assigned to it."""
        return Node(Kind.JOIN, variable.place, edges, active=-1)

    def leaf(self, kind: Kind, at: cst.CSTNode | Place) -> Node:
        """A node without inputs."""
        place = at if isinstance(at, Place) else self.place(at)
        return Node(kind, place, active=self.active, calls=self.chain)

    def opaque(self, at: cst.CSTNode, inputs: Sequence[Value | Node] = ()) -> Unknown:
        """The unknown result of something that ran here on these inputs."""
        edges = [Edge(node, Flow.UNKNOWN) for node in self.nodes(inputs)]
        maybe = 0
        for tape in self.recording_tapes():
            if _may_see_unknown(tape):
                maybe |= tape.bit
        node = Node(Kind.OPAQUE, self.place(at), edges, active=self.active, maybe=maybe, calls=self.chain)
        return Unknown(node)

    @property
    def functions_run_eagerly(self) -> bool:
        """Whether ``tf.config.run_functions_eagerly(True)`` is in force."""
        return bool(self.recording.functions_eager)

    def external(self, at: cst.CSTNode | Place) -> Unknown:
        """A value that comes from outside: the argument of a function that nobody here calls."""
        return Unknown(self.leaf(Kind.OPAQUE, at), external=True)

    def nodes(self, values: Sequence[Value | Node]) -> list[Node]:
        """The provenance nodes of values, looking into lists, dictionaries and objects."""
        found: dict[Node, None] = {}
        for value in values:
            if isinstance(value, Node):
                found[value] = None
            else:
                found.update(dict.fromkeys(nodes_within(value)))
        return list(found)

    # -- values ----------------------------------------------------------------------------------

    def tensor(self, node: Node, dtype: str = ANY, **more: object) -> Tensor:
        """A tensor made here: symbolic when a graph is being traced."""
        if dtype in (INT, BOOL, STRING) and node.kind is Kind.OPERATION:
            node.on = node.maybe = 0  # no tape follows what is not floating point
            node.without_numbers = True
        graph = self.graphs[-1] if self.graphs else 0
        return Tensor(node, dtype, symbolic=self.mode is Mode.GRAPH, graph=graph, **more)  # type: ignore[arg-type]

    def each(self, value: Value) -> Sequence[Value]:
        """The alternatives that a value stands for."""
        return value.options if isinstance(value, Choice) else (value,)

    def fault(self, kind: object, at: cst.CSTNode, name: str = "", value: str = "", outcome: str = "none"
              ) -> Fault:
        """A fault of this kind at ``at`` in the present mode."""
        return Fault(kind, self.place(at), name, value, self.mode, outcome)  # type: ignore[arg-type]


def _joined_bits(node: Node, known: Mapping[Node, tuple[int, int]]) -> tuple[int, int]:
    """The tapes that all parts of a join are on, and those that some part is on or may be on."""
    if node.kind is not Kind.JOIN:
        return node.on, node.maybe
    parts = [known[edge.node] for edge in node.edges]
    on = parts[0][0]
    either = 0
    for part_on, part_maybe in parts:
        on &= part_on
        either |= part_on | part_maybe
    return on, either & ~on


def _is_eager(running: Running) -> bool:
    """Whether code runs eagerly, certainly or most likely."""
    return running.mode is Mode.EAGER or bool(running.uncalled)


def _bits_on(tape: Tape, node: Node, on: int, maybe: int) -> tuple[int, int]:
    bit = tape.bit
    if node in tape.watched:
        return on | bit, maybe
    if node in tape.perhaps or tape.escaped:
        return on, maybe | bit
    if tape.may_watch_by_itself(node):
        if tape.watch_accessed is None or node.trainable is None:
            return on, maybe | bit
        return on | bit, maybe
    if node.kind is Kind.OPAQUE and _may_see_unknown(tape):
        return on, maybe | bit
    return on, maybe


def _may_see_unknown(tape: Tape) -> bool:
    """Whether something unknown may hold or have read what the tape watches."""
    return tape.watch_accessed is not False or bool(tape.perhaps)
