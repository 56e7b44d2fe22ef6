"""A program while it is being written: its lines, the names in it, the values that are at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from .operations import Operations

Some = TypeVar("Some")
NAMES = re.compile(r"self\.\w+|[A-Za-z_]\w*")
ASSIGNED = re.compile(r"(?:for )?([\w., *]+?)(?:\[[^=]*\])? (?:[-+*/]?=|in) (.*)")
BROADCAST = {"s": 0, "p": 1, "v": 1, "m": 2}


@dataclass(frozen=True)
class Value:
    """Something that an expression can use.

    ``shape`` is ``s`` (scalar), ``v`` (3), ``m`` (2, 3) or ``p`` (a helper's parameter: any of them); ``sort`` is
    ``tensor``, ``variable``, ``array`` (NumPy) or ``number``; ``home`` is the function in which the name is bound.
    """

    text: str
    shape: str
    sort: str = "tensor"
    home: int = 0

    @property
    def framework(self) -> bool:
        """Whether it is TensorFlow's."""
        return self.sort in ("tensor", "variable")


@dataclass(frozen=True)
class Helper:
    """A function of the program: its result has the shape of its arguments, or is a scalar."""

    text: str
    arity: int
    reduces: bool
    sort: str


@dataclass
class Scope:
    """What an expression at one place can use."""

    values: list[Value] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    kernels: list[Value] = field(default_factory=list)  # (3, 3), for matrix products
    layers: list[str] = field(default_factory=list)  # Keras layers and models, (2, 3) to (2, 3)

    def inner(self) -> Scope:
        """The same at a place further in."""
        return Scope(list(self.values), list(self.helpers), list(self.kernels), list(self.layers))


@dataclass
class Writer:
    """Writes lines; draws names and everything else from one source of randomness."""

    random: Random
    operations: Operations
    zeros: bool  # whether operations whose gradient is zero may be used (then none that gives zeros by chance)
    lines: list[str] = field(default_factory=list)
    depth: int = 0
    home: int = 0
    homes: int = 0
    names: set[str] = field(default_factory=set)
    needs: dict[str, set[str]] = field(default_factory=dict)  # what a name was computed from, as far as plain to see

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text if text else "")
        if match := ASSIGNED.match(text):
            read = self.needed(match[2])
            for name in NAMES.findall(match[1]):
                self.needs.setdefault(name, {name}).update(read)

    def needed(self, text: str) -> set[str]:
        """The names in ``text`` and what those were computed from."""
        return {needed for name in NAMES.findall(text) for needed in self.needs.get(name, {name})}

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """An indented block below ``header``."""
        self.line(header)
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def nothing(self) -> Iterator[None]:
        """No block: what would stand in one stands as it is."""
        yield

    @contextmanager
    def function(self, header: str) -> Iterator[None]:
        """The body of a function: names bound in it are its own."""
        was, self.homes = self.home, self.homes + 1
        self.home = self.homes
        with self.block(header):
            yield
        self.home = was

    @contextmanager
    def aside(self, place: int) -> Iterator[None]:
        """Lines that are put in at ``place``, at the left margin."""
        kept, depth = self.lines, self.depth
        self.lines, self.depth = [], 0
        yield
        written, self.lines, self.depth = self.lines, kept, depth
        self.lines[place:place] = written

    def name(self, *words: str) -> str:
        """A name that is not in use yet."""
        word = self.random.choice(words)
        free = word
        number = 2
        while free in self.names:
            free = f"{word}{number}"
            number += 1
        self.names.add(free)
        return free

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def choose(self, options: Sequence[Some]) -> Some:
        return self.random.choice(options)

    def bind(self, scope: Scope, value: Value, *words: str) -> Value:
        """``name = value``; the name is at hand from now on."""
        name = self.name(*words)
        self.line(f"{name} = {value.text}")
        bound = replace(value, text=name, home=self.home)
        scope.values.append(bound)
        return bound

    def rebind(self, scope: Scope, old: Value, value: Value) -> None:
        """``old = value``."""
        self.line(f"{old.text} = {value.text}")
        scope.values = [one for one in scope.values if one.text != old.text]
        scope.values.append(replace(value, text=old.text, home=self.home))


def together(*values: Value) -> tuple[str, str]:
    """Shape and sort of what operators make of values."""
    shape = max((value.shape for value in values), key=lambda one: BROADCAST[one])
    sorts = {"tensor" if value.framework else value.sort for value in values}
    sort = next(one for one in ("tensor", "array", "number") if one in sorts)
    return shape, sort
