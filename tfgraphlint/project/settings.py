"""What a run is configured with: ``[tool.tfgraphlint]`` in pyproject.toml or tfgraphlint.toml, and the command line."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Severity
from tfgraphlint.disk.reading import ReadError, read_bytes
from tfgraphlint.errors import RunError, SettingsError
from tfgraphlint.project import requirements
from tfgraphlint.rule_api.registry import Entry, matching, nearest, specificity
from tfgraphlint.syntax.deep_stack import Limit

OWN_FILE = "tfgraphlint.toml"
PYPROJECT = "pyproject.toml"
DEFAULT_EXCLUDES = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pyenv", ".pytest_cache",
    ".ruff_cache", ".svn", ".tfgraphlint_cache", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build",
    "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
EXTEND = "extend"
MAX_EXTENDED = 50  # files that take over from each other
LAST_WITH_KERAS_2 = ".".join(map(str, requirements.LAST_WITH_KERAS_2))
MAX_TOLD = 60  # characters of a wrong value
DEFAULT_INCLUDES = ("*.py", "*.ipynb")


@dataclass(frozen=True)
class Settings:
    """One configuration. ``directory`` is what its patterns start from, ``origin`` the file it came from.

    ``tensorflow`` and ``keras`` are the versions that the code is meant for, "" for those that the tables know best.
    ``each_tf1_symbol`` asks for a report on each name in a program for TensorFlow 1. ``python_cell_magics`` are those
    whose cells hold Python, besides the usual ones. ``severity`` changes that of rules by code, prefix or name;
    ``fail_on`` is the least that makes a run fail. ``baseline`` is a file, relative to where ``origin`` lies.
    ``max_seconds`` and ``max_megabytes`` are what one file may take.
    """

    directory: Path
    origin: Path | None = None
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    include: tuple[str, ...] = DEFAULT_INCLUDES
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tensorflow: str = ""
    keras: str = ""
    each_tf1_symbol: bool = False
    notebooks: bool = True
    python_cell_magics: tuple[str, ...] = ()
    max_seconds: float = Limit().seconds
    max_megabytes: float = Limit().megabytes
    plugins: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    fail_on: Severity = Severity.WARNING
    baseline: str = ""

    @property
    def baseline_file(self) -> Path | None:
        """The file with the problems that are known."""
        return self.directory_of_origin / self.baseline if self.baseline else None

    @property
    def directory_of_origin(self) -> Path:
        """Where the configuration file lies; without one, what patterns start from."""
        return self.directory if self.origin is None else self.origin.parent

    def severity_of(self, code: str, entries: Sequence[Entry]) -> Severity | None:
        """What the configuration says of the severity of a rule: what is said more specifically counts."""
        said = [(specificity(word), kind) for word, kind in self.severity if code in matching(word, entries)]
        return max(said, key=lambda each: each[0])[1] if said else None

    @property
    def limit(self) -> Limit:
        """What one file may take."""
        return Limit(self.max_seconds, self.max_megabytes)

    @property
    def patterns(self) -> Iterator[tuple[str, str]]:
        """All patterns for names of files, each with the key that it stands under."""
        for key in ("include", "exclude", "extend-exclude"):
            yield from ((key, pattern) for pattern in getattr(self, key.replace("-", "_")))
        yield from (("per-file-ignores", pattern) for pattern, _ in self.per_file_ignores)

    @property
    def meant_for(self) -> str:
        """The TensorFlow version that the code is meant for; with Keras 2 the last one that came with that, at most."""
        return with_keras_2(self.tensorflow) if self.keras.partition(".")[0] in ("1", "2") else self.tensorflow

    def selected(self, entries: Sequence[Entry]) -> frozenset[str]:
        """The codes that are on. What is said more specifically counts; of equals, ``ignore`` does."""
        weights: dict[str, tuple[int, bool]] = {}
        for words, on in ((self.select + self.extend_select, True), (self.ignore, False)):
            for word in words:
                for code in matching(word, entries):
                    weight = (specificity(word), not on)
                    weights[code] = max(weights.get(code, weight), weight)
        return frozenset(code for code, (_, off) in weights.items() if not off)


@dataclass(frozen=True)
class Overrides:
    """What the command line says; None where it says nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()

    def over(self, settings: Settings) -> Settings:
        """``settings`` as changed by the command line: ``--select`` starts afresh, the others add."""
        if self.select is not None:
            settings = replace(settings, select=self.select, extend_select=(), ignore=())
        return replace(
            settings,
            ignore=settings.ignore + self.ignore,
            extend_select=settings.extend_select + self.extend_select,
        )


@dataclass
class Finder:
    """Finds the settings that hold in a directory: those of the nearest configuration on the way up.

    The versions that a configuration does not give are taken from the project's requirements.
    """

    working_directory: Path
    config: Path | None = None
    isolated: bool = False
    _found: dict[Path, Settings | SettingsError] = field(default_factory=dict)
    _meant: dict[tuple[int, str], Settings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._requirements = requirements.Requirements(self.working_directory)

    @property
    def refused(self) -> list[RunError]:
        """The files with requirements that could not be read, and why: a version is taken without them."""
        return self._requirements.refused

    def find(self, directory: Path) -> Settings:
        """The settings for files in ``directory`` (absolute).

        Raises:
            SettingsError: the configuration that governs it cannot be used.
        """
        settings = self._configured(directory)
        if self.isolated or settings.tensorflow or settings.keras:
            return settings
        version = self._requirements.find(directory)
        if not version:
            return settings
        return self._meant.setdefault((id(settings), version), replace(settings, tensorflow=version))

    def _configured(self, directory: Path) -> Settings:
        passed: list[Path] = []
        found = self._found.get(directory)
        while found is None:
            passed.append(directory)
            try:
                found = self._look(directory)
            except SettingsError as error:
                found = error
            directory = directory.parent
            found = found or self._found.get(directory)
        self._found.update(dict.fromkeys(passed, found))
        if isinstance(found, SettingsError):
            raise found
        return found

    def _look(self, directory: Path) -> Settings | None:
        """What is configured in one directory; None where it is to be looked for above."""
        if self.isolated:
            return Settings(self.working_directory)
        if self.config is not None:
            return replace(_explicit(self.config), directory=self.working_directory)
        for file in (directory / OWN_FILE, directory / PYPROJECT):
            table = _table(file)
            if table is not None:
                return from_table(extended(table, file), file)
        if directory.parent == directory:
            return Settings(self.working_directory)
        return None


def _explicit(file: Path) -> Settings:
    if not os.path.isfile(file):
        raise SettingsError(f"{file}: there is no such configuration file")
    table = _table(file)
    if table is None:
        raise SettingsError(f"{file}: there is no [tool.tfgraphlint] in it")
    return from_table(extended(table, file), file)


def extended(table: Mapping[str, Any], file: Path, below: tuple[Path, ...] = ()) -> Mapping[str, Any]:
    """``table`` of ``file`` with what it takes over from the file that its key ``extend`` names.

    A key that stands in both counts as ``table`` has it; lists that extend others, and tables, are put together.
    ``below`` are the files that led here.

    Raises:
        SettingsError: that file cannot be used, or leads back here.
    """
    if EXTEND not in table:
        return table
    named = table[EXTEND]
    if not isinstance(named, str):
        raise SettingsError(f"{file}: {EXTEND} is the name of a configuration file, found {named!r}")
    base = Path(os.path.normpath(file.parent / os.path.expanduser(named)))
    chain = (*below, file)
    if len(chain) > MAX_EXTENDED:
        raise SettingsError(f"{file}: {EXTEND} leads through more than {MAX_EXTENDED} files")
    if base in map(_normal, chain):
        raise SettingsError(f"{file}: {EXTEND} leads in a circle: {' -> '.join(map(str, (*chain, base)))}")
    if not base.is_file():
        raise SettingsError(f"{file}: {EXTEND}: there is no file {base}")
    found = _table(base)
    if found is None:
        raise SettingsError(f"{file}: {EXTEND}: there is no [tool.tfgraphlint] in {base}")
    inherited = dict(extended(found, base, chain))
    from_table(inherited, base)  # what is wrong in it is said of it
    if "baseline" in inherited:
        inherited["baseline"] = str(base.parent / inherited["baseline"])
    return _put_together(inherited, {key: value for key, value in table.items() if key != EXTEND})


def _normal(file: Path) -> Path:
    return Path(os.path.abspath(file))


def _put_together(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    both = {**base, **table}
    for key in base.keys() & table.keys():
        if isinstance(base[key], dict) and isinstance(table[key], dict):
            both[key] = {**base[key], **table[key]}
        elif key.startswith("extend-") and isinstance(table[key], list):
            both[key] = [*base[key], *table[key]]
    return both


def _table(file: Path) -> Mapping[str, Any] | None:
    """Our part of a TOML file; None where there is no file, or none of it is ours."""
    try:
        content = read_bytes(file)
    except ReadError as error:
        if error.is_missing:
            return None
        raise SettingsError(str(error)) from error
    document = _parsed(content, file)
    if file.name != PYPROJECT and "tool" not in document:
        return document
    tool = document.get("tool", {})
    table = tool.get("tfgraphlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{file}: tool.tfgraphlint is a table")
    return table


def _parsed(content: bytes, file: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise SettingsError(f"{file}: not valid TOML: nested too deeply") from error
    except ValueError as error:  # TOML's own, or a number of thousands of digits
        raise SettingsError(f"{file}: not valid TOML: {error}") from error


def from_table(table: Mapping[str, Any], file: Path) -> Settings:
    """The settings in a configuration's table.

    Raises:
        SettingsError: a key is unknown or its value is of the wrong kind.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        reader = KEYS.get(key)
        if reader is None:
            raise SettingsError(f"{file}: unknown key {key!r}{_near(key, (*KEYS, EXTEND))}")
        try:
            values[key.replace("-", "_")] = reader(value)
        except TypeError as error:
            raise SettingsError(f"{file}: {key} is {error}, found {_told(value)}") from error
    return Settings(file.parent, file, **values)


def _told(value: Any) -> str:
    """What stands in a configuration, for a message."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits
        return "something else"
    return text if len(text) <= MAX_TOLD else f"{text[:MAX_TOLD]}…"


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError("a list of strings")
    return tuple(value)


def _magics(value: Any) -> tuple[str, ...]:
    return tuple(word.removeprefix("%%") for word in _words(value))


def _version(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,9}){0,9}", value):
        raise TypeError('a version as a string, like "2.16"')
    return value


def _keras_version(value: Any) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100
    return str(value) if is_number else _version(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise TypeError("a number greater than 0")
    return value


def with_keras_2(version: str) -> str:
    """The TensorFlow version itself, or the last one that came with Keras 2."""
    return min(version or LAST_WITH_KERAS_2, LAST_WITH_KERAS_2, key=numbers)


def numbers(version: str) -> tuple[int, ...]:
    """``2.9`` as (2, 9), which compares as versions do."""
    return tuple(map(int, version.split(".")))


def _ignores(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise TypeError("a table from file patterns to lists of codes")
    try:
        return tuple((pattern, _words(codes)) for pattern, codes in value.items())
    except TypeError:
        raise TypeError("a table from file patterns to lists of codes") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def _file_name(value: Any) -> str:
    if "\0" in _text(value):
        raise TypeError("the name of a file")
    return str(value)


def _severity(value: Any) -> Severity:
    kinds = {kind.value: kind for kind in Severity}
    if not isinstance(value, str) or value not in kinds:
        raise TypeError('"error" or "warning"')
    return kinds[value]


def _severities(value: Any) -> tuple[tuple[str, Severity], ...]:
    wanted = 'a table from codes, prefixes or names to "error" or "warning"'
    if not isinstance(value, dict):
        raise TypeError(wanted)
    try:
        return tuple((word, _severity(kind)) for word, kind in value.items())
    except TypeError:
        raise TypeError(wanted) from None


KEYS: dict[str, Callable[[Any], Any]] = {
    "select": _words,
    "ignore": _words,
    "extend-select": _words,
    "include": _words,
    "exclude": _words,
    "extend-exclude": _words,
    "per-file-ignores": _ignores,
    "tensorflow": _version,
    "keras": _keras_version,
    "each-tf1-symbol": _switch,
    "notebooks": _switch,
    "python-cell-magics": _magics,
    "max-seconds": _amount,
    "max-megabytes": _amount,
    "plugins": _words,
    "severity": _severities,
    "fail-on": _severity,
    "baseline": _file_name,
}


def _near(word: str, known: Iterable[str]) -> str:
    import difflib  # most configurations are right

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(sorted(known))}"


def check_codes(settings: Settings, overrides: Overrides, entries: Sequence[Entry]) -> None:
    """See that every code in the configuration and on the command line names a rule.

    Raises:
        SettingsError: one does not. It says where it stands and what may have been meant.
    """
    given = [
        ("--select", overrides.select or ()),
        ("--ignore", overrides.ignore),
        ("--extend-select", overrides.extend_select),
    ]
    if settings.origin is not None:
        keys = (("select", settings.select), ("ignore", settings.ignore), ("extend-select", settings.extend_select))
        given += [(f"{settings.origin}: {key}", words) for key, words in keys]
        given += [
            (f"{settings.origin}: per-file-ignores of {pattern!r}", words)
            for pattern, words in settings.per_file_ignores
        ]
        given.append((f"{settings.origin}: severity", tuple(word for word, _ in settings.severity)))
    for where, words in given:
        for word in words:
            if not matching(word, entries):
                raise SettingsError(f"{where}: no rule has the code or name {word!r}{nearest(word, entries)}")
