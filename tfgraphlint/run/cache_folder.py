"""Where the cache of a project lies, and how it is read, written and removed: its folder may hold anything.

There is one for a project, at its top, from whichever directory it is linted.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from tfgraphlint.disk.reading import ReadError, read_bytes
from tfgraphlint.disk.walking import repository_around
from tfgraphlint.disk.writing import clear_litter, write_anew
from tfgraphlint.project.places import PROJECT_MARKS
from tfgraphlint.project.settings import OWN_FILE

FOLDER = ".tfgraphlint_cache"
IGNORE = ".gitignore"
MAX_STATES = 4  # caches of other versions, of other Pythons …: the latest ones are kept
MAX_CACHE_BYTES = 200_000_000
_NAME = re.compile(r"[0-9a-f]{32}\.json")


def project_of(files: Iterable[Path], here: Path) -> Path:
    """The top of the project that all of ``files`` lie in: a repository, or a folder with a mark of a project.

    Where there is none it is the working directory, ``here``.
    """
    folders = {os.path.dirname(file) for file in files}
    try:
        common = Path(os.path.commonpath(folders))
    except ValueError:  # no files, or files of several drives
        return here
    return repository_around(common) or _marked(common) or here


def _marked(folder: Path) -> Path | None:
    home = os.path.realpath(os.path.expanduser("~"))
    for above in (folder, *folder.parents):
        if str(above) == home:
            return None
        if any(os.path.exists(above / mark) for mark in (*PROJECT_MARKS, OWN_FILE)):
            return above
    return None


class CacheFolder:
    """The folder of the cache of the project at ``top``; ``state`` says for which tool a file in it is."""

    def __init__(self, top: Path, state: str) -> None:
        self.path = top / FOLDER
        self._file = self.path / f"{state}.json"

    def stamp(self) -> tuple[int, ...]:
        """What changes when somebody writes the file."""
        try:
            status = os.lstat(self._file)
        except OSError:
            return ()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def read(self) -> bytes:
        """What the file says; nothing where it is not as it was written, or not ours."""
        if not is_ours(self.path):
            return b""
        try:
            checksum, _, content = read_bytes(self._file, most=MAX_CACHE_BYTES, follow=False).partition(b"\n")
        except ReadError:
            return b""
        return content if checksum.decode("ascii", "replace") == short(content) else b""

    def write(self, content: bytes) -> None:
        """Write the file, whole or not at all. That it cannot be written is no error."""
        with contextlib.suppress(OSError):
            self.path.mkdir(exist_ok=True)
            if is_ours(self.path):
                if not os.path.lexists(self.path / IGNORE):
                    write_anew(self.path / IGNORE, b"*\n")
                write_anew(self._file, short(content).encode("ascii") + b"\n" + content)
                clear_litter(self.path)
                self._forget_old()

    def _forget_old(self) -> None:
        states = [each for each in self.path.iterdir() if _NAME.fullmatch(each.name)]
        for old in sorted(states, key=lambda each: os.lstat(each).st_mtime)[:-MAX_STATES]:
            old.unlink(missing_ok=True)


def is_ours(folder: Path) -> bool:
    """Whether a cache's folder is one, no link, and belongs to who runs this: a checkout can hold anything."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def remove(folder: Path) -> str:
    """Remove a cache's folder with what we wrote into it; what is left of it and why, or "".

    No link is followed: one in it that has the name of a file of ours is removed itself.
    """
    if not is_ours(folder):
        return "it is a link, no folder, or somebody else's"
    try:
        clear_litter(folder)
        for each in folder.iterdir():
            if _NAME.fullmatch(each.name) or each.name == IGNORE:
                each.unlink()
        if any(folder.iterdir()):
            return "there are files in it that tfgraphlint did not write"
        folder.rmdir()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def short(content: str | bytes) -> str:
    """A checksum of content: two contents with the same one do not occur."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.blake2b(data, digest_size=16).hexdigest()
