"""The task: one project in, its reports out. It depends on the project's files and on nothing else."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tfgraphlint import __version__
from tfgraphlint.diagnostic import Diagnostic, Span, Step
from tfgraphlint.disk.names import one_line
from tfgraphlint.disk.reading import opened
from tfgraphlint.errors import RunError
from tfgraphlint.project.discover import discover
from tfgraphlint.project.settings import Finder, Settings
from tfgraphlint.project.source import shown
from tfgraphlint.run.lint import Request, lint
from tfgraphlint.scan.sources import Kind, Project
from tfgraphlint.scan.unpack import commit_of, unpack


@dataclass(frozen=True)
class Options:
    """What holds for every project of a scan. ``isolated``: the projects' own configurations do not count."""

    isolated: bool = False


def scan(project: Project, options: Options) -> dict[str, Any]:
    """Lint one project; what came of it, as it is written: one object of JSON.

    ``error`` says in one line why nothing could be linted, ``errors`` what could not be linted of the rest. Places are
    relative to where the project begins. Never raises for what is wrong with the project.
    """
    began = time.process_time()
    found: dict[str, Any] = {
        "project": project.name, "source": project.location, "revision": project.revision, "version": __version__,
        "error": None, "files": 0, "errors": [], "read_in_part": 0, "reports": [],
    }  # fmt: skip
    try:
        found["revision"] = revision_of(project)
        with _opened(project) as (folder, path):
            found |= _linted(folder, path, options)
    except RunError as error:
        found["error"] = one_line(str(error))
    found["seconds"] = round(time.process_time() - began, 3)
    return found


def revision_of(project: Project) -> str:
    """What the files of a project are: a commit, the hash of an archive or a file; nothing for a folder, which may
    change at any time.

    Raises:
        RunError: it cannot be read.
    """
    if project.kind is Kind.REPOSITORY:
        return commit_of(project)
    if project.kind is Kind.FOLDER:
        return ""
    digest = hashlib.sha256()
    with opened(project.location) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


@contextmanager
def _opened(project: Project) -> Iterator[tuple[Path, str]]:
    """The folder that a project lies in, and what is to be linted there."""
    location = Path(project.location)
    if project.kind is Kind.FOLDER:
        yield location, "."
    elif project.kind is Kind.FILE:
        yield location.parent, location.name
    else:
        with tempfile.TemporaryDirectory(prefix="tfgraphlint-") as folder:
            yield unpack(project, Path(os.path.realpath(folder))), "."


def _linted(folder: Path, path: str, options: Options) -> dict[str, Any]:
    found = discover([path], Finder(folder, isolated=options.isolated))
    plain: dict[int, Settings] = {}  # a project that is scanned brings no plugins
    files = {
        file: plain.setdefault(id(settings), replace(settings, plugins=(), baseline=""))
        for file, settings in found.files.items()
    }
    roots = [folder] if path == "." else [folder / path]
    run = lint(Request(folder, files, roots=roots, processes=1))
    errors = [one_line(str(error)) for error in found.errors] + [result.error for result in run.errors]
    return {
        "files": len(files),
        "errors": errors,
        "read_in_part": len(run.in_part),
        "reports": [_report(diagnostic, folder) for diagnostic in run.diagnostics],
    }


def _report(diagnostic: Diagnostic, folder: Path) -> dict[str, Any]:
    return {
        **_place(diagnostic.span, folder),
        "code": diagnostic.code,
        "rule": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "fix": diagnostic.fix.applicability.value if diagnostic.fix else None,
        "path": [_step(step, folder) for step in diagnostic.path],
    }


def _step(step: Step, folder: Path) -> dict[str, Any]:
    return {"role": step.role.value, "message": step.message, **_place(step.span, folder)}


def _place(span: Span, folder: Path) -> dict[str, Any]:
    file = shown(folder / span.filename, folder)
    return {"file": file, "cell": span.cell or None, "row": span.start.row, "column": span.start.column}
