"""The pages of rules: their docstrings, with a fixture's program before and after."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfgraphlint.rule_api.rule import Rule

RULES = "tfgraphlint.rules"
# What the fixtures say to those who run them, and nobody who reads a page wants to know.
_MARK = re.compile(r"[ \t]*# (?:todo-)?expect: .*$", re.MULTILINE)
_CLAIM = re.compile(r"^# (?:claim|holds|process): .*\n", re.MULTILINE)
_HOLDS = re.compile(r"# holds: ([^\"\n\\]*)")


def render_text(rule: Rule) -> str:
    """The page as a terminal shows it."""
    head = f"{rule.code} {rule.name} ({rule.severity.value})"
    parts = [head, "=" * len(head), "", read_page(rule)]
    case = find_example(rule)
    if case is not None:
        parts += ["", f"## From the fixtures: {case.name.replace('_', ' ')}", "", "Before:", ""]
        parts.append(_indent(read_program(case, "bad.py") or ""))
        after = read_program(case, "good.py")
        if after is not None:
            parts += ["", "After:", "", _indent(after)]
    return "\n".join(parts).rstrip() + "\n"


def render_json(rules: Sequence[Rule], one: bool) -> str:
    """The pages as JSON: one object, or a list of them."""
    pages = [_as_object(rule) for rule in rules]
    return json.dumps(pages[0] if one else pages, indent=2, ensure_ascii=False) + "\n"


def _as_object(rule: Rule) -> dict[str, Any]:
    case = find_example(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "summary": read_page(rule).partition("\n")[0],
        "explanation": read_page(rule),
        "before": read_program(case, "bad.py"),
        "after": read_program(case, "good.py"),
    }


def read_page(rule: Rule) -> str:
    """The rule's docstring."""
    return inspect.cleandoc(type(rule).__doc__ or "")


def find_example(rule: Rule) -> Path | None:
    """The first case of the rule's fixtures that is one file before."""
    for folder in _folders(rule):
        for case in sorted(folder.glob("*/bad.py")):
            return case.parent
    return None


def find_conditions(rule: Rule) -> list[str]:
    """For each bad program of the rule's fixtures, the versions that it holds for; empty where it holds for all."""
    programs = [
        program
        for folder in _folders(rule)
        for pattern in ("*/bad.py", "*/bad/main.py", "*/bad.ipynb")
        for program in sorted(folder.glob(pattern))
    ]
    found = [_HOLDS.search(program.read_text(encoding="utf-8", errors="replace")) for program in programs]
    return [match[1].strip() if match else "" for match in found]


def _folders(rule: Rule) -> list[Path]:
    """The fixtures of a rule that comes with tfgraphlint: they lie beside the rules, installed or not."""
    name = f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    spec = importlib.util.find_spec(RULES)
    locations = spec.submodule_search_locations if spec is not None else None
    return [Path(location).parent / "fixtures" / name for location in locations or ()]


def read_program(case: Path | None, name: str) -> str | None:
    """A program of the fixtures without what is meant for those who run them."""
    if case is None or not (case / name).is_file():
        return None
    text = _CLAIM.sub("", _MARK.sub("", (case / name).read_text(encoding="utf-8")))
    return re.sub(r"\n{4,}", "\n\n\n", text.strip("\n")) + "\n"


def _indent(text: str) -> str:
    return "\n".join(f"    {row}".rstrip() for row in text.rstrip("\n").split("\n"))
