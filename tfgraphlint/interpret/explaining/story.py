"""What is told of a place: a title, a way from a source to what it is used for, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tfgraphlint.diagnostic import Span


class Outcome(Enum):
    """How it ends: whether a gradient flows, or what else there is to say in one word."""

    FLOWS = "flows"
    LOST = "lost"
    PARTLY = "partly lost"
    DEPENDS = "flows in part"
    UNKNOWN = "unknown"
    TRACED = "traced"
    RETRACED = "traced again"
    UNREACHED = "never runs"
    INFO = ""


class Part(Enum):
    """What a stop on the way is."""

    SOURCE = "source"
    OPERATION = "operation"
    CUT = "cut"
    UNKNOWN = "unknown"
    QUERY = "query"
    TRACE = "trace"
    CALL = "call"
    RETRACE = "retrace"


@dataclass(frozen=True)
class Stop:
    """One place on the way, with its code in one line and what is said of it."""

    part: Part
    code: str
    said: str
    span: Span


@dataclass(frozen=True)
class Story:
    """What is known of one thing at a place, which is a ``gradient``, ``value``, ``tape``, ``call``, …"""

    about: str
    outcome: Outcome
    title: str
    span: Span
    path: tuple[Stop, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def never_met(self) -> bool:
        """Whether no way leads from the source to the query: nothing is cut, and nothing comes through."""
        return self.outcome is Outcome.LOST and all(stop.part is not Part.CUT for stop in self.path)


MAX_STOPS = 14  # of one way; the middle of a longer one is left out


def shortened(path: tuple[Stop, ...]) -> tuple[tuple[Stop, ...], int]:
    """The stops that are shown, and how many operations are left out: never a source, a cut or a query."""
    spare = [stop for stop in path if stop.part is Part.OPERATION]
    left_out = max(len(path) - MAX_STOPS, 0)
    if not left_out or len(spare) <= 2:
        return path, 0
    left_out = min(left_out + 1, len(spare) - 2)
    first = (len(spare) - left_out) // 2
    dropped = set(map(id, spare[first : first + left_out]))
    return tuple(stop for stop in path if id(stop) not in dropped), left_out
