"""One case: a file that is linted, and repaired, and what is wrong with what came of it."""

from __future__ import annotations

import ast
import codecs
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.growing import ALL
from tfgraphlint.diagnostic import Fix
from tfgraphlint.errors import RunError
from tfgraphlint.fixes.apply import changes, edited
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import Source
from tfgraphlint.run.lint import Request, Run, lint, readable
from tfgraphlint.run.repair import repair

ROOT = Path(__file__).parents[2]
MAX_BYTES = 40_000  # of a file that is changed
MAX_TRIES = 10  # to change a file so that it is Python still
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Case:
    """A file to lint, by a number from which it can be made again."""

    seed: int
    number: int
    content: bytes
    fix: bool

    @property
    def name(self) -> str:
        return f"seed {self.seed}, case {self.number}{', repaired' if self.fix else ''}"


def seeds(directories: Sequence[Path]) -> list[str]:
    """The texts that cases are made of: the fixtures, and programs of all constructs."""
    files = sorted(file for directory in directories for file in directory.rglob("*.py") if file.is_file())
    texts = [file.read_bytes() for file in files]
    decoded = [text.decode("utf-8", "replace") for text in texts if len(text) <= MAX_BYTES]
    return decoded + [grown(3) for grown in ALL.values()]


def cases(seed: int, count: int, texts: Sequence[str], fix_each: int) -> Iterator[Case]:
    """So many cases of a seed; each ``fix_each``th is repaired as well, none where it is 0."""
    for number in range(count):
        rng = random.Random(f"{seed}-{number}")
        content = mutated(rng, rng.choice(texts), texts)
        for _ in range(MAX_TRIES if number % 4 else 0):  # what is no Python is soon refused, whatever else it is
            if compiles(content):
                break
            content = mutated(rng, rng.choice(texts), texts)
        yield Case(seed, number, content, bool(fix_each) and number % fix_each == 0)


def faults_of(case: Case, folder: Path, seen: Counter[str] | None = None) -> list[str]:
    """What is wrong with what comes of a case; nothing where all is well. What came of it is counted in ``seen``."""
    file = folder / "program.py"
    file.write_bytes(case.content)
    run = _linted(folder, file)
    seen = Counter() if seen is None else seen
    codes = {each.code for each in run.diagnostics}
    seen["not Python"] += "TFG900" in codes
    seen["with reports"] += bool(codes - {"TFG900"})
    found = [result.details or result.error for result in run.errors]
    if case.fix and not found:
        found += _faults_of_repair(case, run, seen)
    return found


def _linted(folder: Path, file: Path) -> Run:
    return lint(Request(folder, {file: Settings(folder)}, roots=[folder], processes=1))


def _faults_of_repair(case: Case, run: Run, seen: Counter[str]) -> Iterator[str]:
    try:
        repaired = repair(run, unsafe=True)
    except RunError as error:
        yield f"repair: {error}"
        return
    seen["repaired"] += bool(repaired.changed)
    seen["fixes made"] += len(repaired.fixed)
    for diagnostic in run.diagnostics:
        if diagnostic.fix is not None and not _changes_only_its_edits(case.content, run, diagnostic.fix):
            yield f"{diagnostic.code}: bytes outside the edits of the fix change"
    for source in repaired.changed.values():
        after = source.encode()
        if not compiles(after):
            yield "what was repaired does not compile"
        if _comments(case.content) - _comments(after):
            yield f"comments are gone: {_comments(case.content) - _comments(after)}"
    again = repair(repaired.run, unsafe=True)
    if again.changed.keys() - repaired.changed.keys() or any(
        source.encode() != repaired.changed[path].encode() for path, source in again.changed.items()
    ):
        yield "a second repair changes something"


def _changes_only_its_edits(content: bytes, run: Run, fix: Fix) -> bool:
    """Whether a fix of the only file leaves all bytes as they are but those of its edits, whose places are looked up
    anew."""
    source = readable(run.request, *run.request.files)
    made = changes(fix, {source.filename: source.lines})
    if made is None:
        return True  # it is not made
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content.removeprefix(mark).decode(source.encoding)
    starts = [0, *(match.end() for match in LINE_END.finditer(text))]
    newline = LINE_END.search(text)
    expected, at = "", 0
    for edit in sorted(set(fix.edits), key=lambda edit: edit.span.start):
        start, end = (starts[place.row - 1] + place.column - 1 for place in (edit.span.start, edit.span.end))
        expected += text[at:start] + LINE_END.sub(newline.group() if newline else "\n", edit.content)
        at = end
    after = edited(source, sorted(made[source.filename]))
    return not after.writes_back or mark + (expected + text[at:]).encode(source.encoding, "replace") == _bytes_of(after)


def _bytes_of(source: Source) -> bytes:
    return (codecs.BOM_UTF8 if source.bom else b"") + source.text.encode(source.encoding, "replace")


def compiles(content: bytes) -> bool:
    """Whether CPython can parse a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _comments(content: bytes) -> set[bytes]:
    """Rows that are nothing but a comment of some length: no fix takes them away, silencing ones aside."""
    rows = {row.strip() for row in content.splitlines()}
    return {row for row in rows if row.startswith(b"# ") and b"tfgraphlint" not in row and b"noqa" not in row}
