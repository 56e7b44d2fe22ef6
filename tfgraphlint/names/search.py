"""What searches for names in CPython's tree share: the walk, scopes, guards, calls and places."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from tfgraphlint.diagnostic import Span
from tfgraphlint.libraries.tables import Tables, meant
from tfgraphlint.names.import_scopes import Scopes
from tfgraphlint.names.version_guards import OF_NAMES, Guards
from tfgraphlint.names.version_values import VersionValues, releases
from tfgraphlint.syntax.ast_names import dotted_name, span_of_node
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.text import rows_of

Found = TypeVar("Found")


class NameSearch(ABC, Generic[Found]):
    """One search of one file for names that the ``tables`` of a TensorFlow say something of."""

    signs = OF_NAMES  # by which code shows that it reckons with what is found

    def __init__(self, tree: ast.Module, filename: str, text: str, tables: Tables) -> None:
        self.tree, self.filename, self.tables = tree, filename, tables
        self.lines = rows_of(text)

    def found(self) -> Iterator[Found]:
        """All that is found and not guarded, in no order."""
        for node in _nodes_of(self.tree):
            found: Iterable[Found] = ()
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found = self.in_import(node)
            elif isinstance(node, ast.Attribute):
                found = self.in_attribute(node)
            elif isinstance(node, ast.Call):
                found = self.in_call(node)
            for each in found:
                if self.scopes.patched is None:
                    return
                if not self.guards.covers(node.func if isinstance(node, ast.Call) else node):
                    yield each

    @cached_property
    def scopes(self) -> Scopes:
        """What names mean in the file: asked for when there is a name that may be meant."""
        return _scopes_of(self.tree)

    @abstractmethod
    def in_import(self, node: ast.Import | ast.ImportFrom) -> Iterable[Found]:
        """What is found in an import."""

    @abstractmethod
    def in_attribute(self, node: ast.Attribute) -> Iterable[Found]:
        """What is found in a chain of attributes; what the chain contains is asked for after it."""

    def in_call(self, node: ast.Call) -> Iterable[Found]:
        """What is found in a call, besides what its function is called."""
        return ()

    @cached_property
    def guards(self) -> Guards:
        """Looked for when there is something that they could cover."""
        values = VersionValues(self.tree, self.scopes, releases(meant()))
        return Guards(self.tree, values, self.signs)

    @cached_property
    def _calls(self) -> dict[int, ast.Call]:
        return {id(node.func): node for node in _nodes_of(self.tree) if isinstance(node, ast.Call)}

    def call_of(self, function: ast.expr) -> ast.Call | None:
        """The call that calls ``function``."""
        return self._calls.get(id(function))

    def resolved(self, node: ast.Attribute) -> tuple[str, str] | None:
        """The full name of what was imported and is meant by ``node``, and that of the attribute itself."""
        bound, _, rest = dotted_name(node).partition(".")
        root = self.scopes.meaning(bound, node) if bound else None
        return None if root is None else (root, f"{root}.{rest}")

    def span(self, node: ast.expr | ast.stmt | ast.alias) -> Span:
        """Where ``node`` stands."""
        return span_of_node(node, self.filename, self.lines)


def prefixes(name: str) -> Iterator[str]:
    """``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(2, len(parts) + 1))


# One file after the other is searched, each for several kinds of names.


@lru_cache(maxsize=1)
def _scopes_of(tree: ast.Module) -> Scopes:
    return Scopes(tree)


@lru_cache(maxsize=1)
def _nodes_of(tree: ast.Module) -> list[ast.AST]:
    return walk(tree)
