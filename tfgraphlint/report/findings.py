"""What came of a run, as the formats are given it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.diagnostic import Diagnostic, Edit, Span
from tfgraphlint.syntax.text import Lines


@dataclass(frozen=True)
class Findings:
    """The reports of a run and what formats need to know besides.

    ``diagnostics`` have their places as a person reads them: in a notebook, the cell and the row in it. ``lines`` gives
    the text of a file or a cell, as ``Span.where`` names it. ``last_row`` is the last row of the statement around a
    place. ``stored`` gives an edit, and with it a place, as one of the file as it is stored: a notebook is JSON. Names
    of files are relative to ``directory``; ``root`` is the directory that a CI service takes them from, where it says
    so. ``errors`` say what could not be linted, ``files`` counts what was to be.
    """

    diagnostics: Sequence[Diagnostic]
    lines: Callable[[str], Lines]
    last_row: Callable[[Span], int]
    directory: Path
    root: Path
    errors: Sequence[str] = ()
    files: int = 0
    plugins: Sequence[str] = ()
    stored: Callable[[Edit], Edit] = lambda edit: edit

    def stored_at(self, span: Span) -> Span:
        """``span`` in the file as it is stored; with a cell where that is not known."""
        return self.stored(Edit(span, "")).span if span.cell else span


@dataclass(frozen=True)
class Look:
    """How text is to look where it goes: in colour, and how many columns there are; 0 where nobody knows."""

    colour: bool = False
    width: int = 0
    unsafe: bool = False  # unsafe fixes are marked as well: they were asked for
