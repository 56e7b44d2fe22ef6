"""``tfgraphlint [check] [PATHS]...``."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tfgraphlint.cli import output, session
from tfgraphlint.cli.destinations import FORMATS, paired
from tfgraphlint.cli.options import Options, check_usage
from tfgraphlint.cli.progress import progress
from tfgraphlint.cli.terminal import end_as_ctrl_c_does, offer, say_error
from tfgraphlint.errors import RunError
from tfgraphlint.run.lint import Run

if TYPE_CHECKING:  # hardly any run stays
    from tfgraphlint.cli.watching import Outcome


class Codes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Codes, prefixes or names, with commas between them."""

    name = "codes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


def _with_reason(args: list[str]) -> list[str]:
    """``args``, ``--add-ignore`` alone with an empty reason: the word behind it is a path."""
    end = args.index("--") if "--" in args else len(args)
    return ["--add-ignore=" if arg == "--add-ignore" else arg for arg in args[:end]] + args[end:]


class InOrder(click.Command):
    """Keeps the order in which ``--output-format`` and ``--output-file`` were given: it says what belongs together."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        args = _with_reason(args)
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        values = {name: iter(given.get(f"output_{name}") or ()) for name in ("format", "file")}
        names = [str(param.name).removeprefix("output_") for param in order if param.name in OUTPUTS]
        ctx.meta[WORDS] = [(name, str(next(values[name]))) for name in names]
        return super().parse_args(ctx, args)


OUTPUTS = ("output_format", "output_file")
WORDS = "tfgraphlint.output"


@click.command("check", cls=InOrder, options_metavar="[OPTIONS]", short_help="Lint files (the default command).")
@click.argument("paths", nargs=-1, type=str, shell_complete=offer("files_or_commands"))
@click.option("--select", multiple=True, type=Codes(), help="Enable only these rules: codes, prefixes or names.")
@click.option("--ignore", multiple=True, type=Codes(), help="Rules to disable.")
@click.option("--extend-select", multiple=True, type=Codes(), help="Enable these rules as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--ask", is_flag=True, help="With --fix, show each fix and ask whether to apply it.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply (with --fix) or mark fixes that may change results, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option("--show-fixes", is_flag=True, help="With --fix, say what was repaired.")
@click.option("--fix-only", is_flag=True, help="Apply fixes and report nothing, as if all was well.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with status 1 if --fix repaired anything.")
@click.option("--output-format", multiple=True, type=click.Choice(FORMATS), help="Output format (default: full).")
@click.option("--output-file", multiple=True, metavar="FILE", help="Write the format named before this to FILE.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this configuration file only.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Report only what is not in FILE.")
@click.option("--write-baseline", is_flag=True, help="Write all that is reported to the baseline.")
@click.option("--add-ignore", metavar="[=REASON]", help="Add a comment that silences each report, with a reason.")
@click.option("--ignore-suppressions", is_flag=True, help="Report what comments silence as well.")
@click.option("--fail-on", type=click.Choice(("error", "warning")), help="Least severity that makes status 1.")
@click.option("--no-cache", is_flag=True, help="Do not read or write the cache.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Number of processes (default: as needed).")
@click.option("--force-exclude", is_flag=True, help="Skip excluded files even if they are named.")
@click.option("--no-notebooks", is_flag=True, help="Leave notebooks (*.ipynb) out.")
@click.option("--watch", is_flag=True, help="Lint again whenever a file changes, until Ctrl-C.")
@click.option("--stdin-filename", help="File name for the code that '-' reads.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted.")
@click.option("--show-settings", is_flag=True, help="Print the settings that hold for them.")
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 even if problems are found.")
@click.option("--statistics", is_flag=True, help="Show the number of reports per rule.")
@click.option("--verbose", "-v", is_flag=True, help="Say how long it took, and what was not read to its end.")
@click.option("--quiet", "-q", is_flag=True, help="Print reports only, no summary.")
@click.pass_context
def command(ctx: click.Context, /, output_format: object, output_file: object, fix: bool, **given: object) -> None:
    """Lint PATHS: files, directories, glob patterns, or '-' for standard input (default: '.').

    Exit status: 0 no problems, 1 problems found, 2 wrong usage or configuration, or an internal error.
    """
    end_as_ctrl_c_does()
    try:
        fix = fix or bool(given["fix_only"])
        status = run(Options(destinations=paired(ctx.meta[WORDS]), fix=fix, **given))  # type: ignore[arg-type]
    except RunError as error:
        say_error(error)
        status = 2
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def run(options: Options) -> int:
    """Do what the options ask for; the exit status."""
    check_usage(options)
    if options.ask:
        from tfgraphlint.cli import asking  # hardly any run asks

        asking.check_terminal()
    if options.watch:
        from tfgraphlint.cli import watching  # nor stays

        return watching.watch(options, lambda outcome: _once(options, outcome))
    return _once(options)


def _once(options: Options, outcome: Outcome | None = None) -> int:
    """One run, which ``outcome`` is told of; the exit status."""
    asked = session.gather(options)
    if options.only_shows:
        return output.show_asked(asked, options)
    output.say_notes(asked, options)
    done = _lint(asked, options)
    if outcome is not None:
        outcome.run = done
    if options.write_baseline:
        output.say_baseline(*session.write_baseline(done, options))
        return 2 * output.say_errors(asked, done)
    if options.add_ignore is not None:
        return _silence(asked, done, options)
    if options.fix or options.diff:
        return _repair(asked, done, options)
    output.show(asked, done, options)
    return _ended(asked, done, options)


def _lint(asked: session.Asked, options: Options) -> Run:
    began = time.monotonic()
    with progress(options.quiet, asked.request.working_directory) as bar:
        done = session.lint(asked, options, bar)
    done = replace(done, seconds=time.monotonic() - began)
    if (options.verbose or bar.is_shown) and not output.says_effort(options):
        output.say_effort(done)
    return done


def _repair(asked: session.Asked, done: Run, options: Options) -> int:
    choose = None
    if options.ask:
        from tfgraphlint.cli.asking import Decisions

        choose = Decisions(asked, options).decide
    repaired = session.repair(done, options, choose)
    output.say_dropped(repaired)
    if options.diff:
        return output.show_diff(repaired, options)
    session.write(repaired)
    if not options.fix_only:
        output.show(asked, repaired.run, options, repaired.fixed)
    if options.show_fixes:
        output.say_fixes(repaired)
    return _ended(asked, repaired.run, options, fixed=len(repaired.fixed))


def _silence(asked: session.Asked, done: Run, options: Options) -> int:
    silenced = session.silence(done, options.add_ignore or "")
    output.show(asked, silenced.run, options)
    output.say_comments(silenced, options)
    return _ended(asked, silenced.run, options)


def _ended(asked: session.Asked, done: Run, options: Options, fixed: int = 0) -> int:
    """Say what goes to standard error at the end; the exit status."""
    if options.verbose:
        output.say_unread(done)
    if not options.quiet:
        output.say_solved(session.solved(done))
    if output.say_errors(asked, done):
        return 2
    if options.exit_zero:
        return 0
    if fixed and options.exit_non_zero_on_fix:
        return 1
    return int(not options.fix_only and session.fails(done, options))
