"""The cache must never show: random edits of a project, and after each a run with the cache and one without.

    python -m benchmarks.soak [--rounds N] [--seed N] [--files N] [--lines N] [DIRECTORY …]

Copies --files files that have at most --lines lines, as many from each DIRECTORY (the fixtures and a package of the
corpus unless some are named). Each round changes one to three of them: a line comes, goes or is said twice, a file is
removed, comes back, is copied elsewhere, or gets the text of another one. Then all files, or some of them, are linted
with the cache, and from the same state without. Status 1 where the reports differ; the seed makes it happen again.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import default_directory
from benchmarks.measuring import ROOT
from benchmarks.same import asked
from tfgraphlint.run.cache import Cache
from tfgraphlint.run.lint import lint

LINES = ("", "# a comment", "import numpy as np", "from . import utils", "import os.path", "X = 1", "from os import *")


class Project:
    """A copy of a project that is edited."""

    def __init__(self, top: Path, chance: random.Random) -> None:
        self.top = top
        self.chance = chance
        self._gone: dict[Path, str] = {}

    @property
    def files(self) -> list[Path]:
        """Its files now."""
        return sorted(self.top.rglob("*.py"))

    def edit(self) -> str:
        """Change one file; what was done."""
        file, kind = self.chance.choice(self.files), self.chance.random()
        if kind < 0.1 and len(self.files) > 20:
            self._gone[file] = file.read_text("utf-8")
            file.unlink()
            return f"removed {file.name}"
        if kind < 0.2 and self._gone:
            file, text = self._gone.popitem()
            file.write_text(text, "utf-8")
            return f"brought {file.name} back"
        other = self.chance.choice(self.files)
        if kind < 0.25:
            shutil.copy(file, other.parent / f"new_{file.name}")
            return f"copied {file.name} beside {other.name}"
        if kind < 0.3:
            other.write_text(file.read_text("utf-8"), "utf-8")
            return f"{other.name} says what {file.name} says"
        return self._edit_lines(file)

    def _edit_lines(self, file: Path) -> str:
        status, lines = os.stat(file), file.read_text("utf-8").split("\n")
        place = self.chance.randrange(len(lines))
        kind = self.chance.choice(("add", "remove", "twice"))
        if kind == "add":
            lines.insert(place, self.chance.choice(LINES))
        elif kind == "remove":
            del lines[place]
        else:
            lines.insert(place, lines[place])
        file.write_text("\n".join(lines), "utf-8")
        if self.chance.random() < 0.3:  # as an archive or a checkout may do
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        return f"{kind} in row {place + 1} of {file.name}"


def soak(project: Project, rounds: int) -> int:
    """Edit and lint; in how many rounds the reports differed."""
    bad = kept = asked_for = 0
    for number in range(rounds):
        done = [project.edit() for _ in range(project.chance.randint(1, 3))] if number else ["nothing yet"]
        files = project.files
        if project.chance.random() < 0.2:
            files = project.chance.sample(files, max(len(files) // 3, 1))
        cache = Cache(project.top, [project.top], time.time())
        request = asked(project.top, files)
        kept, asked_for = kept + len(cache.known(request.examined_files)), asked_for + len(request.examined_files)
        with_cache = lint(request, cache).diagnostics
        if with_cache != lint(asked(project.top, files)).diagnostics:
            bad += 1
            print(f"round {number}: the cache shows after: {'; '.join(done)}", flush=True)
        elif number % 10 == 0:
            print(f"round {number}: {len(with_cache)} reports, {kept} of {asked_for} results cached so far", flush=True)
    print(f"{rounds} rounds, {bad} differ; {kept} of {asked_for} results came from the cache")
    return bad


def _copy(directory: Path, scratch: Path, most: int, lines: int, chance: random.Random) -> None:
    files = [file for file in sorted(directory.rglob("*.py")) if _is_text(file, lines)]
    for file in chance.sample(files, min(most, len(files))):
        target = scratch / file.relative_to(directory)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def _is_text(file: Path, lines: int) -> bool:
    """Whether a file can be edited, and has at most so many lines."""
    try:
        return file.read_text("utf-8").count("\n") <= lines
    except UnicodeDecodeError:
        return False


def main() -> None:
    """Copy, edit, compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directories", nargs="*", type=Path, metavar="DIRECTORY")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--lines", type=int, default=1000)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        directories = given.directories or [ROOT / "fixtures", default_directory() / "tf-agents-0.19.0"]
        for directory in directories:
            _copy(directory.resolve(), top, given.files // len(directories), given.lines, chance)
        os.chdir(top)
        sys.exit(int(soak(Project(top, chance), given.rounds) > 0))


if __name__ == "__main__":
    main()
