"""The modules of the project that is linted: found by dotted name, read on demand, each once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfgraphlint.screen import guard
from tfgraphlint.source import Source, read_text
from tfgraphlint.tree import Tree

MOST_MODULES = 200  # files read besides the one that is linted
MOST_TEXT = 8_000_000  # characters of source whose trees are kept; a tree takes some hundred times as much memory
LIBRARIES = frozenset({
    "tensorflow", "tensorflow_core", "keras", "tf_keras", "numpy", "scipy", "sklearn", "math", "functools",
    "itertools", "contextlib", "random", "time", "datetime", "uuid", "copy", "collections", "typing",
    "dataclasses", "operator", "abc", "logging", "os", "sys", "pandas", "matplotlib", "torch", "jax",
})


class Trees:
    """The trees of files, the latest ones: as many as there is room for."""

    def __init__(self) -> None:
        self._trees: dict[Path, Tree | None] = {}
        self._text = 0

    def __contains__(self, path: Path) -> bool:
        return path in self._trees

    def __getitem__(self, path: Path) -> Tree | None:
        tree = self._trees[path] = self._trees.pop(path)  # now the one used last
        return tree

    def __setitem__(self, path: Path, tree: Tree | None) -> None:
        self._forget(path)
        self._trees[path] = tree
        self._text += len(tree.text) if tree is not None else 0
        while self._text > MOST_TEXT and len(self._trees) > 1:
            self._forget(next(iter(self._trees)))

    def _forget(self, path: Path) -> None:
        tree = self._trees.pop(path, None)
        self._text -= len(tree.text) if tree is not None else 0


class Project:
    """Finds modules by what files import; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = (), trees: Trees | None = None) -> None:
        self.roots = [root if root.is_dir() else root.parent for root in roots]
        self._trees = Trees() if trees is None else trees
        self._found: dict[tuple[str, Path], Path | None] = {}
        self._asked: set[Path] = set()
        self.scopes: dict[str, Any] = {}  # what the interpreter made of a module's top level, by path

    def add(self, path: Path, tree: Tree) -> None:
        """A file that is to be linted now and is parsed already."""
        self._trees[path.resolve()] = tree
        self._asked = {path.resolve()}

    def parsed(self, path: Path, source: Source) -> Tree | None:
        """The tree of a file that was read before, if it still says what ``source`` says."""
        path = path.resolve()
        if path not in self._trees:
            return None
        tree = self._trees[path]
        same = tree is not None and (tree.filename, tree.text) == (source.filename, source.text)
        return tree if same else None

    def find(self, module: str, importer: Path) -> Path | None:
        """The file of an absolutely named module, as the file ``importer`` would import it."""
        folder = importer.parent
        key = (module, folder)
        if key not in self._found:
            self._found[key] = self._search(module, folder)
        return self._found[key]

    def relative(self, importer: Path, level: int, module: str) -> Path | None:
        """The file of ``from ..module import`` with ``level`` dots."""
        folder = importer.parent
        for _ in range(level - 1):
            folder = folder.parent
        return _module_file(folder, module) if module else _package_file(folder)

    def tree(self, path: Path) -> Tree | None:
        """The tree of a module's file; None where it cannot be read or parsed."""
        path = path.resolve()
        if path not in self._asked and len(self._asked) > MOST_MODULES:
            return None
        self._asked.add(path)
        if path not in self._trees:
            self._trees[path] = self._load(path)
        return self._trees[path]

    def _load(self, path: Path) -> Tree | None:
        try:
            text = read_text(path)
            if guard(text, str(path)) is not None:
                return None
            return Tree(display_name(path), text)
        except Exception:
            return None

    def _search(self, module: str, folder: Path) -> Path | None:
        if module.partition(".")[0] in LIBRARIES and not (folder / module.partition(".")[0]).exists():
            return None
        for base in self._bases(folder):
            found = _module_file(base, module)
            if found is not None:
                return found
        return None

    def _bases(self, folder: Path) -> list[Path]:
        """Directories that ``import`` may start from: the script's own, the package's, the project's."""
        bases = [folder]
        top = folder
        while (top / "__init__.py").exists() and top.parent != top:
            top = top.parent
        bases.append(top)
        for parent in (top, *top.parents):
            if any((parent / mark).exists() for mark in ("pyproject.toml", "setup.py", ".git")):
                bases += [parent, parent / "src"]
                break
        for root in self.roots:
            bases += [root, root / "src"]
        return list(dict.fromkeys(bases))


def display_name(path: Path) -> str:
    """A path as reports show it: relative to the working directory where it lies below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _module_file(base: Path, module: str) -> Path | None:
    folder = base.joinpath(*module.split("."))
    file = folder.with_suffix(".py") if "." not in folder.name else None
    if file is not None and file.is_file():
        return file
    return _package_file(folder)


def _package_file(folder: Path) -> Path | None:
    init = folder / "__init__.py"
    if init.is_file():
        return init
    return None
