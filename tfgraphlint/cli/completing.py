"""What the shell offers when somebody presses Tab."""

from __future__ import annotations

import os

import click
from click.shell_completion import CompletionItem

from tfgraphlint.cli.group import COMMANDS
from tfgraphlint.rule_api.registry import shipped


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, by the shell's own means."""
    return [CompletionItem(incomplete, type="file")]


def files_or_commands(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files; for the first word commands as well, where no file begins like it."""
    found = files(ctx, param, incomplete)
    if ctx.params.get("paths") or incomplete and _begins_a_file(incomplete):
        return found
    return found + [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Rules by code, or by name where that is what somebody has begun to write."""
    found = []
    for entry in shipped():
        if entry.code.startswith(incomplete.upper()):
            found.append(CompletionItem(entry.code, help=entry.name))
        elif incomplete and entry.name.startswith(incomplete):
            found.append(CompletionItem(entry.name, help=entry.code))
    return found


def _begins_a_file(text: str) -> bool:
    folder, name = os.path.split(text)
    try:
        return any(each.startswith(name) for each in os.listdir(folder or "."))
    except OSError:
        return False
