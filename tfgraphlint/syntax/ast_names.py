"""Names in CPython's tree: chains of attributes, and what imports bind."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.syntax.ast_walk import walk


class ImportedName(NamedTuple):
    """A name that ``import module as bound`` or ``from ..module import name as bound`` binds."""

    node: ast.alias
    dots: int  # 0 for an absolute import
    module: str  # "" for ``from . import name``
    name: str  # "" for ``import module``
    bound: str

    @property
    def library(self) -> str:
        """The first part of an absolute module's name; "" for relative imports."""
        return "" if self.dots else self.module.partition(".")[0]

    @property
    def full(self) -> str:
        """What is imported, by its full name without the dots."""
        return ".".join(filter(None, (self.module, self.name)))

    @property
    def meaning(self) -> str | None:
        """The full name of what ``bound`` stands for; None for relative imports. ``import a.b`` binds ``a``."""
        if self.dots:
            return None
        return self.full if self.name or self.node.asname else self.library


def imported_names(node: ast.Import | ast.ImportFrom) -> Iterator[ImportedName]:
    """The names that an import binds, in order; ``*`` is one of them."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield ImportedName(alias, 0, alias.name, "", alias.asname or alias.name.partition(".")[0])
        else:
            yield ImportedName(alias, node.level, node.module or "", alias.name, alias.asname or alias.name)


def dotted_name(node: ast.expr) -> str:
    """``a.b.c`` of a name or a chain of attributes; "" for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def names_in_chain(node: ast.expr) -> Iterator[str]:
    """``c``, ``b`` and ``a`` of ``a.b.c``; ``c`` and ``b`` of ``f().b.c``."""
    while isinstance(node, ast.Attribute):
        yield node.attr
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def last_name(node: ast.expr | None) -> str:
    """``c`` of ``a.b.c`` and of ``a.b.c(…)``; "" where there is no such name."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def first_name(node: ast.expr) -> str:
    """``a`` of ``a.b[0].c(…)``; "" where the chain does not start at a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def span_of_node(node: ast.expr | ast.stmt | ast.alias, filename: str, lines: Sequence[str]) -> Span:
    """Where ``node`` stands. CPython counts bytes, from 0; spans count characters, from 1."""
    end_row = node.end_lineno or node.lineno
    start = _position(lines, node.lineno, node.col_offset)
    return Span(filename, start, _position(lines, end_row, node.end_col_offset or node.col_offset))


def _position(lines: Sequence[str], row: int, offset: int) -> Position:
    line = lines[row - 1]
    column = offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))
    return Position(row, column + 1)


def words_in(node: ast.AST) -> Iterator[str]:
    """The names, attributes and texts anywhere in ``node``."""
    return words_of(walk(node))


def words_of(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Those of ``nodes`` that are names, attributes and texts."""
    for each in nodes:
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
