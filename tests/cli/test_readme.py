"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

from tfgraphlint.facts.gradients import TapeExhausted
from tfgraphlint.rule_api.catalogue import entries_of, render_markdown
from tfgraphlint.rule_api.registry import load, read_subscriptions
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.verify.claims import unreadable
from tfgraphlint.verify.programs import find

ROOT = Path(__file__).resolve().parents[2]
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


def test_the_rules_are_listed() -> None:
    assert render_markdown(entries_of(load().rules)) in README, "tfgraphlint rule --output-format markdown"


def test_both_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:FIRST_SCREEN]
    assert "    pip install . && tfgraphlint examples/" in first
    assert '    pip install -e ".[test]" && pytest' in first


def test_the_fixtures_page_has_every_claim() -> None:
    page = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `# claim: (\w+)([^`]*)` \|", page, re.MULTILINE)
    assert not [verb for verb, rest in told if unreadable(f"{verb}{rest}")]
    used = {claim.partition(" ")[0] for program in find(ROOT / "fixtures") for claim in program.claims}
    assert {verb for verb, _ in told} == used


def test_the_rule_that_is_shown_to_contributors_works(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rule = textwrap.dedent("   " + text.split("```python\n")[1].split("```")[0].lstrip())
    namespace: dict[str, type[Rule]] = {}
    exec(compile(rule, "rules/tfg399_lazy_tape.py", "exec"), namespace)
    assert read_subscriptions(namespace["LazyTape"]) == (TapeExhausted,)
    named = re.findall(r"`((?:tfgraphlint|fixtures|tests|rules)/[\w./]*)`", text)
    assert [word for word in named if "399" not in word and not (ROOT / word).exists()] == []
