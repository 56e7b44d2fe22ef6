"""``--output-format sarif``: SARIF 2.1.0, the format in which analysers give results to code hosts and editors.

A notebook is JSON, and places in it and fixes are those of its JSON. Messages name the cell and the row in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import tfgraphlint
from tfgraphlint.diagnostic import Diagnostic, Edit, Fix, Role, Span, Step
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.names import as_uri, fingerprints, relative
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load
from tfgraphlint.rule_api.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
FINGERPRINT = "tfgraphlintLine/v1"
# What matters most of a path is shown even where a viewer leaves steps out.
IMPORTANT = (Role.SOURCE, Role.CUT, Role.CONSEQUENCE)


def render(found: Findings) -> str:
    """The whole document."""
    return json.dumps(_Log(found).document(), indent=2, ensure_ascii=False) + "\n"


class _Log:
    """Writes one run."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        codes = {diagnostic.code for diagnostic in found.diagnostics}
        rules = load(found.plugins).rules if codes else ()
        self._rules = [rule for rule in rules if rule.code in codes]
        self._index = {rule.code: index for index, rule in enumerate(self._rules)}

    def document(self) -> dict[str, Any]:
        found = self._found
        driver = {
            "name": "tfgraphlint",
            "version": tfgraphlint.__version__,
            "semanticVersion": tfgraphlint.__version__,
            "rules": [_rule(rule) for rule in self._rules],
        }
        notes = [{"level": "error", "message": {"text": error}} for error in found.errors]
        marks = fingerprints(found.diagnostics, found.lines)
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"uri": as_uri(found.directory.as_posix()).rstrip("/") + "/"}},
            "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
            "results": [self._result(each, mark) for each, mark in zip(found.diagnostics, marks)],
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def _result(self, diagnostic: Diagnostic, mark: str) -> dict[str, Any]:
        cell = f"{_in_cell(diagnostic.span)}: " if diagnostic.span.cell else ""
        said = cell + diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
        result: dict[str, Any] = {
            "ruleId": diagnostic.code,
            "level": diagnostic.severity.value,
            "message": {"text": said},
            "locations": [self._location(diagnostic.span)],
            "partialFingerprints": {FINGERPRINT: mark},
        }
        if diagnostic.code in self._index:
            result["ruleIndex"] = self._index[diagnostic.code]
        if diagnostic.path:
            steps = [self._step(step, order) for order, step in enumerate(diagnostic.path, 1)]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        offered = [*filter(None, [diagnostic.fix]), *diagnostic.suggestions]
        stored = [replace(fix, edits=tuple(map(self._found.stored, fix.edits))) for fix in offered]
        fixes = [self._fix(fix) for fix in stored if fix.edits and not any(edit.span.cell for edit in fix.edits)]
        return result | ({"fixes": fixes} if fixes else {})

    def _location(self, span: Span, message: str = "") -> dict[str, Any]:
        place: dict[str, Any] = {"artifactLocation": self._artifact(span)}
        location: dict[str, Any] = {"physicalLocation": place}
        stored = self._found.stored_at(span)
        place["region"] = {"startLine": 1} if stored.cell else _region(stored)
        if span.cell:
            name = _in_cell(span)
            location["logicalLocations"] = [{"name": name, "fullyQualifiedName": f"{span.filename}: {name}"}]
        return location | ({"message": {"text": message}} if message else {})

    def _step(self, step: Step, order: int) -> dict[str, Any]:
        return {
            "location": self._location(step.span, f"{step.role.value}: {step.message}"),
            "kinds": [step.role.value],
            "executionOrder": order,
            "importance": "essential" if step.role in IMPORTANT else "important",
        }

    def _fix(self, fix: Fix) -> dict[str, Any]:
        return {
            "description": {"text": fix.message or "repair it"},
            "artifactChanges": list(self._changes(fix.edits)),
            "properties": {"applicability": fix.applicability.value},
        }

    def _changes(self, edits: Sequence[Edit]) -> Iterator[dict[str, Any]]:
        for filename in dict.fromkeys(edit.span.filename for edit in edits):
            own = [edit for edit in edits if edit.span.filename == filename]
            yield {
                "artifactLocation": self._artifact(own[0].span),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.content}} for edit in own
                ],
            }

    def _artifact(self, span: Span) -> dict[str, str]:
        uri = as_uri(relative(span.filename, self._found.directory, self._found.directory))
        return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": BASE}


def _in_cell(span: Span) -> str:
    return f"cell {span.cell}, line {span.start.row}"


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.start.row,
        "startColumn": span.start.column,
        "endLine": span.end.row,
        "endColumn": span.end.column,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    page = read_page(rule)
    summary, _, rest = page.partition("\n")
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": page, "markdown": f"# {rule.code} {rule.name}\n\n{page}"},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["tensorflow"]},
    }
