"""One file as text that can be linted: its encoding, its byte order mark, and the way back to bytes.

The text is Python. Where a file holds its Python in pieces (a notebook, a Markdown file), ``document`` knows which
piece a row of the text is from, and how an edit of the text is made in the file.
"""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.disk.reading import MAX_BYTES, MAX_NOTEBOOK_BYTES, ReadError, glimpse, read_bytes
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.syntax.text import Lines, NotTextError, Replacement, replaced

if TYPE_CHECKING:  # most runs read no file that holds its Python in pieces
    from tfgraphlint.project.cells import Document

MARKDOWN = (".md", ".markdown")
NOTEBOOK = ".ipynb"

__all__ = ["ReadError", "Source", "decode", "glimpse", "holds_pieces", "most_bytes", "read", "read_text", "shown"]


@dataclass(frozen=True)
class Source:
    """The text of one file. ``filename`` is the name that reports show; ``path`` is absolute.

    ``writes_back``: a character of the text is always the same bytes, so that an edit changes nothing around it.
    """

    path: Path
    filename: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    document: Document | None = None
    python_cell_magics: tuple[str, ...] = ()
    writes_back: bool = True

    @cached_property
    def lines(self) -> Lines:
        """What is written in the file, row by row as in ``text``; of a notebook also what is not Python."""
        return Lines(self.text) if self.document is None else self.document.shown

    @property
    def programs(self) -> tuple[str, ...]:
        """What is linted: ``text``; of a Markdown file each block, as ``text`` with other blocks left blank."""
        return (self.text,) if self.document is None else self.document.programs

    @property
    def faults(self) -> tuple[UnparsableFile, ...]:
        """What stands against cells that cannot be parsed; they are left out of ``text``."""
        return () if self.document is None else self.document.faults

    @property
    def installs(self) -> list[str]:
        """What the file itself says that `pip` should install."""
        return [] if self.document is None else self.document.installs

    def place(self, span: Span) -> Span:
        """``span`` as a person reads it: with its cell, and rows counted in that."""
        return span if self.document is None else self.document.place(span)

    def stored(self, edit: Edit) -> Edit:
        """``edit``, at a place as ``place`` gives it, as one of the file as it is stored: of a notebook, its JSON."""
        return edit if self.document is None else self.document.stored(edit)

    def lines_of(self, cell: int) -> Lines:
        """The rows of one cell, or where it is 0 those that ``place`` speaks of."""
        return self.lines if self.document is None else self.document.lines_of(cell)

    def parts(self) -> list[tuple[int, Lines]]:
        """What a person compares with what it was before: the file as number 0, or cells by number."""
        return [(0, self.lines)] if self.document is None else self.document.parts()

    def together(self, first: int, second: int) -> bool:
        """Whether two rows lie in one cell."""
        return self.document is None or self.document.together(first, second)

    def takes(self, edit: Edit) -> bool:
        """Whether the file has a place for the edit: not across cells, nor where IPython's own syntax stands."""
        return self.document is None or self.document.takes(edit)

    def edited(self, replacements: Sequence[Replacement]) -> Source:
        """The source after edits by offsets, which are sorted and do not overlap."""
        if self.document is None:
            return replace(self, text=replaced(self.text, replacements))
        return _held(replace(self, text=self.document.edited(replacements)))

    def encode(self) -> bytes:
        """The bytes of the file.

        Raises:
            UnicodeEncodeError: the file's encoding cannot say it.
        """
        text = self.text if self.document is None else self.document.raw
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)


def read(path: Path, filename: str, python_cell_magics: Iterable[str] = ()) -> Source:
    """The file at ``path``.

    Raises:
        ReadError: it cannot be opened, is no regular file, or too large.
        NotTextError: it is no text in its encoding (PEP 263; UTF-8 where nothing is declared), or no notebook.
    """
    content = read_bytes(path, filename, most_bytes(path))
    return decode(content, path, filename, python_cell_magics)


def most_bytes(path: Path | str) -> int:
    """How many bytes a file of this name may have."""
    return MAX_NOTEBOOK_BYTES if str(path).endswith(NOTEBOOK) else MAX_BYTES


def decode(content: bytes, path: Path, filename: str, python_cell_magics: Iterable[str] = ()) -> Source:
    """The text in ``content``, which came from ``path`` or is meant for it.

    Raises:
        NotTextError: it is no text in its encoding, or no notebook.
    """
    bom = content.startswith(codecs.BOM_UTF8)
    body = content[len(codecs.BOM_UTF8) :] if bom else content
    encoding = "utf-8" if holds_pieces(path) else _declared_encoding(content)
    text = _text_in(body, encoding)
    back = encoding == "utf-8" or _writes_back(text, encoding, body)
    source = Source(path, filename, text, encoding, bom, None, tuple(python_cell_magics), back)
    return _held(source) if holds_pieces(path) else source


def _text_in(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        bad = f"byte 0x{body[error.start]:02x} is not {error.encoding}"
        try:
            before = body[: error.start].decode(encoding, errors="replace")
        except UnicodeError:  # idna replaces nothing
            before = ""
        raise NotTextError(f"{bad} ({error.reason})", Lines(before).position(len(before))) from error
    except (LookupError, ValueError) as error:  # rot13 makes text of text, hex makes bytes of bytes, idna takes no text
        raise NotTextError(f"encoding problem: {encoding}: {error}", Position(1, 1)) from error


def _writes_back(text: str, encoding: str, body: bytes) -> bool:
    """Whether the bytes of a text are those of its characters one after the other, as in UTF-8 and not in UTF-7."""
    try:
        known = {character: character.encode(encoding) for character in set(text)}
    except (LookupError, ValueError):
        return False
    return b"".join(map(known.__getitem__, text)) == body


def holds_pieces(path: Path) -> bool:
    """Whether the Python in a file is only a part of it."""
    return path.suffix == NOTEBOOK or path.suffix in MARKDOWN


def _held(source: Source) -> Source:
    """The Python in a file whose whole text ``source`` has."""
    build: Callable[[str, str, Iterable[str]], Document]
    if source.path.suffix == NOTEBOOK:
        from tfgraphlint.project.notebooks import notebook as build  # most runs read neither
    else:
        from tfgraphlint.project.markdown import markdown as build
    document = build(source.text, source.filename, source.python_cell_magics)
    return replace(source, text=document.text, document=document)


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


def read_text(path: Path) -> str:
    """Only the text of the file at ``path``; errors as in ``read``."""
    return read(path, str(path)).text
