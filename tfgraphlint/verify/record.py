"""What TensorFlow said of the fixtures, kept as a file: the pages of rules on the site tell it, without TensorFlow."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.programs import Program

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy")
MAX_TOLD = 300  # characters of what a program ended with
_MACHINE_PATH = re.compile(r"(?<![\w.:/])(?:[A-Za-z]:)?[/\\](?:[^\s/\\\"']+[/\\])+(?=[^\s/\\\"']+)")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")


class RecordError(Exception):
    """A record that cannot be read or added to; the text says why."""


@dataclass(frozen=True)
class Said:
    """What became of one program: ``digest`` of its files, how it ended ("" where it ran to its end), how many of its
    claims were confirmed, those that were not, and ``elsewhere`` where it holds for other versions only."""

    digest: str
    date: str
    ended: str = ""
    confirmed: int = 0
    denied: tuple[str, ...] = ()
    elsewhere: bool = False


@dataclass(frozen=True)
class Record:
    """The versions that were asked, and what was seen of each program, by its label."""

    versions: Mapping[str, str]
    programs: Mapping[str, Said]

    def of(self, program: Program) -> Said | None:
        """What was said of ``program`` as it is now; None where it was not asked since it last changed."""
        said = self.programs.get(program.label)
        return said if said is not None and said.digest == digest_of(program) else None


def read(file: Path) -> Record:
    """The record in a file.

    Raises:
        RecordError: it is none.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        rows = {label: _read_row(row) for label, row in dict(content["programs"]).items()}
        return Record(content["versions"], rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RecordError(f"{file}: no record of verify: {error}") from error


def _read_row(row: Mapping[str, Any]) -> Said:
    return Said(**{**row, "denied": tuple(row.get("denied", ()))})


def write(file: Path, results: Sequence[tuple[Program, Answer]], is_whole: bool) -> None:
    """Put ``results`` into the record ``file``, made where there is none. ``is_whole``: they are all programs there
    are, and what the record says of others goes.

    Raises:
        RecordError: the file is no record, or one of other versions.
    """
    versions = installed()
    rows: dict[str, Said] = {}
    if file.exists() and not is_whole:
        found = read(file)
        if dict(found.versions) != versions:
            said, here = _told(found.versions), _told(versions)
            raise RecordError(f"{file} holds what {said} said, and here is {here}: name another file")
        rows.update(found.programs)
    today = datetime.date.today().isoformat()
    rows.update((program.label, _said(program, answer, today)) for program, answer in results)
    lines = [f"{json.dumps(label)}: {json.dumps(_short(rows[label]), ensure_ascii=False)}" for label in sorted(rows)]
    text = f'{{\n"versions": {json.dumps(versions)},\n"programs": {{\n' + ",\n".join(lines) + "\n}\n}\n"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{file}: cannot be written: {error.strerror}") from error


def installed() -> dict[str, str]:
    """The versions of what runs the programs here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package.removesuffix("-cpu")] = version(package)
        except PackageNotFoundError:
            continue
    return found


def digest_of(program: Program) -> str:
    """A short digest of all files of a program."""
    several = program.entry.name == "main.py"
    files = sorted(program.entry.parent.rglob("*.py")) if several else [program.entry]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _said(program: Program, answer: Answer, today: str) -> Said:
    if answer.elsewhere:
        return Said(digest_of(program), today, elsewhere=True)
    confirmed = sum(verdict["status"] == "confirmed" for verdict in answer.verdicts)
    denied = [verdict["claim"] for verdict in answer.verdicts if verdict["status"] == "denied"]
    ended = "" if answer.ended == "ran to its end" else answer.ended
    return Said(digest_of(program), today, without_machine(answer.problem or ended), confirmed, tuple(denied))


def without_machine(text: str) -> str:
    """What a program ended with, without folders and addresses of the machine, cut where it is long."""
    text = _ADDRESS.sub("0x…", _MACHINE_PATH.sub("…/", text))
    return text if len(text) <= MAX_TOLD else f"{text[:MAX_TOLD].rstrip()} …"


def _short(said: Said) -> dict[str, Any]:
    return {key: value for key, value in asdict(said).items() if value or key == "confirmed"}


def _told(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{package} {number}" for package, number in versions.items())
