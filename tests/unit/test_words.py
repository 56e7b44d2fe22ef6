"""What people read of a rule: titles fit on a line, the words are plain, and all pages have one form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tfgraphlint
from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.project.settings import Settings
from tfgraphlint.rule_api import pages
from tfgraphlint.rule_api.registry import load
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import MAX_TITLE, brief, fit
from tfgraphlint.run.lint import Request, lint

ROOT = Path(tfgraphlint.__file__).parent.parent
SECTIONS = ["What it does", "Why it matters", "Known limits", "Fix safety", "When to suppress"]
RULES = load().rules

# Words of our own that a TensorFlow user would not say.
IDIOM = re.compile(r"\b(ask(s|ed|ing)?|walk(s|ed|ing)?|told|reckons?|wants?|anew|leaf|nobody|by itself|stands? for)\b")


@pytest.fixture(scope="module")
def reports() -> tuple[Diagnostic, ...]:
    files = sorted((ROOT / "fixtures").rglob("*.py"))
    return lint(Request(ROOT, {file: Settings(ROOT) for file in files}, roots=[ROOT])).diagnostics


def texts(diagnostic: Diagnostic) -> Iterator[str]:
    """All that a report says, without the code that it quotes."""
    fixes = [diagnostic.fix] if diagnostic.fix else []
    said = (
        diagnostic.message,
        diagnostic.help or "",
        *(step.message for step in diagnostic.path),
        *(fix.message for fix in (*fixes, *diagnostic.suggestions)),
    )
    return (re.sub(r"`[^`]*`", "`…`", text) for text in said)


def test_titles_fit_on_a_line(reports: tuple[Diagnostic, ...]) -> None:
    assert {report.message for report in reports if len(report.message) > MAX_TITLE} == set()


def test_words_are_plain(reports: tuple[Diagnostic, ...]) -> None:
    found = {(report.code, text) for report in reports for text in texts(report) if IDIOM.search(text)}
    assert {(code, text) for code, text in found} == set()


def test_quotes_are_whole(reports: tuple[Diagnostic, ...]) -> None:
    """Shortening a title leaves no backtick alone and no code empty."""
    assert {report.message for report in reports if report.message.count("`") % 2 or "``" in report.message} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_pages_have_one_form(rule: Rule) -> None:
    file = ROOT / "rules" / f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) == f"{rule.code} {rule.name}."
    page = pages.read_page(rule)
    summary, *rest = page.split("\n\n")
    assert "\n" not in summary and summary.endswith(".") and ". " not in summary, "one sentence says what is wrong"
    assert re.findall(r"^## (.*)", page, re.MULTILINE) == SECTIONS
    assert rest[0] == "## What it does"
    assert not IDIOM.search(re.sub(r"`[^`]*`", "", summary))


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("x", 5, "x"),
        ("a +\n    b", 10, "a + b"),
        ("a_very_long_name", 8, "a_very_…"),
        ("np.mean(picture ** 2)", 12, "np.mean(…)"),
        ("np.mean(picture) * 2", 12, "np.mean(pic…"),  # no call as a whole
        ("numpy.linalg.norm(x)", 12, "numpy.linal…"),
    ],
)
def test_code_is_shortened(text: str, most: int, short: str) -> None:
    assert brief(text, most) == short


def test_the_longest_code_of_a_title_is_shortened_first() -> None:
    title = fit(f"the gradient of `{'loss' * 20}` with respect to `w` is None: `np.mean(x)` runs outside TensorFlow")
    assert len(title) == MAX_TITLE
    assert title.endswith("…` with respect to `w` is None: `np.mean(x)` runs outside TensorFlow")
    assert fit("words " * 30) == "words " * 30
