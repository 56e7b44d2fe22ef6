"""The documents that are open in an editor: files, and notebooks cell by cell. They change by being made anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from tfgraphlint.project.source import MARKDOWN, NOTEBOOK
from tfgraphlint.syntax.text import Lines

LANGUAGES = ("python", "markdown")
COPIES = ".virtual_documents"  # where JupyterLab pretends that the texts of notebooks lie


@dataclass(frozen=True)
class Text:
    """What an editor knows by one address: a file, or one cell. ``is_code``: it is in Python, or holds some."""

    uri: str
    text: str
    version: int
    is_code: bool = True

    @cached_property
    def lines(self) -> Lines:
        """Its rows."""
        return Lines(self.text)


@dataclass(frozen=True)
class Document:
    """A file that is open. ``texts`` are its cells in their order, or the one text of a file that is no notebook.

    ``path`` is where it lies, or would lie if it were saved.
    """

    uri: str
    path: Path
    texts: tuple[Text, ...]
    is_notebook: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def content(self) -> str:
        """The text of the file as it would be if it were saved now."""
        if not self.is_notebook:
            return self.texts[0].text
        cells = [{"cell_type": "code" if each.is_code else "markdown", "source": each.text} for each in self.texts]
        return json.dumps({"cells": cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5})

    def at(self, cell: int) -> Text:
        """The text in which a report lies: that of a cell, by its number from 1, or of the file for 0."""
        return self.texts[max(cell - 1, 0)]

    def holding(self, uri: str) -> tuple[int, Text] | None:
        """The text with this address, and the number of its cell; 0 where it is a whole file."""
        for number, text in enumerate(self.texts, 1):
            if text.uri == uri:
                return number * self.is_notebook, text
        return None

    def with_text(self, new: Text) -> Document:
        """The document with another text in the place of the one that has the same address."""
        return replace(self, texts=tuple(new if each.uri == new.uri else each for each in self.texts))


def file_path(path: str | None, name: str, directory: Path, notebook: bool, language: str = "python") -> Path:
    """Where a document lies. One that was never saved (without ``path``) would lie in ``directory``."""
    found = _without_copies(Path(path)) if path else directory / (name.replace("/", "-") or "untitled")
    if notebook:
        return found if found.suffix == NOTEBOOK else found.with_suffix(NOTEBOOK)
    if found.suffix == NOTEBOOK:  # the cells as one program, as JupyterLab sends them: Python, and not JSON
        return found.with_name(f"{found.name}.py")
    if path or language != "markdown" or found.suffix in MARKDOWN:
        return found
    return found.with_suffix(MARKDOWN[0])


def _without_copies(path: Path) -> Path:
    """Where a document lies that JupyterLab names as if it lay in a folder of its own: imports are looked for there."""
    return Path(*(part for part in path.parts if part != COPIES))


class Open:
    """All documents that are open, by their addresses. A cell leads to its notebook."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._documents.values()))

    def find(self, uri: str) -> Document | None:
        """The document with this address, or the notebook that has the cell."""
        found = self._documents.get(uri)
        if found is not None and not found.is_notebook:
            return found
        return found or next((each for each in self if each.holding(uri) is not None), None)

    def put(self, document: Document) -> None:
        """Add a document, or have it as it is now."""
        self._documents[document.uri] = document

    def remove(self, uri: str) -> Document | None:
        """Take away what was closed."""
        return self._documents.pop(uri, None)

    def is_current(self, document: Document) -> bool:
        """Whether nothing in it has changed since."""
        return self._documents.get(document.uri) is document

    def texts(self) -> dict[Path, str]:
        """What the open files say, saved or not."""
        return {document.path: document.content for document in self}


def spliced(cells: Sequence[Text], start: int, deleted: int, new: Sequence[Text]) -> tuple[Text, ...]:
    """``cells`` with some of them taken out and others in their place."""
    return (*cells[:start], *new, *cells[start + deleted :])
