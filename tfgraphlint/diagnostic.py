"""What a report is: a place, a message, the path that led there, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from tfgraphlint.disk.names import file_name


@dataclass(frozen=True, order=True)
class Position:
    """A place between two characters of a text: row and column, both counted from 1, in code points."""

    row: int
    column: int


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of one file, from ``start`` up to and without ``end``.

    ``cell`` is the notebook's cell in which rows are counted; 0 where they are those of the text that is linted.
    """

    filename: str
    start: Position
    end: Position
    cell: int = 0

    @property
    def where(self) -> str:
        """The file, and the cell in it, as reports name them."""
        name = file_name(self.filename)
        return f"{name}:cell {self.cell}" if self.cell else name


class Severity(Enum):
    """How bad it is: an error raises or gives no or a wrong gradient, a warning works but not as written."""

    ERROR = "error"
    WARNING = "warning"


class Applicability(Enum):
    """Whether a fix is applied by ``--fix`` (safe), only with ``--unsafe-fixes``, or never (display)."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Role(Enum):
    """What a step of a report's path is."""

    SOURCE = "source"  # where the value that the gradient is asked for comes from
    CUT = "cut"  # where the value leaves TensorFlow or the tape
    MODE = "mode"  # why the code runs traced or eagerly
    CALL = "call"  # the call through which this code was reached
    CONSEQUENCE = "consequence"  # where the fault shows at run time


@dataclass(frozen=True)
class Step:
    """One labelled place on the way from source to consequence."""

    role: Role
    message: str
    span: Span


@dataclass(frozen=True)
class Edit:
    """Replace ``span`` by ``content``; an empty span inserts."""

    span: Span
    content: str


@dataclass(frozen=True)
class Fix:
    """Edits that repair one report, all in one file or in several, applied together or not at all."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Diagnostic:
    """One report. ``span`` is the one place to change; ``path`` shows the rest in the order it happens."""

    code: str
    name: str
    message: str
    severity: Severity
    span: Span
    path: tuple[Step, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    suggestions: tuple[Fix, ...] = field(default=())

    @property
    def key(self) -> tuple[str, Position, str, Span]:
        """What makes two reports the same one, and their order: file, place, code."""
        return (self.span.filename, self.span.start, self.code, self.span)
