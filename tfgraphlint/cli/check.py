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


@click.command("check", options_metavar="[OPTIONS]", short_help="Lint files (the default command).")
@click.argument("paths", nargs=-1, type=str)
@click.option("--select", multiple=True, type=Codes(), help="Enable only these rules: codes, prefixes or names.")
@click.option("--ignore", multiple=True, type=Codes(), help="Rules to disable.")
@click.option("--extend-select", multiple=True, type=Codes(), help="Enable these rules as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply fixes that may change results, too (with --fix or --diff).")
@click.option("--diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="Output format.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this configuration file only.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--no-cache", is_flag=True, help="Do not read or write the cache.")
@click.option("--force-exclude", is_flag=True, help="Skip excluded files even if they are named.")
@click.option("--no-notebooks", is_flag=True, help="Leave notebooks (*.ipynb) out.")
@click.option("--stdin-filename", help="File name for the code that '-' reads.")
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 even if problems are found.")
@click.option("--statistics", is_flag=True, help="Show the number of reports per rule.")
@click.option("--verbose", "-v", is_flag=True, help="Say which functions were not read to their end.")
@click.option("--quiet", "-q", is_flag=True, help="Print reports only, no summary.")
def command(**given: object) -> None:
    """Lint PATHS: files, directories, glob patterns, or '-' for standard input (default: '.').

    Exit status: 0 no problems, 1 problems found, 2 wrong usage or configuration, or an internal error.
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
    output.say_notes(asked, options)
    done = session.lint(asked, options)
    if options.fix or options.diff:
        repaired = session.repair(done, options)
        output.say_dropped(repaired)
        if options.diff:
            return output.show_diff(repaired, options)
        session.write(repaired)
        output.show(asked, repaired.run, options, repaired.fixed)
        done = repaired.run
    else:
        output.show(asked, done, options)
    if options.verbose:
        output.say_unread(done)
    failed = output.say_errors(asked, done)
    if failed:
        return 2
    return int(bool(done.diagnostics) and not options.exit_zero)
