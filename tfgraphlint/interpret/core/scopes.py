"""Where code stands and where it runs: modules, functions, classes, and the frames of calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.fields import Ever, Field
from tfgraphlint.interpret.core.provenance import now
from tfgraphlint.interpret.core.store import Changes, State
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.syntax.tree import Tree


@dataclass(eq=False)
class ModuleScope:
    """A module of the project: its tree and its global names."""

    tree: Tree
    path: str
    names: State = field(default_factory=dict)
    executed: bool = False
    open: bool = False  # a star import of something unknown: names may come from there


@dataclass(eq=False)
class Frame:
    """One call of a function, one class body, or the top level of a module (``function`` is None)."""

    scope: ModuleScope
    names: State
    parent: Frame | None = None
    function: Function | None = None
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    returns: list[tuple[Value, Changes]] = field(default_factory=list)
    breaks: list[Changes] = field(default_factory=list)
    continues: list[Changes] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # store marks: the call's own, then one a loop
    on_yield: Callable[[Value], None] | None = None  # what a ``yield`` of this call does
    self_value: Value | None = None
    owner: Any = None  # the class that the running method belongs to
    caller: Frame | None = None
    via: bool | None = None  # a library calls the function, and has it converted or not; None: the caller's own call
    autograph: bool = False  # AutoGraph is on for what is called here
    converted: bool | None = None  # ``conversion`` answers it when asked
    around: list[Any] = field(default_factory=list)  # constructs around what runs, innermost last
    unsettled: dict[str, Any] = field(default_factory=dict)  # names on which a tensor condition's branches disagree
    half_returned: list[Any] = field(default_factory=list)  # tensor conditions of which one branch returned
    made: int = field(default_factory=now)
    by_tensor: bool = False  # a tensor has decided a condition here
    by_python: bool = False  # Python has
    statement: Any = None  # the one that is running
    captured: bool = False  # a function was made in it, which may read its names when the call is over

    def capture(self) -> None:
        """A function is made here: it reads the names of this frame and of those around it."""
        frame: Frame | None = self
        while frame is not None:
            frame.captured = True
            frame = frame.parent

    def end(self) -> None:
        """The call is over: let go of what only its own code needs, and what may refer to this frame in turn."""
        self.returns.clear()
        self.half_returned.clear()
        self.on_yield = None
        if not self.captured:
            self.names.clear()


def chosen(frame: Frame, by_tensor: bool | None) -> None:
    """Note what decides a condition or a loop of a function: a tensor, or certainly or perhaps Python."""
    if by_tensor:
        frame.by_tensor = True
    else:
        frame.by_python = True


@dataclass(slots=True, eq=False)
class Function(Value):
    """A function or lambda of the project with the frame it closes over."""

    definition: cst.FunctionDef | cst.Lambda
    scope: ModuleScope
    closure: Frame | None
    defaults: dict[str, Value]
    owner: Class | None = None
    traced: Traced | None = None
    wrapper: str | None = None  # a library decorator that changes how it is called
    results: State = field(default_factory=dict)  # of a cached one: what it returned, by its arguments

    @property
    def name(self) -> str:
        if isinstance(self.definition, cst.FunctionDef):
            return self.definition.name.value
        return "<lambda>"


@dataclass(slots=True, eq=False, frozen=True)
class Traced:
    """How a function came to be traced: the place that did it and AutoGraph's setting."""

    place: Place
    autograph: bool = True
    jit: bool = False
    specs: Value | None = None  # the ``input_signature``
    by: str = "tensorflow.function"


@dataclass(slots=True, eq=False)
class Class(Value):
    """A class of the project. ``bases`` are classes, library names or unknown."""

    definition: cst.ClassDef
    scope: ModuleScope
    bases: tuple[Value, ...]
    state: State

    is_dataclass: ClassVar[Field[Ever | None]] = Field(None)

    @property
    def name(self) -> str:
        return self.definition.name.value
