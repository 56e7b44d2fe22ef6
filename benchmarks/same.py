"""The same reports, however files are linted.

    python -m benchmarks.same [DIRECTORY …]

Lints every DIRECTORY (the packages of the corpus unless some are named) with one process and with several, with its
files in another order, with an empty cache and with a full one, and without the screen. What is reported must be the
same, but for the screen: without it the functions that nobody calls are run as well, so that there may be more.
Prints what is not the same, with status 1.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.corpus import PACKAGES, default_directory
from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.project.settings import Settings
from tfgraphlint.run import lint as linting
from tfgraphlint.run.cache import Cache
from tfgraphlint.run.examine import Examiner
from tfgraphlint.run.lint import Request, lint

Reports = tuple[Diagnostic, ...]


def asked(root: Path, files: Sequence[Path], processes: int = 1) -> Request:
    """What to lint: ``files`` in this order."""
    return Request(root, dict.fromkeys(files, Settings(root)), roots=[root], processes=processes)


def ways(root: Path, files: Sequence[Path]) -> Iterator[tuple[str, Reports]]:
    """What is found in ``files``, by the way in which they were linted. The first one is the plainest."""
    yield "one process", lint(asked(root, files)).diagnostics
    yield "three processes", lint(asked(root, files, 3)).diagnostics
    mixed = random.Random(1).sample(files, len(files))
    yield "another order", lint(asked(root, mixed)).diagnostics
    with tempfile.TemporaryDirectory() as top:
        for name in ("an empty cache", "a full cache"):
            cache = Cache(root, [root], time.time(), top=Path(top))
            yield name, lint(asked(root, mixed if name == "a full cache" else files), cache).diagnostics


def unscreened(root: Path, files: Sequence[Path]) -> Reports:
    """What is found where every file and function is interpreted."""
    examiner = Examiner(root, [root], screened=False)
    request = asked(root, files)
    found = tuple(map(examiner.examine, request.examined_files))
    wanted = tuple(linting.wanted(request, each) for each in found)
    return linting.concluded(request, wanted, linting.Words(request)).diagnostics


def differences(root: Path, files: Sequence[Path]) -> Iterator[str]:
    """What is not the same, a line each."""
    (_, plain), *others = ways(root, files)
    for name, found in others:
        yield from (f"only with one process, not with {name}: {_told(each)}" for each in _besides(plain, found))
        yield from (f"only with {name}: {_told(each)}" for each in _besides(found, plain))
    places = {each.key for each in unscreened(root, files)}
    yield from (f"only with the screen: {_told(each)}" for each in plain if each.key not in places)


def _besides(found: Iterable[Diagnostic], others: Reports) -> Iterator[Diagnostic]:
    known = set(others)
    return (each for each in found if each not in known)


def _told(each: Diagnostic) -> str:
    return f"{each.span.filename}:{each.span.start.row}:{each.span.start.column}: {each.code} {each.message}"


def main() -> None:
    """Compare, and print what differs."""
    folders = [Path(name).resolve() for name in sys.argv[1:]]
    folders = folders or [default_directory().resolve() / package.folder for package in PACKAGES]
    total = 0
    for folder in folders:
        lines = list(differences(folder, sorted(folder.rglob("*.py"))))
        print(f"{folder.name}: {len(lines)} differences", *lines, sep="\n  ", flush=True)
        total += len(lines)
    sys.exit(int(total > 0))


if __name__ == "__main__":
    main()
