"""The navigation: pages in the order in which people need them. Pages that are not there are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfgraphlint.rule_api.catalogue import family_of

SECTIONS: dict[str, tuple[str, ...]] = {
    "Start": ("README.md", "getting-started.md", "usage.md", "settings.md", "faq.md"),
    "Where you work": (
        "editors.md", "ci.md", "jupyter.md", "explain.md", "python-api.md", "what-a-fix-writes.md",
    ),
    "How it decides": (
        "how-it-decides.md", "limits.md", "comparison.md", "differentiable.md", "benchmarks.md", "security.md",
        "changes.md",
    ),
    "Contributing": (
        "contributing.md", "design.md", "glossary.md", "facts.md", "fixes.md", "fixtures.md",
        "modelling-a-library-function.md", "derived-tables.md", "seeing-what-happens.md", "measuring.md",
    ),
}  # fmt: skip
RULES = "Rules"
TITLES = {"README.md": "Overview", "usage.md": "Using it", "measuring.md": "Measuring tfgraphlint"}
FOLDER_OF_RULES = "rules/"
AFTER_RULES = "Start"
OTHERS = "Where you work"  # where a page goes that is not named above


def tree(pages: Sequence[str]) -> list[dict[str, Any]]:
    """The navigation with all ``pages``."""
    named = {page for section in SECTIONS.values() for page in section}
    rules = sorted(page for page in pages if page.startswith(FOLDER_OF_RULES))
    found: list[dict[str, Any]] = []
    for title, wanted in SECTIONS.items():
        more = [page for page in sorted(pages) if page not in named and page not in rules] if title == OTHERS else []
        own = [page for page in wanted if page in pages] + more
        found.append({title: [{TITLES[page]: page} if page in TITLES else page for page in own]})
        if title == AFTER_RULES:
            found.append({RULES: _by_family(rules)})
    return found


def _by_family(rules: Sequence[str]) -> list[Any]:
    """The list of all rules, then their pages by family."""
    families: dict[str, list[str]] = {}
    for page in rules:
        if page != FOLDER_OF_RULES + "index.md":
            code = page.removeprefix(FOLDER_OF_RULES).removesuffix(".md").upper()
            families.setdefault(family_of(code), []).append(page)
    return [FOLDER_OF_RULES + "index.md", *({family: own} for family, own in families.items())]
