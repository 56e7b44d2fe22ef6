"""Names of files as other programs expect them, and what tells one report from another over time."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from urllib.parse import quote

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.syntax.text import Lines


def relative(filename: str, directory: Path, root: Path) -> str:
    """``filename``, which is relative to ``directory``, as seen from ``root``, with slashes; absolute where it lies
    elsewhere."""
    path = Path(os.path.normpath(directory / filename))
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def as_uri(path: str) -> str:
    """A path with slashes as a URI: relative where the path is."""
    return PurePath(path).as_uri() if PurePath(path).is_absolute() else quote(os.fsencode(path))


def fingerprints(diagnostics: Iterable[Diagnostic], lines: Callable[[str], Lines]) -> list[str]:
    """For each report, what stays the same when lines above it come and go: rule, file, and the text of its line.

    Reports that are alike in all of that are told apart by their order.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for each in diagnostics:
        key = (each.code, PurePath(each.span.filename).as_posix(), text_of_line(each, lines))
        seen[key] += 1
        found.append(hashlib.blake2b(repr((*key, seen[key])).encode(), digest_size=16).hexdigest())
    return found


def text_of_line(diagnostic: Diagnostic, lines: Callable[[str], Lines]) -> str:
    """The line at which a report starts, whatever its indentation and spaces."""
    return " ".join(lines(diagnostic.span.where).row(diagnostic.span.start.row).split())
