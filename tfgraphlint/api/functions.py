"""``lint_source``, ``lint_paths`` and ``fix_source``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Union

from tfgraphlint.api.warm import Warm
from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError
from tfgraphlint.project.discover import discover
from tfgraphlint.project.settings import Finder, Overrides, Settings, check_codes, from_table
from tfgraphlint.rule_api.registry import load, shipped
from tfgraphlint.run import baseline
from tfgraphlint.run.lint import Request, Run, readable

AnyPath = Union[str, "os.PathLike[str]"]

NAMELESS = "<source>"


class LintError(Exception):
    """Something could not be linted: the settings are wrong, it took too long, or tfgraphlint itself failed.

    The text says in one line what was wrong.
    """


@dataclass(frozen=True)
class Linted:
    """What came of ``lint_paths``. ``errors`` say, a line each, what could not be linted."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixed:
    """What came of ``fix_source``.

    ``text`` is the repaired text, ``fixed`` the reports that are gone, at their places in the text before, and
    ``diagnostics`` those that are left. ``refused`` are fixes that were not made, each with the reason.
    """

    text: str
    fixed: tuple[Diagnostic, ...]
    diagnostics: tuple[Diagnostic, ...]
    refused: tuple[tuple[Diagnostic, str], ...] = ()


def lint_source(
    text: str,
    path: AnyPath | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    unsaved: Mapping[AnyPath, str] | None = None,
) -> list[Diagnostic]:
    """The problems in one program, sorted by their places.

    ``path`` is the file that the text belongs to, whether or not there is one: what it imports is looked for around it,
    its project's settings count, and its name decides what it is (``.ipynb``: the text of a notebook, as JSON).
    ``settings`` are keys as under ``[tool.tfgraphlint]``, which go before those of the configuration; ``config`` is a
    configuration file to use instead of the project's, ``isolated`` uses none. ``unsaved`` are the texts of other
    files, by path, that count instead of what is on the disk.

    Raises:
        LintError: it could not be linted. A text that is no Python is a report (TFG900) and no error.
    """
    with _one_exception():
        found, texts = _one(text, path, settings, config, isolated, unsaved)
        warm = Warm()
        run = _linted(warm, found, texts)
        return list(warm.placed(run, texts, run.diagnostics))


def fix_source(
    text: str,
    path: AnyPath | None = None,
    *,
    unsafe: bool = False,
    settings: Mapping[str, Any] | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    unsaved: Mapping[AnyPath, str] | None = None,
) -> Fixed:
    """One program after its safe fixes, with ``unsafe`` also after those that may change results. Nothing is written.

    Each fix is checked by linting what comes out. The other parameters are those of ``lint_source``.

    Raises:
        LintError: it could not be linted.
    """
    with _one_exception():
        warm = Warm()
        found, texts = _one(text, path, settings, config, isolated, unsaved)
        run = _linted(warm, found, texts)
        (file,) = found.files
        source = warm.together(texts, lambda: readable(found, file))
        run = replace(run, request=replace(run.request, overlay={file: source}))
        repaired = warm.repair(run, texts, unsafe)
        dropped = warm.placed(run, texts, [diagnostic for diagnostic, _ in repaired.dropped])
        after = repaired.changed.get(file)
        return Fixed(
            text if after is None else after.encode().decode(after.encoding),
            warm.placed(run, texts, repaired.fixed),
            warm.placed(repaired.run, texts, repaired.run.diagnostics),
            tuple(zip(dropped, (reason for _, reason in repaired.dropped))),
        )


def lint_paths(
    paths: Sequence[AnyPath],
    *,
    settings: Mapping[str, Any] | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    unsaved: Mapping[AnyPath, str] | None = None,
) -> Linted:
    """The problems in files: ``paths`` are files, directories and glob patterns, as on the command line.

    The other parameters are those of ``lint_source``. The cache is neither read nor written.

    Raises:
        LintError: the settings cannot be used. A file that cannot be linted is one of ``Linted.errors``.
    """
    with _one_exception():
        here = working_directory()
        names = [os.fspath(path) for path in paths]
        found = discover(names, _finder(here, config, isolated), force_exclude=False)
        laid = _laying(settings)
        files = {file: laid(held) for file, held in found.files.items()}
        roots = [Path(os.path.realpath(here / name)) for name in names if os.path.isdir(here / name)] or [here]
        request = _with_baseline(Request(here, files, roots=roots, led_out=frozenset(found.led_out)), config)
        warm, texts = Warm(), _by_path(here, unsaved)
        run = warm.lint(request, texts)
        errors = (*found.errors, *(result.error for result in run.errors))
        return Linted(warm.placed(run, texts, run.diagnostics), tuple(files), tuple(map(str, errors)))


@contextmanager
def _one_exception() -> Iterator[None]:
    try:
        yield
    except RunError as error:
        raise LintError(str(error)) from error


def _one(
    text: str, path: AnyPath | None, settings: Mapping[str, Any] | None, config: AnyPath | None, isolated: bool,
    unsaved: Mapping[AnyPath, str] | None,
) -> tuple[Request, dict[Path, str]]:  # fmt: skip
    """The request for one text, and all texts that count instead of files."""
    here = working_directory()
    file = Path(os.path.realpath(here / (NAMELESS if path is None else path)))
    held = _laying(settings)(_finder(here, config, isolated).find(file.parent))
    request = _with_baseline(Request(here, {file: held}, roots=[here]), config)
    return request, {**_by_path(here, unsaved), file: text}


def _finder(here: Path, config: AnyPath | None, isolated: bool) -> Finder:
    if config is not None and isolated:
        raise RunError("config and isolated exclude each other: give one of them")
    return Finder(here, None if config is None else Path(config), isolated)


def _laying(settings: Mapping[str, Any] | None) -> Callable[[Settings], Settings]:
    """What lays the settings that were given over those that were found."""
    if not settings:
        return lambda found: found
    given = from_table(settings, Path("settings"))
    values = {name: getattr(given, name) for name in (key.replace("-", "_") for key in settings)}

    @cache
    def laid(found: Settings) -> Settings:
        both = replace(found, **values)
        check_codes(given, Overrides(), load(both.plugins).entries if both.plugins else shipped())
        return both

    return laid


def _with_baseline(request: Request, config: AnyPath | None) -> Request:
    files = baseline.configured_files(request.files.values(), named=config is not None)
    return replace(request, baseline=baseline.read(files)) if files else request


def _by_path(here: Path, unsaved: Mapping[AnyPath, str] | None) -> dict[Path, str]:
    return {Path(os.path.realpath(here / path)): text for path, text in (unsaved or {}).items()}


def _linted(warm: Warm, request: Request, texts: Mapping[Path, str]) -> Run:
    """The run over one file, which could be linted."""
    run = warm.lint(request, texts)
    for result in run.errors:
        raise LintError(result.error)
    return run
