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


def render_text(rule: Rule) -> str:
    """The page as a terminal shows it."""
    head = f"{rule.code} {rule.name} ({rule.severity.value})"
    parts = [head, "=" * len(head), "", read_page(rule)]
    case = find_example(rule)
    if case is not None:
        parts += ["", f"## From the fixtures: {case.name.replace('_', ' ')}", "", "Before:", ""]
        parts.append(_indent((case / "bad.py").read_text(encoding="utf-8")))
        if (case / "good.py").is_file():
            parts += ["", "After:", "", _indent((case / "good.py").read_text(encoding="utf-8"))]
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
        "before": _read_program(case, "bad.py"),
        "after": _read_program(case, "good.py"),
    }


def read_page(rule: Rule) -> str:
    """The rule's docstring."""
    return inspect.cleandoc(type(rule).__doc__ or "")


def find_example(rule: Rule) -> Path | None:
    """The first case of the rule's fixtures that is one file before."""
    folder = f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    spec = importlib.util.find_spec(FIXTURES)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for case in sorted(Path(location, folder).glob("*/bad.py")):
            return case.parent
    return None


def _read_program(case: Path | None, name: str) -> str | None:
    if case is None or not (case / name).is_file():
        return None
    return (case / name).read_text(encoding="utf-8")


def _indent(text: str) -> str:
    return "\n".join(f"    {row}".rstrip() for row in text.rstrip("\n").split("\n"))
