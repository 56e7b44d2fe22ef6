"""Typed entries of the state that paths change, and what paths that meet leave of them.

A ``Field`` stands in a class and is read like an attribute: ``tape.watched``. It is written through the store only,
which can take it back: ``m.store.set(tape, Tape.watched, …)``. What it holds says itself what paths join to: values as
``joins`` has it, the kinds of ``Entry`` here as they declare. Anything else stays where all paths agree, and is None
where they do not.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.store import MISSING, State

T = TypeVar("T")


class Stateful(Protocol):
    """What has a state that the store writes."""

    @property
    def state(self) -> State: ...


class Field(Generic[T]):
    """An entry of an object's state; ``default`` is what it is where nothing was written."""

    def __init__(self, default: T) -> None:
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, held: None, owner: type[Any]) -> Field[T]: ...

    @overload
    def __get__(self, held: Stateful, owner: type[Any]) -> T: ...

    def __get__(self, held: Stateful | None, owner: type[Any]) -> Field[T] | T:
        if held is None:
            return self
        return held.state.get(self, self.default)  # type: ignore[no-any-return]

    def __set__(self, held: Stateful, value: T) -> None:
        raise AttributeError(f"{self.name} is written through the store, which can take it back")

    def is_set(self, held: Stateful) -> bool:
        """Whether anything was written."""
        return self in held.state

    def __repr__(self) -> str:
        return f"Field({self.name})"


class Entry:
    """What the state holds besides values. ``ends`` are what paths left, ``MISSING`` where one wrote nothing."""

    @classmethod
    @abstractmethod
    def joined(cls, ends: Sequence[Any]) -> Any:
        """What is left where paths meet."""


class Certain(frozenset[Any], Entry):
    """A set that holds on every path: paths join to the intersection."""

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Certain:
        if any(end is MISSING for end in ends):
            return cls()
        return cls(frozenset.intersection(*ends))


class Possible(frozenset[Any], Entry):
    """A set that holds on some path: paths join to the union."""

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Possible:
        return cls(frozenset().union(*(end for end in ends if end is not MISSING)))


class Bits(int, Entry):
    """The bits that are set on every path."""

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Bits:
        common = -1
        for end in ends:
            common &= 0 if end is MISSING else end
        return cls(common)


class Ever(int, Entry):
    """Holds once some path has said so."""

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Ever:
        return cls(any(end for end in ends if end is not MISSING))


@dataclass(frozen=True)
class Queried(Entry):
    """A tape was asked for gradients at ``place``: on all paths that lead here, or on some."""

    place: Place
    certain: bool

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Queried:
        asked = [end for end in ends if isinstance(end, Queried)]
        return cls(asked[0].place, len(asked) == len(ends) and all(end.certain for end in asked))


@dataclass(frozen=True)
class Trained(Entry):
    """An optimizer has made its own variables, by the call at ``place``, for those that the ``nodes`` stand for.

    ``whole``: for no others. ``certain``: on all paths that lead here, not only on some.
    """

    nodes: frozenset[Any]
    whole: bool
    certain: bool
    place: Place | None = None  # of the call, None where it is not known
    variables: Place | None = None  # what it was given, as it is written
    calls: tuple[Place, ...] = ()  # through which the call was reached

    @classmethod
    def joined(cls, ends: Sequence[Any]) -> Trained:
        found: list[Trained] = [end for end in ends if isinstance(end, Trained)]
        certain = len(found) == len(ends) and all(end.certain for end in found)
        nodes = frozenset().union(*(end.nodes for end in found))
        first = found[0]
        return cls(nodes, all(end.whole for end in found), certain, first.place, first.variables, first.calls)
