"""From the paths that were asked for to the files to lint."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.disk.reading import ReadError, as_text, read_bytes
from tfgraphlint.disk.walking import lies_within, repository_around, walk
from tfgraphlint.errors import RunError, SettingsError
from tfgraphlint.project.globs import spec
from tfgraphlint.project.settings import DEFAULT_EXCLUDES, Finder, Settings
from tfgraphlint.project.source import NOTEBOOK, shown

if TYPE_CHECKING:  # imported where a pattern needs it
    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"


@dataclass
class Discovered:
    """The files to lint, absolute, each once and in order, with what governs them; and what was wrong on the way.

    ``notes`` say what was passed over, which is no error. ``led_out`` are files outside the project to which a link in
    it led: they are linted, but not changed.
    """

    files: dict[Path, Settings] = field(default_factory=dict)
    errors: list[RunError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    led_out: set[Path] = field(default_factory=set)

    def refuse(self, error: RunError) -> None:
        """Keep ``error``, once."""
        if str(error) not in map(str, self.errors):
            self.errors.append(error)

    def note(self, line: str) -> None:
        """Keep ``line``, once."""
        if line not in self.notes:
            self.notes.append(line)


def discover(paths: Sequence[str], finder: Finder, force_exclude: bool = False, notebooks: bool = True) -> Discovered:
    """The files that ``paths`` stand for: files themselves, directories with all below, and glob patterns.

    What is named is linted whatever the configuration excludes, unless ``force_exclude`` says otherwise, and whatever
    git ignores. Below a directory count ``include`` and ``exclude``, and what .gitignore files say. Without
    ``notebooks`` all of them are left out, those that are named as well.
    """
    search = _Search(finder, force_exclude)
    for path in paths:
        search.add(path)
    return search.found_in_order(notebooks)


class _Search:
    """Finds what is to be linted."""

    def __init__(self, finder: Finder, force_exclude: bool) -> None:
        self._finder = finder
        self._force_exclude = force_exclude
        self._found = Discovered()
        self._usable: set[int] = set()  # settings, by identity, whose patterns are such
        self._left_out = 0
        here = finder.working_directory
        self._project = repository_around(here) or here

    def found_in_order(self, notebooks: bool) -> Discovered:
        """What was found, by name, with what is to be said about the rest."""
        found = self._found
        files = {file: held for file, held in sorted(found.files.items()) if notebooks or file.suffix != NOTEBOOK}
        without = len(found.files) - len(files)
        found.files = files
        for error in self._finder.refused:
            found.note(f"{self._shown_text(error)}: passed over; it may say which TensorFlow the code is for")
        if not files and not found.errors:
            found.note("nothing was linted: no file here is one of those to lint, or all of them are left out")
        if without:
            found.note(f"notebooks left out because of --no-notebooks: {without}")
        if self._left_out:
            found.note(f"named, but left out because the configuration excludes them: {self._left_out}")
        return found

    def add(self, path: str) -> None:
        """What somebody named: a file, a directory or a pattern."""
        absolute = self._finder.working_directory / path
        if os.path.lexists(absolute):
            self._add_named(absolute, path)
            return
        matches = sorted(expanded(absolute)) if glob.has_magic(path) else []
        if not matches:
            self._found.refuse(RunError(f"{path}: there is no such file or directory"))
        for match in matches:
            self._add_named(match, self._shown(match))

    def _add_named(self, path: Path, name: str) -> None:
        real = Path(os.path.realpath(path))
        if os.path.isdir(real):
            files = self._in_directory(real)
        elif os.path.isfile(real):
            files = self._named_file(real)
        elif os.path.exists(real) or os.path.exists(path):  # what /dev/stdin leads to may have no name
            self._found.refuse(RunError(f"{name}: not a regular file; `tfgraphlint -` reads standard input"))
            return
        else:
            self._found.refuse(RunError(f"{name}: the link leads nowhere"))
            return
        leads_out = self._is_inside(Path(os.path.normpath(path))) and not self._is_inside(real)
        for file, settings in files.items():
            self._found.files.setdefault(file, settings)
            if leads_out:
                self._found.led_out.add(file)

    def _is_inside(self, path: Path) -> bool:
        return lies_within(path, self._project)

    def _named_file(self, file: Path) -> dict[Path, Settings]:
        settings = self._settings(file.parent)
        if settings is None:
            return {}
        if self._force_exclude and is_excluded(file, settings):
            self._left_out += 1
            return {}
        return {file: settings}

    def _settings(self, directory: Path) -> Settings | None:
        """What is configured for a directory; None where that cannot be used."""
        try:
            settings = self._finder.find(directory)
            if id(settings) not in self._usable:
                check_patterns(settings)
                self._usable.add(id(settings))
        except SettingsError as error:
            self._found.refuse(error)
            return None
        return settings

    def _in_directory(self, top: Path) -> dict[Path, Settings]:
        found: dict[Path, Settings] = {}
        if self._force_exclude and (settings := self._settings(top)) is not None and is_excluded(top, settings):
            self._left_out += 1
            return found
        ignored = Ignored(top, self._note_ignored)
        for folder in walk(top, self._refuse_folder):
            directory = Path(folder.path)
            settings = self._settings(directory)
            if settings is None:  # what lies below may have settings of its own
                folder.folders[:] = sorted(set(folder.folders).difference(DEFAULT_EXCLUDES))
                continue
            if GITIGNORE in folder.files or GITIGNORE in folder.links:
                ignored.enter(directory)
            here = _Here(directory, top, settings, ignored)
            folder.folders[:] = sorted(name for name in folder.folders if not here.passes_over_folder(name))
            found.update((directory / name, settings) for name in folder.files if here.takes(name))
            for name in filter(here.takes, folder.links):
                target = self._target(directory / name, top)
                governing = self._settings(target.parent) if target is not None else None
                if target is not None and governing is not None:
                    found.setdefault(target, governing)
        return found

    def _target(self, link: Path, top: Path) -> Path | None:
        """The file that a link leads to, if it lies in the project."""
        real = Path(os.path.realpath(link))
        if os.path.isdir(real):
            return None
        if not os.path.exists(real) and not os.path.exists(link):
            if not link.name.startswith(".#"):  # Emacs says by such a link that somebody edits the file
                self._found.note(f"{self._shown(link)}: not linted: the link leads nowhere")
            return None
        if lies_within(real, top) or self._is_inside(real) and self._is_inside(top):
            return real
        repository = repository_around(top)
        if repository is not None and lies_within(real, repository):
            return real
        hint = "the link leads out of the project; name the file to lint it"
        self._found.note(f"{self._shown(link)}: not linted: {hint}")
        return None

    def _refuse_folder(self, error: OSError) -> None:
        self._found.refuse(RunError(f"{error.filename}: {error.strerror or error}"))

    def _note_ignored(self, text: str) -> None:
        self._found.note(f"{self._shown_text(text)}: passed over")

    def _shown(self, path: Path) -> str:
        return shown(path, self._finder.working_directory)

    def _shown_text(self, text: object) -> str:
        """A line that begins with an absolute path, with what reports would show of it."""
        return str(text).removeprefix(f"{self._finder.working_directory}{os.sep}")


@dataclass(frozen=True)
class _Here:
    """What is taken and passed over in one directory below ``top``."""

    directory: Path
    top: Path
    settings: Settings
    ignored: Ignored

    @cached_property
    def _excluded(self) -> Patterns:
        """What is excluded here. What is named is not: a pattern that means ``top`` does not count."""
        settings = self.settings
        return _excluding(settings.exclude + settings.extend_exclude, settings.directory, self.top)

    @cached_property
    def _included(self) -> Patterns:
        return Patterns(self.settings.include, self.settings.directory)

    def passes_over_folder(self, name: str) -> bool:
        """Whether what lies in the folder ``name`` is not linted."""
        path = self.directory / name
        return self._excluded.match(path) or self.ignored.match(path, True)

    def takes(self, name: str) -> bool:
        """Whether the file ``name`` is linted."""
        file = self.directory / name
        if file.suffix == NOTEBOOK and not self.settings.notebooks:
            return False
        return self._included.match(file) and not self._excluded.match(file) and not self.ignored.match(file, False)


def expanded(pattern: Path) -> set[Path]:
    """The files and directories that a pattern means; ``**`` stands for any directories, and follows no links."""
    found = {Path(pattern.anchor)}
    parts = [part for part, before in zip(pattern.parts[1:], pattern.parts) if not part == before == "**"]
    for index, part in enumerate(parts):
        if part == "**":
            found = {each for folder in found for each in _below(folder, with_files=index == len(parts) - 1)}
        elif glob.has_magic(part):
            found = {folder / name for folder in found for name in _names_like(folder, part)}
        else:
            found = {folder / part for folder in found if os.path.lexists(folder / part)}
    return found


def _below(folder: Path, with_files: bool) -> Iterator[Path]:
    for inner in walk(folder):
        inner.folders[:] = [name for name in inner.folders if not name.startswith(".")]
        yield Path(inner.path)
        if with_files:
            yield from (Path(inner.path, name) for name in inner.files if not name.startswith("."))


def _names_like(folder: Path, part: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [name for name in fnmatch.filter(names, part) if part.startswith(".") or not name.startswith(".")]


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether a pattern means the path or a directory above it, up to that of the configuration."""
    if path.suffix == NOTEBOOK and not settings.notebooks:
        return True
    excluded = Patterns(settings.exclude + settings.extend_exclude, settings.directory)
    above = [parent for parent in path.parents if settings.directory in parent.parents]
    return any(excluded.match(each) for each in (path, *above))


def is_included(path: Path, settings: Settings) -> bool:
    """Whether a file of this name is one of those to lint."""
    return Patterns(settings.include, settings.directory).match(path)


@dataclass(frozen=True)
class Patterns:
    """Patterns of a configuration: ``name`` and ``*.py`` match at any depth, ``a/b/*.py`` from ``directory`` on."""

    patterns: tuple[str, ...]
    directory: Path

    def match(self, path: Path) -> bool:
        """Whether ``path`` (absolute), or for a pattern with a slash a directory above it, is meant."""
        if any(name.match(path.name) for name in self._names):
            return True
        if not self._paths:
            return False
        try:
            relative = path.relative_to(self.directory).as_posix()
        except ValueError:
            return False
        return self._spec.match_file(relative)

    @cached_property
    def _names(self) -> list[re.Pattern[str]]:
        names = (pattern.rstrip("/") for pattern in self.patterns if not _has_folders(pattern))
        return [re.compile(fnmatch.translate(name)) for name in names]

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        """Patterns with a slash inside. One that begins with ``!`` takes nothing back here: it means nothing."""
        return tuple(pattern for pattern in self.patterns if _has_folders(pattern) and not pattern.startswith("!"))

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        return spec(self._paths)


def _has_folders(pattern: str) -> bool:
    return "/" in pattern.rstrip("/")


@lru_cache(maxsize=64)
def _excluding(patterns: tuple[str, ...], directory: Path, top: Path) -> Patterns:
    """The patterns but for those with a slash that mean ``top`` with all below."""
    kept = tuple(each for each in patterns if not (_has_folders(each) and Patterns((each,), directory).match(top)))
    return Patterns(kept, directory)


def check_patterns(settings: Settings) -> None:
    """See that every pattern of a configuration is one.

    Raises:
        SettingsError: one is not.
    """
    for key, pattern in settings.patterns:
        try:
            if _has_folders(pattern):
                spec((pattern,))
        except (ValueError, re.error) as error:
            raise SettingsError(f"{settings.origin}: {key}: {pattern!r} is not a pattern: {error}") from error


class Ignored:
    """What the .gitignore files from the repository's top down to the current directory leave out.

    Nothing above counts for what git would leave out as a whole: somebody asked for it. ``note`` is told what is wrong
    with such a file, in a line that begins with its path.
    """

    def __init__(self, top: Path, note: Callable[[str], object] = str) -> None:
        self._note = note
        self._specs: dict[Path, GitIgnoreSpec] = {}
        for directory in _up_to_repository(top):
            self.enter(directory)
        if self.match(top, True):
            self._specs.clear()

    def enter(self, directory: Path) -> None:
        """Read the .gitignore of ``directory``, if it has one. It is no link: git would not follow it."""
        if directory in self._specs:
            return
        file = directory / GITIGNORE
        try:
            text = as_text(read_bytes(file, follow=False))
        except ReadError as error:
            if not error.is_missing:  # git could not read it either
                self._note(str(error))
            return
        self._specs[directory] = self._compiled(tuple(text.split("\n")), file)

    def _compiled(self, lines: tuple[str, ...], file: Path) -> GitIgnoreSpec:
        try:
            return spec(lines)
        except (ValueError, re.error):
            return spec(tuple(line for row, line in enumerate(lines, 1) if self._is_pattern(line, file, row)))

    def _is_pattern(self, line: str, file: Path, row: int) -> bool:
        try:
            spec((line,))
        except (ValueError, re.error):
            self._note(f"{file}:{row}: {line!r} is not a pattern")
            return False
        return True

    def match(self, path: Path, is_directory: bool) -> bool:
        """Whether git would leave ``path`` out. The deepest file that says anything decides."""
        if not self._specs:
            return False
        for directory in path.parents:
            patterns = self._specs.get(directory)
            if patterns is not None:
                relative = path.relative_to(directory).as_posix() + "/" * is_directory
                verdict = patterns.check_file(relative).include
                if verdict is not None:
                    return verdict
        return False


def _up_to_repository(top: Path) -> Iterator[Path]:
    """The directories above ``top`` that belong to its repository, none where it lies in no repository."""
    if os.path.exists(top / ".git"):  # False, other than Path.exists, where we may not look
        return
    for index, parent in enumerate(top.parents):
        if os.path.exists(parent / ".git"):
            yield from top.parents[: index + 1]
            return


def ignored_codes(file: Path, settings: Settings) -> Iterable[str]:
    """The codes, prefixes and names that ``per-file-ignores`` turns off in ``file``."""
    for patterns, words in _ignoring(settings.per_file_ignores, settings.directory):
        if patterns.match(file):
            yield from words


@lru_cache(maxsize=16)
def _ignoring(
    ignores: tuple[tuple[str, tuple[str, ...]], ...], directory: Path
) -> list[tuple[Patterns, tuple[str, ...]]]:
    """What ``per-file-ignores`` says, with each pattern read once for all files."""
    return [(Patterns((pattern,), directory), words) for pattern, words in ignores]
