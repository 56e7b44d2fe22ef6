"""Linting again and again in one process: what files have in common is parsed once, and open files need not be saved.

One thread at a time: the others wait. What stands for a file that is open, and the depth of Python's stack, hold for
the whole process.
"""

from __future__ import annotations

import os
import threading
import time
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from tfgraphlint.diagnostic import Diagnostic, Span
from tfgraphlint.disk.reading import unsaved
from tfgraphlint.project.modules import Trees
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import Source, holds_pieces
from tfgraphlint.report.places import placed
from tfgraphlint.run.lint import Request, Run, lint, readable
from tfgraphlint.run.repair import Repaired, repair

Result = TypeVar("Result")
Stamp = tuple[int, int]  # when a file was changed, and how long it is

MAX_TEXT = 2_000_000  # characters of source whose trees are kept, for as long as an editor is open
# So many seconds it is taken to stay as it is which files start others: finding that out reads all files of a project.
SECONDS_OF_STARTERS = 10.0
# A file that was changed so many nanoseconds ago may have been read before the change.
SETTLED = 1_000_000_000
_lock = threading.RLock()


class Warm:
    """Lints requests one after the other. ``texts`` are those of files that are open, by their absolute paths."""

    def __init__(self) -> None:
        self._trees = Trees(most=MAX_TEXT)
        self._stamps: dict[Path, Stamp] = {}  # of the files on the disk whose trees are kept
        self._starters: dict[Path, tuple[float, Mapping[Path, Settings]]] = {}

    def forget_starters(self) -> None:
        """Ask anew which files start others: one was saved, came or went."""
        self._starters.clear()

    def lint(self, request: Request, texts: Mapping[Path, str]) -> Run:
        """Lint ``request``; errors as in ``run.lint``."""
        return self.together(texts, lambda: self._lint(request, texts))

    def repair(self, run: Run, texts: Mapping[Path, str], unsafe: bool = False) -> Repaired:
        """Make the fixes of ``run`` in the files that it was asked for; errors as in ``run.repair``."""
        return self.together(texts, lambda: repair(self.to_be_edited(run), unsafe))

    def to_be_edited(self, run: Run) -> Run:
        """``run``, to be linted again with other texts, whose trees are not kept."""
        request = replace(run.request, trees=self._trees.copy(), known_starters=run.request.starters)
        return replace(run, request=request)

    def to_be_read_again(self, run: Run) -> Request:
        """What ``run`` was asked for, to be interpreted once more as it is."""
        return replace(run.request, trees=self._trees, known_starters=run.request.starters)

    def placed(self, run: Run, texts: Mapping[Path, str], diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """``diagnostics`` of ``run`` at their places as a person reads them: in a notebook, by cell."""

        source = cache(partial(self.source, run, texts))

        def place(span: Span) -> Span:
            return source(span.filename).place(span) if holds_pieces(Path(span.filename)) else span

        return tuple(placed(each, place) for each in diagnostics)

    def source(self, run: Run, texts: Mapping[Path, str], filename: str) -> Source:
        """The text of a file as reports of ``run`` name it."""
        file = Path(os.path.normpath(run.request.working_directory / filename))
        return self.together(texts, lambda: readable(run.request, file))

    def together(self, texts: Mapping[Path, str], function: Callable[[], Result]) -> Result:
        """What ``function`` gives if it reads ``texts`` in the place of files, and nobody else lints meanwhile."""
        with _lock, unsaved({path: encoded(text) for path, text in texts.items()}):
            return function()

    def _lint(self, request: Request, texts: Mapping[Path, str]) -> Run:
        self._let_go_of_what_changed(texts)
        asked = replace(request, trees=self._trees, processes=1)
        began = time.time_ns()
        found = lint(replace(asked, known_starters=self._known_starters(asked)))
        if found.errors:  # a tree may be half made
            self._trees = Trees(most=MAX_TEXT)
        for path in self._trees:
            stamp = _stamp(path)
            if path not in texts and stamp is not None and stamp[0] < began - SETTLED:
                self._stamps.setdefault(path, stamp)
        return found

    def _known_starters(self, request: Request) -> Mapping[Path, Settings] | None:
        """What starts the one file of a request, if that was asked a moment ago."""
        if len(request.files) != 1 or request.known_starters is not None:
            return request.known_starters
        (file,) = request.files
        known = self._starters.get(file)
        if known is None or time.monotonic() - known[0] > SECONDS_OF_STARTERS:
            known = self._starters[file] = time.monotonic(), request.starters
        return dict.fromkeys(known[1], request.files[file])

    def _let_go_of_what_changed(self, texts: Mapping[Path, str]) -> None:
        for path in self._trees:
            if path in texts:
                tree = self._trees[path]
                holds = tree is not None and tree.text == texts[path]
            else:
                holds = path in self._stamps and self._stamps[path] == _stamp(path)
            if not holds:
                self._trees.forget(path)
        self._stamps = {path: self._stamps[path] for path in self._trees if path in self._stamps and path not in texts}


def _stamp(path: Path) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def encoded(text: str) -> bytes:
    """``text`` as a file would hold it, in the encoding that it declares."""
    content = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(iter(content.splitlines(keepends=True)).__next__)
        return content if encoding.startswith("utf-8") else text.encode(encoding)
    except (SyntaxError, LookupError, ValueError):
        return content
