"""The modules of the project that is linted: found by dotted name, read on demand, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse, too_deep
from tfgraphlint.project.module_finder import ModuleFinder
from tfgraphlint.project.source import Source, read_text, shown
from tfgraphlint.syntax.deep_stack import TooLargeError
from tfgraphlint.syntax.tree import Tree

MAX_MODULES = 200  # files read besides the one that is linted
# Characters of source whose trees are kept: a tree and what the interpreter makes of it take about sixty times as much
# memory. So many more are read until what the interpreter made of modules is let go, which holds their trees as well.
MAX_TEXT = 4_000_000


class Trees:
    """The trees of files, the latest ones: as many as there is room for.

    Where not ``whole``, the bodies of their functions are parsed when they are asked for. ``most`` is how many
    characters of source are kept.
    """

    def __init__(self, whole: bool = False, most: int = MAX_TEXT) -> None:
        self.whole = whole
        self._most = most
        self._trees: dict[Path, Tree | None] = {}
        self._text = 0
        self._new = 0

    @property
    def are_many(self) -> bool:
        """Whether so many were made since the last ``begin_anew`` that it is time to let go of what holds them."""
        return self._new > self._most

    def begin_anew(self) -> None:
        """Nothing but this holds a tree any more."""
        self._new = 0

    def __iter__(self) -> Iterator[Path]:
        return iter(tuple(self._trees))

    def copy(self) -> Trees:
        """The same trees, for somebody who adds others."""
        copied = Trees(self.whole, self._most)
        copied._trees, copied._text = dict(self._trees), self._text
        return copied

    def __contains__(self, path: Path) -> bool:
        return path in self._trees

    def __getitem__(self, path: Path) -> Tree | None:
        tree = self._trees[path] = self._trees.pop(path)  # now the one used last
        return tree

    def __setitem__(self, path: Path, tree: Tree | None) -> None:
        self.forget(path)
        self._trees[path] = tree
        size = len(tree.text) if tree is not None else 0
        self._text += size
        self._new += size
        while self._text > self._most and len(self._trees) > 1:
            self.forget(next(iter(self._trees)))

    def forget(self, path: Path) -> None:
        """Let the tree of a file go."""
        tree = self._trees.pop(path, None)
        self._text -= len(tree.text) if tree is not None else 0


class Project(ModuleFinder):
    """Finds modules by what files import; ``roots`` are the directories that were given to lint, and names of files are
    shown relative to ``directory``.

    ``all_files`` is what is known of the texts of all files below the roots, by who has read them. It outlasts a
    project: what the interpreter made of modules has no part in it.
    """

    def __init__(
        self,
        roots: Sequence[Path] = (),
        trees: Trees | None = None,
        directory: Path | None = None,
        all_files: dict[type[Any], Any] | None = None,
    ) -> None:
        super().__init__(roots)
        self.all_files: dict[type[Any], Any] = {} if all_files is None else all_files
        self.directory = Path.cwd() if directory is None else directory
        self.trees = Trees() if trees is None else trees
        self._read: set[Path] = set()
        self.looked_around = False  # whether the texts of all files mattered to the file that is linted now
        self.scopes: dict[str, Any] = {}  # what the interpreter made of a module's top level, by path
        self.lasting: dict[int, dict[Any, Any]] = {}  # the names and attributes that it wrote there, by identity

    def end(self) -> None:
        """Let go of what the interpreter made of modules. It refers to itself in circles, which Python would have to
        search for among millions of nodes of trees."""
        for state in self.lasting.values():
            state.clear()
        self.lasting.clear()
        self.scopes.clear()

    def add(self, path: Path, tree: Tree) -> None:
        """A file that is to be linted now and is parsed already."""
        self.trees[path.resolve()] = tree
        self._read = {path.resolve()}
        self.looked_around = False

    def parsed(self, path: Path, source: Source) -> Tree | None:
        """The tree of a file that was read before, if it still says what ``source`` says."""
        path = path.resolve()
        if path not in self.trees:
            return None
        tree = self.trees[path]
        same = tree is not None and (tree.filename, tree.text) == (source.filename, source.text)
        return tree if same else None

    def tree(self, path: Path) -> Tree | None:
        """The tree of a module's file; None where it cannot be read or parsed."""
        path = path.resolve()
        if path not in self._read and len(self._read) > MAX_MODULES:
            return None
        self._read.add(path)
        if path not in self.trees:
            self.trees[path] = self._load(path)
        return self.trees[path]

    def _load(self, path: Path) -> Tree | None:
        try:
            text = read_text(path)
            parsed = parse(text, str(path))
            if isinstance(parsed, UnparsableFile) or too_deep(parsed, text, str(path)) is not None:
                return None
            return Tree(shown(path, self.directory), text, parsed=None if self.trees.whole else parsed)
        except (Exception, TooLargeError):
            return None
