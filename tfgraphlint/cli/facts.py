"""``tfgraphlint facts``: what the rules are given."""

from __future__ import annotations

import os
import sys

import click

from tfgraphlint.cli.terminal import offer, say_error
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError


@click.command("facts", short_help="Print the facts that rules are given.")
@click.argument("paths", nargs=-1, metavar="[FILE]...", shell_complete=offer("files"))
@click.option("--kind", "names", multiple=True, metavar="NAME", help="Only facts of this kind; may be given again.")
@click.option("--list", "page", is_flag=True, help="Print every kind of fact, its source and the rules that use it.")
def command(paths: tuple[str, ...], names: tuple[str, ...], page: bool) -> None:
    """Print the facts found in each FILE, one per line: what rules draw their conclusions from.

    Meant for debugging a rule: every file is interpreted in full, and nothing is cached, selected or suppressed.

    Exit status: 0 all files were interpreted, 2 one could not be.
    """
    try:
        status = print_page() if page else print_facts(paths, names)
    except RunError as error:
        say_error(error)
        status = 2
    sys.exit(status)


def print_page() -> int:
    """Print what kinds of fact there are; the exit status."""
    from tfgraphlint.rule_api.fact_kinds import as_page

    click.echo(as_page(), nl=False)
    return 0


def print_facts(paths: tuple[str, ...], names: tuple[str, ...]) -> int:
    """Print the facts of these kinds; the exit status.

    Raises:
        RunError: no file is named, or there is no such kind of fact.
    """
    from tfgraphlint.report.facts import render
    from tfgraphlint.run.facts import asked_for, facts_of, kinds_named, placing

    if not paths:
        raise RunError("name a file (tfgraphlint facts train.py), or give --list")
    kinds = kinds_named(names)
    request, errors = asked_for(paths, working_directory())
    for error in errors:
        say_error(error)
    status = 2 if errors else 0
    place = placing(request)
    for found in facts_of(request):
        wanted = [fact for fact in found.facts if isinstance(fact, kinds)]
        for line in render(wanted, place):
            click.echo(line)
        if found.error:
            say_error(found.error)
            status = 2
            if found.details and os.environ.get("TFGRAPHLINT_TRACEBACK"):
                click.echo(found.details, err=True, nl=False)
    return status
