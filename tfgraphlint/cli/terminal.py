"""What a stream that is written to can show: colours, and how many columns."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

import click

ERROR = "\x1b[1;31merror:\x1b[0m"


def offer(of: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """What the shell offers when somebody presses Tab: what the function ``of`` in ``completing`` says."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        module = importlib.import_module("tfgraphlint.cli.completing")  # a run does without
        return getattr(module, of)(ctx, param, incomplete)

    return complete


def has_colour(stream: TextIO) -> bool:
    """Whether text for ``stream`` is coloured.

    ``NO_COLOR`` (anything but empty) turns colours off. ``FORCE_COLOR`` turns them on, or with ``0`` or ``false`` off.
    Else a terminal has colours, unless ``TERM`` is ``dumb``.
    """
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    if forced:
        return forced.lower() not in ("0", "false")
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def columns(stream: TextIO) -> int:
    """How many columns ``stream`` has; 0 where it is no terminal."""
    import shutil  # takes libraries for archives along, and most runs do not write to a terminal

    return shutil.get_terminal_size().columns if stream.isatty() else 0


def encoding_of(stream: TextIO) -> str | None:
    """The encoding in which ``stream`` is written, behind what guards it."""
    return getattr(getattr(stream, "_stream", stream), "encoding", None)


def say_error(error: object) -> None:
    """Say to standard error what went wrong, in one line."""
    colour = has_colour(sys.stderr)
    click.echo(f"{ERROR if colour else 'error:'} {error}", err=True, color=colour)


def end_as_ctrl_c_does() -> None:
    """From now on whoever is told to end (SIGTERM) tidies up as after Ctrl-C."""
    import signal  # not every command has something to tidy up

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
