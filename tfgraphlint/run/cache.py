"""What earlier runs found, for files of which it is still true.

A result counts again where nothing has changed that it can have come from: the file's text, its packages, the files
that it imports, those that they import, where all these imports lead (a module that was not there may be there now),
the files that name the project's commands, the settings, and the tool itself. A few results depend on all files of the
project: on who calls a function, on what switches eager execution off, on how many tests there are.

Texts are compared by checksums of what is in the files now. When a file was changed is not asked: a file can change
without its time or size, as in a checkout, an archive, or within one tick of the clock, and reading it costs little.

The cache is JSON with a checksum, one file for each state of the tool (``cache_folder`` says where), so that reading it
runs no code, whoever wrote it. A file that is damaged, or not what we would have written, is as good as none. Everybody
can sign a cache: what it says is shown, but no fix is made that it says (``repairing``). Two runs at once lose nothing:
what is kept is put into what lies there by then.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tfgraphlint
from tfgraphlint.disk.reading import ReadError, read_bytes
from tfgraphlint.project.commands import DECLARATIONS
from tfgraphlint.project.files import ProjectFiles, python_files
from tfgraphlint.project.places import INIT, PROJECT_MARKS, Places, folders_above
from tfgraphlint.project.search_path import added_folders
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import glimpse, most_bytes
from tfgraphlint.run import snapshot as snapshots
from tfgraphlint.run.cache_folder import FOLDER, CacheFolder, short
from tfgraphlint.run.examine import Around, Examined
from tfgraphlint.run.snapshot import Node, dependents
from tfgraphlint.run.stored import Malformed, as_json, from_json, rows_and_names

__all__ = ["FOLDER", "Cache"]

# A file that the run read and that was not looked at before may have changed in between, if it did so after the run
# began, or so many seconds before: clocks of disks are coarse.
SETTLED = 1.0


class Cache:
    """Results by file, kept at ``top``. ``started`` is when the run began, in seconds since the epoch.

    Reports name files as from ``directory``, where the run works. ``repairing``: fixes are to be made, so that what has
    one is not taken from here.
    """

    def __init__(
        self, directory: Path, roots: Sequence[Path], started: float, repairing: bool = False, top: Path | None = None
    ) -> None:
        self._names = _Names(directory if top is None else top, directory)
        self._repairing = repairing
        self._started = started
        self._roots = [root if os.path.isdir(root) else root.parent for root in roots]
        self._state = _state_of_tool(self._names.top)
        self._folder = CacheFolder(Path(self._names.top), self._state)
        self._stamp = self._folder.stamp()
        self._snapshot = snapshots.read(self._folder.read(), self._state)
        self._disk = _Disk(self._names, self._roots)

    def known(self, files: Mapping[Path, Settings]) -> dict[Path, Examined]:
        """What was found in ``files``, each with its settings, where that holds still."""
        names = {file: self._names.stored(str(file)) for file in files}
        for name in names.values():
            self._disk.digest(name)  # before anything reads it: see ``keep``
        stale = self._stale(name for name in names.values() if name in self._snapshot.results)
        found: dict[Path, Examined] = {}
        for file, name in names.items():
            if name in self._snapshot.results and not self._rests_on(name, stale):
                try:
                    result = self._result(file, name, self._snapshot.results[name], files[file])
                except (Malformed, KeyError, TypeError, ValueError, OSError, RecursionError):
                    continue  # not as we would have written it
                if result is not None:
                    found[file] = result
        return found

    def _stale(self, names: Iterable[str]) -> set[str]:
        """The files, as far as ``names`` lead to them, that have changed or import one that has."""
        changed: set[str] = set()
        seen: set[str] = set()
        pending = [each for name in names for each in (name, *self._disk.around(os.path.dirname(name)))]
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            node = self._snapshot.nodes.get(name)
            if node is not None and self._disk.is_as(name, node):
                pending += node.imported
            else:
                changed.add(name)
        return dependents(changed, self._snapshot.importers()) if changed else changed

    def _rests_on(self, name: str, stale: set[str]) -> bool:
        """Whether a result comes from a file that is stale, or other files count for its folder now."""
        folder = os.path.dirname(name)
        is_as_it_was = self._snapshot.around.get(folder) == self._disk.around(folder)
        return not is_as_it_was or self._snapshot.rests_on(name, stale)

    def _result(self, file: Path, name: str, stored: Mapping[str, Any], settings: Settings) -> Examined | None:
        around = frozenset(map(Around, stored["around"]))
        if stored["settings"] != _in_short(settings) or stored["project"] != self._disk.project(file, around):
            return None
        consulted: set[str] = set()
        if stored["found"] or self._repairing:
            consulted = self._snapshot.reached(self._snapshot.basis(name))
        shown = {each: self._names.shown(each) for each in consulted}
        found = tuple(from_json(each, shown) for each in stored["found"])
        in_part = rows_and_names(stored["in_part"])
        if self._repairing and any(each.fix for each in found):
            return None
        others = frozenset(Path(self._names.path(each)) for each in consulted - {name})
        return Examined(file, found, stored["passed"] is True, others, in_part=in_part, around=around)

    def keep(self, results: Iterable[Examined], settings: Mapping[Path, Settings]) -> None:
        """Remember ``results``, which are fresh, and write the cache. That it cannot be written is no error."""
        results = list(results)
        if self._folder.stamp() != self._stamp:  # another run has written what it found
            self._snapshot = snapshots.read(self._folder.read(), self._state)
        before, self._disk = self._disk, _Disk(self._names, self._roots)
        unclear = self._learn(results)
        names = {result.file: self._names.stored(str(result.file)) for result in results}
        snapshot = self._snapshot
        reached = snapshot.reached(each for name in names.values() for each in snapshot.basis(name))
        unclear |= {name for name in reached if not self._is_settled(name, before)}
        unclear = dependents(unclear, snapshot.importers())
        for result in results:
            snapshot.results.pop(names[result.file], None)
            if not result.error and not snapshot.rests_on(names[result.file], unclear):
                if Around.TEXTS not in result.around or self._all_settled(result.file, before):
                    snapshot.results[names[result.file]] = self._stored(result, settings[result.file])
        gone = [name for name in snapshot.results if not os.path.exists(self._names.path(name))]
        for name in gone:
            del snapshot.results[name]
        snapshot.tidy()
        self._folder.write(snapshots.written(snapshot, self._state))

    def _stored(self, result: Examined, settings: Settings) -> dict[str, Any]:
        return {
            "settings": _in_short(settings),
            "passed": result.passed_screen,
            "found": [as_json(each, self._names.from_shown) for each in result.diagnostics],
            "in_part": result.in_part,
            "around": sorted(each.value for each in result.around),
            "project": self._disk.project(result.file, result.around),
        }

    def _learn(self, results: Sequence[Examined]) -> set[str]:
        """Take over the files that fresh results come from, as they are now, and drop the results that were true of
        them as they were before. The files of which processes learned different things are given back."""
        learned: dict[str, dict[tuple[int, str], str | None]] = {}
        unclear: set[str] = set()
        for asked in (each for result in results for each in result.imports):
            importer, found = self._names.stored(asked.importer), asked.found and self._names.stored(asked.found)
            answers = learned.setdefault(importer, {})
            if answers.setdefault((asked.dots, asked.module), found) != found:
                unclear.add(importer)
        importers = self._snapshot.importers()
        changed = self._renew([self._names.stored(str(result.file)) for result in results], learned)
        self._snapshot.drop(dependents(changed, importers))
        return unclear

    def _renew(
        self, names: Sequence[str], learned: Mapping[str, Mapping[tuple[int, str], str | None]]
    ) -> set[str]:
        """Bring the nodes that ``names`` lead to up to date; those that were not."""
        nodes, changed, seen = self._snapshot.nodes, set[str](), set[str]()
        pending = [*names, *learned]
        for folder in {os.path.dirname(name) for name in names}:
            around = self._disk.around(folder)
            if self._snapshot.around.get(folder) != around:
                self._snapshot.around[folder] = around
                changed |= {name for name in self._snapshot.results if os.path.dirname(name) == folder}
            pending += around
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in nodes and not self._disk.is_as(name, nodes[name]):
                changed.add(name)
            if name not in nodes or name in changed:
                nodes[name] = Node(self._disk.digest(name))
            nodes[name].answers.update(learned.get(name, {}))
            pending += nodes[name].imported
        return changed

    def _is_settled(self, name: str, before: _Disk) -> bool:
        """Whether a file is what the run read: it was the same before, or has not changed for a while."""
        known = before.digests.get(name)
        if known is not None:
            return known == self._disk.digest(name)
        try:
            return os.stat(self._names.path(name)).st_mtime < self._started - SETTLED
        except (OSError, ValueError):
            return False

    def _all_settled(self, file: Path, before: _Disk) -> bool:
        return all(self._is_settled(name, before) for name in self._disk.files_of_project(file))


class _Names:
    """The names of files: in the cache from ``top`` on, in reports from the working directory on."""

    def __init__(self, top: Path, here: Path) -> None:
        self.top = str(top)
        self._top = os.path.join(self.top, "")
        self._here = os.path.join(str(here), "")
        self._stored: dict[str, str] = {}

    def stored(self, path: str) -> str:
        """The name of the file at ``path`` in the cache."""
        if path not in self._stored:
            self._stored[path] = path.removeprefix(self._top)
        return self._stored[path]

    def path(self, name: str) -> str:
        """Where the file with this name lies."""
        return os.path.join(self._top, name)

    def shown(self, name: str) -> str:
        """What reports call the file with this name in the cache."""
        return self.path(name).removeprefix(self._here)

    def from_shown(self, filename: str) -> str:
        """The name in the cache of what reports call so."""
        return self.stored(os.path.join(self._here, filename))


class _Disk:
    """The files as they are now, each read once."""

    def __init__(self, names: _Names, roots: Sequence[Path]) -> None:
        self._names = names
        self._places = Places(list(map(str, roots)), self._added)
        self._listing = ProjectFiles(roots)
        self._roots = roots
        self._below: dict[Path | None, list[str]] = {}  # the files of a folder; of the roots for None
        self._around: dict[str, list[str]] = {}
        self._add_folders: set[str] = set()  # files that say ``sys.path``
        self.digests: dict[str, str] = {}

    def digest(self, name: str) -> str:
        """The text of a file, in short; "" where it cannot be read."""
        if name not in self.digests:
            path = self._names.path(name)
            try:
                content = read_bytes(path, most=most_bytes(path))
            except ReadError:
                content = None
            if content is not None and b"sys.path" in content:
                self._add_folders.add(path)
            self.digests[name] = "" if content is None else short(content)
        return self.digests[name]

    def is_as(self, name: str, node: Node) -> bool:
        """Whether a file is what it was, and its imports lead where they led."""
        if self.digest(name) != node.digest:
            return False
        path = self._names.path(name)
        return all(self._find(path, dots, module) == answer for (dots, module), answer in node.answers.items())

    def _find(self, importer: str, dots: int, module: str) -> str | None:
        found = self._places.find(importer, dots, module)
        return None if found is None else self._names.stored(found)

    def _added(self, importer: str) -> Sequence[str]:
        if importer not in self._add_folders:
            return ()
        return tuple(map(str, added_folders(Path(importer), glimpse(importer))))

    def around(self, folder: str) -> list[str]:
        """The files that count for all in a folder: packages around may set what their modules run with, and the
        project may name commands."""
        if folder not in self._around:
            inner = self._names.path(folder).rstrip(os.sep) or os.sep
            names = (INIT, *DECLARATIONS)
            found = [path for each in _up_to_mark(inner) for path in (os.path.join(each, name) for name in names)]
            self._around[folder] = [self._names.stored(path) for path in found if os.path.exists(path)]
        return self._around[folder]

    def project(self, file: Path, around: frozenset[Around]) -> str:
        """What a result depends on of the files around that its own file does not import, in short."""
        if not around:
            return ""
        texts = [(name, self.digest(name)) for name in self.files_of_project(file)] if Around.TEXTS in around else []
        few_tests = self._listing.has_few_tests(file) if Around.TESTS in around else None
        return short(repr((texts, few_tests)))

    def files_of_project(self, file: Path) -> list[str]:
        """The files below the roots, and those in the folder of a file that lies elsewhere."""
        given = self._files_below(None)
        return given if self._names.stored(str(file)) in given else [*given, *self._files_below(file.parent)]

    def _files_below(self, folder: Path | None) -> list[str]:
        if folder not in self._below:
            found = python_files(self._roots if folder is None else [folder])
            self._below[folder] = [self._names.stored(str(each)) for each in found]
        return self._below[folder]


def _up_to_mark(folder: str) -> Iterator[str]:
    for above in folders_above(folder):
        yield above
        if any(os.path.exists(os.path.join(above, mark)) for mark in PROJECT_MARKS):
            return


def _in_short(settings: Settings) -> str:
    """What of the settings says how a file is examined; rules are chosen and files left out afterwards."""
    return repr((settings.meant_for, settings.each_tf1_symbol, settings.python_cell_magics, settings.limit))


def _state_of_tool(top: str) -> str:
    """What the tool is made of, in short, and which project it is for: a cache of another one says nothing here."""
    parts = [tfgraphlint.__version__, sys.version, top]
    for package in ("tfgraphlint", "tfgraphlint.rules", "libcst"):
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            deep = package != "libcst"  # which changes with its version only
            parts += sorted(_stamps(Path(folder), deep))
    return short("\n".join(parts))


def _stamps(folder: Path, deep: bool) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if deep and entry.name not in ("__pycache__", "fixtures", "rules"):
                    yield from _stamps(Path(entry.path), deep)
            elif entry.name.endswith((".py", ".json")):
                stamp = entry.stat()
                yield f"{entry.path} {stamp.st_size} {stamp.st_mtime_ns}"
