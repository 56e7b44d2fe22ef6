"""Places as editors count them: rows and columns from 0, columns in units of an encoding, most often UTF-16."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.fixes.apply import Change
from tfgraphlint.syntax.text import Lines

_BYTES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}  # of one unit


class Units:
    """Counts columns in the units that were agreed upon."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self._size = _BYTES.get(encoding, 2)
        self._codec = f"{encoding}-le" if self._size > 1 else "utf-8"

    def count(self, text: str) -> int:
        """How many units ``text`` has."""
        return len(text) if text.isascii() else len(text.encode(self._codec, "surrogatepass")) // self._size

    def place(self, lines: Lines, position: Position) -> types.Position:
        """A place in ``lines`` for an editor; that behind the last character of a row where there is none."""
        row = lines.row(position.row)
        return types.Position(position.row - 1, self.count(row[: position.column - 1]))

    def range(self, lines: Lines, span: Span) -> types.Range:
        """A stretch of ``lines`` for an editor."""
        return types.Range(self.place(lines, span.start), self.place(lines, span.end))

    def between(self, lines: Lines, change: Change) -> types.TextEdit:
        """A change of the text of ``lines`` for an editor."""
        start, end = lines.position(change.start), lines.position(change.end)
        return types.TextEdit(types.Range(self.place(lines, start), self.place(lines, end)), change.content)

    def offset(self, lines: Lines, place: types.Position) -> int:
        """The offset of an editor's place in the text of ``lines``; behind a row's end, that end."""
        start, row = lines.start(place.line + 1), lines.row(place.line + 1)
        if row.isascii():
            return start + min(place.character, len(row))
        units = 0
        for column, character in enumerate(row):
            if units >= place.character:
                return start + column
            units += self.count(character)
        return start + len(row)

    def changed(self, text: str, changes: Iterable[types.TextDocumentContentChangeEvent]) -> str:
        """``text`` after what somebody typed."""
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                lines = Lines(text)
                start, end = (self.offset(lines, place) for place in (change.range.start, change.range.end))
                text = text[:start] + change.text + text[end:]
            else:
                text = change.text
        return text


def touches(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a place in common."""

    def key(place: types.Position) -> tuple[int, int]:
        return place.line, place.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)
