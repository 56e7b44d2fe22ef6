"""What earlier runs found, for files of which it is still true.

A result counts again where nothing has changed that it can have come from: the file's text, its packages, the files
that it imports, those that they import, where all these imports lead (a module that was not there may be there now),
the files that name the project's commands, the settings, and the tool itself. A few results depend on all files of the
project: on who calls a function, on what switches eager execution off, on how many tests there are.

The cache lies in ``.tfgraphlint_cache`` in the working directory, one file for each state of the tool: a checksum and
JSON, so that reading it runs no code, whoever wrote it. A file that is damaged is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tfgraphlint
from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.project.commands import declarations
from tfgraphlint.project.files import ProjectFiles, python_files
from tfgraphlint.project.module_finder import ModuleFinder, packages_around
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.examine import Around, Examined

FOLDER = ".tfgraphlint_cache"
MAX_STATES = 4  # caches of other versions, of other working directories …: the latest ones are kept
# A file that was changed so many seconds before the run, or during it, may have been read before the change.
SETTLED = 1.0


@dataclass
class _File:
    """A file's text, in short, and what was asked for when it was run: dots and module of its imports."""

    digest: str
    asked: set[tuple[int, str]] = field(default_factory=set)


class Cache:
    """Results by file. ``started`` is when the run began, in seconds since the epoch."""

    def __init__(self, directory: Path, roots: Sequence[Path], started: float) -> None:
        self._folder = directory / FOLDER
        self._path = self._folder / f"{_state_of_tool(directory)}.json"
        self._finder = ModuleFinder(roots)
        self._started = started
        self._listing = ProjectFiles(roots)
        self._below: dict[Path | None, list[Path]] = {}  # the files of a folder; of the roots for None
        self._settings: dict[int, str] = {}  # by identity: many files share one
        self._digests: dict[str, str] = {}
        self._around: dict[str, list[str]] = {}
        self._nodes: dict[str, tuple[str, frozenset[str]]] = {}
        self._files: dict[str, _File] = {}
        self._results: dict[str, dict[str, Any]] = {}
        self._load()

    def known(self, file: Path, settings: Settings) -> Examined | None:
        """What was found in ``file`` under these settings, if that holds still."""
        stored = self._results.get(str(file))
        if stored is None or stored["settings"] != self._in_short(settings):
            return None
        signature, reached = self._signature(str(file))
        around = frozenset(map(Around, stored["around"]))
        if stored["signature"] != signature or stored["project"] != self._project_in_short(file, around):
            return None
        found = tuple(_read_diagnostic(each) for each in stored["found"])
        in_part = tuple((row, name) for row, name in stored["in_part"])
        return Examined(file, found, stored["passed"], frozenset(map(Path, reached)) - {file}, in_part=in_part,
                        around=around)

    def keep(self, results: Iterable[Examined], settings: Mapping[Path, Settings]) -> None:
        """Remember ``results``, which are fresh, and write the cache. That it cannot be written is no error."""
        results = list(results)
        self._learn(results)
        for result in results:
            self._results.pop(str(result.file), None)
            if self._may_be_kept(result):
                self._results[str(result.file)] = {
                    "settings": self._in_short(settings[result.file]),
                    "signature": self._signature(str(result.file))[0],
                    "passed": result.passed_screen,
                    "found": [_written_diagnostic(each) for each in result.diagnostics],
                    "in_part": result.in_part,
                    "around": sorted(each.value for each in result.around),
                    "project": self._project_in_short(result.file, result.around),
                }
        with contextlib.suppress(OSError):
            self._write()

    def _learn(self, results: Iterable[Examined]) -> None:
        """Take over what was imported; of files that have changed, what they imported before is let go."""
        self._nodes.clear()
        self._files = {path: known for path, known in self._files.items() if self._digest(path) == known.digest}
        for result in results:
            for asked in result.imports:
                known = self._files.setdefault(asked.importer, _File(self._digest(asked.importer)))
                known.asked.add((asked.dots, asked.module))
                self._finder.learn(asked)

    def _may_be_kept(self, result: Examined) -> bool:
        packages = filter(os.path.exists, self._packages(str(result.file)))
        files = {str(result.file), *map(str, result.consulted), *packages}
        if Around.TEXTS in result.around:
            files |= set(self._project(result.file))
        return not result.error and all(map(self._is_settled, files))

    def _is_settled(self, path: str) -> bool:
        try:
            return os.stat(path).st_mtime < self._started - SETTLED
        except OSError:
            return False

    def _in_short(self, settings: Settings) -> str:
        if id(settings) not in self._settings:
            self._settings[id(settings)] = _short(repr(settings))
        return self._settings[id(settings)]

    # -- what a result depends on ----------------------------------------------------------------

    def _signature(self, file: str) -> tuple[str, frozenset[str]]:
        """All that a result for ``file`` depends on, in short, and the files among it."""
        reached: set[str] = set()
        pending = [file, *self._packages(file)]  # a package may set what its modules run with
        while pending:
            path = pending.pop()
            if path not in reached:
                reached.add(path)
                pending += self._node(path)[1]
        return _short("".join(self._node(path)[0] for path in sorted(reached))), frozenset(reached)

    def _node(self, path: str) -> tuple[str, frozenset[str]]:
        """One file of those: its text and where its imports lead, in short, and the files where they do."""
        if path not in self._nodes:
            known = self._files.get(path)
            asked = sorted(known.asked) if known is not None else []
            answers = [(dots, module, self._find(path, dots, module)) for dots, module in asked]
            found = frozenset(answer for _, _, answer in answers if answer is not None)
            self._nodes[path] = _short(repr((path, self._digest(path), answers))), found
        return self._nodes[path]

    def _project_in_short(self, file: Path, around: frozenset[Around]) -> str:
        """What a result depends on of the files around that its own file does not import."""
        texts = [(path, self._digest(path)) for path in self._project(file)] if Around.TEXTS in around else []
        few_tests = self._listing.has_few_tests(file) if Around.TESTS in around else None
        return _short(repr((texts, few_tests)))

    def _project(self, file: Path) -> list[str]:
        """The files below the roots, and those in the folder of a file that lies elsewhere."""
        given = list(map(str, self._files_below(None)))
        return given if str(file) in given else [*given, *map(str, self._files_below(file.parent))]

    def _files_below(self, folder: Path | None) -> list[Path]:
        if folder not in self._below:
            self._below[folder] = list(python_files(self._finder.roots if folder is None else [folder]))
        return self._below[folder]

    def _packages(self, file: str) -> list[str]:
        folder = os.path.dirname(file)
        if folder not in self._around:
            around = (*packages_around(Path(folder)), *declarations(Path(folder)))
            self._around[folder] = [str(each) for each in around]
        return self._around[folder]

    def _find(self, importer: str, dots: int, module: str) -> str | None:
        found = self._finder.find(module, Path(importer), dots)
        return None if found is None else str(found)

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = _short(Path(path).read_bytes())
            except OSError:
                self._digests[path] = ""
        return self._digests[path]

    # -- on the disk -----------------------------------------------------------------------------

    def _load(self) -> None:
        try:
            checksum, _, content = self._path.read_bytes().partition(b"\n")
        except OSError:
            return
        if checksum.decode("ascii", "replace") == _short(content):
            document = json.loads(content)
            self._results = document["results"]
            for path, (digest, asked) in document["files"].items():
                self._files[path] = _File(digest, {(dots, module) for dots, module in asked})

    def _write(self) -> None:
        self._folder.mkdir(exist_ok=True)
        ignore = self._folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        document = {
            "files": {path: [known.digest, sorted(known.asked)] for path, known in self._files.items()},
            "results": {path: result for path, result in self._results.items() if os.path.exists(path)},
        }
        content = json.dumps(document).encode("ascii")
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_short(content).encode("ascii") + b"\n" + content)
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise
        for old in sorted(self._folder.glob("*.json"), key=os.path.getmtime)[:-MAX_STATES]:
            old.unlink(missing_ok=True)


def _short(content: str | bytes) -> str:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _state_of_tool(directory: Path) -> str:
    """What the tool is made of, in short, and where it works: reports name files from there."""
    parts = [tfgraphlint.__version__, sys.version, str(directory)]
    for package in ("tfgraphlint", "tfgraphlint.rules", "libcst"):
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            deep = package != "libcst"  # which changes with its version only
            parts += sorted(_stamps(Path(folder), deep))
    return _short("\n".join(parts))


def _stamps(folder: Path, deep: bool) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if deep and entry.name not in ("__pycache__", "fixtures", "rules"):
                    yield from _stamps(Path(entry.path), deep)
            elif entry.name.endswith((".py", ".json")):
                stamp = entry.stat()
                yield f"{entry.path} {stamp.st_size} {stamp.st_mtime_ns}"


# -- diagnostics as JSON ---------------------------------------------------------------------------


def _written_span(span: Span) -> list[Any]:
    return [span.filename, span.start.row, span.start.column, span.end.row, span.end.column]


def _read_span(written: Sequence[Any]) -> Span:
    filename, *numbers = written
    row, column, end_row, end_column = numbers
    return Span(filename, Position(row, column), Position(end_row, end_column))


def _written_fix(fix: Fix) -> list[Any]:
    edits = [[_written_span(edit.span), edit.content] for edit in fix.edits]
    return [fix.message, fix.applicability.value, edits]


def _read_fix(written: Sequence[Any]) -> Fix:
    message, applicability, edits = written
    made = tuple(Edit(_read_span(span), content) for span, content in edits)
    return Fix(message, Applicability(applicability), made)


def _written_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "severity": diagnostic.severity.value,
        "span": _written_span(diagnostic.span),
        "path": [[step.role.value, step.message, _written_span(step.span)] for step in diagnostic.path],
        "help": diagnostic.help,
        "fix": None if diagnostic.fix is None else _written_fix(diagnostic.fix),
        "suggestions": [_written_fix(fix) for fix in diagnostic.suggestions],
    }


def _read_diagnostic(written: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        code=written["code"],
        name=written["name"],
        message=written["message"],
        severity=Severity(written["severity"]),
        span=_read_span(written["span"]),
        path=tuple(Step(Role(role), message, _read_span(span)) for role, message, span in written["path"]),
        help=written["help"],
        fix=None if written["fix"] is None else _read_fix(written["fix"]),
        suggestions=tuple(_read_fix(fix) for fix in written["suggestions"]),
    )
