"""Jupyter notebooks: their code cells as one program, and edits of a cell that leave the rest of the file alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.project.cells import Cell, Document
from tfgraphlint.project.magics import python_of
from tfgraphlint.syntax.text import Lines, NotTextError, Replacement, line_end, replaced

PYTHON = frozenset({"python", "python2", "python3", "ipython", "ipython2", "ipython3"})
# Kernels that run no Python, for notebooks that name a kernel but no language.
OTHER_KERNELS = re.compile(
    r"(?:ir|julia|xcpp|sos|octave|bash|scala|javascript|deno|gnuplot|sas|stata)\b", re.IGNORECASE
)

_SPACE = re.compile(r"[ \t\r\n]*")
_UNIT = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)  # what one character is written as
_DECODER = json.JSONDecoder()


class _Malformed(Exception):
    """The notebook is not built as notebooks are."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True)
class _String:
    """A string of the file: what it says, and the offsets of what stands between its quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Code:
    """A code cell: its number among all cells, and the strings that its source consists of."""

    number: int
    strings: tuple[_String, ...]

    @property
    def text(self) -> str:
        return "".join(string.text for string in self.strings)


@dataclass(frozen=True)
class Notebook(Document):
    """A notebook whose cells can be edited."""

    code: tuple[_Code, ...] = ()

    def _written_back(self, by_cell: dict[int, list[Replacement]]) -> str:
        made = [
            self._in_file(self.code[index], replacement)
            for index, replacements in sorted(by_cell.items())
            for replacement in replacements
        ]
        return replaced(self.raw, made)

    def stored(self, edit: Edit) -> Edit:
        """An edit in a cell as one of the file's JSON; the same where its cell has no such place."""
        index = next((index for index, cell in enumerate(self.cells) if cell.number == edit.span.cell), None)
        if index is None:
            return edit
        cell, content = self.cells[index], edit.content
        try:
            begin, end = cell.lines.range(edit.span)
        except ValueError:
            return edit
        newline = line_end(cell.text)
        if begin == len(cell.text) and content.endswith(newline) and not cell.text.endswith(newline):
            content = newline + content.removesuffix(newline)  # a row below the last one
        start, stop, written = self._in_file(self.code[index], (begin, end, content))
        if begin < end and cell.text[end - 1] not in "\r\n":  # not up to the next row, which is another string
            stop = self._end_of(self.code[index], end - 1)
        return Edit(Span(edit.span.filename, self._raw.position(start), self._raw.position(stop)), written)

    @cached_property
    def _raw(self) -> Lines:
        return Lines(self.raw)

    def _end_of(self, code: _Code, offset: int) -> int:
        """Where a character of a cell ends in the file."""
        unit = _UNIT.match(self.raw, self._offset(code, offset))
        assert unit is not None
        return unit.end()

    def _in_file(self, code: _Code, replacement: Replacement) -> Replacement:
        """A replacement in a cell as one of the file's own text."""
        start, end, content = replacement
        begin, stop = self._offset(code, start), self._offset(code, end)
        parts = [self._quoted(row) for row in Lines(content).with_ends()]
        if len(code.strings) == 1 and not self._is_list(code):
            return begin, stop, "".join(parts)
        if content.endswith(("\n", "\r")) and end < len(code.text):
            parts.append("")  # what follows starts a row, which is a string of its own
        return begin, stop, self._between(code).join(parts)

    def _offset(self, code: _Code, offset: int) -> int:
        """Where a character of a cell stands in the file. Between two strings, at the start of the second one."""
        for index, string in enumerate(code.strings):
            is_last = index == len(code.strings) - 1
            if offset < len(string.text) or is_last:
                units = _UNIT.finditer(self.raw, string.start, string.end)
                return next((unit.start() for at, unit in enumerate(units) if at == offset), string.end)
            offset -= len(string.text)
        raise AssertionError("a cell without a string has no text")

    def _is_list(self, code: _Code) -> bool:
        return self.raw[: code.strings[0].start - 1].rstrip(" \t\r\n").endswith("[")

    def _between(self, code: _Code) -> str:
        """What the file puts between two strings of a cell, with the quotes."""
        if len(code.strings) > 1:
            return self.raw[code.strings[0].end : code.strings[1].start]
        before = self.raw[: code.strings[0].start - 1]
        space = before[len(before.rstrip(" \t\r\n")) :]
        return f'",{space or " "}"'

    def _quoted(self, text: str) -> str:
        """``text`` as the file would write it: with escapes for other than ASCII characters where it does so."""
        return json.dumps(text, ensure_ascii=self.raw.isascii() and "\\u" in self.raw)[1:-1]


def notebook(raw: str, filename: str, python_cell_magics: Iterable[str] = ()) -> Notebook:
    """The notebook that the text of a file is.

    Raises:
        NotTextError: it is no notebook.
    """
    try:
        found = [code for code in _Reader(raw).code_cells() if code.text.strip()]
    except json.JSONDecodeError as error:
        raise NotTextError(f"this is not valid JSON: {error.msg}", Position(error.lineno, error.colno)) from error
    except RecursionError as error:
        raise NotTextError("it is nested too deeply", Position(1, 1)) from error
    except _Malformed as error:
        raise NotTextError(error.message, Lines(raw).position(error.offset)) from error
    cells = tuple(Cell(code.text, python_of(code.text, python_cell_magics), code.number) for code in found)
    return Notebook(raw, cells, filename, code=tuple(found))


class _Reader:
    """Reads the text of a notebook and keeps in mind where its code stands. All else is only passed over."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._cells: list[tuple[int, dict[str, Any]]] = []
        self._language = ""

    def code_cells(self) -> Iterator[_Code]:
        """The code cells in Python."""
        start = self._after_space(0)
        top, end = self._object(start, {"cells": self._list_of_cells, "worksheets": self._worksheets})
        rest = self._after_space(end)
        if rest != len(self._raw):
            raise json.JSONDecodeError("Extra data", self._raw, rest)
        if "cells" not in top and "worksheets" not in top:
            raise _Malformed("this is no notebook: it has no cells", start)
        if not _runs_python(top.get("metadata")):
            return
        cells = top["cells"] if "cells" in top else [cell for sheet in top["worksheets"] for cell in sheet]
        for number, cell in enumerate(cells, 1):
            strings = cell.get("source") or cell.get("input")
            if cell.get("cell_type") == "code" and strings and _is_in_python(cell):
                yield _Code(number, strings)

    # Readers of one kind of value: from the offset of its start to what it says and where it ends.

    def _list_of_cells(self, start: int) -> tuple[list[dict[str, Any]], int]:
        return self._list(start, lambda at: self._object(at, {"source": self._strings, "input": self._strings}))

    def _worksheets(self, start: int) -> tuple[list[list[dict[str, Any]]], int]:
        sheets, end = self._list(start, lambda at: self._object(at, {"cells": self._list_of_cells}))
        return [sheet.get("cells", []) for sheet in sheets], end

    def _strings(self, start: int) -> tuple[tuple[_String, ...], int]:
        if self._raw[start] == "[":
            strings, end = self._list(start, self._string)
            return tuple(strings), end
        string, end = self._string(start)
        return (string,), end

    def _string(self, start: int) -> tuple[_String, int]:
        value, end = self._value(start)
        if not isinstance(value, str):
            raise _Malformed("this is no notebook: the source of a cell is no text", start)
        return _String(value, start + 1, end - 1), end

    def _value(self, start: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self._raw, start)
        except json.JSONDecodeError:
            raise
        except StopIteration as error:
            raise json.JSONDecodeError("Expecting value", self._raw, start) from error
        except ValueError as error:  # a number of thousands of digits
            raise _Malformed(f"this cannot be read: {error}", start) from error

    def _object(self, start: int, readers: dict[str, Callable[[int], tuple[Any, int]]]) -> tuple[dict[str, Any], int]:
        """An object; ``readers`` read the values of some of its keys."""
        if self._raw[start : start + 1] != "{":
            self._value(start)  # what is no JSON at all is told as such
            raise _Malformed("this is no notebook: an object is missing here", start)
        found: dict[str, Any] = {}
        at = self._after_space(start + 1)
        while self._raw[at : at + 1] != "}":
            if self._raw[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", self._raw, at)
            key, at = self._value(at)
            at = self._after_space(self._expect(":", self._after_space(at)))
            found[key], at = readers.get(key, self._value)(at)
            at = self._after_item(at, "}")
        return found, at + 1

    def _list(self, start: int, reader: Callable[[int], tuple[Any, int]]) -> tuple[list[Any], int]:
        if self._raw[start : start + 1] != "[":
            self._value(start)
            raise _Malformed("this is no notebook: a list is missing here", start)
        found: list[Any] = []
        at = self._after_space(start + 1)
        while self._raw[at : at + 1] != "]":
            item, at = reader(at)
            found.append(item)
            at = self._after_item(at, "]")
        return found, at + 1

    def _after_item(self, at: int, close: str) -> int:
        """The start of the next item, or the closing bracket."""
        at = self._after_space(at)
        if self._raw[at : at + 1] == close:
            return at
        at = self._after_space(self._expect(",", at))
        if self._raw[at : at + 1] == close:
            raise json.JSONDecodeError("Illegal trailing comma", self._raw, at)
        return at

    def _expect(self, character: str, at: int) -> int:
        if self._raw[at : at + 1] != character:
            raise json.JSONDecodeError(f"Expecting {character!r} delimiter", self._raw, at)
        return at + 1

    def _after_space(self, at: int) -> int:
        match = _SPACE.match(self._raw, at)
        assert match is not None
        return match.end()


def _runs_python(metadata: Any) -> bool:
    """Whether the kernel of a notebook runs Python; it does where nothing is said."""
    kernel = _at(metadata, "kernelspec")
    for language in (_at(metadata, "language_info").get("name"), kernel.get("language"), _at(metadata).get("language")):
        if isinstance(language, str) and language:
            return language.lower() in PYTHON
    name = kernel.get("name")
    return not (isinstance(name, str) and OTHER_KERNELS.match(name))


def _is_in_python(cell: dict[str, Any]) -> bool:
    """Whether a cell says of no other language that it is in that."""
    metadata = cell.get("metadata")
    named = (cell.get("language"), _at(metadata, "vscode").get("languageId"))
    return all(each.lower() in PYTHON for each in named if isinstance(each, str) and each)


def _at(value: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
