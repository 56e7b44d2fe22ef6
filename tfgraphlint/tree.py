"""The libcst tree of one file, with positions computed only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from tfgraphlint.diagnostic import Edit, Position, Span


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
    def _parents(self) -> Mapping[cst.CSTNode, cst.CSTNode]:
        found: dict[cst.CSTNode, cst.CSTNode] = {}
        stack: list[cst.CSTNode] = [self.module]
        while stack:
            node = stack.pop()
            for child in node.children:
                found[child] = node
                stack.append(child)
        return found

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes that ``node`` lies in, innermost first."""
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def statement(self, node: cst.CSTNode) -> cst.BaseStatement | None:
        """The whole statement (line or compound) that ``node`` is or lies in."""
        for here in (node, *self.around(node)):
            if isinstance(here, cst.BaseStatement):
                return here
        return None

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The function whose body ``node`` lies in; None at the top level of the module."""
        for here in self.around(node):
            if isinstance(here, (cst.FunctionDef, cst.Lambda)):
                return here
        return None

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
