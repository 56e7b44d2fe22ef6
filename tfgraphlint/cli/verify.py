"""``tfgraphlint verify``: TensorFlow is asked whether the fixtures tell the truth."""

from __future__ import annotations

import sys

import click


@click.command("verify")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
def command(codes: tuple[str, ...]) -> None:
    """Run the fixtures of the rules named (default: all) in the installed TensorFlow and compare.

    Exit status: 0 TensorFlow confirms every claim, 1 it does not, 2 it cannot be asked.
    """
    from tfgraphlint.verify.main import run

    sys.exit(run(list(codes)))
