"""What ruff, pylint and TorchFix say of the faulty programs of the fixtures: the numbers of docs/comparison.md.

    pip install ruff pylint torchfix
    python benchmarks/other_linters.py

Printed is, for each tool, how many reports there are, and each report that stands on a row on which tfgraphlint reports
something. Whether it says what is wrong there, a person has to read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = re.compile(r"# expect: (.+)$")
RUFF = ("ruff", "check", "--isolated", "--no-cache", "--quiet", "--output-format", "json")
COMMANDS = {
    "ruff": RUFF,
    "ruff, all rules": (*RUFF, "--preview", "--select", "ALL"),
    "pylint": (sys.executable, "-m", "pylint", "--rcfile=/dev/null", "--output-format=json"),
    "TorchFix": ("torchfix", "--select=ALL"),
}


@dataclass(frozen=True)
class Report:
    """What a tool says of a row."""

    file: str
    row: int
    code: str
    message: str


def main() -> int:
    """Run all tools over the faulty programs."""
    files = [file.relative_to(ROOT).as_posix() for file in sorted((ROOT / "fixtures").rglob("*.py"))]
    faulty = [file for file in files if re.search(r"/bad(/|\.py$)", file)]
    expected = {(file, row): codes for file in faulty for row, codes in expectations(ROOT / file)}
    print(f"{len({file for file, _ in expected})} programs with {len(expected)} rows on which tfgraphlint reports")
    for tool, command in COMMANDS.items():
        found = list(reports(tool, [*command, *faulty]))
        there = [each for each in found if (each.file, each.row) in expected]
        print(f"\n{tool}: {len(found)} reports, {len({(each.file, each.row) for each in there})} of these rows")
        said = Counter((each.code, expected[each.file, each.row], each.message) for each in there)
        for (code, codes, message), number in sorted(said.items()):
            print(f"  {number} x {code} where tfgraphlint has {codes}: {message[:100]}")
    return 0


def expectations(file: Path) -> Iterator[tuple[int, str]]:
    """The rows of a program on which something is to be reported, and the codes."""
    for row, text in enumerate(file.read_bytes().decode("utf-8", "replace").splitlines(), 1):
        match = EXPECTED.search(text)
        if match:
            yield row, match[1].strip()


def reports(tool: str, command: list[str]) -> Iterator[Report]:
    """What a tool prints, as reports."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if tool == "TorchFix":
        for match in re.finditer(r"^(\S+):(\d+):\d+: (TOR\d+) (.*)$", done.stdout, re.MULTILINE):
            yield Report(match[1], int(match[2]), match[3], match[4])
        return
    for each in json.loads(done.stdout):
        if tool == "pylint":
            yield Report(each["path"], each["line"], each["message-id"], each["message"])
        else:
            name = Path(each["filename"]).relative_to(ROOT).as_posix()
            yield Report(name, each["location"]["row"], each["code"] or "syntax", each["message"])


if __name__ == "__main__":
    sys.exit(main())
