"""``tfgraphlint``: the commands. ``check`` is the default."""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
from collections.abc import Sequence

import click

import tfgraphlint
from tfgraphlint.cli.streams import guarded
from tfgraphlint.cli.terminal import say_error
from tfgraphlint.disk.names import one_line

COMMANDS = ("check", "rule", "explain", "facts", "verify", "schema", "scan", "server", "clean")
GROUP_OPTIONS = ("--help", "-h", "--version", "-V")


class Commands(click.Group):
    """Loads a command only when it runs; arguments that start with no command's name go to ``check``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tfgraphlint.cli.{cmd_name}")
        if not gc.isenabled():
            gc.freeze()  # no later search has to look at modules
            gc.enable()
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*COMMANDS, *GROUP_OPTIONS):
            _refuse_mistyped(ctx, args)
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help(ctx, formatter)
        check = self.get_command(ctx, "check")
        if check is not None:
            formatter.write_paragraph()
            formatter.write_text("Options of check, the default command:")
            check.format_options(ctx, formatter)


def _refuse_mistyped(ctx: click.Context, args: Sequence[str]) -> None:
    """See that the first word, if it is no file, is no command with a mistake in it: nothing must be linted then."""
    word = args[0] if args else ""
    if not re.fullmatch(r"[A-Za-z-]{3,}", word) or word.startswith("-") or os.path.lexists(word):
        return
    import difflib  # most runs name a file, or nothing

    for near in difflib.get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.6):
        say_error(f"there is no command and no file {word!r}; did you mean {near!r}?")
        ctx.exit(2)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="[OPTIONS]",
    subcommand_metavar="[PATHS]... | COMMAND [ARGS]...",
)
@click.version_option(tfgraphlint.__version__, "--version", "-V", message="tfgraphlint %(version)s")
def group() -> None:
    """Find lost gradients and tracing mistakes in TensorFlow training code, and fix them.

    Exit status: 0 no problems, 1 problems found, 2 wrong usage or configuration, or an internal error.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """What the ``tfgraphlint`` command does."""
    with guarded() as lost_output:
        try:
            group.main(args=None if arguments is None else list(arguments), prog_name="tfgraphlint")
        except SystemExit:
            if not lost_output():
                raise
            say_error(lost_output())
        except Exception as error:  # Python would exit with 1, which means that problems were found
            if os.environ.get("TFGRAPHLINT_TRACEBACK"):
                raise
            said = one_line(" ".join(f"{type(error).__name__}: {error}".split()))
            say_error(f"internal error: {said} (TFGRAPHLINT_TRACEBACK=1 shows where)")
        sys.exit(2)
