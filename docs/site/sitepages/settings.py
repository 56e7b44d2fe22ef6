"""The settings and the options of the command line, from their declarations."""

from __future__ import annotations

import re

import click

from sitepages.markdown import cell
from tfgraphlint.cli.check import command
from tfgraphlint.project.settings_meanings import Meaning, meanings


def reference() -> str:
    """All keys of a configuration, then all options."""
    keys = "\n\n".join(map(_key, meanings()))
    options = "\n".join(map(_option, (each for each in command.params if isinstance(each, click.Option))))
    return (
        f"## Keys\n\n{keys}\n\n## Options on the command line\n\n`tfgraphlint [OPTIONS] [PATH]...`; `tfgraphlint "
        f"check` is the same.\n\n| option | |\n| --- | --- |\n{options}\n"
    )


def _key(each: Meaning) -> str:
    default = f"\n\nDefault: `{each.default}`" if each.default else ""
    return f"### {each.key}\n\n{each.meaning}\n\nTakes {each.takes}.{default}"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    kind = "" if option.is_flag else f" {_metavar(option)}"
    meaning = re.sub(r"\s+", " ", option.help or "")
    return f"| {names}{kind} | {cell(meaning)} |"


def _metavar(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return ""
    return option.metavar or option.type.name.upper()
