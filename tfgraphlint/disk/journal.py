"""A file that grows by whole rows: whoever is killed while writing loses the row that was being written, no other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def begin(file: Path) -> None:
    """Make sure that the folder is there, and drop half a row that somebody who was killed has left.

    Raises:
        OSError: the file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        return
    with open(file, "r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end:
            stream.seek(end - 1)
            if stream.read(1) == b"\n":
                break
            end -= 1
        stream.truncate(end)


def append(file: Path, row: str) -> None:
    """Write one row, at once.

    Raises:
        OSError: it cannot be written.
    """
    with open(file, "ab", buffering=0) as stream:
        stream.write(f"{row}\n".encode("utf-8", "surrogateescape"))


def rows(file: Path) -> Iterator[str]:
    """The rows that there are; none where there is no file.

    Raises:
        OSError: it cannot be read.
    """
    if file.exists():
        with open(file, encoding="utf-8", errors="surrogateescape") as stream:
            yield from stream
