"""The cells that an IPython session has run, as one program, and what is wrong with it. IPython is not needed here."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tfgraphlint.api.warm import Warm
from tfgraphlint.diagnostic import Diagnostic, Span
from tfgraphlint.jupyter.doubt import is_invented, what_may_come, what_ran
from tfgraphlint.project.settings import Finder
from tfgraphlint.report.places import placed
from tfgraphlint.run.lint import Request
from tfgraphlint.syntax.text import Lines

NAME = "<cells>.ipynb"
MAX_CELLS = 300  # runs of cells that are remembered, the latest ones
MAX_SECONDS = 5.0  # for which somebody waits for a cell
# What can be said only at the end of a program: that a comment was of no use, and that debugging was left switched on.
AT_END = ("TFG901", "TFG418")
# What the next cell may reckon with, as with a gradient that is None: said to who asks.
WHEN_ASKED = ("TFG310",)


@dataclass(frozen=True)
class Cell:
    """A cell that was run: its text, and its number as IPython counts; 0 for one that it does not count."""

    text: str
    number: int = 0

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"In [{self.number or ' '}]"

    @cached_property
    def lines(self) -> Lines:
        """Its rows."""
        return Lines(self.text)


@dataclass(frozen=True)
class Found:
    """What is to be shown: reports whose places are in cells, named as ``Cell.name``. ``error``: it was not linted."""

    reports: tuple[Diagnostic, ...] = ()
    cells: tuple[Cell, ...] = ()
    error: str = ""
    details: str = ""

    def lines(self, name: str) -> Lines:
        """The text of a cell by its name: of several that have one, the latest."""
        return next((cell.lines for cell in reversed(self.cells) if cell.name == name), Lines(""))


class Session:
    """The program so far."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._warm = Warm()
        self._shown: set[tuple[object, ...]] = set()

    def add(self, cell: Cell) -> None:
        """A cell has run to its end."""
        self._cells = [*self._cells, cell][-MAX_CELLS:]

    def add_failed(self, cell: Cell, row: int | None, there: Collection[str] = ()) -> None:
        """A cell failed in ``row``; None where nobody knows in which. ``there`` are the names that are bound now."""
        self.add(replace(cell, text=what_ran(cell.text, row, [each.text for each in self._cells], there)))

    def before(self, cell: Cell) -> Found:
        """What is wrong in a cell that is about to run, and what it shows of earlier ones and was not said yet."""
        found, keys = self._linted([*self._cells, cell])
        new = [
            report
            for report, key in zip(found.reports, keys)
            if report.code not in WHEN_ASKED and (report.span.filename == cell.name or key not in self._shown)
        ]
        self._shown.update(keys)
        return replace(found, reports=tuple(new))

    def pass_over(self) -> None:
        """Say nothing, with later cells, of what is wrong so far."""
        self._shown.update(self._linted(self._cells)[1])

    def all(self) -> Found:
        """All that is wrong so far."""
        return self._linted(self._cells)[0]

    def _linted(self, cells: Sequence[Cell]) -> tuple[Found, list[tuple[object, ...]]]:
        """What is found, and by what each report is known again when the program has grown."""
        here = Path(os.path.realpath(os.getcwd()))
        path = here / NAME
        settings = Finder(here).find(here)
        settings = replace(settings, max_seconds=min(settings.max_seconds, MAX_SECONDS))
        request = Request(here, {path: settings}, roots=[here], known_starters={})
        texts = {path: _notebook([*cells, Cell(what_may_come([cell.text for cell in cells]))])}
        run = self._warm.lint(request, texts)
        asked = (each for each in run.diagnostics if each.span.filename in request.names)
        own = [each for each in asked if each.code not in AT_END]
        reports = [each for each in self._warm.placed(run, texts, own) if not _is_doubtful(each, cells)]
        named = tuple(placed(each, lambda span: _named(span, cells)) for each in reports)
        keys = [self._key(each, cells[each.span.cell - 1]) for each in reports]
        for failed in run.errors:
            return Found(named, tuple(cells), failed.error.replace(f"{NAME}: ", ""), failed.details), keys
        return Found(named, tuple(cells)), keys

    def _key(self, report: Diagnostic, cell: Cell) -> tuple[object, ...]:
        return report.code, report.message, cell.name, report.span.start


def _notebook(cells: Iterable[Cell]) -> str:
    written = [{"cell_type": "code", "source": cell.text} for cell in cells]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _is_doubtful(report: Diagnostic, cells: Sequence[Cell]) -> bool:
    """Whether a report comes from what was put into cells to say what is not known."""
    spans = [report.span, *(step.span for step in report.path)]
    return any(
        span.cell > len(cells) or (span.cell and is_invented(cells[span.cell - 1].lines.row(span.start.row)))
        for span in spans
    )


def _named(span: Span, cells: Sequence[Cell]) -> Span:
    """A place in a cell as one in a file that has the cell's name."""
    if not span.cell:
        return span
    return replace(span, filename=cells[span.cell - 1].name, cell=0)
