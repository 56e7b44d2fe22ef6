"""``tfgraphlint rule``: a rule's page."""

from __future__ import annotations

import sys

import click

from tfgraphlint.cli.terminal import say_error
from tfgraphlint.errors import RunError
from tfgraphlint.rule_api import pages
from tfgraphlint.rule_api.registry import load


@click.command("rule", short_help="Print the page of a rule.")
@click.argument("word", metavar="[CODE|NAME]", required=False)
@click.option("--all", "everything", is_flag=True, help="Print the pages of all rules.")
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", show_default=True, help="Output format."
)
def command(word: str | None, everything: bool, output_format: str) -> None:
    """Print the page of a rule: what it reports, what TensorFlow does, how to fix it."""
    try:
        print_pages(word, everything, output_format)
    except RunError as error:
        say_error(error)
        sys.exit(2)


def print_pages(word: str | None, everything: bool, output_format: str) -> None:
    """Print what was asked for.

    Raises:
        RunError: no such rule, or not clear which.
    """
    if (word is None) == (not everything):
        raise RunError("name one rule (tfgraphlint rule TFG301), or give --all")
    registry = load()
    rules = registry.rules if word is None else (registry.rule(word),)
    if output_format == "json":
        click.echo(pages.render_json(rules, one=word is not None), nl=False)
    else:
        click.echo("\n\n".join(pages.render_text(rule) for rule in rules), nl=False)
