"""Repositories that somebody might lay out as a trap, put together at random, and what must hold of a run over them.

The run goes through the command line, in this process. Whatever lies there: it ends with status 0, 1 or 2 and no
internal error, nothing outside changes, no module of the repository is imported, a clean line is only said where all
is well, files that are repaired still compile, and a run with a cache says what one without says.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cli.attacks import FINE, LOST, Done, age
from tests.fuzz.cases import compiles
from tests.fuzz.mutations import mutated
from tests.growing import ALL
from tfgraphlint.cli import main

MOST_SECONDS = 120  # then it hangs
Trap = Callable[[random.Random, Path, Path], None]  # given the repository and a folder outside

NAMES = (
    "a.py", "b.py", "-x.py", "--fix.py", "a b.py", "new\nline.py", "\x1b[31mred.py", "::error::x.py", "é.py", "𝛼.py",
    "%0A.py", "n" * 250 + ".py", ".hidden.py", "__init__.py", "click.py", "libcst.py", "ast.py", "tensorflow.py",
    "conftest.py", "test_a.py", "setup.py", "[x].py", "*.py", "!a.py", "#a.py", "~.py", "a.ipynb", "a.md",
    os.fsdecode(b"\xff\xfe.py"),
)  # fmt: skip
SETTINGS = (
    "", "[tool]\n", "tool = 5\n", "[tool.tfgraphlint]\nselect = 5\n", "[tool.tfgraphlint]\nextend = 'pyproject.toml'\n",
    "[tool.tfgraphlint]\nextend = '/dev/zero'\n", "[tool.tfgraphlint]\nbaseline = '../outside/kept.json'\n",
    "[tool.tfgraphlint]\nplugins = ['os']\n", f"[tool.tfgraphlint]\ntensorflow = '{'9' * 5000}'\n",
    f"[tool.tfgraphlint]\nmax-seconds = {'9' * 5000}\n", f"[tool.tfgraphlint]\nexclude = ['{'*a' * 40}b']\n",
    "[tool.tfgraphlint]\nexclude = ['!', 'foo\\\\', '[', '']\n", "[tool.tfgraphlint.per-file-ignores]\n'[' = ['TFG']\n",
    "[tool.tfgraphlint]\nkeras = 2\n", "[project]\ndependencies = 5\n", "[project]\ndependencies = [['tensorflow']]\n",
    "[project]\ndependencies = ['tensorflow==" + "1." * 3000 + "1']\n", "x = " + "[" * 900 + "]" * 900 + "\n", "\0",
    "x = 1e99999\ny = " + "1" * 5000 + "\n", "[tool.poetry.dependencies]\ntensorflow = 5\n", "\ufeff[tool]\n",
)  # fmt: skip
IGNORED = ("!", "foo\\", "*" + "a*" * 40 + "b", "[", "**/**/**/x", "/", "\\", "a" * 70000, "\0", "!/a.py", "#", " ")
NOTEBOOKS = (
    "", "5", "[]", "{}", '{"cells": 5}', '{"cells": [5, {}, {"cell_type": "code", "source": 5}]}', "[" * 9000,
    json.dumps({"cells": [{"cell_type": "code", "source": [LOST, "!ls\n", "%%time\n"]}], "metadata": 5}),
    json.dumps({"cells": [{"cell_type": "code", "source": LOST.splitlines(True)}], "nbformat": "4"}),
    '{"nbformat": ' + "9" * 5000 + ', "cells": []}', json.dumps({"cells": [{"cell_type": "code", "source": "\ud800"}]}),
)  # fmt: skip
TEXTS = (
    b"", b"\0", b"\xff", b"\r\r\r", b"# -*- coding: rot13 -*-\nx\n", b"# coding: utf-7\n+AAA-\n", b"# coding: hex\n",
    b"# coding: \xff\n", b"\xef\xbb\xbf# coding: latin-1\n", b"x = " + b"9" * 5000 + b"\n", b"x = 0x" + b"f" * 5000,
    b"\\", b"'''", b"x = f'{a['b']}'\n", b"import " + b"a." * 3000 + b"a\n", b"from " + b"." * 5000 + b" import x\n",
    b"RAN = open('../outside/ran', 'w')\n", b"(" * 5000, b"x = " + b"-" * 5000 + b"1\n", b"a" + b".b" * 900 + b"\n",
)  # fmt: skip


def texts(rng: random.Random, known: Sequence[str]) -> bytes:
    """What a file of Python says: something to report, something odd, or a program of any construct."""
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice([LOST, FINE]).encode()
    if kind == 1:
        return rng.choice(TEXTS)
    if kind == 2:
        return rng.choice(list(ALL.values()))(rng.randint(1, 12)).encode()
    if kind == 3:
        names = [name[:-3] for name in NAMES if name[:-3].isidentifier()]
        return (f"from .{rng.choice(names)} import *\nimport {rng.choice(names)}\n" + rng.choice(known)).encode()
    return mutated(rng, rng.choice(known), known)


def put(path: Path, content: bytes | str) -> None:
    """Write a file, unless something else is there or the system does not take the name."""
    with contextlib.suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink() and (path.is_file() or not path.exists()):
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def link(path: Path, target: str | Path) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)


def linked(rng: random.Random, here: Path, outside: Path) -> None:
    target = rng.choice([
        "../outside", "../outside/kept.py", ".", "..", "/dev/zero", "/dev/stdin", "/dev/full", "nowhere", "a.py",
        "user@host.1234:5678", "/proc/self/fd", "/",
    ])  # fmt: skip
    name = rng.choice([*NAMES[:8], ".#a.py", "p", "q/r", ".gitignore", "pyproject.toml", ".tfgraphlint_cache"])
    if target != "/" or name.endswith((".py", "toml", "ignore")):
        link(here / name, target)


def piped(rng: random.Random, here: Path, outside: Path) -> None:
    path = here / rng.choice(["f.py", "p/__init__.py", "pyproject.toml", ".gitignore", "requirements.txt", "x.ipynb"])
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)


def deep(rng: random.Random, here: Path, outside: Path) -> None:
    put(here.joinpath(*["d"] * rng.randint(20, 90), "deep.py"), LOST)


def configured(rng: random.Random, here: Path, outside: Path) -> None:
    text = rng.choice(SETTINGS)
    put(here / rng.choice(["pyproject.toml", "tfgraphlint.toml", "p/pyproject.toml", "poetry.lock"]), text)


def ignoring(rng: random.Random, here: Path, outside: Path) -> None:
    put(here / rng.choice([".gitignore", "p/.gitignore"]), "\n".join(rng.choices(IGNORED, k=rng.randint(1, 4))))


def required(rng: random.Random, here: Path, outside: Path) -> None:
    text = rng.choice([
        "tensorflow==" + "9" * 5000, "-r requirements.txt", "tensorflow[" * 500, "\0", "tensorflow<2.3\n",
        "-r /dev/zero\n", "install_requires=['tensorflow" + " " * 5000 + "x']",
    ])  # fmt: skip
    put(here / rng.choice(["requirements.txt", "setup.py", "setup.cfg", "Pipfile", "environment.yml"]), text)


def cached(rng: random.Random, here: Path, outside: Path) -> None:
    folder = here / ".tfgraphlint_cache"
    text = rng.choice([b"", b"{}", b"[" * 50_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff", b"null", b'{"version": {}}'])
    put(folder / f"{rng.getrandbits(128):032x}.json", text)
    for file in folder.glob("*.json") if folder.is_dir() and not folder.is_symlink() else ():
        if rng.random() < 0.5 and not file.is_symlink():
            content = file.read_bytes()
            put(file, content[: rng.randint(0, len(content))] + text)


def folders(rng: random.Random, here: Path, outside: Path) -> None:
    name = rng.choice(["a.py", "pyproject.toml", ".gitignore", "x.ipynb", "__init__.py", "p/__init__.py", "setup.py"])
    with contextlib.suppress(OSError):
        (here / name).mkdir(parents=True)


def noted(rng: random.Random, here: Path, outside: Path) -> None:
    put(here / "x.ipynb", rng.choice(NOTEBOOKS))
    put(here / "x.md", "```python\n" + LOST + rng.choice(["```\n", "", "```python\n", "~~~\n"]))


def closed(rng: random.Random, here: Path, outside: Path) -> None:
    """Take away a permission; root reads it all the same."""
    for path in rng.sample(sorted(here.rglob("*")), min(1, len(list(here.rglob("*"))))):
        if not path.is_symlink() and path.is_file():
            path.chmod(rng.choice([0o000, 0o444, 0o222]))


TRAPS: tuple[Trap, ...] = (
    linked, linked, linked, piped, deep, configured, configured, ignoring, required, cached, folders, noted, closed,
)  # fmt: skip
OPTIONS: tuple[tuple[str, ...], ...] = (
    (), (), ("--fix",), ("--fix", "--unsafe-fixes"), ("--fix", "--unsafe-fixes"), ("--diff", "--unsafe-fixes"),
    ("--statistics",), ("--add-ignore",), ("--show-files",), ("--show-settings",), ("--output-format", "json"),
    ("--output-format", "sarif"), ("--output-format", "github"), ("--output-format", "html"), ("--isolated",),
    ("--force-exclude",), ("--baseline", "known.json", "--write-baseline"), ("--ignore-suppressions",),
)  # fmt: skip
WAYS: tuple[tuple[str, ...], ...] = (
    (".",), (".",), (".",), ("**/*.py",), ("a.py", "p", "nowhere.py"), ("p/..", "./a.py"),
)  # fmt: skip


def laid_out(rng: random.Random, folder: Path, known: Sequence[str]) -> tuple[Path, Path]:
    """A new repository in ``folder``, and what lies outside it."""
    here, outside = folder / "repository", folder / "outside"
    for each in (here, outside):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(parents=True)
    (outside / "kept.py").write_text(LOST)
    (outside / "kept.json").write_text("kept")
    if rng.random() < 0.7:
        (here / ".git").mkdir()
    for _ in range(rng.randint(1, 5)):
        put(here / rng.choice(["", "", "p", "p/q"]) / rng.choice(NAMES), texts(rng, known))
    for trap in rng.choices(TRAPS, k=rng.randint(1, 5)):
        trap(rng, here, outside)
    return here, outside


@dataclass(frozen=True)
class Repository:
    """A repository to run over, by a number from which it can be made again."""

    seed: int
    number: int
    known: Sequence[str]

    @property
    def name(self) -> str:
        return f"seed {self.seed}, repository {self.number}"

    def faults(self, folder: Path) -> Iterator[str]:
        """What is wrong with one to three runs over it, between which it is changed."""
        rng = random.Random(f"hostile-{self.seed}-{self.number}")
        here, outside = laid_out(rng, folder, self.known)
        kept = _contents(outside)
        for _ in range(rng.randint(1, 3)):
            arguments = ("check", *rng.choice(OPTIONS), "--", *rng.choice(WAYS))
            compiled = {file for file, text in _contents(here).items() if file.suffix == ".py" and compiles(text)}
            yield from _faults_of_run(here, arguments)
            if _contents(outside) != kept:
                yield f"{arguments}: something outside has changed"
            now = _contents(here)
            broken = [file.name for file in compiled if file in now and not compiles(now[file])]
            if broken:
                yield f"{arguments}: {broken} do not compile any more"
            _edit(rng, here, self.known)


def repositories(seed: int, count: int, known: Sequence[str]) -> Iterator[Repository]:
    """So many repositories of a seed, with files made of ``known`` texts among others."""
    return (Repository(seed, number, known) for number in range(count))


def run_in(directory: Path, *arguments: str) -> Done:
    """The command in this process, with streams as a pipe has them."""
    before, streams = os.getcwd(), (sys.stdout, sys.stderr)
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in streams)
    status = 0
    os.chdir(directory)
    sys.stdout, sys.stderr = output, errors
    try:
        main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout, sys.stderr = streams
        os.chdir(before)
    return Done(status, *(each.buffer.getvalue().decode() for each in (output, errors)))  # type: ignore[attr-defined]


def _faults_of_run(here: Path, arguments: Sequence[str]) -> Iterator[str]:
    try:
        with _clock():
            done = run_in(here, *arguments)
    except Exception as error:
        yield f"{arguments}: {type(error).__name__}: {error}"
        return
    if done.returncode not in (0, 1, 2) or "internal error" in done.stderr or "Traceback" in done.stderr:
        yield f"{arguments}: status {done.returncode}: {done.stderr}"
    if done.returncode == 2 and "No problems found" in done.stdout + done.stderr:
        yield f"{arguments}: status 2 and a clean line: {done.stderr}"
    if not {"--fix", "--add-ignore", "--write-baseline"} & {*arguments}:
        yield from _faults_of_cache(here, arguments, done.stdout)


def _faults_of_cache(here: Path, arguments: Sequence[str], said: str) -> Iterator[str]:
    age(*(file for file in here.rglob("*.py") if file.is_file() and not file.is_symlink()))
    warm = [run_in(here, *arguments).stdout for _ in range(2)]
    cold = run_in(here, arguments[0], "--no-cache", *arguments[1:])
    if {said, *warm} != {cold.stdout}:
        yield f"{arguments}: with a cache something else is said than without"


def _edit(rng: random.Random, here: Path, known: Sequence[str]) -> None:
    """Change a file, and take one away."""
    files = sorted(file for file in here.rglob("*.py") if file.is_file() and not file.is_symlink())
    if files:
        put(rng.choice(files), texts(rng, known))
        if rng.random() < 0.3:
            rng.choice(files).unlink()


def _contents(folder: Path) -> dict[Path, bytes]:
    """What the files of a folder say; nothing is said of the cache."""
    found = {}
    for directory, _, names in os.walk(folder):
        for name in names:
            path = Path(directory, name)
            if path.is_file() and not path.is_symlink() and ".tfgraphlint_cache" not in path.parts:
                with contextlib.suppress(OSError):
                    found[path] = path.read_bytes()
    return found


@contextlib.contextmanager
def _clock() -> Iterator[None]:
    """An error after so long."""

    def ring(number: int, frame: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
