"""The pages of rules: their docstrings, with a fixture's program before and after."""

from __future__ import annotations

import importlib.util
import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfgraphlint.rule_api.rule import Rule

FIXTURES = "tfgraphlint.fixtures"


def as_text(rule: Rule) -> str:
    """The page as a terminal shows it."""
    head = f"{rule.code} {rule.name} ({rule.severity.value})"
    parts = [head, "=" * len(head), "", body(rule)]
    case = example(rule)
    if case is not None:
        parts += ["", f"## From the fixtures: {case.name.replace('_', ' ')}", "", "Before:", ""]
        parts.append(_indented((case / "bad.py").read_text(encoding="utf-8")))
        if (case / "good.py").is_file():
            parts += ["", "After:", "", _indented((case / "good.py").read_text(encoding="utf-8"))]
    return "\n".join(parts).rstrip() + "\n"


def as_json(rules: Sequence[Rule], one: bool) -> str:
    """The pages as JSON: one object, or a list of them."""
    pages = [_page(rule) for rule in rules]
    return json.dumps(pages[0] if one else pages, indent=2, ensure_ascii=False) + "\n"


def _page(rule: Rule) -> dict[str, Any]:
    case = example(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "summary": body(rule).partition("\n")[0],
        "explanation": body(rule),
        "before": _program(case, "bad.py"),
        "after": _program(case, "good.py"),
    }


def body(rule: Rule) -> str:
    """The rule's docstring."""
    return inspect.cleandoc(type(rule).__doc__ or "")


def example(rule: Rule) -> Path | None:
    """The first case of the rule's fixtures that is one file before."""
    folder = f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    spec = importlib.util.find_spec(FIXTURES)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for case in sorted(Path(location, folder).glob("*/bad.py")):
            return case.parent
    return None


def _program(case: Path | None, name: str) -> str | None:
    if case is None or not (case / name).is_file():
        return None
    return (case / name).read_text(encoding="utf-8")


def _indented(text: str) -> str:
    return "\n".join(f"    {row}".rstrip() for row in text.rstrip("\n").split("\n"))
