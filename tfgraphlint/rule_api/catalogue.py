"""All rules at a glance: by family, with what their pages and fixtures say of fixes and versions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from tfgraphlint.rule_api.pages import find_conditions, read_page
from tfgraphlint.rule_api.rule import Rule

# By the letters and the first digit of the codes.
FAMILIES = {
    "TFG1": "Gradients of TensorFlow 1 in code that runs eagerly",
    "TFG2": "Gradients that are lost on the way from the source to the target",
    "TFG3": "Tapes that do not see the source, the target or the variables",
    "TFG4": "Code that is traced into a graph",
    "TFG5": "Keras",
    "TFG6": "Code written for TensorFlow 1",
    "TFG9": "Files and comments",
}
EVERY_VERSION = "all"


@dataclass(frozen=True)
class Entry:
    """One rule. ``fix`` is ``no``, ``safe``, ``unsafe`` or ``safe or unsafe``; ``versions`` a condition or ``all``."""

    code: str
    name: str
    family: str
    severity: str
    fix: str
    versions: str
    summary: str


def entries_of(rules: Sequence[Rule]) -> list[Entry]:
    """What there is to say of ``rules``, in the order of their codes."""
    return [_entry(rule) for rule in sorted(rules, key=lambda rule: rule.code)]


def _entry(rule: Rule) -> Entry:
    summary = read_page(rule).partition("\n")[0]
    return Entry(
        rule.code, rule.name, family_of(rule.code), rule.severity.value, fix_of(rule), versions_of(rule), summary
    )


def family_of(code: str) -> str:
    """The family of a rule, by its code; a plugin's rules are a family by their letters."""
    match = re.match(r"[A-Za-z]+\d?", code)
    key = match.group() if match else code
    return FAMILIES.get(key, f"Rules of a plugin: {key.rstrip('0123456789')}")


def fix_of(rule: Rule) -> str:
    """What the page says of the safety of the fix."""
    section = read_page(rule).partition("## Fix safety\n")[2].partition("\n## ")[0].strip()
    kinds = sorted({word.lower() for word in re.findall(r"\b(?:un)?safe\b", section, re.IGNORECASE)})
    return "no" if section.startswith("No fix") or not kinds else " or ".join(kinds)


def versions_of(rule: Rule) -> str:
    """The versions that all programs of the rule's fixtures need: in others there is nothing to report."""
    conditions = find_conditions(rule)
    return conditions[0] if conditions and len(set(conditions)) == 1 and conditions[0] else EVERY_VERSION


def render_text(entries: Sequence[Entry]) -> str:
    """The list as a terminal shows it."""
    rows = [("code", "name", "severity", "fix", "versions")]
    rows += [(each.code, each.name, each.severity, each.fix, each.versions) for each in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    written = [_row(row, widths) for row in rows]
    parts = [written[0]]
    families = [family for family, _ in groupby(entries, key=lambda each: each.family)]
    for family in families:
        own = [row for row, each in zip(written[1:], entries) if each.family == family]
        parts += ["", family, *own]
    return "\n".join(parts) + "\n"


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(f"{word:<{width}}" for word, width in zip(row, widths)).rstrip()


def render_json(entries: Sequence[Entry]) -> str:
    """The list as JSON."""
    return json.dumps([asdict(each) for each in entries], indent=2, ensure_ascii=False) + "\n"


def render_markdown(entries: Sequence[Entry]) -> str:
    """The list as tables, one a family, with links from the project's top folder, as the README has it."""
    parts = []
    for family, own in groupby(entries, key=lambda each: each.family):
        head = "| code | name | what is reported | severity | fix | versions |"
        parts.append("\n".join([f"**{family}**", "", head, "| --- " * 6 + "|", *map(_markdown_row, own)]))
    return "\n\n".join(parts) + "\n"


def _markdown_row(entry: Entry) -> str:
    link = f"[{entry.code}](rules/{entry.code.lower()}_{entry.name.replace('-', '_')}.py)"
    cells = (link, f"`{entry.name}`", entry.summary, entry.severity, entry.fix, entry.versions)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
