"""Rows and columns of a text, counted as Python counts them, and their offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from tfgraphlint.diagnostic import Position, Span

# Python ends lines here and nowhere else: str.splitlines() would also end one at a form feed or at U+2028.
_LINE_END = re.compile(r"\r\n|\n|\r")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\d[\w.]*|\w+|[^\w\s]")
Replacement = tuple[int, int, str]  # from one offset up to another, and what comes in there


class NotTextError(Exception):
    """A file's content is not what it is meant to be; ``position`` is the first bad place in it."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def rows_of(text: str) -> list[str]:
    """The rows of ``text`` as Python counts them, without their line ends."""
    return text.split("\n") if "\r" not in text else _LINE_END.split(text)


def count_tokens(text: str) -> int:
    """How many words and signs stand in ``text``, about: a parser takes memory for each."""
    return sum(1 for _ in _TOKEN.finditer(text))


@lru_cache(maxsize=1)
def words_in_text(text: str) -> frozenset[str]:
    """The words of a text, those in comments too: nearly all questions asked of a file's letters end here."""
    return frozenset(_WORD.findall(text))


def line_end(text: str) -> str:
    """How lines of ``text`` end: as the first one does."""
    match = _LINE_END.search(text)
    return match.group() if match else "\n"


def with_line_ends(text: str, newline: str) -> str:
    """``text`` with all its lines ending in ``newline``."""
    return _LINE_END.sub(lambda _: newline, text)


def replaced(text: str, replacements: Iterable[Replacement]) -> str:
    """``text`` after ``replacements``, which are sorted and do not overlap."""
    parts: list[str] = []
    position = 0
    for start, end, content in replacements:
        parts += [text[position:start], content]
        position = end
    return "".join([*parts, text[position:]])


class Lines:
    """A text by rows. Rows and columns count from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        self._ends = []
        for match in _LINE_END.finditer(text):
            self._ends.append(match.start())
            self._starts.append(match.end())
        self._ends.append(len(text))

    def __len__(self) -> int:
        """The number of rows; a final line end opens no further row."""
        return len(self._starts) - (self._starts[-1] == len(self.text) and len(self._starts) > 1)

    def row(self, number: int) -> str:
        """The text of one row without its line end; empty where there is no such row."""
        if not 1 <= number <= len(self._starts):
            return ""
        return self.text[self._starts[number - 1] : self._ends[number - 1]]

    def with_ends(self) -> list[str]:
        """All rows with their line ends."""
        borders = [*self._starts, len(self.text)]
        return [self.text[start:end] for start, end in zip(borders, borders[1:]) if start < end]

    def start(self, number: int) -> int:
        """The offset at which row ``number`` begins; the end of the text for a row behind the last."""
        return self._starts[number - 1] if number <= len(self._starts) else len(self.text)

    def offset(self, position: Position) -> int:
        """The offset of ``position`` in the text.

        Raises:
            ValueError: the text has no such place.
        """
        if not 1 <= position.row <= len(self._starts):
            raise ValueError(f"there is no row {position.row}")
        offset = self._starts[position.row - 1] + position.column - 1
        if position.column < 1 or offset > self._ends[position.row - 1]:
            raise ValueError(f"row {position.row} has no column {position.column}")
        return offset

    def position(self, offset: int) -> Position:
        """The place of ``offset``."""
        row = bisect_right(self._starts, offset)
        return Position(row, offset - self._starts[row - 1] + 1)

    def range(self, span: Span) -> tuple[int, int]:
        """The offsets at which ``span`` starts and ends."""
        return self.offset(span.start), self.offset(span.end)
