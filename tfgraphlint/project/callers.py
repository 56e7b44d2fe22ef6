"""Who may call the functions of a project, by their names, and whether any of it is made for graphs.

A function that nobody calls most likely runs eagerly, as TensorFlow 2 runs everything by itself. It does not where it
is passed on, since it may be traced there, where what calls it is traced, or where a file that belongs to the same
program builds graphs as TensorFlow 1 did. Nothing is parsed before somebody asks.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tfgraphlint.libraries.words import CALLED_BY_KERAS, KERAS_BASES, RUN_EAGERLY, TRACES
from tfgraphlint.project.files import python_files
from tfgraphlint.project.guard import parse
from tfgraphlint.project.import_lines import module_word, words_of_imports
from tfgraphlint.project.mentions import LIBRARIES, PLAIN_BASES, Definition, Mention, Mentions, read_mentions
from tfgraphlint.project.source import read_text

MAX_CALLERS = 12  # calls within calls that are followed back


@dataclass
class SourceFile:
    """A file of the project: its text, what its imports name, and what it mentions."""

    path: Path
    text: str

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names of files and folders that its imports may mean."""
        return words_of_imports(self.text, self.path, packages=True)

    @cached_property
    def mentions(self) -> Mentions:
        """What its code mentions; nothing where it cannot be parsed."""
        tree = parse(self.text, str(self.path))
        return read_mentions(tree) if isinstance(tree, ast.Module) else Mentions()

    @cached_property
    def runs_eagerly(self) -> bool:
        """Whether it has models or functions run eagerly."""
        return RUN_EAGERLY.search(self.text) is not None

    @cached_property
    def traces(self) -> bool:
        """Whether something in it traces the layers and models which that is given or holds."""
        return TRACES.search(self.text) is not None


@dataclass
class Callers:
    """The files below ``roots``, and below the folders of those that are asked for, and who calls what in them."""

    roots: Sequence[Path]
    _read: set[Path] = field(default_factory=set)  # folders
    _files: dict[Path, SourceFile] = field(default_factory=dict)
    _neighbours: dict[Path, set[Path]] = field(default_factory=dict)
    _programs: dict[Path, list[SourceFile]] = field(default_factory=dict)

    def runs_eagerly(self, path: Path, text: str, rows: Sequence[int], *, needs_graph: bool) -> bool:
        """Whether the functions of a file that begin in these rows, each made by the one before, most likely run
        eagerly. ``needs_graph``: what they call is of TensorFlow 1 itself, so that it does not count as a sign of it.
        """
        program = self.program(path)
        own = next((file for file in program if file.path == path), None)
        if own is None or own.text != text:
            own = SourceFile(path, text)
            program = [own, *(file for file in program if file.path != path)]
        if any(file.mentions.builds_graphs(needs_graph) for file in program):
            return False
        made = [own.mentions.definitions.get(row) for row in rows]
        found = [definition for definition in made if definition is not None]
        if not found or len(found) != len(made):
            return False
        *makers, last = found
        if any(self._mentions(program, own, maker) or not _is_plain(program, maker) for maker in makers):
            return False
        return self._is_eager(program, own, last, set(), returned=bool(makers))

    def may_be_traced(self, path: Path, name: str) -> bool:
        """Whether nothing speaks against it that Keras traces the layer or model ``name`` of a file in which nobody
        calls it: no model of the program runs eagerly, and where other files make one, something there traces."""
        program = self.program(path)
        if any(file.runs_eagerly for file in program):
            return False
        others = [file for file in program if file.path != path and name in file.text]
        used = any(name in file.mentions.by_name for file in others)
        return not used or any(file.traces for file in program)

    def program(self, path: Path) -> list[SourceFile]:
        """The files that belong to the same program: what ``path`` imports, what imports it, and so on."""
        if path not in self._programs:
            self._read_around(path)
            found = self._connected(path)
            for file in found:
                self._programs[file.path] = found
        return self._programs.get(path, [])

    def _is_eager(
        self, program: list[SourceFile], own: SourceFile, definition: Definition, seen: set[int],
        *, returned: bool = False,
    ) -> bool:
        """Whether nothing is known of a function by which it would be traced, nor of those that call it."""
        if id(definition) in seen:
            return True
        seen.add(id(definition))
        if not _is_plain(program, definition) or len(seen) > MAX_CALLERS:
            return False
        for file, mention in self._mentions(program, own, definition):
            if definition.name == "__call__":
                return False  # an object is made, and nobody knows what calls it
            if not mention.called and not (returned and mention.returned):
                return False
            if not all(self._is_eager(program, file, around, seen) for around in mention.around):
                return False
        return True

    def _mentions(
        self, program: list[SourceFile], own: SourceFile, definition: Definition
    ) -> list[tuple[SourceFile, Mention]]:
        """Where a function may be meant by its name, other than by itself."""
        return [
            (file, mention)
            for file in program if definition.known_as in file.text
            for mention in file.mentions.of(definition, here=file is own)
        ]

    def _connected(self, path: Path) -> list[SourceFile]:
        files = self._files
        if path not in files:
            return []
        found, pending = {path}, [path]
        while pending:
            for other in self._neighbours[pending.pop()] - found:
                found.add(other)
                pending.append(other)
        return [files[each] for each in sorted(found)]

    def _read_around(self, path: Path) -> None:
        """Read the roots, and the folder of a file that lies elsewhere."""
        for folder in (*self.roots, path.parent):
            if path in self._files or folder in self._read:
                continue
            self._read.add(folder)
            for each in python_files([folder]):
                with contextlib.suppress(Exception):  # what is no text nobody imports
                    self._files.setdefault(each, SourceFile(each, read_text(each)))
            self._programs.clear()
            self._neighbours = _neighbours(self._files)


def _neighbours(files: Mapping[Path, SourceFile]) -> dict[Path, set[Path]]:
    """For each file those that it imports, for all that the words of its imports say, and those that import it."""
    by_name: dict[str, set[Path]] = {}
    for path in files:
        by_name.setdefault(module_word(path), set()).add(path)
    found: dict[Path, set[Path]] = {path: set() for path in files}
    for path, file in files.items():
        for word in file.imported & by_name.keys():
            beside = by_name[word] & {path.parent / f"{word}.py", path.parent / word / "__init__.py"}
            for other in beside or (() if word in LIBRARIES else by_name[word]):
                found[path].add(other)
                found[other].add(path)
    return found


def _is_plain(program: list[SourceFile], definition: Definition) -> bool:
    """Whether nothing is known of a function itself by which it would be traced, or called by a library."""
    if not definition.is_plain:
        return False
    pending, seen = set(definition.bases - PLAIN_BASES), set[str]()
    while pending:
        name = pending.pop()
        seen.add(name)
        known = [file.mentions.classes[name] for file in program if name in file.mentions.classes]
        if name in KERAS_BASES:
            if definition.name in CALLED_BY_KERAS:
                return False
        elif not known:
            return False
        pending |= frozenset().union(*known) - seen - PLAIN_BASES
    return True
