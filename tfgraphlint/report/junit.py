"""``--output-format junit``: JUnit's XML, which CI services show as tests. A report is a test that fails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.disk.names import file_name
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.names import relative

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(found: Findings) -> str:
    """The whole document: a suite for each file with reports, one for what could not be linted, or one that passes."""
    suites = []
    for filename, reports in groupby(found.diagnostics, key=lambda each: each.span.filename):
        path = relative(filename, found.directory, found.root)
        suites.append(_suite(path, [_failure(each, path) for each in reports], "failures"))
    if found.errors:
        suites.append(_suite("tfgraphlint", [_error(error) for error in found.errors], "errors"))
    if not suites:
        suites.append(_suite("tfgraphlint", ['<testcase name="no problems" classname="tfgraphlint"/>'], ""))
    failures, errors = len(found.diagnostics), len(found.errors)
    total = failures + errors or 1
    head = f'<testsuites name="tfgraphlint" tests="{total}" failures="{failures}" errors="{errors}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>\n"])


def _suite(name: str, cases: Iterable[str], bad: str) -> str:
    cases = list(cases)
    counts = {"failures": 0, "errors": 0} | ({bad: len(cases)} if bad else {})
    written = " ".join(f'{kind}="{number}"' for kind, number in counts.items())
    head = f'<testsuite name={_attribute(name)} tests="{len(cases)}" {written}>'
    return "\n".join([head, *cases, "</testsuite>"])


def _failure(diagnostic: Diagnostic, path: str) -> str:
    span = diagnostic.span
    place = f"cell {span.cell}:" * bool(span.cell) + f"{span.start.row}:{span.start.column}"
    steps = [
        f"{step.span.where}:{step.span.start.row}:{step.span.start.column}: {step.role.value}: {step.message}"
        for step in diagnostic.path
    ]
    helps = [f"help: {diagnostic.help}"] if diagnostic.help else []
    text = "\n".join([f"{file_name(path)}:{place}: {diagnostic.message}", *steps, *helps])
    name = _attribute(f"{diagnostic.code} {diagnostic.name} at {place}")
    line = "" if span.cell else f' line="{span.start.row}"'
    return (
        f"<testcase name={name} classname={_attribute(path)} file={_attribute(path)}{line}>"
        f'<failure type="{diagnostic.severity.value}" message={_attribute(diagnostic.message)}>'
        f"{_text(text)}</failure></testcase>"
    )


def _error(error: str) -> str:
    said = f"<error message={_attribute(error)}>{_text(error)}</error>"
    return f'<testcase name="not linted" classname="tfgraphlint">{said}</testcase>'


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))
