"""Whether the other half of a fault can lie in the modules that a file imports.

A script can call a function in ``losses.py`` that leaves TensorFlow, with a tensor. Alone, it names nothing that the
screen looks for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse
from tfgraphlint.project.module_finder import Lookup
from tfgraphlint.project.source import glimpse
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.top_level import reached
from tfgraphlint.screen.triggers import mentions_framework, mentions_root


class Neighbours:
    """Reads what files import, each module once; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._lookup = Lookup(roots)
        self._roots: dict[Path, bool] = {}
        self._outlines: dict[Path, Outline | None] = {}

    def called_by(self, outline: Outline, tree: ast.Module, file: Path) -> bool:
        """Whether ``file`` does something when it is run, and imports for that a module that holds a root."""
        imported = self._imported(outline, file)
        bound = {name for path, name in imported if self._holds_root(path) or self._drops_dataset(path)}
        return bool(bound) and any(isinstance(node, ast.Name) and node.id in bound for node in reached(tree))

    def suspected(self, outline: Outline, file: Path) -> bool:
        """Whether what ``file`` has traced shows a symptom, there or in what is called in a module of the project."""
        if outline.suspects():
            return True
        words, repeated, functional = outline.outside(), outline.repeats(), outline.functional()
        named = words | repeated | functional
        for path, bound in self._imported(outline, file, named):
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

    def _drops_dataset(self, path: Path) -> bool:
        there = self._outline(path) if mentions_framework(glimpse(path)) else None
        return there is not None and there.drops_dataset

    def _holds_root(self, path: Path) -> bool:
        if path not in self._roots:
            self._roots[path] = mentions_root(glimpse(path))
        return self._roots[path]

    def _imported(self, outline: Outline, file: Path, names: Set[str] | None = None) -> Iterator[tuple[Path, str]]:
        """The modules of the project that names are imported from, all or these, and the name that is bound."""
        for level, module, bound in outline.imports:
            if names is None or bound in names:
                find = self._lookup
                found = find.relative(file, level, module) if level else find.find(module, file)
                if found is not None:
                    yield found, bound
