"""How every file of a project is read: if it is a regular file of a bounded size, and else not at all.

Opening a pipe waits until somebody writes to it, reading ``/dev/zero`` never ends, and opening some devices does
something. A name says nothing about it: in a repository of somebody else's, everything may be a link to everything.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tfgraphlint.errors import RunError

MAX_BYTES = 10_000_000
MAX_NOTEBOOK_BYTES = 100_000_000  # most of a notebook is pictures

# Not to wait for a pipe, not to take a terminal over, not to change line ends (Windows).
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_unsaved: dict[str, bytes] = {}  # what files say that are open in an editor, by path


class ReadError(RunError):
    """A file cannot be read. ``is_missing``: it is not there, or not for us."""

    def __init__(self, text: str, is_missing: bool = False) -> None:
        super().__init__(text)
        self.is_missing = is_missing


@contextmanager
def unsaved(texts: Mapping[Path, bytes]) -> Iterator[None]:
    """Read ``texts`` instead of what these files (absolute) say on the disk, in the whole process.

    Two threads cannot do so at the same time: ``api.warm`` keeps them apart.
    """
    for path, content in texts.items():
        _unsaved[str(path)] = _unsaved[os.path.realpath(path)] = content
    try:
        yield
    finally:
        _unsaved.clear()


def is_unsaved(path: Path | str) -> bool:
    """Whether a file is read from elsewhere than the disk: what was found in it must not be kept."""
    return bool(_unsaved) and str(path) in _unsaved


def is_file(path: Path | str) -> bool:
    """Whether there is a file to be read: on the disk, or in an editor that has not saved it yet."""
    return os.path.isfile(path) or is_unsaved(path)


def read_bytes(path: Path | str, name: str | None = None, most: int = MAX_BYTES, *, follow: bool = True) -> bytes:
    """What the file at ``path`` says; ``name`` is what errors call it. Without ``follow``, a link is no file.

    Raises:
        ReadError: it is no regular file, has more than ``most`` bytes, or cannot be opened.
    """
    shown = str(path) if name is None else name
    if is_unsaved(path):
        if len(_unsaved[str(path)]) > most:
            raise ReadError(f"{shown}: it has {len(_unsaved[str(path)]):,} bytes, and {most:,} bytes are read at most")
        return _unsaved[str(path)]
    try:
        _check(os.stat(path, follow_symlinks=follow), shown, most)
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NO_LINK)
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise _refusal(error, shown) from error
    try:
        _check(os.fstat(descriptor), shown, most)  # it may be another one by now
        return _content(descriptor, shown, most)
    except OSError as error:
        raise _refusal(error, shown) from error
    finally:
        os.close(descriptor)


@contextmanager
def opened(path: Path | str) -> Iterator[BinaryIO]:
    """The regular file at ``path``, of any size, to be read piece by piece.

    Raises:
        ReadError: it is no regular file, or cannot be opened.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _refusal(error, str(path)) from error
    with os.fdopen(descriptor, "rb") as stream:
        _check(os.fstat(descriptor), str(path), sys.maxsize)
        yield stream


def glimpse(path: Path | str) -> str:
    """What a file says that is only looked at, not linted; "" where it cannot be read."""
    try:
        return as_text(read_bytes(path))
    except ReadError:
        return ""


def as_text(content: bytes) -> str:
    """UTF-8 as text, whatever is in it, with line ends as Python has them."""
    text = content.decode("utf-8-sig", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _check(status: os.stat_result, shown: str, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISLNK(status.st_mode):
        raise ReadError(f"{shown}: it is a link, which is not followed here")
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(f"{shown}: not a regular file")
    if status.st_size > most:
        raise ReadError(f"{shown}: it has {status.st_size:,} bytes, and {most:,} bytes are read at most")


def _content(descriptor: int, shown: str, most: int) -> bytes:
    parts: list[bytes] = []
    left = most + 1
    while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if left <= 0:  # what /proc holds says that it is empty
        raise ReadError(f"{shown}: {most:,} bytes are read at most, and it has more")
    return b"".join(parts)


def _refusal(error: OSError | ValueError, shown: str) -> ReadError:
    missing = isinstance(error, (FileNotFoundError, NotADirectoryError, PermissionError))
    said = getattr(error, "strerror", None) or str(error)
    return ReadError(f"{shown}: {said}", is_missing=missing)
