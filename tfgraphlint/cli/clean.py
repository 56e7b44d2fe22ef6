"""``tfgraphlint clean``: removes caches."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tfgraphlint.cli.terminal import say_error
from tfgraphlint.disk.names import file_name
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError
from tfgraphlint.project.source import shown
from tfgraphlint.run.cache_folder import FOLDER, project_of, remove


@click.command("clean", short_help="Remove the cache.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
def command(paths: tuple[str, ...]) -> None:
    """Remove the cache of the project that each PATH (default: '.') lies in.

    Links are not followed, and what tfgraphlint did not write into the folder is left there.

    Exit status: 0 there is no cache any more, 2 something of it could not be removed.
    """
    try:
        status = clean(paths or (".",), working_directory())
    except RunError as error:
        say_error(error)
        status = 2
    sys.exit(status)


def clean(paths: Sequence[str], here: Path) -> int:
    """Remove the caches, and say so; the exit status."""
    status = 0
    for folder in dict.fromkeys(each for path in paths for each in _folders(here / path, here)):
        name = file_name(shown(folder, here))
        left = remove(folder)
        if left:
            say_error(f"{name}: not removed: {left}")
            status = 2
        else:
            click.echo(f"Removed {name}.")
    return status


def _folders(path: Path, here: Path) -> list[Path]:
    """The caches that concern a path: its project's, and those that older versions left in the directory itself."""
    if not os.path.lexists(path):
        raise RunError(f"{path}: there is no such file or directory")
    real = Path(os.path.realpath(path))
    inside = real / "any" if os.path.isdir(real) else real
    tops = dict.fromkeys((project_of([inside], here), inside.parent))
    return [top / FOLDER for top in tops if os.path.lexists(top / FOLDER)]
