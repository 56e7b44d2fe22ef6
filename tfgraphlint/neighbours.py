"""Whether a script calls into modules of the project in which gradients are taken or code is traced.

Such a script can hold the other half of a fault: a function in ``losses.py`` that leaves TensorFlow, called from
``main.py`` with a tensor. Alone, ``main.py`` names nothing that the screen looks for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from tfgraphlint.outline import KNOWN_MODULES, Outline
from tfgraphlint.screen import UnparsableFile, mentions_framework, mentions_root, parse

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
PROJECT_MARKS = ("pyproject.toml", "setup.py", ".git")


@dataclass
class Neighbours:
    """Looks modules up from the directories that an import can start at; remembers what it has read."""

    roots: Sequence[Path] = ()
    _hot: dict[Path, bool] = field(default_factory=dict)
    _outlines: dict[Path, Outline | None] = field(default_factory=dict)
    _bases: dict[Path, list[Path]] = field(default_factory=dict)

    def called_by(self, tree: ast.Module, text: str, file: Path) -> bool:
        """Whether ``file`` does something when it is run, knows a framework, and imports a module that holds a root."""
        if not mentions_framework(text):
            return False
        used = _used(tree)
        return any(self._is_hot(path) for path, _ in self._imported(tree, file, used))

    def suspected(self, tree: ast.Module, file: Path) -> bool:
        """Whether what ``file`` has traced shows a symptom, there or in what is called in a module of the project."""
        outline = Outline(tree)
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
            self._outlines[path] = _read_outline(path)
        return self._outlines[path]

    def _is_hot(self, path: Path) -> bool:
        if path not in self._hot:
            try:
                self._hot[path] = path.is_file() and mentions_root(path.read_text(encoding="utf-8", errors="replace"))
            except OSError:
                self._hot[path] = False
        return self._hot[path]

    def _imported(self, tree: ast.Module, file: Path, names: Set[str]) -> Iterator[tuple[Path, str]]:
        """Where the modules that ``names`` are imported from would lie in the project, and the name that is bound."""
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=aliases):
                    for alias in aliases:
                        bound = alias.asname or alias.name.partition(".")[0]
                        if bound in names and alias.name.partition(".")[0] not in KNOWN_MODULES:
                            yield from ((path, bound) for path in self._files(self._starts(file.parent), alias.name))
                case ast.ImportFrom(module=module, names=aliases, level=level):
                    wanted = [alias for alias in aliases if (alias.asname or alias.name) in names]
                    if not wanted or not level and (module or "").partition(".")[0] in KNOWN_MODULES:
                        continue
                    starts = [_above(file.parent, level - 1)] if level else self._starts(file.parent)
                    stem = f"{module}." if module else ""
                    for alias in wanted:
                        bound = alias.asname or alias.name
                        yield from ((path, bound) for path in self._files(starts, module or ""))
                        yield from ((path, bound) for path in self._files(starts, f"{stem}{alias.name}"))

    def _files(self, starts: Sequence[Path], module: str) -> Iterator[Path]:
        for start in starts:
            place = start.joinpath(*module.split(".")) if module else start
            if module:
                yield place.with_name(f"{place.name}.py")
            yield place / "__init__.py"

    def _starts(self, folder: Path) -> list[Path]:
        if folder not in self._bases:
            self._bases[folder] = list(dict.fromkeys(_starting_points(folder, self.roots)))
        return self._bases[folder]


def _read_outline(path: Path) -> Outline | None:
    try:
        if not path.is_file():
            return None
        tree = parse(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except OSError:
        return None
    return None if isinstance(tree, UnparsableFile) else Outline(tree)


def _starting_points(folder: Path, roots: Sequence[Path]) -> Iterator[Path]:
    """The script's own directory, the one that its package lies in, the project's, and those that were asked for."""
    yield folder
    top = folder
    while (top / "__init__.py").exists() and top.parent != top:
        top = top.parent
    yield top
    for parent in (top, *top.parents):
        if any((parent / mark).exists() for mark in PROJECT_MARKS):
            yield from (parent, parent / "src")
            break
    for root in roots:
        base = root if root.is_dir() else root.parent
        yield from (base, base / "src")


def _above(folder: Path, levels: int) -> Path:
    return folder.parents[levels - 1] if 0 < levels <= len(folder.parents) else folder


def _used(tree: ast.Module) -> set[str]:
    """The names that running the file uses: at its top level, and in the functions and classes used there."""
    bodies = {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)}
    pending: list[ast.AST] = [node for node in tree.body if not isinstance(node, (*DEFINITIONS, *IMPORTS))]
    used: set[str] = set()
    while pending:
        for node in ast.walk(pending.pop()):
            if isinstance(node, ast.Name) and node.id not in used:
                used.add(node.id)
                if node.id in bodies:
                    pending.append(bodies[node.id])
    return used
