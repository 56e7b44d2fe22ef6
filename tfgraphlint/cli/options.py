"""What can be asked of ``check`` on the command line, and what of it excludes each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.cli.destinations import Destination
from tfgraphlint.errors import RunError

STDIN = "-"


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    paths: tuple[str, ...]
    select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    extend_select: tuple[tuple[str, ...], ...]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    destinations: tuple[Destination, ...]
    config: Path | None
    isolated: bool
    no_cache: bool
    force_exclude: bool
    no_notebooks: bool
    stdin_filename: str | None
    exit_zero: bool
    statistics: bool
    verbose: bool
    quiet: bool


    @property
    def for_people(self) -> bool:
        """Whether standard output is for a person: no format goes there that a program reads."""
        return all(each.for_people for each in self.destinations if each.file is None)


STATISTICS_FORMATS = ("full", "concise", "json")


def check_usage(options: Options) -> None:
    """See whether the options go together.

    Raises:
        RunError: they do not; it says what to leave out or to add.
    """
    if options.config is not None and options.isolated:
        raise RunError("--config and --isolated exclude each other: give one of them")
    if STDIN in options.paths and len(options.paths) > 1:
        raise RunError("'-' reads standard input and stands alone: leave the other paths out")
    if options.stdin_filename is not None and STDIN not in options.paths:
        raise RunError("--stdin-filename names what '-' reads: give '-' as the path")
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise RunError("--unsafe-fixes needs --fix or --diff: give one of them as well")
    if options.statistics:
        _check_statistics(options)


def _check_statistics(options: Options) -> None:
    other = [each.format for each in options.destinations if each.format not in STATISTICS_FORMATS]
    if other:
        raise RunError(f"--statistics has no {other[0]} format: choose one of {', '.join(STATISTICS_FORMATS)}")
