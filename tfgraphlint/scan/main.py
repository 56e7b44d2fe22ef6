"""A scan from the sources to the files of its results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tfgraphlint import __version__
from tfgraphlint.disk.writing import write_named
from tfgraphlint.errors import RunError
from tfgraphlint.scan.engines import Engine, run_here, run_on_dask
from tfgraphlint.scan.overview import Overview, page
from tfgraphlint.scan.results import OVERVIEW, TABLE, Result, Results, write_table
from tfgraphlint.scan.sources import Kind, Project
from tfgraphlint.scan.task import Options, revision_of

Say = Callable[[Project, int, int], None]


@dataclass(frozen=True)
class Scan:
    """What to scan and where its results go.

    ``address`` is that of a Dask scheduler; without one, ``jobs`` processes of this machine do the work.
    """

    projects: Sequence[Project]
    output: Path
    options: Options
    jobs: int | None = None
    address: str | None = None

    def run(self, say: Say) -> Overview:
        """Scan what is not done yet; ``say`` is told of each project that is done, and of how many of how many.

        What is done is on the disk at once; when the scan is stopped, the table and the overview are of that much.

        Raises:
            RunError: the results cannot be read or written, or nobody can do the work.
        """
        results = Results(self.output)
        missing = list(self._missing(results))
        done = len(self.projects) - len(missing)
        try:
            for project, result in self._engine(missing, self.options) if missing else ():
                results.add(project, result)
                done += 1
                say(project, done, len(self.projects))
        finally:
            overview = self._write(results)
        return overview

    @property
    def _engine(self) -> Engine:
        if self.address is not None:
            return partial(run_on_dask, address=self.address)
        return partial(run_here, jobs=self.jobs or os.cpu_count() or 1)

    def _missing(self, results: Results) -> Iterator[Project]:
        """The projects of which it is not known what this version finds in them. Folders may change at any time: they
        are linted each time."""
        known = {result["key"]: result for result in results}
        for project in self.projects:
            result = known.get(project.key)
            if result is None or not self._holds(project, result):
                yield project

    def _holds(self, project: Project, result: Result) -> bool:
        if result["version"] != __version__ or project.kind is Kind.FOLDER:
            return False
        try:
            return bool(revision_of(project) == result["revision"])
        except RunError:
            return False

    def _write(self, results: Results) -> Overview:
        """Write the table and the overview of the projects of this scan; what was counted."""
        keys = {project.key for project in self.projects}
        found = [result for result in results if result["key"] in keys]
        overview = Overview.of(found)
        try:
            write_table(found, self.output / TABLE)
            text = page(overview, found)
            write_named(self.output / OVERVIEW, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise RunError(f"{self.output}: {error.strerror or error}") from error
        return overview
