"""``tfgraphlint [check] [PATHS]...``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraphlint.cli import output, session
from tfgraphlint.cli.destinations import FORMATS, paired
from tfgraphlint.cli.options import Options, check_usage
from tfgraphlint.cli.terminal import say_error
from tfgraphlint.errors import RunError


class Codes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Codes, prefixes or names, with commas between them."""

    name = "codes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


class InOrder(click.Command):
    """Keeps the order in which ``--output-format`` and ``--output-file`` were given: it says what belongs together."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        values = {name: iter(given.get(f"output_{name}") or ()) for name in ("format", "file")}
        names = [str(param.name).removeprefix("output_") for param in order if param.name in OUTPUTS]
        ctx.meta[WORDS] = [(name, str(next(values[name]))) for name in names]
        return super().parse_args(ctx, args)


OUTPUTS = ("output_format", "output_file")
WORDS = "tfgraphlint.output"


@click.command("check", cls=InOrder, options_metavar="[OPTIONS]", short_help="Lint files (the default command).")
@click.argument("paths", nargs=-1, type=str)
@click.option("--select", multiple=True, type=Codes(), help="Enable only these rules: codes, prefixes or names.")
@click.option("--ignore", multiple=True, type=Codes(), help="Rules to disable.")
@click.option("--extend-select", multiple=True, type=Codes(), help="Enable these rules as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply fixes that may change results, too (with --fix or --diff).")
@click.option("--diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option("--output-format", multiple=True, type=click.Choice(FORMATS), help="Output format (default: full).")
@click.option("--output-file", multiple=True, metavar="FILE", help="Write the format named before this to FILE.")
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
@click.pass_context
def command(ctx: click.Context, /, output_format: object, output_file: object, **given: object) -> None:
    """Lint PATHS: files, directories, glob patterns, or '-' for standard input (default: '.').

    Exit status: 0 no problems, 1 problems found, 2 wrong usage or configuration, or an internal error.
    """
    try:
        status = run(Options(destinations=paired(ctx.meta[WORDS]), **given))  # type: ignore[arg-type]
    except RunError as error:
        say_error(error)
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
        output.show(asked, repaired.run, options, fixed=len(repaired.fixed))
        done = repaired.run
    else:
        output.show(asked, done, options)
    if options.verbose:
        output.say_unread(done)
    failed = output.say_errors(asked, done)
    if failed:
        return 2
    return int(bool(done.diagnostics) and not options.exit_zero)
