"""What can be scanned: folders, published archives, git repositories at a revision, single files, lists of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tfgraphlint.disk.reading import as_text, read_bytes
from tfgraphlint.errors import RunError
from tfgraphlint.project.settings import DEFAULT_INCLUDES

ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".zip", ".whl")
LINTED = tuple(pattern.removeprefix("*") for pattern in DEFAULT_INCLUDES)


class Kind(Enum):
    """How the files of a project are come by."""

    FOLDER = "folder"
    ARCHIVE = "archive"
    REPOSITORY = "repository"
    FILE = "file"


@dataclass(frozen=True)
class Project:
    """One project to scan. ``location`` is absolute; ``revision`` is set for a git repository alone, and is what was
    asked for: a branch, a tag, a commit."""

    kind: Kind
    location: str
    revision: str = ""

    @property
    def name(self) -> str:
        """The project as people see it: the folder's or the archive's name."""
        name = os.path.basename(self.location)
        for ending in ARCHIVES if self.kind is Kind.ARCHIVE else ():
            if name.endswith(ending):
                return name.removesuffix(ending)
        return name.removesuffix(".git") if self.kind is Kind.REPOSITORY else name

    @property
    def key(self) -> str:
        """What tells it from every other project of a scan."""
        return f"{self.location}@{self.revision}" if self.revision else self.location


def projects(sources: Sequence[str], lists: Sequence[Path], here: Path) -> list[Project]:
    """The projects that the words of a command line, and the rows of lists, stand for, each once and in this order.

    A folder is one project. ``FOLDER@REVISION`` is a git repository as it is at that revision.

    Raises:
        RunError: one of them is not there, or is nothing that can be scanned.
    """
    found: dict[str, Project] = {}
    for word, base in (*((source, here) for source in sources), *_listed(lists, here)):
        project = _project(word, base)
        found.setdefault(project.key, project)
    return list(found.values())


def _listed(lists: Sequence[Path], here: Path) -> Iterator[tuple[str, Path]]:
    """The rows of lists, but for empty ones and comments, with the folder that they are relative to."""
    for path in lists:
        file = here / path
        for row in as_text(read_bytes(file, str(path))).splitlines():
            word = row.strip()
            if word and not word.startswith("#"):
                yield word, file.parent


def _project(word: str, base: Path) -> Project:
    path = os.path.realpath(base / word)
    if os.path.isdir(path):
        return Project(Kind.FOLDER, path)
    if os.path.isfile(path):
        if path.endswith(ARCHIVES):
            return Project(Kind.ARCHIVE, path)
        if path.endswith(LINTED):
            return Project(Kind.FILE, path)
        raise RunError(f"{word}: neither a folder nor an archive ({', '.join(ARCHIVES)}), nor a file to lint")
    folder, _, revision = word.rpartition("@")
    path = os.path.realpath(base / folder)
    if folder and revision and os.path.isdir(path):
        if revision.startswith("-"):
            raise RunError(f"{word}: no revision begins with '-'")
        return Project(Kind.REPOSITORY, path, revision)
    raise RunError(f"{word}: there is no such folder, archive or file")
