"""``tfgraphlint verify``: runs fixtures in TensorFlow and checks what they claim."""

from __future__ import annotations

import sys

import click

from tfgraphlint.cli.terminal import offer


@click.command("verify", short_help="Run the fixtures of rules in TensorFlow.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=offer("rules"))
def command(codes: tuple[str, ...]) -> None:
    """Run the fixtures of the named rules (default: all) in the installed TensorFlow and check their claims.

    Each fix and each suggestion for a bad program is made alone, and what comes out is run, too: the error must be
    gone, and the gradient that was None a number.

    Exit status: 0 TensorFlow confirms every claim, 1 it does not, 2 the fixtures cannot be run.
    """
    from tfgraphlint.verify.main import run

    sys.exit(run(list(codes)))
