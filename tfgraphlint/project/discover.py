"""From the paths that were asked for to the files to lint."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.errors import RunError, SettingsError
from tfgraphlint.project.settings import Finder, Settings
from tfgraphlint.project.source import NOTEBOOK

if TYPE_CHECKING:  # imported where a pattern needs it
    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"


@dataclass
class Discovered:
    """The files to lint, absolute, each once and in order, with what governs them; and what was wrong on the way."""

    files: dict[Path, Settings] = field(default_factory=dict)
    errors: list[RunError] = field(default_factory=list)

    def refuse(self, error: RunError) -> None:
        """Keep ``error``, once."""
        if str(error) not in map(str, self.errors):
            self.errors.append(error)


def discover(paths: Sequence[str], finder: Finder, force_exclude: bool = False, notebooks: bool = True) -> Discovered:
    """The files that ``paths`` stand for: files themselves, directories with all below, and glob patterns.

    A file that is named is linted whatever the configuration excludes, unless ``force_exclude`` says otherwise. Below
    a directory count ``include`` and ``exclude``, and what .gitignore files say. Without ``notebooks`` all of them are
    left out, those that are named as well.
    """
    found = Discovered()
    for path in paths:
        for expanded in _expand(path, finder.working_directory, found):
            if expanded.is_dir():
                _add_directory(expanded, finder, found)
            else:
                _add_file(expanded, finder, found, force_exclude)
    found.files = {
        file: settings for file, settings in sorted(found.files.items()) if notebooks or file.suffix != NOTEBOOK
    }
    return found


def _expand(path: str, directory: Path, found: Discovered) -> list[Path]:
    absolute = directory / path
    if os.path.lexists(absolute):
        return [Path(os.path.realpath(absolute))]
    matches = glob.glob(str(absolute), recursive=True) if glob.has_magic(path) else []
    if not matches:
        found.refuse(RunError(f"{path}: there is no such file or directory"))
    return [Path(os.path.realpath(match)) for match in sorted(matches)]


def _add_file(file: Path, finder: Finder, found: Discovered, force_exclude: bool) -> None:
    try:
        settings = finder.find(file.parent)
    except SettingsError as error:
        found.refuse(error)
        return
    if not (force_exclude and _is_excluded(file, settings)):
        found.files[file] = settings


def _is_excluded(file: Path, settings: Settings) -> bool:
    """Whether a pattern means the file or a directory above it, up to that of the configuration."""
    if file.suffix == NOTEBOOK and not settings.notebooks:
        return True
    excluded = Patterns(settings.exclude + settings.extend_exclude, settings.directory)
    above = [parent for parent in file.parents if settings.directory in parent.parents]
    return any(excluded.match(path) for path in (file, *above))


def _add_directory(top: Path, finder: Finder, found: Discovered) -> None:
    ignored = Ignored(top)
    for current, folders, names in os.walk(top, onerror=lambda error: found.refuse(_unreadable(error))):
        directory = Path(current)
        try:
            settings = finder.find(directory)
        except SettingsError as error:
            found.refuse(error)
            folders.clear()
            continue
        ignored.enter(directory)
        excluded = Patterns(settings.exclude + settings.extend_exclude, settings.directory)
        included = Patterns(settings.include, settings.directory)
        folders[:] = sorted(
            name
            for name in folders
            if not excluded.match(directory / name) and not ignored.match(directory / name, True)
        )
        for name in names:
            file = directory / name
            if file.suffix == NOTEBOOK and not settings.notebooks:
                continue
            if included.match(file) and not excluded.match(file) and not ignored.match(file, False):
                found.files.setdefault(file, settings)


def _unreadable(error: OSError) -> RunError:
    return RunError(f"{error.filename}: {error.strerror or error}")


@dataclass(frozen=True)
class Patterns:
    """Patterns of a configuration: ``name`` and ``*.py`` match at any depth, ``a/b/*.py`` from ``directory`` on."""

    patterns: tuple[str, ...]
    directory: Path

    def match(self, path: Path) -> bool:
        """Whether ``path`` (absolute), or for a pattern with a slash a directory above it, is meant."""
        return any(self._matches(pattern, path) for pattern in self.patterns)

    def _matches(self, pattern: str, path: Path) -> bool:
        if "/" not in pattern.rstrip("/"):
            return fnmatch.fnmatchcase(path.name, pattern.rstrip("/"))
        try:
            relative = path.relative_to(self.directory).as_posix()
        except ValueError:
            return False
        return _spec((pattern,)).match_file(relative)


@lru_cache(maxsize=256)
def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # many runs have no .gitignore and no pattern with a slash

    return GitIgnoreSpec.from_lines(lines)


class Ignored:
    """What the .gitignore files from the repository's top down to the current directory leave out."""

    def __init__(self, top: Path) -> None:
        self._specs: dict[Path, GitIgnoreSpec] = {}
        for directory in _up_to_repository(top):
            self.enter(directory)

    def enter(self, directory: Path) -> None:
        """Read the .gitignore of ``directory``, if it has one."""
        file = directory / GITIGNORE
        if directory not in self._specs and os.path.isfile(file):
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                return  # git could not read it either
            self._specs[directory] = _spec(tuple(text.splitlines()))

    def match(self, path: Path, is_directory: bool) -> bool:
        """Whether git would leave ``path`` out. The deepest file that says anything decides."""
        if not self._specs:
            return False
        for directory in path.parents:
            spec = self._specs.get(directory)
            if spec is not None:
                relative = path.relative_to(directory).as_posix() + "/" * is_directory
                verdict = spec.check_file(relative).include
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
    for pattern, words in settings.per_file_ignores:
        if Patterns((pattern,), settings.directory).match(file):
            yield from words
