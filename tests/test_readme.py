"""What the README shows is what happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = 20  # lines


def shown_after(heading: str) -> str:
    """The first indented block after a heading, without its indentation."""
    lines = README.split(f"\n{heading}\n", 1)[1].splitlines()
    block: list[str] = []
    for line in lines:
        if line.startswith("    ") or (block and not line.strip()):
            block.append(line[4:])
        elif block:
            break
    return "\n".join(block).strip()


def test_the_report_on_the_examples_is_shown() -> None:
    command = [sys.executable, "-m", "tfgraphlint", "--no-cache", "examples/"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    printed = "\n".join(line.rstrip() for line in found.stdout.strip().splitlines())
    assert printed == shown_after("## What it prints")


def test_both_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:FIRST_SCREEN]
    assert "    pip install . && tfgraphlint examples/" in first
    assert '    pip install -e ".[test]" && pytest' in first
