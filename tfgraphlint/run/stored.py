"""Reports as JSON, and back: for the cache, which anybody may have written. What is not as we write it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.disk.names import one_line

MAX_NUMBER = 1_000_000_000  # of a row or column


class Malformed(Exception):
    """This was not written by us."""


Stored = Callable[[str], str]  # what the cache calls the file that reports call so
Shown = Mapping[str, str]  # what reports call the file that the cache calls so


def as_json(diagnostic: Diagnostic, stored: Stored) -> dict[str, Any]:
    """A report as values that JSON has."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "severity": diagnostic.severity.value,
        "span": _written_span(diagnostic.span, stored),
        "path": [[step.role.value, step.message, _written_span(step.span, stored)] for step in diagnostic.path],
        "help": diagnostic.help,
        "fix": None if diagnostic.fix is None else _written_fix(diagnostic.fix, stored),
        "suggestions": [_written_fix(fix, stored) for fix in diagnostic.suggestions],
    }


def from_json(written: Any, names: Shown) -> Diagnostic:
    """The report that ``as_json`` made these values of. All its places lie in the files ``names``.

    Raises:
        Malformed: they are no report, or one of other files.
    """
    try:
        return Diagnostic(
            code=_line(written["code"]),
            name=_line(written["name"]),
            message=_line(written["message"]),
            severity=Severity(written["severity"]),
            span=_read_span(written["span"], names),
            path=tuple(Step(Role(role), _line(said), _read_span(span, names)) for role, said, span in written["path"]),
            help=None if written["help"] is None else _text(written["help"]),
            fix=None if written["fix"] is None else _read_fix(written["fix"], names),
            suggestions=tuple(_read_fix(fix, names) for fix in written["suggestions"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed from error


def rows_and_names(written: Any) -> tuple[tuple[int, str], ...]:
    """Pairs of a row and a name.

    Raises:
        Malformed: they are none.
    """
    try:
        return tuple((_number(row), _text(name)) for row, name in written)
    except (TypeError, ValueError) as error:
        raise Malformed from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed
    return value


def _line(value: Any) -> str:
    """Text that cannot add a line to what is printed."""
    if one_line(_text(value)) != value:
        raise Malformed
    return str(value)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 < value < MAX_NUMBER:
        raise Malformed
    return value


def _written_span(span: Span, stored: Stored) -> list[Any]:
    return [stored(span.filename), span.start.row, span.start.column, span.end.row, span.end.column]


def _read_span(written: Any, names: Shown) -> Span:
    filename, *numbers = written
    row, column, end_row, end_column = map(_number, numbers)
    if _text(filename) not in names:
        raise Malformed
    return Span(names[filename], Position(row, column), Position(end_row, end_column))


def _written_fix(fix: Fix, stored: Stored) -> list[Any]:
    edits = [[_written_span(edit.span, stored), edit.content] for edit in fix.edits]
    return [fix.message, fix.applicability.value, edits]


def _read_fix(written: Any, names: Shown) -> Fix:
    message, applicability, edits = written
    made = tuple(Edit(_read_span(span, names), _text(content)) for span, content in edits)
    return Fix(_text(message), Applicability(applicability), made)
