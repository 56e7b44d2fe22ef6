"""``tfgraphlint [check] [PATHS]...``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from tfgraphlint.errors import RunError

FORMATS = ("full", "concise", "json")
STDIN = "-"


class Codes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Codes, prefixes or names, with commas between them."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


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
    output_format: str
    config: Path | None
    isolated: bool
    no_cache: bool
    force_exclude: bool
    stdin_filename: str | None
    exit_zero: bool
    statistics: bool
    quiet: bool


@click.command("check", options_metavar="[OPTIONS]")
@click.argument("paths", nargs=-1, type=str)
@click.option("--select", multiple=True, type=Codes(), help="Only these rules: codes, prefixes or names.")
@click.option("--ignore", multiple=True, type=Codes(), help="Not these rules.")
@click.option("--extend-select", multiple=True, type=Codes(), help="These rules as well.")
@click.option("--fix", is_flag=True, help="Repair what has a safe fix.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: fixes that may change results as well.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="Form of reports.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this configuration file and no other.")
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
@click.option("--no-cache", is_flag=True, help="Lint all files anew, and remember nothing.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even when they are named.")
@click.option("--stdin-filename", help="Name of what '-' reads from standard input.")
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 though something is found.")
@click.option("--statistics", is_flag=True, help="Show how often each rule reports instead of the reports.")
@click.option("--quiet", "-q", is_flag=True, help="Print reports only.")
def command(**given: object) -> None:
    """Lint PATHS: files, directories, glob patterns, or '-' for standard input (default: '.').

    Exit status: 0 nothing found, 1 something found, 2 usage, configuration or internal error.
    """
    try:
        status = run(Options(**given))  # type: ignore[arg-type]
    except RunError as error:
        click.echo(f"error: {error}", err=True)
        status = 2
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def run(options: Options) -> int:
    """Lint, repair, print; the exit status."""
    from tfgraphlint.cli import output, session

    _check_usage(options)
    asked = session.gather(options)
    done = session.lint(asked, options)
    if options.fix or options.diff:
        repaired = session.repair(done, options)
        output.say_dropped(repaired)
        if options.diff:
            return output.show_diff(repaired, options)
        session.write(repaired)
        output.show(repaired.run, options, fixed=len(repaired.fixed))
        done = repaired.run
    else:
        output.show(done, options)
    failed = output.say_errors(asked, done)
    if failed:
        return 2
    return int(bool(done.diagnostics) and not options.exit_zero)


def _check_usage(options: Options) -> None:
    if options.config is not None and options.isolated:
        raise RunError("--config and --isolated exclude each other")
    if STDIN in options.paths and len(options.paths) > 1:
        raise RunError("'-' reads standard input and stands alone")
    if options.stdin_filename is not None and STDIN not in options.paths:
        raise RunError("--stdin-filename names what '-' reads; give '-' as the path")
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise RunError("--unsafe-fixes says which fixes --fix or --diff takes; give one of them as well")
