"""Lints open documents, and makes the fixes that somebody chose. Knows nothing of the protocol."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tfgraphlint.api.warm import Warm
from tfgraphlint.diagnostic import Diagnostic, Fix, Position
from tfgraphlint.errors import RunError
from tfgraphlint.fixes.apply import Change
from tfgraphlint.project.discover import is_excluded, is_included
from tfgraphlint.project.settings import Finder, Settings
from tfgraphlint.project.source import MARKDOWN, Source
from tfgraphlint.run import baseline
from tfgraphlint.run.explain import Explanation, explain_at
from tfgraphlint.run.lint import Request, Run
from tfgraphlint.run.repair import repair_one
from tfgraphlint.run.silence import with_comment
from tfgraphlint.server.documents import Document
from tfgraphlint.syntax.text import Lines


@dataclass(frozen=True)
class Report:
    """A report as the linter knows it, and at the place where a person reads it."""

    found: Diagnostic
    shown: Diagnostic


@dataclass(frozen=True)
class Result:
    """What came of a document. ``error`` is one line about why it was not linted, ``details`` a traceback.

    ``others`` are the rows of other files in which steps of the reports lie, by the names that reports show.
    """

    document: Document
    reports: tuple[Report, ...] = ()
    run: Run | None = None
    others: Mapping[str, Lines] = field(default_factory=dict)
    error: str = ""
    details: str = ""

    @property
    def consulted(self) -> frozenset[Path]:
        """The files whose texts matter for this document, besides its own."""
        examined = self.run.examined if self.run is not None else ()
        files = {path for each in examined for path in (each.file, *each.consulted)}
        return frozenset(files - {self.document.path})


@dataclass(frozen=True)
class Edited:
    """What a fix does to a document: changes by cell (0 for a file). ``refused`` says why it is not made."""

    changes: Mapping[int, Sequence[Change]]
    refused: str = ""


class Linter:
    """Lints documents of one workspace, one at a time. ``directory`` is what names of files are relative to."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.warm = Warm()

    def lint(self, document: Document, texts: Mapping[Path, str], folder: Path) -> Result:
        """Lint a document of the workspace ``folder``; ``texts`` are all that are open."""
        try:
            settings = Finder(self.directory).find(document.path.parent)
            if not _is_wanted(document.path, settings):
                return Result(document)
            request = Request(self.directory, {document.path: settings}, roots=[folder], processes=1)
            files = baseline.configured_files([settings])
            if files:
                request = replace(request, baseline=baseline.read(files))
            run = self.warm.lint(request, texts)
        except RunError as error:
            return Result(document, error=str(error))
        own = run.request.names.keys()
        found = [each for each in run.diagnostics if each.span.filename in own]
        reports = tuple(map(Report, found, self.warm.placed(run, texts, found)))
        names = {step.span.filename for each in found for step in each.path} - own
        others = {name: self.warm.source(run, texts, name).lines for name in names}
        for failed in run.errors:
            return Result(document, reports, run, others, failed.error, failed.details)
        return Result(document, reports, run, others)

    def explained(self, result: Result, texts: Mapping[Path, str], cell: int, place: Position) -> Explanation | None:
        """What is known of the expression around a place in the document; None where nothing is."""
        run, file = result.run, result.document.path
        if run is None or run.errors:
            return None
        request = self.warm.to_be_read_again(run)
        try:
            return self.warm.together(texts, lambda: explain_at(request, file, cell, place))
        except RunError:
            return None

    def _source(self, result: Result, texts: Mapping[Path, str]) -> Source:
        """The text of the document."""
        assert result.run is not None
        (name,) = result.run.request.names
        return self.warm.source(result.run, texts, name)

    def fixed(self, result: Result, texts: Mapping[Path, str], diagnostic: Diagnostic, fix: Fix) -> Edited:
        """What one fix does to the document, if it holds: it is checked by linting what comes out."""
        run = self._editable(result, texts)

        def attempt() -> Edited:
            repaired = repair_one(run, replace(diagnostic, fix=fix))
            for _, reason in repaired.dropped:
                return Edited({}, reason)
            return _edited(result.document, repaired.before, repaired.changed)

        return self.warm.together(texts, attempt)

    def all_fixed(self, result: Result, texts: Mapping[Path, str]) -> Edited:
        """What all safe fixes together do to the document."""
        try:
            repaired = self.warm.repair(self._editable(result, texts), texts)
        except RunError as error:
            return Edited({}, str(error))
        return _edited(result.document, repaired.before, repaired.changed)

    def silenced(self, result: Result, texts: Mapping[Path, str], diagnostic: Diagnostic) -> Edited:
        """The document with a comment that silences one report."""
        before = self._source(result, texts)
        after = with_comment(before, diagnostic)
        if after is None:
            return Edited({}, "no comment can stand at the end of this line")
        path = result.document.path
        return _edited(result.document, {path: before}, {path: after})

    def _editable(self, result: Result, texts: Mapping[Path, str]) -> Run:
        """The run, to be linted again with other texts in the place of the document's."""
        run = self.warm.to_be_edited(result.run) if result.run is not None else None
        assert run is not None
        overlay = {result.document.path: self._source(result, texts)}
        return replace(run, request=replace(run.request, overlay=overlay))


def _is_wanted(path: Path, settings: Settings) -> bool:
    """Whether the configuration has this file linted: it is open, but nobody named it."""
    if is_excluded(path, settings):
        return False
    return path.suffix not in MARKDOWN or is_included(path, settings)


def _edited(document: Document, before: Mapping[Path, Source], after: Mapping[Path, Source]) -> Edited:
    if not after.keys() <= {document.path}:
        return Edited({}, "it changes other files as well: use `tfgraphlint --fix`")
    if not after:
        return Edited({})
    pairs = zip(before[document.path].parts(), after[document.path].parts())
    made = {cell: list(_differences(old.with_ends(), new.with_ends())) for (cell, old), (_, new) in pairs}
    return Edited({cell: changes for cell, changes in made.items() if changes})


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """The changes that make one text of the other, row by row, as small as rows allow."""
    starts = [0]
    for row in old:
        starts.append(starts[-1] + len(row))
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _trimmed(starts[start], "".join(old[start:end]), "".join(new[new_start:new_end]))


def _trimmed(start: int, old: str, new: str) -> Change:
    """A change without what both have in common at their beginning and end."""
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    last = next((at for at in range(most - first) if old[-1 - at] != new[-1 - at]), most - first)
    return Change(start + first, start + len(old) - last, new[first : len(new) - last])
