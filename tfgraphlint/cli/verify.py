"""``tfgraphlint verify``: runs fixtures in TensorFlow and checks what they claim."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraphlint.cli.terminal import offer


@click.command("verify", short_help="Run the fixtures of rules in TensorFlow.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=offer("rules"))
@click.option(
    "--record", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what TensorFlow said in FILE, as JSON.",
)  # fmt: skip
def command(codes: tuple[str, ...], record: Path | None) -> None:
    """Run the fixtures of the named rules (default: all) in the installed TensorFlow and check their claims.

    Each fix and each suggestion for a bad program is made alone, and what comes out is run, too: the error must be
    gone, and the gradient that was None a number.

    With --record, what became of each program is kept in a file, which the pages of the rules on the site tell. Where
    only some rules are named, the rest of the file stays, if it is of the same versions.

    Exit status: 0 TensorFlow confirms every claim, 1 it does not, 2 the fixtures cannot be run.
    """
    from tfgraphlint.verify.main import run

    sys.exit(run(list(codes), record_file=record))
