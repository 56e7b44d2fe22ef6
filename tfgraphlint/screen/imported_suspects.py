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
from tfgraphlint.project.module_finder import ModuleFinder
from tfgraphlint.project.source import glimpse
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.top_level import reached_by_running
from tfgraphlint.screen.triggers import mentions_framework, mentions_root


class ImportedModules:
    """Reads what files import, each module once; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._finder = ModuleFinder(roots)
        self._telling: dict[Path, bool] = {}
        self._outlines: dict[Path, Outline | None] = {}

    def runs_root(self, outline: Outline, tree: ast.Module, file: Path) -> bool:
        """Whether ``file`` does something when it is run, and imports for that a module from which a fact can come."""
        bound = {name for path, name in self._imported(outline, file) if self._may_tell(path)}
        return bool(bound) and any(isinstance(node, ast.Name) and node.id in bound for node in reached_by_running(tree))

    def complete_symptom(self, outline: Outline, file: Path) -> bool:
        """Whether what ``file`` has traced reaches a symptom that lies in a module of the project."""
        traced, repeated = outline.named_elsewhere(), outline.called_in_loops()
        functional = outline.named_beside_inputs()
        for path, bound in self._imported(outline, file, traced | repeated | functional):
            there = self._outline(path)
            if there is None:
                continue
            if bound in traced and there.reaches_symptom(traced) or bound in repeated and there.may_trace(bound):
                return True
            if bound in functional and there.operates(functional):
                return True
        return False

    def _outline(self, path: Path) -> Outline | None:
        if path not in self._outlines:
            tree = parse(glimpse(path), str(path))
            self._outlines[path] = None if isinstance(tree, UnparsableFile) else Outline(tree)
        return self._outlines[path]

    def _may_tell(self, path: Path) -> bool:
        if path not in self._telling:
            text = glimpse(path)
            self._telling[path] = mentions_root(text) or mentions_framework(text) and self._has_suspects(path)
        return self._telling[path]

    def _has_suspects(self, path: Path) -> bool:
        outline = self._outline(path)
        return outline is not None and bool(outline.suspects())

    def _imported(self, outline: Outline, file: Path, names: Set[str] | None = None) -> Iterator[tuple[Path, str]]:
        """The modules of the project that names are imported from, all or these, and the name that is bound."""
        for dots, module, bound in outline.imports:
            if names is None or bound in names:
                found = self._finder.find(module, file, dots)
                if found is not None:
                    yield found, bound
