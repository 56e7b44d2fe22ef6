"""``tfgraphlint explain``: what is known of one line."""

from __future__ import annotations

import os
import sys

import click

from tfgraphlint.cli.terminal import columns, encoding_of, has_colour, offer, say_error
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError


@click.command("explain", short_help="Draw what is known of the gradient, value or traced function at a line.")
@click.argument("place", metavar="FILE:LINE", shell_complete=offer("files"))
@click.option(
    "--format", "--output-format", "format", type=click.Choice(("text", "json", "html")), default="text",
    help="Output format.",
)  # fmt: skip
def command(place: str, format: str) -> None:
    """Say what is known of FILE:LINE (in a notebook: 'FILE:cell N:LINE'), and draw it.

    For a query on a tape: the way from each source, and where it is cut, or why nothing is known. For a value: which
    variables a gradient flows to through it. For a tf.function: when it is traced, and what has it traced again.

    Exit status: 0 the file was interpreted, 2 it could not be, or there is no such line.
    """
    try:
        status = explain(place, format)
    except RunError as error:
        say_error(error)
        status = 2
    sys.exit(status)


def explain(place: str, format: str) -> int:
    """Print what is known of a place; the exit status.

    Raises:
        RunError: this names no line of a file that can be read.
    """
    from tfgraphlint.report import explanation
    from tfgraphlint.run.explain import explain as explained  # imports the interpreter: other commands do without

    found = explained(place, working_directory())
    if format == "json":
        text = explanation.as_json(found)
    elif format == "html":
        from tfgraphlint.report.html_explanation import render

        text = render(found)
    else:
        boxes = explanation.can_draw(encoding_of(sys.stdout))
        text = explanation.as_text(found, has_colour(sys.stdout), boxes, columns(sys.stdout))
    click.echo(text, nl=False, color=has_colour(sys.stdout))
    if found.error:
        say_error(found.error)
        if found.details and os.environ.get("TFGRAPHLINT_TRACEBACK"):
            click.echo(found.details, err=True, nl=False)
    return 2 if found.error else 0
