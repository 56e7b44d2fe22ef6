"""What earlier runs found, for files of which it is still true.

A result counts again where nothing has changed that it can have come from: the file's text, its packages, the files
that it imports, those that they import, where all these imports lead (a module that was not there may be there now),
the files that name the project's commands, the settings, and the tool itself. A few results depend on all files of the
project: on who calls a function, on what switches eager execution off, on how many tests there are.

The cache lies in ``.tfgraphlint_cache`` in the working directory, one file for each state of the tool: a checksum and
JSON, so that reading it runs no code, whoever wrote it. A file that is damaged, or not what we would have written, is
as good as none. Everybody can sign a cache: what it says is shown, but no fix is made that it says (``repairing``).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tfgraphlint
from tfgraphlint.disk.reading import ReadError, read_bytes
from tfgraphlint.disk.writing import clear_litter, write_anew
from tfgraphlint.project.commands import declarations
from tfgraphlint.project.files import ProjectFiles, python_files
from tfgraphlint.project.module_finder import ModuleFinder, packages_around
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import most_bytes, shown
from tfgraphlint.run.examine import Around, Examined
from tfgraphlint.run.stored import Malformed, as_json, from_json, rows_and_names

FOLDER = ".tfgraphlint_cache"
MAX_STATES = 4  # caches of other versions, of other working directories …: the latest ones are kept
MAX_CACHE_BYTES = 50_000_000
MAX_DOTS = 1000  # before the name of a module that is imported
_MODULE = re.compile(r"[^./\\\0]+(?:\.[^./\\\0]+)*")
_NAME = re.compile(r"[0-9a-f]{32}\.json")
# A file that was changed so many seconds before the run, or during it, may have been read before the change.
SETTLED = 1.0


@dataclass
class _File:
    """A file's text, in short, and what was asked for when it was run: dots and module of its imports."""

    digest: str
    asked: set[tuple[int, str]] = field(default_factory=set)


class Cache:
    """Results by file. ``started`` is when the run began, in seconds since the epoch.

    ``repairing``: fixes are to be made, so that what has one is not taken from here.
    """

    def __init__(self, directory: Path, roots: Sequence[Path], started: float, repairing: bool = False) -> None:
        self._directory = directory
        self._repairing = repairing
        self._folder = directory / FOLDER
        self._state = _state_of_tool(directory)
        self._path = self._folder / f"{self._state}.json"
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
        if self._is_ours():
            self._load()

    def known(self, file: Path, settings: Settings) -> Examined | None:
        """What was found in ``file`` under these settings, if that holds still."""
        try:
            return self._known(file, self._results.get(str(file)), settings)
        except (Malformed, KeyError, TypeError, ValueError, OSError, RecursionError):
            return None  # not as we would have written it

    def _known(self, file: Path, stored: Any, settings: Settings) -> Examined | None:
        if not isinstance(stored, dict) or stored.get("settings") != self._in_short(settings):
            return None
        signature, reached = self._signature(str(file))
        around = frozenset(map(Around, stored["around"]))
        if stored.get("signature") != signature or stored.get("project") != self._project_in_short(file, around):
            return None
        consulted = frozenset(map(Path, reached))
        names = {shown(each, self._directory) for each in consulted | {file}}
        found = tuple(from_json(each, names) for each in stored["found"])
        in_part = rows_and_names(stored["in_part"])
        if self._repairing and any(each.fix for each in found):
            return None
        return Examined(
            file, found, stored.get("passed") is True, consulted - {file}, in_part=in_part, around=around
        )  # fmt: skip

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
                    "found": [as_json(each) for each in result.diagnostics],
                    "in_part": result.in_part,
                    "around": sorted(each.value for each in result.around),
                    "project": self._project_in_short(result.file, result.around),
                }
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            if self._is_ours():
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
        except (OSError, ValueError):
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
                self._digests[path] = _short(read_bytes(path, most=most_bytes(Path(path))))
            except ReadError:
                self._digests[path] = ""
        return self._digests[path]

    # -- on the disk -----------------------------------------------------------------------------

    def _is_ours(self) -> bool:
        """Whether the cache's folder is one, no link, and belongs to who runs this: a checkout can hold anything."""
        try:
            status = os.lstat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())

    def _load(self) -> None:
        try:
            checksum, _, content = read_bytes(self._path, most=MAX_CACHE_BYTES, follow=False).partition(b"\n")
            if checksum.decode("ascii", "replace") != _short(content):
                return
            document = json.loads(content)
            if document["state"] == self._state and isinstance(document["results"], dict):
                self._files = {path: _read_file(*known) for path, known in document["files"].items()}
                self._results = document["results"]
        except (ReadError, Malformed, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._files.clear()  # a run that cannot use the cache goes without

    def _write(self) -> None:
        ignore = self._folder / ".gitignore"
        if not os.path.lexists(ignore):
            write_anew(ignore, b"*\n")
        document = {
            "state": self._state,
            "files": {path: [known.digest, sorted(known.asked)] for path, known in self._files.items()},
            "results": {path: result for path, result in self._results.items() if os.path.exists(path)},
        }
        content = json.dumps(document).encode("ascii")
        write_anew(self._path, _short(content).encode("ascii") + b"\n" + content)
        clear_litter(self._folder)
        states = [each for each in self._folder.iterdir() if _NAME.fullmatch(each.name)]
        for old in sorted(states, key=lambda each: os.lstat(each).st_mtime)[:-MAX_STATES]:
            old.unlink(missing_ok=True)


def _read_file(digest: object, asked: object) -> _File:
    if not isinstance(digest, str) or not isinstance(asked, list):
        raise Malformed
    pairs = {(dots, module) for dots, module in asked}
    if not all(_is_import(dots, module) for dots, module in pairs):
        raise Malformed
    return _File(digest, pairs)


def _is_import(dots: object, module: object) -> bool:
    """Whether a file can import this: a dotted name, or one or more dots alone."""
    if type(dots) is not int or not 0 <= dots < MAX_DOTS or not isinstance(module, str):
        return False
    return _MODULE.fullmatch(module) is not None or (dots > 0 and not module)


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
