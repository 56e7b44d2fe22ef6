"""``--output-format json``: a bare list of objects with ruff's fields, and the path. ``json-lines``: one a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Diagnostic, Edit, Fix, Position, Span, Step
from tfgraphlint.report.summary import by_rule


def render(diagnostics: Iterable[Diagnostic], last_row: Callable[[Span], int], directory: Path) -> str:
    """The whole document. ``last_row`` gives the last row of the statement around a place, where a ``noqa`` goes.

    In a notebook, rows are those of the cell, which is numbered as ruff does it: from 1, Markdown cells included.

    File names are absolute; relative ones are taken from ``directory``.
    """
    objects = [_diagnostic(diagnostic, last_row, directory) for diagnostic in diagnostics]
    return json.dumps(objects, indent=2, ensure_ascii=False) + "\n"


def render_lines(diagnostics: Iterable[Diagnostic], last_row: Callable[[Span], int], directory: Path) -> str:
    """The same objects, one a line."""
    objects = (_diagnostic(diagnostic, last_row, directory) for diagnostic in diagnostics)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


IN_PART = "read-in-part"


def statistics(diagnostics: Sequence[Diagnostic], in_part: int = 0) -> str:
    """How often each rule reported, the most frequent first; and, without a code, how many functions and files were
    not read to their end, where there are any."""
    counts: list[dict[str, Any]]
    counts = [{"code": code, "name": name, "count": number} for code, name, number in by_rule(diagnostics)]
    if in_part:
        counts.append({"code": None, "name": IN_PART, "count": in_part})
    return json.dumps(counts, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, last_row: Callable[[Span], int], directory: Path) -> dict[str, Any]:
    return {
        "cell": diagnostic.span.cell or None,
        "code": diagnostic.code,
        **_span(diagnostic.span, directory),
        "fix": _fix(diagnostic.fix, directory) if diagnostic.fix else None,
        "message": diagnostic.message,
        "name": diagnostic.name,
        "noqa_row": last_row(diagnostic.span),
        "path": [_step(step, directory) for step in diagnostic.path],
        "severity": diagnostic.severity.value,
        "suggestions": [_fix(suggestion, directory) for suggestion in diagnostic.suggestions],
        "url": None,  # the pages have no address: `tfgraphlint rule CODE` prints them
    }


def _step(step: Step, directory: Path) -> dict[str, Any]:
    return {"role": step.role.value, "message": step.message, **_cell(step.span), **_span(step.span, directory)}


def _fix(fix: Fix, directory: Path) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "edits": [_edit(edit, directory) for edit in fix.edits],
        "message": fix.message,
    }


def _edit(edit: Edit, directory: Path) -> dict[str, Any]:
    return {"content": edit.content, **_cell(edit.span), **_span(edit.span, directory)}


def _cell(span: Span) -> dict[str, int]:
    """The cell of a step or an edit, which may be another one than that of the report."""
    return {"cell": span.cell} if span.cell else {}


def _span(span: Span, directory: Path) -> dict[str, Any]:
    return {
        "filename": str(directory / span.filename),
        "location": _position(span.start),
        "end_location": _position(span.end),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}
