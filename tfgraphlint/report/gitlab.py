"""``--output-format gitlab``: a Code Quality report, which GitLab shows in a merge request."""

from __future__ import annotations

import json
from typing import Any

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.names import fingerprints, relative

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def render(found: Findings) -> str:
    """The whole report: a list of objects."""
    marks = fingerprints(found.diagnostics, found.lines)
    objects = [_object(each, mark, found) for each, mark in zip(found.diagnostics, marks)]
    return json.dumps(objects, indent=2, ensure_ascii=False) + "\n"


def _object(diagnostic: Diagnostic, fingerprint: str, found: Findings) -> dict[str, Any]:
    span = diagnostic.span
    where = f"cell {span.cell}:{span.start.row}: " if span.cell else ""
    stored = found.stored_at(span)  # a notebook is JSON, whose rows are others
    begin, end = (1, 1) if stored.cell else (stored.start.row, stored.end.row)
    return {
        "description": f"{where}{diagnostic.code} {diagnostic.message}",
        "check_name": diagnostic.name,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[diagnostic.severity],
        "location": {
            "path": relative(span.filename, found.directory, found.root),
            "lines": {"begin": begin, "end": end},
        },
    }
