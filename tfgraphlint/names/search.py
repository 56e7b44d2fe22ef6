"""What searches for names in CPython's tree share: scopes, guards, calls and places, each made when it is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.names.import_scopes import Scopes
from tfgraphlint.names.version_guards import Guards

if TYPE_CHECKING:
    from tfgraphlint.libraries.tables import Tables


class NameSearch:
    """One search of one file for names that the ``tables`` of a TensorFlow say something of."""

    def __init__(self, tree: ast.Module, filename: str, text: str, tables: Tables) -> None:
        self.tree, self.filename, self.tables = tree, filename, tables
        self.lines = text.split("\n")
        self.scopes = Scopes(tree)

    @cached_property
    def guards(self) -> Guards:
        """Looked for when there is something that they could cover."""
        return Guards(self.tree)

    @cached_property
    def _calls(self) -> dict[int, ast.Call]:
        return {id(node.func): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)}

    def call_of(self, function: ast.expr) -> ast.Call | None:
        """The call that calls ``function``."""
        return self._calls.get(id(function))

    def span(self, node: ast.expr | ast.stmt | ast.alias) -> Span:
        """Where ``node`` stands."""
        end_row = node.end_lineno or node.lineno
        start = self._position(node.lineno, node.col_offset)
        return Span(self.filename, start, self._position(end_row, node.end_col_offset or node.col_offset))

    def _position(self, row: int, offset: int) -> Position:
        """CPython counts bytes, from 0; we count characters, from 1."""
        line = self.lines[row - 1]
        column = offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))
        return Position(row, column + 1)


def prefixes(name: str) -> Iterator[str]:
    """``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(2, len(parts) + 1))
