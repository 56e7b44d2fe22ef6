"""The modules that a project's files import, and which of them were asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tfgraphlint.project.import_lines import ImportLine
from tfgraphlint.project.places import LIBRARIES, PROJECT_MARKS, Places
from tfgraphlint.project.search_path import added_folders
from tfgraphlint.project.source import glimpse

__all__ = ["LIBRARIES", "PROJECT_MARKS", "Import", "ModuleFinder", "packages_around"]


class Import(NamedTuple):
    """What a file imports, and the file that it was found in: all that one file needs to know of where others are."""

    importer: str
    dots: int  # 0 for an absolute name
    module: str
    found: str | None


class _AddedFolders:
    """The folders that files add to ``sys.path``."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, importer: str) -> tuple[str, ...]:
        if importer not in self._known:
            self._known[importer] = tuple(map(str, added_folders(Path(importer), glimpse(importer))))
        return self._known[importer]


class ModuleFinder:
    """Finds modules by what files import; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self.roots = [root if os.path.isdir(root) else root.parent for root in roots]
        self._places = Places(list(map(str, self.roots)), _AddedFolders())
        self._asked: dict[Path, dict[tuple[int, str], Path | None]] = {}
        self._fresh: list[Import] = []

    def find(self, module: str, importer: Path, dots: int = 0) -> Path | None:
        """The file of a module as the file ``importer`` would import it; ``dots`` stand before a relative name."""
        known = self._asked.setdefault(importer, {})
        asked = (dots, module)
        if asked not in known:
            found = self._places.find(str(importer), dots, module)
            known[asked] = None if found is None else Path(found)
            self._fresh.append(Import(str(importer), dots, module, found))
        return known[asked]

    def find_all(self, line: ImportLine, importer: Path) -> list[Path]:
        """The files that an import may mean: that of the module, and that of the name if it is a module, too."""
        found = (self.find(module, importer, line.dots) for module in line.modules)
        return [path for path in found if path is not None]

    def relative(self, importer: Path, dots: int, module: str) -> Path | None:
        """The file of ``from ..module import`` with so many dots."""
        return self.find(module, importer, dots)

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


def packages_around(directory: Path) -> Iterator[Path]:
    """Where the ``__init__.py`` of each package around would be that is imported before its modules are.

    A directory without one may be a package all the same, so this goes up to the project's top.
    """
    for folder in (directory, *directory.parents):
        yield folder / "__init__.py"
        if any(os.path.exists(folder / mark) for mark in PROJECT_MARKS):
            return
