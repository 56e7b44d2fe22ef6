"""Where the modules lie that a project's files import: found by dotted name, as Python would find them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tfgraphlint.disk.reading import is_file
from tfgraphlint.disk.walking import lies_within, repository_around
from tfgraphlint.libraries.words import FRAMEWORKS, OTHER_PACKAGES
from tfgraphlint.project.import_lines import ImportLine
from tfgraphlint.project.search_path import added_folders
from tfgraphlint.project.source import glimpse

# What is looked for in a script's own directory only.
LIBRARIES = sys.stdlib_module_names | FRAMEWORKS | OTHER_PACKAGES
PROJECT_MARKS = ("pyproject.toml", "setup.py", ".git")


class Import(NamedTuple):
    """What a file imports, and the file that it was found in: all that one file needs to know of where others are."""

    importer: str
    dots: int  # 0 for an absolute name
    module: str
    found: str | None


class ModuleFinder:
    """Finds modules by what files import; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self.roots = [root if os.path.isdir(root) else root.parent for root in roots]
        self._bases: dict[Path, list[Path]] = {}
        self._found: dict[tuple[str, Path], Path | None] = {}
        self._asked: dict[Path, dict[tuple[int, str], Path | None]] = {}
        self._fresh: list[Import] = []
        self._added: dict[Path, tuple[Path, ...]] = {}
        self._repositories: dict[Path, Path | None] = {}

    def find(self, module: str, importer: Path, dots: int = 0) -> Path | None:
        """The file of a module as the file ``importer`` would import it; ``dots`` stand before a relative name."""
        if dots:
            return self.relative(importer, dots, module)
        folder = importer.parent
        key = (module, folder)
        if key not in self._found:
            self._found[key] = self._search(module, folder)
        found = self._found[key]
        if found is None and module.partition(".")[0] not in LIBRARIES:
            found = next(filter(None, (_module_file(base, module) for base in self._added_by(importer))), None)
        return self._note(importer, 0, module, found)

    def find_all(self, line: ImportLine, importer: Path) -> list[Path]:
        """The files that an import may mean: that of the module, and that of the name if it is a module, too."""
        found = (self.find(module, importer, line.dots) for module in line.modules)
        return [path for path in found if path is not None]

    def relative(self, importer: Path, dots: int, module: str) -> Path | None:
        """The file of ``from ..module import`` with so many dots."""
        folder = importer.parent
        for _ in range(dots - 1):
            folder = folder.parent
        return self._note(importer, dots, module, _module_file(folder, module) if module else _package_file(folder))

    def _added_by(self, importer: Path) -> tuple[Path, ...]:
        """The folders that a file adds to ``sys.path``."""
        if importer not in self._added:
            self._added[importer] = added_folders(importer, glimpse(importer))
        return self._added[importer]

    def learn(self, known: Import) -> None:
        """Take over what was found by another of this kind."""
        if not known.dots and not self._added_by(Path(known.importer)):
            self._found[known.module, Path(known.importer).parent] = None if known.found is None else Path(known.found)

    def reached(self, file: Path) -> frozenset[Path]:
        """The files that ``file`` imports, and those that they import, as far as anybody has asked for them."""
        found: set[Path] = set()
        pending = [file]
        while pending:
            new = {path for path in self._asked.get(pending.pop(), {}).values() if path is not None} - found
            found |= new
            pending += new
        return frozenset(found)

    def fresh(self) -> tuple[Import, ...]:
        """What was looked up since this was asked the last time, each once."""
        found, self._fresh = tuple(self._fresh), []
        return found

    def _note(self, importer: Path, dots: int, module: str, found: Path | None) -> Path | None:
        known = self._asked.setdefault(importer, {})
        if (dots, module) not in known:
            if found is not None and not self._may_be_read(found, importer.parent):
                found = None
            known[dots, module] = found
            self._fresh.append(Import(str(importer), dots, module, None if found is None else str(found)))
        return known[dots, module]

    def _may_be_read(self, found: Path, folder: Path) -> bool:
        """Whether a module lies in the repository of the ``folder`` that it is imported in, or in what is linted.

        A repository of somebody else's could show what lies beside it otherwise: by a link, or by ``sys.path``.
        """
        if folder not in self._repositories:
            self._repositories[folder] = repository_around(Path(os.path.realpath(folder)))
        repository = self._repositories[folder]
        if repository is None:
            return True
        real = Path(os.path.realpath(found))
        return any(lies_within(real, top) for top in (repository, *self._real_roots))

    @cached_property
    def _real_roots(self) -> list[Path]:
        return [Path(os.path.realpath(root)) for root in self.roots]

    def _search(self, module: str, folder: Path) -> Path | None:
        if folder not in self._bases:
            self._bases[folder] = list(dict.fromkeys(self._starting_points(folder)))
        bases = self._bases[folder]
        if module.partition(".")[0] in LIBRARIES:
            bases = [] if _package_file(folder) else [folder]
        return next(filter(None, (_module_file(base, module) for base in bases)), None)

    def _starting_points(self, folder: Path) -> Iterator[Path]:
        """Directories that ``import`` may start from: the script's own, the package's, the project's."""
        yield folder
        top = folder
        while os.path.exists(top / "__init__.py") and top.parent != top:
            top = top.parent
        yield top
        for parent in (top, *top.parents):
            if any(os.path.exists(parent / mark) for mark in PROJECT_MARKS):
                yield from (parent, parent / "src")
                break
        for root in self.roots:
            yield from (root, root / "src")


def packages_around(directory: Path) -> Iterator[Path]:
    """Where the ``__init__.py`` of each package around would be that is imported before its modules are.

    A directory without one may be a package all the same, so this goes up to the project's top.
    """
    for folder in (directory, *directory.parents):
        yield folder / "__init__.py"
        if any(os.path.exists(folder / mark) for mark in PROJECT_MARKS):
            return


def _module_file(base: Path, module: str) -> Path | None:
    folder = base.joinpath(*module.split("."))
    file = folder.with_suffix(".py") if "." not in folder.name else None
    if file is not None and is_file(file):
        return file
    return _package_file(folder)


def _package_file(folder: Path) -> Path | None:
    init = folder / "__init__.py"
    if is_file(init):
        return init
    return None
