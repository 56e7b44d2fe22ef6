"""What can be asked of ``check`` on the command line, and what of it excludes each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.cli.destinations import Destination
from tfgraphlint.errors import RunError

STDIN = "-"


@dataclass(frozen=True, eq=False, repr=False)
class Options:
    """What was asked for on the command line."""

    paths: tuple[str, ...]
    select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    extend_select: tuple[tuple[str, ...], ...]
    fix: bool
    ask: bool
    watch: bool
    unsafe_fixes: bool
    diff: bool
    destinations: tuple[Destination, ...]
    config: Path | None
    isolated: bool
    no_cache: bool
    force_exclude: bool
    no_notebooks: bool
    stdin_filename: str | None
    add_ignore: str | None
    ignore_suppressions: bool
    baseline: Path | None
    write_baseline: bool
    fail_on: str | None
    show_settings: bool
    show_files: bool
    show_fixes: bool
    fix_only: bool
    exit_non_zero_on_fix: bool
    jobs: int | None
    exit_zero: bool
    statistics: bool
    verbose: bool
    quiet: bool

    @property
    def for_people(self) -> bool:
        """Whether standard output is for a person: no format goes there that a program reads."""
        return all(each.for_people for each in self.destinations if each.file is None)

    @property
    def only_shows(self) -> bool:
        """Whether nothing is to be linted, only what would be is asked for."""
        return self.show_files or self.show_settings


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
    _check_together(options)
    if options.watch:
        _check_watch(options)
    if options.statistics:
        _check_statistics(options)


def _check_together(options: Options) -> None:
    changing = {
        "--fix": options.fix,
        "--diff": options.diff,
        "--add-ignore": options.add_ignore is not None,
        "--write-baseline": options.write_baseline,
    }
    given = [name for name, is_given in changing.items() if is_given]
    if len(given) > 1 and given != ["--fix", "--diff"]:
        raise RunError(f"{' and '.join(given)} exclude each other: give one of them")
    for name, is_given in (
        ("--ask", options.ask), ("--show-fixes", options.show_fixes),
        ("--exit-non-zero-on-fix", options.exit_non_zero_on_fix),
    ):  # fmt: skip
        if is_given and not options.fix:
            raise RunError(f"{name} is about what --fix repairs: give --fix as well")
    if options.add_ignore is not None and ("#" in options.add_ignore or "\n" in options.add_ignore):
        raise RunError("--add-ignore: a reason is one line without '#'")


def _check_watch(options: Options) -> None:
    others = {
        "'-'": STDIN in options.paths, "--ask": options.ask, "--diff": options.diff,
        "--add-ignore": options.add_ignore is not None, "--write-baseline": options.write_baseline,
        "--show-files": options.show_files, "--show-settings": options.show_settings,
    }  # fmt: skip
    for name in (name for name, is_given in others.items() if is_given):
        raise RunError(f"--watch and {name} exclude each other: give one of them")


def _check_statistics(options: Options) -> None:
    other = [each.format for each in options.destinations if each.format not in STATISTICS_FORMATS]
    if other:
        raise RunError(f"--statistics has no {other[0]} format: choose one of {', '.join(STATISTICS_FORMATS)}")
