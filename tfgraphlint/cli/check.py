"""``tfgraphlint [check] [PATHS]...``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraphlint.cli import output, session
from tfgraphlint.cli.options import FORMATS, Options, check_usage
from tfgraphlint.errors import RunError


class Codes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Codes, prefixes or names, with commas between them."""

    name = "codes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


@click.command("check", options_metavar="[OPTIONS]")
@click.argument("paths", nargs=-1, type=str)
@click.option("--select", multiple=True, type=Codes(), help="Rules to enable, and no others: codes, prefixes or names.")
@click.option("--ignore", multiple=True, type=Codes(), help="Rules to disable.")
@click.option("--extend-select", multiple=True, type=Codes(), help="Rules to enable as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that may change results.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="Output format.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this configuration file and no other.")
@click.option("--isolated", is_flag=True, help="Use no configuration file.")
@click.option("--no-cache", is_flag=True, help="Lint all files again and store nothing.")
@click.option("--force-exclude", is_flag=True, help="Skip excluded files even when they are named.")
@click.option("--stdin-filename", help="Name of what '-' reads from standard input.")
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 even if problems are found.")
@click.option("--statistics", is_flag=True, help="Show counts per rule instead of the reports.")
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
    check_usage(options)
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
