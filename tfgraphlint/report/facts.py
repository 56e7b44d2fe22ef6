"""Facts as text: one a line, with its place first, in the order of the file. Trees and nodes are never shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.facts.common import Fact, Fault, Operand, Place, TapeUse
from tfgraphlint.facts.run import Suppression
from tfgraphlint.rule_api.shortening import brief


def render(facts: Iterable[object]) -> list[str]:
    """The lines for ``facts``: each once, sorted by file, place and text."""
    placed = {(span_of(fact), line(fact)) for fact in facts}
    return [text for _, text in sorted(placed, key=lambda each: (each[0].filename, each[0].start, each[1]))]


def span_of(fact: object) -> Span:
    """Where a fact is about: its ``place``, its ``span``, or the comment that it is about."""
    held = getattr(fact, "place", None) or getattr(fact, "span", None) or fact.suppression  # type: ignore[attr-defined]
    span: Span = held if isinstance(held, Span) else held.span
    return span


def line(fact: object) -> str:
    """``train.py:12:9 GradientLost tape=`tape` 10:10 …``: place, kind, and every field that is not empty."""
    span = span_of(fact)
    assert is_dataclass(fact)
    parts = [f"{span.filename}:{_position(span.start)}", type(fact).__name__]
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name not in ("place", "span") and value not in (None, "", (), False, 0):
            parts.append(f"{field.name}={_shown(value, span.filename)}")
    return " ".join(parts)


def _shown(value: object, filename: str) -> str:
    """``value`` for a fact of the file ``filename``: places of other files carry their names."""
    match value:
        case Place() | Span():
            return _place(value, filename)
        case Fact():
            return f"{type(value).__name__} {_place(value.place, filename)}"
        case Operand():
            made = f", made {_place(value.made, filename)}" if value.made else ""
            return f"{_code(value.written)} {_place(value.written, filename)} ({value.kind}{made})"
        case TapeUse():
            return _tape(value, filename)
        case Fault():
            outcome = "" if value.outcome == "none" else value.outcome
            return " ".join(filter(None, (value.kind.value, value.name, _place(value.place, filename), outcome)))
        case Edit():
            return f"{_place(value.span, filename)} {_quoted(value.content)}"
        case Suppression():
            return _place(value.span, filename)
        case Enum():
            return str(value.value)
        case tuple():
            return f"[{', '.join(_shown(each, filename) for each in value)}]"
        case str():
            return _quoted(value)
    return repr(value)


def _tape(tape: TapeUse, filename: str) -> str:
    options = [f"persistent={tape.persistent}"] if tape.persistent is not False else []
    options += [f"watch_accessed={tape.watch_accessed}"] if tape.watch_accessed is not True else []
    written = f"`{tape.name}` " if tape.name else ""
    return f"{written}{_place(tape.made, filename)}" + (f" ({', '.join(options)})" if options else "")


def _code(place: Place) -> str:
    return f"`{brief(place.code)}`"


def _place(place: Place | Span, filename: str) -> str:
    span = place.span if isinstance(place, Place) else place
    start = _position(span.start)
    return start if span.filename == filename else f"{span.filename}:{start}"


def _position(position: Position) -> str:
    return f"{position.row}:{position.column}"


def _quoted(text: str) -> str:
    """A name as it is; other text in quotes, on one line."""
    return text if text.replace(".", "").replace("_", "").replace("-", "").isalnum() else repr(brief(text))
