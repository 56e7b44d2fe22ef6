"""Comments that silence reports, what they cover, and which of them were of use."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.facts.run import Suppression
from tfgraphlint.project.source import Source
from tfgraphlint.rule_api.registry import Entry, matching

MAX_IN_COMMENT = 20  # so many things that one comment says; no more is read
ANY = ("tfgraphlint:", "noqa")  # in lower case
_OWN = re.compile(
    r"#\s*tfgraphlint:\s*(?P<kind>ignore-file|ignore)\s*(?:\[(?P<codes>[^\]]{0,1000})\])?\s*(?P<reason>[^#]*)",
    re.IGNORECASE,
)
_NOQA = re.compile(r"#\s*noqa\b(?P<colon>\s*:\s*(?P<codes>[A-Za-z][\w-]*(?:[\s,]+[A-Za-z]+\d+)*))?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]+\d+")


def silences(suppression: Suppression, code: str, entries: Sequence[Entry]) -> bool:
    """Whether the comment means the rule ``code``."""
    return suppression.words is None or any(code in matching(word, entries) for word in suppression.words)


class Suppressions:
    """The suppression comments of one file. Costs nothing for a file that has none."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def all(self) -> tuple[Suppression, ...]:
        """Every comment that silences something, in order."""
        text = self._source.text.lower()  # a pattern that ignores case takes ten times as long
        if not any(word in text for word in ANY):
            return ()
        return tuple(_collect(self._source))

    def may_concern(self, entries: Sequence[Entry]) -> bool:
        """Whether any comment can be in our own words, or name one of these rules."""
        words = {entry.code.rstrip("0123456789").lower() for entry in entries} | {ANY[0]}
        text = self._source.text.lower()
        return any(word in text for word in words)

    def removal(self, suppression: Suppression) -> Span:
        """What to take away with the comment so that nothing looks as if something were missing."""
        lines, span = self._source.lines, suppression.span
        row = lines.row(span.start.row)
        before, behind = row[: span.start.column - 1], row[span.end.column - 1 :]
        if behind.strip() and not (before.strip() and behind.startswith(" ")):
            return span
        if behind.strip():  # another comment, which keeps its own space
            return Span(span.filename, Position(span.start.row, len(before.rstrip()) + 1), span.end)
        if before.strip():
            start = Position(span.start.row, len(before.rstrip()) + 1)
            return Span(span.filename, start, Position(span.end.row, len(row) + 1))
        after = lines.position(lines.start(span.start.row + 1))
        return Span(span.filename, Position(span.start.row, 1), after)

    def find(
        self, row: int, code: str, entries: Sequence[Entry], besides: Suppression | None = None
    ) -> Suppression | None:
        """The comment, other than ``besides``, that silences a report of rule ``code`` that starts on ``row``."""
        for number in self._covering(row):
            suppression = self.all[number]
            if suppression != besides and silences(suppression, code, entries):
                return suppression
        return None

    def _covering(self, row: int) -> list[int]:
        """Which comments cover a row, by number: many reports ask, and a file may have thousands of comments."""
        by_row, by_statement = self._numbers
        rows = statement_rows(self._source, row) if by_statement else range(0)
        of_statement = by_statement.get(rows, ())
        return sorted({*by_row.get(0, ()), *by_row.get(row, ()), *of_statement})

    @cached_property
    def _numbers(self) -> tuple[dict[int, list[int]], dict[range, list[int]]]:
        """The numbers of the comments by the row on which they apply, 0 for the whole file, and by the statement."""
        by_row: dict[int, list[int]] = {}
        by_statement: dict[range, list[int]] = {}
        for number, suppression in enumerate(self.all):
            by_row.setdefault(0 if suppression.whole_file else suppression.exact, []).append(number)
            if suppression.rows:
                by_statement.setdefault(suppression.rows, []).append(number)
        return by_row, by_statement


def statement_rows(source: Source, row: int) -> range:
    """The rows of the statement, or of the head of the compound statement, that ``row`` belongs to."""
    statements = _rows_of_statements(source.text)
    at = bisect_right(statements, row, key=lambda rows: rows.start) - 1
    return statements[at] if at >= 0 and row in statements[at] else range(row, row + 1)


def all_statement_rows(source: Source) -> Iterator[range]:
    """The rows of each statement, of a compound one those of its head."""
    yield from _rows_of_statements(source.text)


@lru_cache(maxsize=4)
def _rows_of_statements(text: str) -> list[range]:
    return [rows for rows, _ in _statements(text) if rows]


def _collect(source: Source) -> Iterator[Suppression]:
    waiting: list[tokenize.TokenInfo] = []
    for rows, comments in _statements(source.text):
        for comment in comments:
            if comment.line[: comment.start[1]].strip() or comment.start[0] in rows[1:]:
                yield from _parsed(comment, source.filename, comment.start[0], _reach(comment, rows))
            else:
                waiting.append(comment)
        if rows:
            for comment in waiting:
                covered = rows if source.together(comment.start[0], rows[0]) else range(0)  # not the next cell
                yield from _parsed(comment, source.filename, comment.start[0], covered)
            waiting = []
    for comment in waiting:
        yield from _parsed(comment, source.filename, comment.start[0], range(0))


def _reach(comment: tokenize.TokenInfo, rows: range) -> range:
    """A statement over several rows is covered from its first or its last one."""
    return rows if rows and comment.start[0] in (rows[0], rows[-1]) else range(0)


def _statements(text: str) -> Iterator[tuple[range, list[tokenize.TokenInfo]]]:
    """The rows of each statement (a compound one's head only) and the comments in and right above it."""
    first = 0
    comments: list[tokenize.TokenInfo] = []
    silent = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                comments.append(token)
            elif token.type == tokenize.NEWLINE:
                yield range(first, token.start[0] + 1), comments
                first, comments = 0, []
            elif token.type not in silent and not first:
                first = token.start[0]
    except (tokenize.TokenError, SyntaxError):
        pass  # the file is reported as unparsable; what stands before the fault counts
    yield range(0), comments


def _parsed(comment: tokenize.TokenInfo, filename: str, row: int, rows: range) -> Iterator[Suppression]:
    text, column = comment.string, comment.start[1] + 1
    for match in islice(_OWN.finditer(text), MAX_IN_COMMENT):
        span = _span(filename, row, column, match.start(), match.start() + len(match.group().rstrip()))
        words = None if match["codes"] is None else tuple(word for word in re.split(r"[\s,]+", match["codes"]) if word)
        whole = match["kind"].lower() == "ignore-file"
        yield Suppression(span, words, row, rows, whole, reason=match["reason"].strip())
    own_line = not comment.line[: comment.start[1]].strip()
    for match in () if own_line else islice(_NOQA.finditer(text), MAX_IN_COMMENT):
        span = _span(filename, row, column, *match.span())
        codes = None if match["colon"] is None else tuple(_CODE.findall(match["codes"]))
        yield Suppression(span, codes, row, rows, foreign=True)


def _span(filename: str, row: int, column: int, start: int, end: int) -> Span:
    return Span(filename, Position(row, column + start), Position(row, column + end))
