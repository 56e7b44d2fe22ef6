"""Whether the other half of a fault can lie in the modules that a file imports.

A script can call a function in ``losses.py`` that leaves TensorFlow, with a tensor, or a class whose training loop lies
three modules away. Alone, it names nothing that the screen looks for. Imports are followed by the names that are used:
from what runs in the script, through what that names in the modules, as deep as it goes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.libraries.words import GRAPH_API
from tfgraphlint.project.guard import parse
from tfgraphlint.project.import_lines import imports_in
from tfgraphlint.project.module_finder import ModuleFinder
from tfgraphlint.project.source import glimpse
from tfgraphlint.screen.outline import Names, Outline
from tfgraphlint.screen.top_level import reached_by_running
from tfgraphlint.screen.triggers import COMPILE, LOST_READS, REFUSED, TRIGGERS, mentions_framework

MAX_OUTLINES = 150  # of modules: so many are kept in memory
MAX_NAMES = 500  # of modules of which only names are known, which take a tenth of the room


class _Asked(NamedTuple):
    """Names of a module that are used by what imports it."""

    path: Path
    names: frozenset[str]


class ImportedModules:
    """Reads what files import, each module once; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._finder = ModuleFinder(roots)
        self._outlines: dict[Path, Outline | None] = {}
        self._names: dict[Path, Names | None] = {}
        self._suspects: dict[Path, set[int]] = {}
        self._quiet: set[_Asked] = set()
        self._telling: set[_Asked] = set()
        self._related: dict[Path, bool] = {}

    def relates(self, text: str, file: Path) -> bool:
        """Whether ``file`` may import a framework, itself or through modules of the project."""
        if mentions_framework(text):
            return True
        seen, pending = {file}, [(file, text)]
        while pending:
            importer, said = pending.pop()
            for path in self._imported_by_text(said, importer):
                if path in seen or self._related.get(path) is False:
                    continue
                seen.add(path)
                there = glimpse(path)
                if self._related.get(path) or mentions_framework(there):
                    self._related[path] = True
                    return True
                pending.append((path, there))
        self._related.update(dict.fromkeys(seen, False))
        return False

    def runs_root(self, outline: Outline, tree: ast.Module, file: Path, called: Iterable[str] = ()) -> bool:
        """Whether ``file`` does something when it is run, and reaches by that a function of another module from which a
        fact can come. ``called`` are functions and classes of it that are called from outside."""
        return self.tells(outline, file, _words(reached_by_running(tree, called)))

    def telling_imports(self, outline: Outline, file: Path) -> frozenset[str]:
        """The names that ``file`` imports and from which a fact can come."""
        words = {word for part in outline.parts for word in part.words}
        bound = {bound for _, _, bound, _ in outline.imports if bound in words}
        return frozenset(name for name in bound if self.tells(outline, file, words, only=name))

    def tells(self, outline: Outline, file: Path, words: Set[str], only: str | None = None) -> bool:
        """Whether a fact can come from what code of ``file`` imports that uses these words, or this one name."""
        came_from: dict[_Asked, _Asked | None] = {}
        pending: list[tuple[_Asked, _Asked | None]] = [(each, None) for each in self._asked(outline, file, words, only)]
        while pending:
            asked, by = pending.pop()
            if asked in came_from or asked in self._quiet:
                continue
            came_from[asked] = by
            if asked in self._telling or self._tells_itself(asked, pending):
                self._remember_telling(asked, came_from)
                return True
        self._quiet |= came_from.keys()
        return False

    def _tells_itself(self, asked: _Asked, pending: list[tuple[_Asked, _Asked | None]]) -> bool:
        """Whether a fact can come from what is asked of one module; what that asks of others is left in ``pending``."""
        there = self._naming(asked.path)
        if there is None:
            return False
        used = set(asked.names)
        if not used <= there.names:  # passed on, or made at the top level
            used |= there.module_words
        for part in there.reached_from(frozenset(used)):
            if id(part) in self._telling_parts(asked.path, there):
                return True
            used |= part.words
        pending += [(each, asked) for each in self._asked(there, asked.path, used)]
        return False

    def _remember_telling(self, asked: _Asked | None, came_from: Mapping[_Asked, _Asked | None]) -> None:
        """Remember the way that led to what tells: other files that come upon it need not go on. Of a large project,
        most files import most modules, more than are kept."""
        while asked is not None:
            self._telling.add(asked)
            asked = came_from[asked]

    @property
    def finder(self) -> ModuleFinder:
        """What found the modules."""
        return self._finder

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

    def _asked(self, outline: Names, file: Path, words: Set[str], only: str | None = None) -> Iterator[_Asked]:
        """What code that uses these words may ask of the modules that it imports."""
        for dots, module, bound, name in outline.imports:
            if bound not in words and bound != "*" or only not in (None, bound):
                continue
            path = self._finder.find(module, file, dots)
            if path is not None:
                there = self._naming(path) if name in ("", "*") else None
                names = {name} if name not in ("", "*") else there.bound(words) if there is not None else ()
                if names:
                    yield _Asked(path, frozenset(names))

    def _telling_parts(self, path: Path, there: Names) -> set[int]:
        if path not in self._suspects:
            # A helper need not name a framework to use the tape, model or optimizer that it is given.
            telling = {*TRIGGERS, *LOST_READS, REFUSED}
            if isinstance(there, Outline):
                telling |= {COMPILE, *(GRAPH_API if "compat" in glimpse(path) else ())}
            found = {id(part) for part in there.parts if not part.words.isdisjoint(telling)}
            if isinstance(there, Outline):
                found |= set(map(id, there.suspects()))
            self._suspects[path] = found
        return self._suspects[path]

    def _naming(self, path: Path) -> Names | None:
        """What the functions of a module name: its outline where it may name a framework."""
        if path in self._names:
            return self._names[path]
        text = glimpse(path)
        if mentions_framework(text):
            return self._outline(path)
        self._make_room(self._names, MAX_NAMES)
        tree = parse(text, str(path))
        self._names[path] = None if isinstance(tree, UnparsableFile) else Names(tree)
        return self._names[path]

    def _outline(self, path: Path) -> Outline | None:
        if path not in self._outlines:
            self._make_room(self._outlines, MAX_OUTLINES)
            tree = parse(glimpse(path), str(path))
            self._outlines[path] = None if isinstance(tree, UnparsableFile) else Outline(tree)
        return self._outlines[path]

    def _make_room(self, kept: dict[Path, Any], most: int) -> None:
        """Let the oldest of what is kept go where it is as much as may be."""
        if len(kept) >= most:
            oldest = next(iter(kept))
            del kept[oldest]
            self._suspects.pop(oldest, None)

    def _imported(self, outline: Outline, file: Path, names: Set[str]) -> Iterator[tuple[Path, str]]:
        """The modules of the project that these names are imported from, and the name that is bound."""
        for dots, module, bound, _ in outline.imports:
            if bound in names:
                found = self._finder.find(module, file, dots)
                if found is not None:
                    yield found, bound

    def _imported_by_text(self, text: str, file: Path) -> Iterator[Path]:
        for line in imports_in(text):
            yield from self._finder.find_all(line, file)


def _words(nodes: Iterable[ast.AST]) -> set[str]:
    """The names and attributes among nodes."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found
