"""Where the modules lie that files import: found by dotted name, as Python would find them.

Paths are text here, and what is on the disk is asked for once: a run asks for thousands of imports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from tfgraphlint.disk.reading import is_file
from tfgraphlint.disk.walking import lies_within, repository_around
from tfgraphlint.libraries.words import FRAMEWORKS, OTHER_PACKAGES

# What is looked for in a script's own directory only.
LIBRARIES = sys.stdlib_module_names | FRAMEWORKS | OTHER_PACKAGES
PROJECT_MARKS = ("pyproject.toml", "setup.py", ".git")
INIT = "__init__.py"


class Places:
    """Finds the files of modules; ``roots`` are directories that were given to lint.

    ``added`` says which folders a file adds to ``sys.path``.
    """

    def __init__(self, roots: Sequence[str], added: Callable[[str], Sequence[str]]) -> None:
        self._roots = roots
        self._added = added
        self._found: dict[tuple[str, str], str | None] = {}
        self._bases: dict[str, list[str]] = {}
        self._is_there: dict[str, bool] = {}
        self._begins: dict[tuple[str, str], bool] = {}
        self._real_folders: dict[str, str] = {}
        self._readable: dict[tuple[str, str], bool] = {}
        self._repositories: dict[str, Path | None] = {}

    def find(self, importer: str, dots: int, module: str) -> str | None:
        """The file of a module as ``importer`` would import it; ``dots`` stand before a relative name."""
        folder = os.path.dirname(importer)
        found = self._relative(folder, dots, module) if dots else self._absolute(importer, folder, module)
        return found if found is not None and self._may_be_read(found, folder) else None

    def _absolute(self, importer: str, folder: str, module: str) -> str | None:
        key = (module, folder)
        if key not in self._found:
            self._found[key] = self._first(self._bases_for(folder, module), module)
        found = self._found[key]
        if found is None and module.partition(".")[0] not in LIBRARIES:
            found = self._first(self._added(importer), module)
        return found

    def _relative(self, folder: str, dots: int, module: str) -> str | None:
        for _ in range(dots - 1):
            folder = os.path.dirname(folder)
        return self._module_file(folder, module) if module else self._package_file(folder)

    def _bases_for(self, folder: str, module: str) -> Sequence[str]:
        if module.partition(".")[0] in LIBRARIES:
            return () if self._package_file(folder) else (folder,)
        if folder not in self._bases:
            self._bases[folder] = list(dict.fromkeys(self._starting_points(folder)))
        return self._bases[folder]

    def _starting_points(self, folder: str) -> Iterator[str]:
        """Directories that ``import`` may start from: the script's own, the package's, the project's."""
        yield folder
        top = folder
        while self._exists(os.path.join(top, INIT)) and os.path.dirname(top) != top:
            top = os.path.dirname(top)
        yield top
        for parent in folders_above(top):
            if any(self._exists(os.path.join(parent, mark)) for mark in PROJECT_MARKS):
                yield from (parent, os.path.join(parent, "src"))
                break
        for root in self._roots:
            yield from (root, os.path.join(root, "src"))

    def _first(self, bases: Sequence[str], module: str) -> str | None:
        for base in bases:
            found = self._module_file(base, module)
            if found is not None:
                return found
        return None

    def _module_file(self, base: str, module: str) -> str | None:
        parts = [part for part in module.split(".") if part]
        if len(parts) > 1 and not self._holds(base, parts[0]):
            return None
        folder = os.path.join(base, *parts)
        file = f"{folder}.py"
        if "." not in os.path.basename(folder) and self._is_file(file):
            return file
        return self._package_file(folder)

    def _holds(self, base: str, name: str) -> bool:
        """Whether a folder of this name lies here: most imports end with that."""
        key = (base, name)
        if key not in self._begins:
            self._begins[key] = os.path.isdir(os.path.join(base, name))
        return self._begins[key]

    def _package_file(self, folder: str) -> str | None:
        init = os.path.join(folder, INIT)
        return init if self._is_file(init) else None

    def _is_file(self, path: str) -> bool:
        if path not in self._is_there:
            self._is_there[path] = is_file(path)
        return self._is_there[path]

    def _exists(self, path: str) -> bool:
        return self._is_file(path) or os.path.exists(path)

    def _may_be_read(self, found: str, folder: str) -> bool:
        """Whether a module lies in the repository of the ``folder`` that it is imported in, or in what is linted.

        A repository of somebody else's could show what lies beside it otherwise: by a link, or by ``sys.path``.
        """
        key = (found, folder)
        if key not in self._readable:
            if folder not in self._repositories:
                self._repositories[folder] = repository_around(Path(self._real_folder(folder)))
            repository = self._repositories[folder]
            self._readable[key] = repository is None or self._lies_in(found, repository)
        return self._readable[key]

    def _lies_in(self, found: str, repository: Path) -> bool:
        folder, name = os.path.split(found)
        real = os.path.realpath(found) if os.path.islink(found) else os.path.join(self._real_folder(folder), name)
        return any(lies_within(real, top) for top in (str(repository), *self._real_roots))

    def _real_folder(self, folder: str) -> str:
        if folder not in self._real_folders:
            self._real_folders[folder] = os.path.realpath(folder)
        return self._real_folders[folder]

    @cached_property
    def _real_roots(self) -> list[str]:
        return [os.path.realpath(root) for root in self._roots]


def folders_above(folder: str) -> Iterator[str]:
    """``folder`` and all that it lies in."""
    yield folder
    while (above := os.path.dirname(folder)) != folder:
        yield (folder := above)
