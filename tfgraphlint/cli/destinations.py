"""Which format goes where: ``--output-format`` and ``--output-file``, each as often as somebody likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.errors import RunError

# The first is what a person gets who asks for nothing. ``report.formats`` has what makes them.
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "pylint", "html")
FOR_PEOPLE = ("full", "concise")
STDOUT = "-"


@dataclass(frozen=True)
class Destination:
    """A format and the file that it is written to; standard output where there is none."""

    format: str
    file: Path | None = None

    @property
    def for_people(self) -> bool:
        """Whether a person reads it, with a summary below."""
        return self.format in FOR_PEOPLE


def paired(words: Sequence[tuple[str, str]]) -> tuple[Destination, ...]:
    """The destinations that ``words`` ask for: options and their values in the order in which they were given.

    A file takes the format before it. Where there is one of each, their order does not matter.

    Raises:
        RunError: two formats would go to one place, or a file cannot be written.
    """
    if [option for option, _ in words] == ["file", "format"]:
        words = words[::-1]
    found: list[Destination] = []
    waiting: str | None = None
    for option, value in words:
        if option == "format":
            if waiting is not None:
                found.append(Destination(waiting))
            waiting = value
        else:
            found.append(Destination(waiting or FORMATS[0], None if value == STDOUT else Path(value)))
            waiting = None
    if waiting is not None or not found:
        found.append(Destination(waiting or FORMATS[0]))
    _refuse_doubles(found)
    return tuple(found)


def _refuse_doubles(found: Sequence[Destination]) -> None:
    seen: dict[Path | None, str] = {}
    for each in found:
        if each.file in seen:
            formats = f"{seen[each.file]} and {each.format}"
            if each.file is None:
                raise RunError(f"{formats} would both go to standard output: give --output-file FILE after one of them")
            raise RunError(f"{formats} would both be written to {each.file}: give each a file of its own")
        seen[each.file] = each.format
        if each.file is not None:
            _refuse_unwritable(each.file)


def _refuse_unwritable(file: Path) -> None:
    if file.is_dir():
        raise RunError(f"--output-file {file}: this is a directory: name a file in it")
    if not file.parent.is_dir():
        raise RunError(f"--output-file {file}: there is no directory {file.parent}: make it first")
