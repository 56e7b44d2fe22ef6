"""``tfgraphlint schema``: JSON schemas of settings and output."""

from __future__ import annotations

import click

NAMES = ("settings", "output", "explanation")


@click.command("schema", short_help="Print the JSON schema of the settings or of an output.")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> None:
    """Print a JSON schema: of the settings, of what --output-format json writes, or of what explain writes as JSON."""
    from tfgraphlint.report.schemas import as_text

    click.echo(as_text(name), nl=False)
