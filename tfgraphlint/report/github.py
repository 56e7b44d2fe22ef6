"""``--output-format github``: workflow commands that GitHub Actions shows as annotations in a pull request."""

from __future__ import annotations

from tfgraphlint.diagnostic import Diagnostic, Span
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.names import relative


def render(found: Findings) -> str:
    """One command a report, and one for each file that could not be linted."""
    commands = [
        _command(each, relative(each.span.filename, found.directory, found.root), found.stored_at(each.span))
        for each in found.diagnostics
    ]
    commands += [f"::error title=tfgraphlint::{_data(error)}" for error in found.errors]
    return "".join(f"{command}\n" for command in commands)


def _command(diagnostic: Diagnostic, path: str, stored: Span) -> str:
    """One annotation, at its place in the file as it is stored."""
    properties = {"title": f"{diagnostic.code} {diagnostic.name}", "file": path}
    message = diagnostic.message
    if diagnostic.span.cell:
        written = diagnostic.span.start
        message = f"cell {diagnostic.span.cell}:{written.row}:{written.column}: {message}"
    start, end = stored.start, stored.end
    if not stored.cell:
        properties["line"] = str(start.row)
        properties["endLine"] = str(end.row)
        if start.row == end.row:  # columns count only within one line
            properties |= {"col": str(start.column), "endColumn": str(end.column)}
    if diagnostic.help:
        message += f"\nhelp: {diagnostic.help}"
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{diagnostic.severity.value} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
