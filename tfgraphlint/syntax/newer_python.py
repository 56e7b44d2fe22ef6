"""CPython's tree of a text, also where its syntax is newer than the Python that runs.

What that Python does not know is found by its shape (``newer_shapes``) and exchanged for something old that takes the
same room, so that rows and columns stay those of the text: type parameters (PEP 695, 696) for blanks, ``type X = …``
for an assignment, f-strings with anything inside (PEP 701) and ``except A, B`` (PEP 758) for a number. In the place of
that number the tree then gets what stands in the text, parsed by itself. libcst, which knows all of it, reads the text
as it is.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field

from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.newer_shapes import (
    Alias,
    Caught,
    Field,
    NotReadableError,
    Shape,
    StarredExcept,
    Strings,
    TypeParameters,
    may_be_newer,
    shapes_in,
)

NEWEST = (3, 14)  # knows all of this
MAX_BLANK = 3000  # characters that are not looked into: what stands there is nested no deeper
_NO_ROW_END = re.compile(r"[^\r\n]")
_ROW_END = re.compile(r"\r\n|\r|\n")


def parse(text: str, filename: str = "<unknown>") -> ast.Module:
    """CPython's tree of ``text``. Says nothing of what the Python that runs would warn of.

    Raises:
        SyntaxError: what the Python that runs says against it; newer syntax is not all that it does not know.
        ValueError: there are null bytes in it, before Python 3.12.
        MemoryError, RecursionError: it is nested too deep.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text, filename)
        except SyntaxError:
            tree = _parse_newer(text) if sys.version_info < NEWEST and may_be_newer(text) else None
            if tree is None:
                raise
            return tree


def _parse_newer(text: str) -> ast.Module | None:
    """The tree of a text with newer syntax; None where there is none, or more that cannot be parsed."""
    try:
        older = _Older(text)
        for shape in shapes_in(text):
            older.exchange(shape)
        return older.tree() if older.exchanged else None
    except (SyntaxError, ValueError, NotReadableError):
        return None


@dataclass
class _Older:
    """A text in which newer syntax is exchanged for old."""

    text: str
    exchanged: bool = False
    _pieces: list[str] = field(default_factory=list)
    _done: int = 0
    _rows: list[int] = field(default_factory=lambda: [0])
    _instead: dict[tuple[int, int], ast.expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows += [match.end() for match in _ROW_END.finditer(self.text)]

    def exchange(self, shape: Shape) -> None:
        """Exchange one piece of the text, if the Python that runs does not know it."""
        match shape:
            case TypeParameters(start, end, newer) if sys.version_info < newer:
                self._put(start, end, _blank_rows(self._short(start, end)))
            case Alias(start, end, newer) if sys.version_info < newer:
                self._put(start, end, _assigned(shape.name, self._short(start, end)))
            case StarredExcept(start, end) if sys.version_info < (3, 11):
                self._put(start, end, " ")
            case Caught(start, end):
                self._put_number(start, end, _moved(self._expression(start, end), *self._place(start)))
            case Strings(start, end) if self._is_newer(shape):
                self._put_number(start, end, self._joined(shape))

    def tree(self) -> ast.Module:
        """The tree, with what the text says where numbers stand for it."""
        module = ast.parse("".join([*self._pieces, self.text[self._done :]]))
        for node in walk(module):
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    value[:] = map(self._meant, value)
                elif isinstance(value, ast.Constant):
                    setattr(node, name, self._meant(value))
        return module

    def _meant(self, node: object) -> object:
        return self._instead.get((node.lineno, node.col_offset), node) if isinstance(node, ast.Constant) else node

    def _put(self, start: int, end: int, piece: str) -> None:
        self._pieces += [self.text[self._done : start], piece]
        self._done = end
        self.exchanged = True

    def _put_number(self, start: int, end: int, node: ast.expr) -> None:
        row, column = self._place(start)
        self._instead[row, column + 1] = node
        self._put(start, end, _number(self.text[start:end]))

    def _short(self, start: int, end: int) -> str:
        if end - start > MAX_BLANK:
            raise NotReadableError
        return self.text[start:end]

    def _place(self, offset: int) -> tuple[int, int]:
        """The row, from 1, and the column in bytes, from 0."""
        row = bisect_right(self._rows, offset)
        return row, _size(self.text[self._rows[row - 1] : offset])

    def _is_newer(self, strings: Strings) -> bool:
        if not any(member.fields for member in strings.members):
            return False
        if any(member.is_template for member in strings.members):
            return True
        try:
            ast.parse(f"({self.text[strings.start : strings.end]}\n)")
        except SyntaxError:
            return sys.version_info < (3, 12)
        return False

    def _expression(self, start: int, end: int) -> ast.expr:
        """What stands there, as if it stood at the beginning of a file."""
        statement = parse(f"({self.text[start:end]}\n)").body[0]
        assert isinstance(statement, ast.Expr)
        return statement.value

    def _joined(self, strings: Strings) -> ast.JoinedStr:
        values: list[ast.expr] = []
        place = self._location(strings.start, strings.end)
        for member in strings.members:
            values.append(ast.Constant("", None, **place))
            values += map(self._formatted, member.fields)
        return ast.JoinedStr(values, **place)

    def _formatted(self, part: Field) -> ast.FormattedValue:
        place = self._location(part.start, part.end)
        value = _moved(self._expression(part.start, part.end), *self._place(part.start))
        spec = ast.JoinedStr([self._formatted(each) for each in part.spec], **place) if part.spec else None
        return ast.FormattedValue(value, ord(part.conversion) if part.conversion else -1, spec, **place)

    def _location(self, start: int, end: int) -> dict[str, int]:
        names = ("lineno", "col_offset", "end_lineno", "end_col_offset")
        return dict(zip(names, (*self._place(start), *self._place(end))))


def _moved(node: ast.expr, row: int, column: int) -> ast.expr:
    """``node``, which was parsed behind a parenthesis, where the parenthesis is left out and its text stands."""
    for each in walk(node):
        for name, offset in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
            if getattr(each, name, None) is not None:
                if getattr(each, name) == 1:
                    setattr(each, offset, getattr(each, offset) - 1 + column)
                setattr(each, name, getattr(each, name) - 1 + row)
    return node


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _blank(text: str) -> str:
    """Blanks that take as many bytes and rows."""
    return _NO_ROW_END.sub(lambda match: " " * _size(match[0]), text)


def _number(text: str) -> str:
    """A number in parentheses that takes as many bytes and rows."""
    return f"(0{_blank(text)[2:-1]})"


def _assigned(name: str, text: str) -> str:
    """An assignment to ``name`` that takes as many bytes and rows as ``text``, a ``type`` statement."""
    return f"{name}=(0{_blank(text)[_size(name) + 3 : -1]})"


def _blank_rows(text: str) -> str:
    """Blanks outside of parentheses, which go on from row to row."""
    return _ROW_END.sub(lambda match: "\\" + match[0], _blank(text))
