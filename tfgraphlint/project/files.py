"""The Python files of a project, whatever of them was asked for, and which of them hold tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tfgraphlint.disk.walking import lies_within, walk
from tfgraphlint.project.module_finder import PROJECT_MARKS

MAX_FILES = 5000  # of one project
# In a project with more files of tests, tests are not run: what they call is called by other tests, too.
MAX_TEST_FILES = 30
OTHERS_CODE = frozenset({"node_modules", "site-packages", "build", "dist", "venv", "env", "__pycache__"})
# Folders for the code of a project, beside which its scripts lie.
SOURCES = ("src", "lib", "source")
# What ends a file that runs the tests in it: ``unittest.main()``, ``tf.test.main()``.
RUNS_TESTS = ("unittest.main(", "test.main(")


def holds_tests(text: str, file: Path) -> bool:
    """Whether pytest or unittest looks for tests in a file, or it runs those in it itself."""
    return is_named_as_test(file) or any(word in text for word in RUNS_TESTS)


def is_named_as_test(file: Path) -> bool:
    """Whether pytest or unittest looks for tests in a file of this name."""
    return file.stem.startswith("test") or file.stem.endswith("_test")


class ProjectFiles:
    """The files of the projects that the linted files belong to; ``roots`` are the directories given to lint."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._roots = [root if os.path.isdir(root) else root.parent for root in roots]
        self._tops: dict[Path, Path] = {}
        self._marks: dict[Path, Path | None] = {}
        self._files: dict[Path, tuple[Path, ...]] = {}
        self._few_tests: dict[Path, bool] = {}

    def has_few_tests(self, file: Path) -> bool:
        """Whether the project of ``file`` has so few files of tests that they are worth running."""
        top = self.top(file.parent)
        if top not in self._few_tests:
            self._few_tests[top] = sum(map(is_named_as_test, self.around(file))) <= MAX_TEST_FILES
        return self._few_tests[top]

    def around(self, file: Path) -> tuple[Path, ...]:
        """All Python files of the project of ``file``."""
        top = self.top(file.parent)
        if top not in self._files:
            self._files[top] = tuple(python_files([top]))
        return self._files[top]

    def top(self, folder: Path) -> Path:
        """The folder of the project: the nearest one with a mark, else what was given to lint, else the package's."""
        if folder not in self._tops:
            self._tops[folder] = self._marked(folder) or _unmarked_top(folder, self._roots)
        return self._tops[folder]

    def _marked(self, folder: Path) -> Path | None:
        """The nearest folder with a mark."""
        passed: list[Path] = []
        found: Path | None = None
        for above in (folder, *folder.parents):
            if above in self._marks:
                found = self._marks[above]
                break
            passed.append(above)
            if any(os.path.exists(os.path.join(above, mark)) for mark in PROJECT_MARKS):
                found = above
                break
        self._marks.update(dict.fromkeys(passed, found))
        return found


def _unmarked_top(folder: Path, roots: Iterable[Path]) -> Path:
    given = [root for root in roots if root == folder or root in folder.parents]
    if given:
        return min(given, key=lambda root: len(root.parts))
    while os.path.exists(folder / "__init__.py") and folder.parent != folder:
        folder = folder.parent
    return folder.parent if folder.name in SOURCES else folder


def python_files(folders: Iterable[Path]) -> Iterator[Path]:
    """The Python files below these folders, resolved; not those of other projects that lie there, or links lead to."""
    left = MAX_FILES
    for top in folders:
        real = Path(os.path.realpath(top))
        for folder in walk(real):
            folder.folders[:] = sorted(
                name for name in folder.folders if name not in OTHERS_CODE and not name.startswith(".")
            )
            for name in sorted(folder.files + folder.links):
                if name.endswith(".py") and left:
                    left -= 1
                    path = Path(folder.path, name)
                    if name not in folder.links:
                        yield path
                    elif lies_within(target := Path(os.path.realpath(path)), real):
                        yield target
