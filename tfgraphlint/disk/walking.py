"""What lies below a folder. Links are told apart from what they lead to, and none is followed on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tfgraphlint.errors import RunError

# What a version control system keeps at the top of a checkout.
REPOSITORY_MARKS = (".git", ".hg")


@dataclass
class Folder:
    """A folder and the names in it. ``folders`` may be changed: what is left in it is looked into next."""

    path: str
    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # pipes and devices as well: whoever reads them, says so
    links: list[str] = field(default_factory=list)


def walk(top: Path, refuse: Callable[[OSError], object] | None = None) -> Iterator[Folder]:
    """``top`` and all folders below, however deep they lie. ``refuse`` is told which cannot be read."""
    pending = [os.fspath(top)]
    while pending:
        folder = Folder(pending.pop())
        try:
            with os.scandir(folder.path) as entries:
                for entry in entries:
                    _names(entry, folder).append(entry.name)
        except OSError as error:
            if refuse is not None:
                refuse(error)
            continue
        yield folder
        pending += (os.path.join(folder.path, name) for name in reversed(folder.folders))


def _names(entry: os.DirEntry[str], folder: Folder) -> list[str]:
    if entry.is_symlink():
        return folder.links
    return folder.folders if entry.is_dir(follow_symlinks=False) else folder.files


def working_directory() -> Path:
    """Where this process works.

    Raises:
        RunError: nowhere: the directory was removed.
    """
    try:
        return Path.cwd()
    except OSError as error:
        raise RunError(f"the working directory: {error.strerror or error}; go to one that is there") from error


def lies_within(path: Path | str, top: Path | str) -> bool:
    """Whether ``path`` is ``top`` or lies below it; both without links in them."""
    inner, outer = str(path), str(top).rstrip(os.sep)
    return inner.startswith(outer) and inner[len(outer) :][:1] in ("", os.sep)


def repository_around(folder: Path) -> Path | None:
    """The top of the repository that ``folder`` (without links) lies in.

    A repository that is somebody's whole home directory is none: what lies beside a folder there has nothing to do
    with it.
    """
    home = os.path.realpath(os.path.expanduser("~"))
    for above in (folder, *folder.parents):
        if str(above) == home:
            return None
        if any(os.path.lexists(above / mark) for mark in REPOSITORY_MARKS):
            return above
    return None
