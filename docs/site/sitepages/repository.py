"""Pages that lie elsewhere in the repository, and links from page to page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from pathlib import Path

from sitepages.markdown import outside_code

# Files of the repository and the pages that they become.
PAGES = {
    "README.md": "usage.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changes.md",
    "fixtures/README.md": "fixtures.md",
    "benchmarks/README.md": "measuring.md",
    "tfgraphlint/libraries/data/README.md": "derived-tables.md",
}
DOCS = "docs/"
_LINK = re.compile(r"\[([^\]\[]*(?:\[[^\]]*\][^\]\[]*)*)\]\(([^)\s]+)\)")
_RULE = re.compile(r"rules/(tfg\d+)_\w+\.py")


def pages(root: Path) -> dict[str, str]:
    """The pages by their paths on the site."""
    return {path: _read(root / source) for source, path in PAGES.items()}


def _read(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.name != "README.md" or "\n## Rules\n" not in text:
        return text
    head, _, rest = text.partition("\n## Rules\n")
    _, _, after = rest.partition("\n## ")
    return f"{head}\n## Rules\n\n[All rules](rules/index.md), each with a page of its own.\n\n## {after}"


def with_links_of_the_site(text: str, path: str, there: Collection[str], root: Path) -> str:
    """``text`` of the page ``path``, whose links to files of the repository lead to pages of the site.

    A file that is no page is named and not linked: where the repository lies on the web, nobody knows here. What leads
    nowhere stays as it is, and fails the build.
    """
    source = next((source for source, page in PAGES.items() if page == path), DOCS + path)

    def led(match: re.Match[str]) -> str:
        label, target = match.groups()
        file, mark, anchor = target.partition("#")
        if not file or re.match(r"[a-z]+:", file):
            return match[0]
        aim = posixpath.normpath(posixpath.join(posixpath.dirname(source), file))
        page = _page_of(aim)
        if page in there:
            return f"[{label}]({posixpath.relpath(page, posixpath.dirname(path) or '.')}{mark}{anchor})"
        return label if (root / aim).exists() else match[0]

    return outside_code(text, lambda prose: _LINK.sub(led, prose))


def _page_of(file: str) -> str:
    """The page that a file of the repository becomes; the file itself where it becomes none."""
    rule = _RULE.fullmatch(file)
    if rule:
        return f"rules/{rule[1]}.md"
    return PAGES.get(file) or file.removeprefix(DOCS)
