"""Facts as text: one a line, with its place first, in the order of the file. Trees and nodes are never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.facts.common import Fact, Fault, Operand, Place, TapeUse
from tfgraphlint.facts.run import Suppression
from tfgraphlint.rule_api.shortening import brief


def _as_it_is(span: Span) -> Span:
    return span


def render(facts: Iterable[object], place: Callable[[Span], Span] = _as_it_is) -> list[str]:
    """The lines for ``facts``: each once, sorted by file, place and text. ``place`` says how a place is named."""
    placed = {(span_of(fact), line(fact, place)) for fact in facts}
    return [text for _, text in sorted(placed, key=lambda each: (each[0].filename, each[0].start, each[1]))]


def span_of(fact: object) -> Span:
    """Where a fact is about: its ``place``, its ``span``, or the comment that it is about."""
    held = getattr(fact, "place", None) or getattr(fact, "span", None) or fact.suppression  # type: ignore[attr-defined]
    span: Span = held if isinstance(held, Span) else held.span
    return span


def line(fact: object, place: Callable[[Span], Span] = _as_it_is) -> str:
    """``train.py:12:9 GradientLost tape=`tape` 10:10 …``: place, kind, and every field that is not empty."""
    span = place(span_of(fact))
    writer = _Writer(span.where, place)
    assert is_dataclass(fact)
    parts = [f"{span.where}:{_position(span.start)}", type(fact).__name__]
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name not in ("place", "span") and value not in (None, "", (), False, 0):
            parts.append(f"{field.name}={writer.shown(value)}")
    return " ".join(parts)


@dataclass(frozen=True)
class _Writer:
    """Writes values for a fact that lies in the file or cell ``where``: places elsewhere carry their names."""

    where: str
    placed: Callable[[Span], Span]

    def shown(self, value: object) -> str:
        match value:
            case Place() | Span():
                return self._place(value)
            case Fact():
                return f"{type(value).__name__} {self._place(value.place)}"
            case Operand():
                made = f", made {self._place(value.made)}" if value.made else ""
                return f"{_code(value.written)} {self._place(value.written)} ({value.kind}{made})"
            case TapeUse():
                return self._tape(value)
            case Fault():
                outcome = "" if value.outcome == "none" else value.outcome
                return " ".join(filter(None, (value.kind.value, value.name, self._place(value.place), outcome)))
            case Edit():
                return f"{self._place(value.span)} {_quoted(value.content)}"
            case Suppression():
                return self._place(value.span)
            case Enum():
                return str(value.value)
            case tuple():
                return f"[{', '.join(self.shown(each) for each in value)}]"
            case str():
                return _quoted(value)
        return repr(value)

    def _tape(self, tape: TapeUse) -> str:
        options = [f"persistent={tape.persistent}"] if tape.persistent is not False else []
        options += [f"watch_accessed={tape.watch_accessed}"] if tape.watch_accessed is not True else []
        written = f"`{tape.name}` " if tape.name else ""
        return f"{written}{self._place(tape.made)}" + (f" ({', '.join(options)})" if options else "")

    def _place(self, place: Place | Span) -> str:
        span = self.placed(place.span if isinstance(place, Place) else place)
        start = _position(span.start)
        return start if span.where == self.where else f"{span.where}:{start}"


def _code(place: Place) -> str:
    return f"`{brief(place.code)}`"


def _position(position: Position) -> str:
    return f"{position.row}:{position.column}"


def _quoted(text: str) -> str:
    """A name as it is; other text in quotes, on one line."""
    return text if text.replace(".", "").replace("_", "").replace("-", "").isalnum() else repr(brief(text))
