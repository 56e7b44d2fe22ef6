"""Documents that hold Python in pieces: the cells of a notebook, the code blocks of a Markdown file.

All pieces, one below the other, make one text, whose rows and columns all of tfgraphlint speaks of. Only what a person
reads names the cell, and only what is written goes back into the document.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.magics import UNKNOWN, Python, Row
from tfgraphlint.syntax.text import Lines, Replacement, line_end, with_line_ends

_LINE = re.compile(r"(?<=\bline )\d+")  # Python's messages: "'(' was never closed on line 3"


@dataclass(frozen=True)
class Cell:
    """One piece of code. ``number`` is the cell's in a notebook, from 1, or 0 in a Markdown file.

    ``first_row`` is the row at which it starts where a person looks: 1 in a cell, the file's row in Markdown.
    """

    text: str
    python: Python
    number: int = 0
    first_row: int = 1

    @cached_property
    def lines(self) -> Lines:
        """What is written in it, by rows."""
        return Lines(self.text)


@dataclass(frozen=True)
class Document(ABC):
    """A file whose Python lies in ``cells``. ``raw`` is the whole text of the file."""

    raw: str
    cells: tuple[Cell, ...]
    filename: str = ""
    _rows: list[tuple[int, Row]] = field(default_factory=list, init=False)  # all rows, with the index of their cell

    def __post_init__(self) -> None:
        for index, cell in enumerate(self.cells):
            self._rows.extend((index, row) for row in cell.python.rows)
            self._rows.append((index, Row("\n", 0)))  # so that the end of a cell is not the start of the next one

    @cached_property
    def text(self) -> str:
        """The Python of all cells."""
        return "".join(row.text for _, row in self._rows)

    @cached_property
    def shown(self) -> Lines:
        """What is written in all cells: the rows of ``text``, before what is not Python was replaced in them."""
        return Lines("".join(self._written(index, row) for index, row in self._rows))

    @cached_property
    def _linted(self) -> Lines:
        return Lines(self.text)

    @property
    def programs(self) -> tuple[str, ...]:
        """What is linted, each as a program of its own: ``text`` with some of the cells blank."""
        return (self.text,)

    @cached_property
    def faults(self) -> tuple[UnparsableFile, ...]:
        """What stands against cells that cannot be parsed."""
        return tuple(
            self._fault(index, cell.python.fault) for index, cell in enumerate(self.cells) if cell.python.fault
        )

    @property
    def installs(self) -> list[str]:
        """What the document says that `pip` should install, in order."""
        return [word for cell in self.cells for word in cell.python.installs]

    def place(self, span: Span) -> Span:
        """Where ``span`` lies for a person: in which cell, in which of its rows."""
        index, start = self._place(span.start)
        other, end = self._place(span.end)
        cell = self.cells[index]
        last = cell.lines.position(len(cell.text))
        if other != index:
            end = last
        lead = cell.first_row - 1
        start, end = (Position(place.row + lead, place.column) for place in (start, max(start, end)))
        return Span(span.filename, start, end, cell.number)

    def stored(self, edit: Edit) -> Edit:
        """An edit, whose place is one for a person, as one of the file's own text."""
        return edit

    def lines_of(self, number: int) -> Lines:
        """The text that ``place`` speaks of: that of a cell, or of the whole file."""
        found = self._lines_by_number.get(number)
        return self._raw_lines if found is None else found

    @cached_property
    def _lines_by_number(self) -> dict[int, Lines]:
        return {cell.number: cell.lines for cell in reversed(self.cells) if cell.number}

    @cached_property
    def _raw_lines(self) -> Lines:
        return Lines(self.raw)

    def parts(self) -> list[tuple[int, Lines]]:
        """What of the document can change, for a person to compare: by cell, or the whole file as number 0."""
        return [(cell.number, cell.lines) for cell in self.cells if cell.number] or [(0, self._raw_lines)]

    def together(self, first: int, second: int) -> bool:
        """Whether two rows of the text lie in one cell."""
        return self._at(first)[0] == self._at(second)[0]

    def takes(self, edit: Edit) -> bool:
        """Whether an edit can be made: it lies in one cell and touches nothing that is not Python."""
        try:
            start, end = self.shown.range(edit.span)
        except ValueError:
            return False
        if UNKNOWN in edit.content or self._within(start, end) is None:
            return False
        rows = range(edit.span.start.row, edit.span.end.row + 1) if start < end else ()
        return all(self._linted.row(row) == self.shown.row(row) for row in rows)

    def edited(self, replacements: Sequence[Replacement]) -> str:
        """The whole text of the file after edits that ``takes`` allows; they are sorted and do not overlap."""
        by_cell: dict[int, list[Replacement]] = {}
        for start, end, content in replacements:
            found = self._within(start, end)
            assert found is not None
            index, begin, stop, ended = found
            newline = line_end(self.cells[index].text)
            new = with_line_ends(content, newline)
            if ended and begin == len(self.cells[index].text) and new:  # a row below the last one
                new = newline + new.removesuffix(newline)
            elif ended and not new and self._starts_row(index, begin):  # the last row goes with the line end before it
                begin = self._end_of_row_before(index, begin)
            by_cell.setdefault(index, []).append((begin, stop, new))
        return self._written_back(by_cell)

    @abstractmethod
    def _written_back(self, by_cell: dict[int, list[Replacement]]) -> str:
        """The text of the file with replacements made in cells (by index), by offsets in their text."""

    def _starts_row(self, index: int, offset: int) -> bool:
        return offset > 0 and self.cells[index].lines.position(offset).column == 1

    def _end_of_row_before(self, index: int, offset: int) -> int:
        lines = self.cells[index].lines
        row = lines.position(offset).row - 1
        return lines.offset(Position(row, len(lines.row(row)) + 1))

    def _within(self, start: int, end: int) -> tuple[int, int, int, bool] | None:
        """The cell of a stretch of the text, its offsets there, and whether it ends in the row below the last one."""
        index, first = self._cell_offset(start)
        other, last = self._cell_offset(end)
        if first is None or last is None or index != other:
            return None
        return index, first, last, self._is_below(self.shown.position(end).row)

    def _cell_offset(self, offset: int) -> tuple[int, int | None]:
        position = self.shown.position(offset)
        index, row = self._at(position.row)
        cell = self.cells[index]
        if self._is_below(position.row):
            return index, len(cell.text)
        if not row.number:
            return index, None
        try:
            return index, cell.lines.offset(Position(row.number, position.column))
        except ValueError:
            return index, None

    def _is_below(self, row: int) -> bool:
        """Whether a row of the text is the one that was put below a cell; rows that were added before it are not."""
        if row >= len(self._rows):
            return True
        return self._rows[row - 1][1].number == 0 and self._rows[row][0] != self._rows[row - 1][0]

    def _at(self, row: int) -> tuple[int, Row]:
        return self._rows[min(max(row, 1), len(self._rows)) - 1]

    def _place(self, position: Position) -> tuple[int, Position]:
        """A place in a cell: for a row that was added, the end of the row before it."""
        index, row = self._at(position.row)
        if row.number:
            return index, Position(row.number, position.column)
        before = position.row
        while before > 1 and not self._at(before)[1].number and self._at(before)[0] == index:
            before -= 1
        number = self._at(before)[1].number if self._at(before)[0] == index else 1
        return index, Position(max(number, 1), len(self.cells[index].lines.row(max(number, 1))) + 1)

    def _written(self, index: int, row: Row) -> str:
        if not row.number:
            return row.text
        written = self.cells[index].lines.row(row.number)
        return written + row.text[len(written) :]

    @cached_property
    def _first_rows(self) -> dict[int, int]:
        """Where the first row of each cell stands in the text."""
        return {of: at for at, (of, row) in enumerate(self._rows, 1) if row.number == 1}

    def _fault(self, index: int, fault: UnparsableFile) -> UnparsableFile:
        first = self._first_rows[index]
        start = fault.span.start
        place = Position(first + start.row - 1, start.column)
        lead = self.cells[index].first_row - 1
        message = _LINE.sub(lambda match: str(int(match[0]) + lead), fault.message)
        return UnparsableFile(Span(self.filename, place, place), message, self._word())

    def _word(self) -> str:
        return "cell" if self.cells[0].number else "code block"
