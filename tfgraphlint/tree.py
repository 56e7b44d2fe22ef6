"""The libcst tree of one file, with positions computed only when somebody asks for one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache, cached_property

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from tfgraphlint.diagnostic import Edit, Position, Span

_WHITESPACE = re.compile(
    r"whitespace|lpar|rpar|comma$|lines|header|footer|newline|equal|semicolon|lbrace|rbrace|lbracket|rbracket|indent|^dot$"
)


@cache
def _meaningful_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if not _WHITESPACE.search(field.name))


def children_of(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes directly below ``node`` that mean something: no commas, parentheses or white space.

    Ten times faster than ``node.children``, which visits the node.
    """
    found: list[cst.CSTNode] = []
    for name in _meaningful_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(value)
    return found


class Tree:
    """One parsed file: ``filename`` as reports show it, its dotted module ``name`` and its text."""

    def __init__(self, filename: str, text: str, name: str = "") -> None:
        self.filename = filename
        self.name = name
        self.text = text
        self.module = cst.parse_module(text)

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, object]:
        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        return wrapper.resolve(PositionProvider)

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines with their ends, as Python counts lines."""
        return self.module.code.splitlines(keepends=True)

    def span(self, node: cst.CSTNode) -> Span:
        """Where ``node`` stands (without the parentheses around it)."""
        found = self._positions[node]
        start, end = found.start, found.end  # type: ignore[attr-defined]
        return Span(
            self.filename,
            Position(start.line, start.column + 1),
            Position(end.line, end.column + 1),
        )

    def code(self, node: cst.CSTNode) -> str:
        """The source text of ``node``."""
        return self.module.code_for_node(node)

    def replace(self, node: cst.CSTNode, content: str) -> Edit:
        """The edit that puts ``content`` in the place of ``node``."""
        return Edit(self.span(node), content)
