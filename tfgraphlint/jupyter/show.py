"""Reports below a cell: as HTML where it can be shown, else as text."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from html import escape

from tfgraphlint.jupyter.session import Found
from tfgraphlint.project.source import glimpse
from tfgraphlint.report import full
from tfgraphlint.report.html import ASSETS
from tfgraphlint.report.html_report import article
from tfgraphlint.report.html_text import as_html
from tfgraphlint.report.summary import count
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load
from tfgraphlint.syntax.text import Lines

# Reports have numbers that no other in the page has: also not those of a kernel that ran before.
_numbers = itertools.count(time.time_ns() // 1_000_000)


def as_text(found: Found, colour: bool = False, width: int = 0) -> str:
    """The reports as a terminal shows them."""
    return full.render(found.reports, _reader(found), colour, width, can_fix=False).rstrip("\n")


def as_page(found: Found) -> str:
    """The reports as a part of a page, which brings its own style and touches nothing else."""
    style = _asset("jupyter.css").replace("/* report.css */", _asset("report.css"))
    lines = _reader(found)
    articles = "".join(article(each, lines, next(_numbers), embedded=True) for each in found.reports)
    codes = {each.code for each in found.reports}
    pages = "".join(
        f'<details class="rule"><summary>About {escape(rule.code)} {escape(rule.name)}</summary>'
        f"{as_html(read_page(rule))}</details>"
        for rule in load().rules
        if rule.code in codes
    )
    said = f"tfgraphlint: {count(len(found.reports), 'problem')}"
    return f'<style>{style}</style><div class="tfgraphlint"><p class="meta">{said}</p>{articles}{pages}</div>'


def _reader(found: Found) -> Callable[[str], Lines]:
    """What gives the text of a cell, or of a file that cells import."""

    def lines(where: str) -> Lines:
        cell = found.lines(where)
        return cell if cell.text else Lines(glimpse(where))

    return lines


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
