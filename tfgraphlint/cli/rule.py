"""``tfgraphlint rule``: the list of rules, and their pages."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import click

from tfgraphlint.cli.terminal import has_colour, offer, say_error
from tfgraphlint.errors import RunError, SettingsError
from tfgraphlint.project.settings import Finder
from tfgraphlint.rule_api import catalogue, pages
from tfgraphlint.rule_api.registry import Registry, load
from tfgraphlint.rule_api.rule import Rule

LISTS = {"text": catalogue.render_text, "json": catalogue.render_json, "markdown": catalogue.render_markdown}


@click.command("rule", short_help="List all rules, or print the page of one.")
@click.argument("word", metavar="[CODE|NAME|PREFIX]", required=False, shell_complete=offer("rules"))
@click.option("--all", "everything", is_flag=True, help="Print the pages of all rules.")
@click.option(
    "--output-format", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True,
    help="Output format; markdown is for the list only.",
)  # fmt: skip
def command(word: str | None, everything: bool, output_format: str) -> None:
    """Print the page of a rule: what it reports, what TensorFlow does, how to fix it.

    Without a rule, list all of them by family: code, name, severity, whether a fix is offered and of which kind, and
    the versions that are concerned. Rules of the plugins that the configuration names are listed as well. A prefix of
    codes, as TFG3, lists the rules that have it.
    """
    try:
        print_rules(word, everything, output_format)
    except RunError as error:
        say_error(error)
        sys.exit(2)


def print_rules(word: str | None, everything: bool, output_format: str) -> None:
    """Print what was asked for.

    Raises:
        RunError: no such rule, or not clear which.
    """
    if word is not None and everything:
        raise RunError("a rule and --all exclude each other: give one of them")
    registry = load(_plugins())
    rules = _named(registry, word)
    if not everything and (word is None or len(rules) > 1):
        entries = catalogue.entries_of(rules)
        _print(LISTS[output_format](entries), {each.family for each in entries})
    elif output_format == "markdown":
        raise RunError("pages have no format markdown, they are written in it: leave --output-format out")
    elif output_format == "json":
        click.echo(pages.render_json(rules, one=word is not None), nl=False)
    else:
        _print("\n\n".join(pages.render_text(rule) for rule in rules))


def _named(registry: Registry, word: str | None) -> tuple[Rule, ...]:
    """The rule with this code or name, or else those whose codes begin with it; all where there is no word."""
    if word is None:
        return registry.rules
    code = word.upper()
    alike = tuple(rule for rule in registry.rules if rule.code.startswith(code))
    return alike if len(alike) > 1 and all(rule.code != code for rule in alike) else (registry.rule(word),)


def _plugins() -> tuple[str, ...]:
    """The plugins that the configuration names. One that cannot be used must not keep anybody from reading."""
    here = Path.cwd()
    try:
        return Finder(here).find(here).plugins
    except SettingsError as error:
        say_error(error)
        return ()


def _print(text: str, families: Collection[str] = ()) -> None:
    """Print ``text``, its headings in bold where there are colours."""
    colour = has_colour(sys.stdout)
    lines = text.split("\n")
    if colour:
        lines = [
            f"\x1b[1m{line}\x1b[0m" if line.startswith("## ") or line in families or set(below) == {"="} else line
            for line, below in zip(lines, [*lines[1:], ""])
        ]
    click.echo("\n".join(lines), nl=False, color=colour)
