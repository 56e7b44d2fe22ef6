"""``tfgraphlint scan``: many projects in one go."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tfgraphlint.cli.terminal import end_as_ctrl_c_does, say_error
from tfgraphlint.disk.names import one_line
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError


@click.command("scan", short_help="Lint many projects in one go: folders, archives, git repositories.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--list", "-l", "lists", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="A file with one source a line, relative to where it lies; may be given again.")
@click.option("--output", "-o", type=click.Path(path_type=Path), default=Path("tfgraphlint-scan"), show_default=True,
              metavar="DIRECTORY", help="Where the results go.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N",
              help="Number of processes (default: one for each processor).")
@click.option("--scheduler", metavar="ADDRESS", help='A Dask scheduler, whose workers do it (extra "scan").')
@click.option("--isolated", is_flag=True, help="Ignore the configurations of the projects.")
@click.option("--quiet", "-q", is_flag=True, help="Print no line for each project.")
def command(
    sources: tuple[str, ...], lists: tuple[Path, ...], output: Path, jobs: int | None, scheduler: str | None,
    isolated: bool, quiet: bool,
) -> None:  # fmt: skip
    """Lint each SOURCE as a project of its own: a folder, an archive as it is published (.tar.gz, .zip, .whl), a git
    repository at a revision (FOLDER@REVISION), a script or a notebook. Nothing of them is installed, imported or run.

    In the output directory, projects.jsonl has one line for each project that is done, reports.parquet (with the extra
    "scan") one row for each report, index.html the overview. A scan that was stopped goes on where it was when it is
    started again; folders are linted each time, since they may have changed.

    Exit status: 0 every project was linted, 2 some were not, or wrong usage.
    """
    from tfgraphlint.scan.main import Scan
    from tfgraphlint.scan.overview import lines
    from tfgraphlint.scan.sources import Project, projects
    from tfgraphlint.scan.task import Options

    def say(project: Project, done: int, total: int) -> None:
        if not quiet:
            click.echo(f"[{done}/{total}] {one_line(project.name)}", err=True)

    end_as_ctrl_c_does()
    try:
        found = projects(sources, lists, working_directory())
        if not found:
            raise RunError("name what to scan: folders, archives, repositories, or --list FILE")
        overview = Scan(found, output, Options(isolated), jobs, scheduler).run(say)
    except RunError as error:
        say_error(error)
        sys.exit(2)
    except KeyboardInterrupt:
        say_error("stopped: the same command goes on where it was")
        sys.exit(130)
    for line in lines(overview):
        click.echo(line)
    click.echo(f"Results: {output}")
    sys.exit(2 if overview.failed or overview.errors else 0)
