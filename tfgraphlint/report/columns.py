"""Text in the columns of a terminal: what a character takes, and rows that are too long."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TAB = "    "
CUT = "..."
LEAD = 12  # columns of code that are shown before the first mark of a row that is cut


def expanded(text: str) -> str:
    """``text`` as it is shown: tabs as spaces, control characters as something that is seen."""
    return "".join(TAB if character == "\t" else _visible(character) for character in text)


def _visible(character: str) -> str:
    """Control characters would move the terminal's cursor."""
    return character if unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp") else "\N{REPLACEMENT CHARACTER}"


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True)
class Window:
    """The columns of a row that are shown: from ``start`` up to ``end``. What is left out is shown as dots."""

    start: int
    end: int
    whole: int

    def show(self, text: str) -> str:
        """The part of ``text`` (expanded) that is shown."""
        if (self.start, self.end) == (0, self.whole):
            return text
        column, kept = 0, []
        for character in text:
            if self.start <= column and column + _columns(character) <= self.end:
                kept.append(character)
            column += _columns(character)
        return CUT * bool(self.start) + "".join(kept) + CUT * (self.end < self.whole)

    def column(self, column: int) -> int:
        """Where a column of the row is shown; at the edge where it is left out."""
        return min(max(column, self.start), self.end) - self.start + len(CUT) * bool(self.start)


def window(text: str, marks: Sequence[int], limit: int) -> Window:
    """The part of ``text`` (expanded) to show in ``limit`` columns, with the first of ``marks`` (columns) in it."""
    whole = width(text)
    if whole <= limit:
        return Window(0, whole, whole)
    room = max(limit - 2 * len(CUT), LEAD)
    first, last = min(marks, default=0), max(marks, default=0)
    if last + LEAD <= room:
        return Window(0, room, whole)
    start = min(max(first - LEAD, 0), max(whole - room, 0))
    return Window(start, min(start + room, whole), whole)
