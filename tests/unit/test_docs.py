"""What the pages for contributors name is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS_WITH_PAGES = (".", "docs", "benchmarks", "fixtures", "tfgraphlint/libraries/data")
PAGES = sorted(page for folder in FOLDERS_WITH_PAGES for page in (ROOT / folder).glob("*.md"))
FOLDERS = ("tfgraphlint", "rules", "fixtures", "tests", "docs", "benchmarks", "examples", ".ci")
PATH = re.compile(rf"(?<![\w/<>.~-])(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*")
LINK = re.compile(r"\]\(([^)\s]+)\)")
EXAMPLE = "399"  # the rule that CONTRIBUTING.md writes


def named_paths(text: str) -> Iterator[str]:
    """The paths in a text, without those that stand for others: ``fixtures/<rule>/bad.py``."""
    for match in PATH.finditer(text):
        if text[match.end() : match.end() + 1] not in ("<", "*", "{"):
            yield match.group().rstrip(".")


def anchors(page: Path) -> set[str]:
    """What links to headings of ``page`` end with."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def ids(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def is_there(name: str) -> bool:
    return (ROOT / name).exists()


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_path_is_there(page: Path) -> None:
    missing = {path for path in named_paths(page.read_text(encoding="utf-8")) if not is_there(path)}
    assert {path for path in missing if EXAMPLE not in path} == set()


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if not link.startswith(("http:", "https:")):
            target, _, anchor = link.partition("#")
            aim = (page.parent / target).resolve() if target else page
            assert aim.exists(), link
            assert not anchor or anchor in anchors(aim), link


def test_every_page_is_in_the_index() -> None:
    index = LINK.findall((ROOT / "docs" / "README.md").read_text(encoding="utf-8"))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} <= set(index)


def test_every_fix_helper_is_listed() -> None:
    page = (ROOT / "docs" / "fixes.md").read_text(encoding="utf-8")
    modules = {module.name for module in (ROOT / "tfgraphlint" / "fixes").glob("[!_]*.py")}
    assert {name for name in modules if f"tfgraphlint/fixes/{name}`" not in page} == set()


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("see `tests/nowhere.py`.", ["tests/nowhere.py"]),
        ("in tfgraphlint/run/, and docs/design.md.", ["tfgraphlint/run/", "docs/design.md"]),
        ("`fixtures/<rule>/<case>/bad.py`, fixtures/tfg399_lazy_tape/<case>/bad.py", []),
        ("my/tests/a.py ../docs/b.md https://a.b/docs/c", []),
    ],
)
def test_paths_are_seen(text: str, paths: list[str]) -> None:
    assert list(named_paths(text)) == paths
