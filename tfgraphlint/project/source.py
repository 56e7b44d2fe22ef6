"""One file as text that can be linted: its encoding, its byte order mark, and the way back to bytes.

``read`` takes plain Python. A kind of file that holds Python in some other form would get a reader of its own here,
which yields a ``Source`` with the Python text in it and writes it back in ``encode``.
"""

from __future__ import annotations

import codecs
import io
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tfgraphlint.diagnostic import Position
from tfgraphlint.errors import RunError
from tfgraphlint.syntax.text import Lines


class ReadError(RunError):
    """The file cannot be read at all: it is not there, or not for us."""


class NotTextError(Exception):
    """The file's bytes are not text in the encoding that it declares; ``position`` is the first bad byte."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True)
class Source:
    """The text of one file. ``filename`` is the name that reports show; ``path`` is absolute."""

    path: Path
    filename: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @cached_property
    def lines(self) -> Lines:
        """The text by rows."""
        return Lines(self.text)

    def encode(self, text: str) -> bytes:
        """The bytes of the file when ``text`` stands in it.

        Raises:
            UnicodeEncodeError: the file's encoding cannot say it.
        """
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)


def read(path: Path, filename: str) -> Source:
    """The file at ``path``.

    Raises:
        ReadError: it cannot be opened, or is of a kind that has no reader.
        NotTextError: it is no text in its encoding (PEP 263; UTF-8 where nothing is declared).
    """
    if path.suffix == ".ipynb":
        way_out = "`jupyter nbconvert --to script` makes a Python file of one"
        raise ReadError(f"{filename}: notebooks are not read; {way_out}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{filename}: {error.strerror or error}") from error
    return decode(content, path, filename)


def decode(content: bytes, path: Path, filename: str) -> Source:
    """The text in ``content``, which came from ``path`` or is meant for it.

    Raises:
        NotTextError: it is no text in its encoding.
    """
    bom = content.startswith(codecs.BOM_UTF8)
    body = content[len(codecs.BOM_UTF8) :] if bom else content
    encoding = _declared_encoding(content)
    try:
        return Source(path, filename, body.decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, errors="replace")
        bad = f"byte 0x{body[error.start]:02x} is not {error.encoding}"
        raise NotTextError(f"{bad} ({error.reason})", Lines(before).position(len(before))) from error


def _declared_encoding(content: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        if "invalid or missing encoding declaration" in str(error):
            return "utf-8"  # the first lines are not UTF-8: decoding says which byte
        raise NotTextError(str(error), Position(1, 1)) from error
    return "utf-8" if encoding == "utf-8-sig" else encoding


def shown(path: Path, directory: Path) -> str:
    """The name of ``path`` in reports: relative where it lies below ``directory``, else absolute."""
    try:
        return str(path.relative_to(directory))
    except ValueError:
        return str(path)


def glimpse(path: Path) -> str:
    """What a file says that is only looked at, not linted; "" where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def read_text(path: Path) -> str:
    """Only the text of the file at ``path``; errors as in ``read``."""
    return read(path, str(path)).text
