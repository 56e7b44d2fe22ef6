"""Which files of a project start the code of a file: scripts and tests that import it, as deep as that goes.

Every file of the project is looked at, by its text alone, so this has to be quick: the words of its imports are noted,
and only where one of them is the name of a file that matters, it is asked where that import leads. What a file says is
noted once for each process, as long as the file does not change.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tfgraphlint.disk.reading import is_unsaved
from tfgraphlint.project.commands import Commands
from tfgraphlint.project.files import ProjectFiles, holds_tests, is_named_as_test
from tfgraphlint.project.import_lines import imports_in, module_word, words_of_imports
from tfgraphlint.project.module_finder import ModuleFinder
from tfgraphlint.project.source import glimpse

MAX_STARTERS = 3  # of one file: the nearest ones
MAX_DISTANCE = 6  # imports from a file that starts another to that one
# A call, or what may hold one, at the top level of a file.
_STARTS = re.compile(
    r"^(?:if\b[^\n]*__name__|(?:with|for|while|try)\b"
    r"|(?!(?:def|class|async|from|import|if|elif|else|except)\b)[A-Za-z_][\w.\[\], ]*(?:=[^\n(]*)?\()",
    re.MULTILINE,
)


class _Said(NamedTuple):
    """What a file says of itself: what its imports name, and whether it does something when it is run."""

    imported: frozenset[str]
    starts: bool


_SAID: dict[Path, tuple[tuple[int, int], _Said]] = {}  # with time and size of the file


class Starters:
    """Finds who starts a file; ``roots`` are the directories that were given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self.files = ProjectFiles(roots)
        self._finder = ModuleFinder(roots)
        self._commands = Commands()
        self._said: dict[Path, _Said] = {}

    def of(self, file: Path) -> list[Path]:
        """The files of the project that do something when they are run, and import ``file``, itself or through others:
        the nearest ones."""
        found: list[Path] = []
        seen, level = {file}, [file]
        few_tests = self.files.has_few_tests(file)
        for _ in range(MAX_DISTANCE):
            above = {each for imported in level for each in self._importers(imported)} - seen
            level = sorted(above, key=lambda path: (_folders_between(path, file), path))
            seen |= above
            starting = [each for each in level if self._read(each).starts or self._commands.of(each)]
            found += [each for each in starting if few_tests or not is_named_as_test(each)]
            if len(found) >= MAX_STARTERS or not level:
                break
        return found[:MAX_STARTERS]

    def _importers(self, file: Path) -> Iterator[Path]:
        """The files of the project that import ``file``."""
        word = module_word(file)
        for other in self.files.around(file):
            if word in self._read(other).imported and other != file and file in self._imported(other, word):
                yield other

    def _imported(self, importer: Path, word: str) -> Iterator[Path]:
        for line in imports_in(glimpse(importer)):
            if word in line.words(importer):
                yield from self._finder.find_all(line, importer)

    def _read(self, file: Path) -> _Said:
        if file not in self._said:
            self._said[file] = _looked_at(file)
        return self._said[file]


def _looked_at(file: Path) -> _Said:
    try:
        status = os.stat(file)
    except OSError:
        return _Said(frozenset(), starts=False)
    stamp = (status.st_mtime_ns, status.st_size)
    known = _SAID.get(file)
    if is_unsaved(file) or known is None or known[0] != stamp:
        text = glimpse(file)
        said = _Said(words_of_imports(text, file), starts=_STARTS.search(text) is not None or holds_tests(text, file))
        if is_unsaved(file):
            return said
        known = _SAID[file] = stamp, said
    return known[1]


def _folders_between(path: Path, file: Path) -> int:
    """How many folders lie between two files."""
    common = len(os.path.commonpath([path, file]).split(os.sep))
    return len(path.parts) + len(file.parts) - 2 * common
