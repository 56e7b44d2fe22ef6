"""Facts about the run itself: files that cannot be parsed, comments that suppress nothing. Imports no libcst."""

from __future__ import annotations

from dataclasses import dataclass

from tfgraphlint.diagnostic import Span


@dataclass(frozen=True)
class UnparsableFile:
    """A file, or a cell of a notebook, that cannot be parsed: the fact behind TFG900."""

    span: Span
    message: str
    what: str = ""  # "cell" or "code block" where it is less than the file


@dataclass(frozen=True)
class Suppression:
    """One comment. ``words`` are the codes and names in it, None when it suppresses everything.

    ``exact`` is the row on which it always applies; ``rows`` are the rows of the statement that it covers.
    """

    span: Span
    words: tuple[str, ...] | None
    exact: int
    rows: range
    whole_file: bool = False
    foreign: bool = False  # a ``noqa``, which other tools read as well
    reason: str = ""

    def covers(self, row: int) -> bool:
        """Whether it applies to a report that starts on ``row``."""
        return self.whole_file or row == self.exact or row in self.rows


@dataclass(frozen=True)
class UnusedSuppression:
    """A comment that suppressed nothing, or words in it that did not: the fact behind TFG901.

    ``removal`` is what to delete: the comment with the space before it, or its whole row.
    """

    suppression: Suppression
    unused: tuple[str, ...]
    removal: Span
