"""Whether the other half of a fault can lie in the modules that a file imports.

A script can call a function in ``losses.py`` that leaves TensorFlow, with a tensor. Alone, it names nothing that the
screen looks for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from tfgraphlint.lookup import Lookup
from tfgraphlint.outline import Outline
from tfgraphlint.screen import UnparsableFile, mentions_root, parse
from tfgraphlint.source import glimpse
from tfgraphlint.top_level import reached


class Neighbours:
    """Reads what files import, each module once; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._lookup = Lookup(roots)
        self._roots: dict[Path, bool] = {}
        self._outlines: dict[Path, Outline | None] = {}

    def called_by(self, tree: ast.Module, file: Path) -> bool:
        """Whether ``file`` does something when it is run, and imports for that a module that holds a root."""
        used = {node.id for node in reached(tree) if isinstance(node, ast.Name)}
        return any(self._holds_root(path) for path, _ in self._imported(tree, file, used))

    def suspected(self, outline: Outline, tree: ast.Module, file: Path) -> bool:
        """Whether what ``file`` has traced shows a symptom, there or in what is called in a module of the project."""
        if outline.suspects():
            return True
        words, repeated, functional = outline.outside(), outline.repeats(), outline.functional()
        named = words | repeated | functional
        for path, bound in self._imported(tree, file, named):
            there = self._outline(path)
            if there is not None and (
                bound in words and there.shows(words)
                or bound in repeated and there.traces({bound})
                or bound in functional and there.operates(functional)
            ):
                return True
        return False

    def _outline(self, path: Path) -> Outline | None:
        if path not in self._outlines:
            tree = parse(glimpse(path), str(path))
            self._outlines[path] = None if isinstance(tree, UnparsableFile) else Outline(tree)
        return self._outlines[path]

    def _holds_root(self, path: Path) -> bool:
        if path not in self._roots:
            self._roots[path] = mentions_root(glimpse(path))
        return self._roots[path]

    def _imported(self, tree: ast.Module, file: Path, names: Set[str]) -> Iterator[tuple[Path, str]]:
        """The modules of the project that ``names`` are imported from, and the name that is bound."""
        for node in ast.walk(tree):
            for level, module, bound in _imports(node):
                if bound in names:
                    found = self._find(file, level, module)
                    if found is not None:
                        yield found, bound

    def _find(self, file: Path, level: int, module: str) -> Path | None:
        return self._lookup.relative(file, level, module) if level else self._lookup.find(module, file)


def _imports(node: ast.AST) -> Iterator[tuple[int, str, str]]:
    """What a node imports: the dots, a module that may be meant, and the name that is bound."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield 0, alias.name, alias.asname or alias.name.partition(".")[0]
        case ast.ImportFrom(module=module, names=names, level=level):
            for alias in names:
                bound = alias.asname or alias.name
                yield level, module or "", bound
                yield level, f"{module}.{alias.name}" if module else alias.name, bound
