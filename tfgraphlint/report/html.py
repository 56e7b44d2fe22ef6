"""``--output-format html``: one page that needs nothing else, neither a server nor a network.

It shows what there is by rule, severity and file, which are its filters, and each report with its source and the
gradient's path as a picture. Without scripts everything is still there but the filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from pathlib import Path

import tfgraphlint
from tfgraphlint.disk.names import one_line
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.html_report import article
from tfgraphlint.report.html_text import as_html
from tfgraphlint.report.summary import count
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load
from tfgraphlint.rule_api.rule import Rule

ASSETS = Path(__file__).parent / "assets"
# Nothing may be loaded from anywhere, whatever a report holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def render(found: Findings) -> str:
    """The whole document."""
    title = f"{count(len(found.diagnostics), 'problem')} in {found.directory.name}"
    body = [
        '<a class="skip" href="#reports">To the reports</a>',
        _header(found),
        '<div class="columns">',
        _filters(found),
        f'<main id="reports" tabindex="-1">{_reports(found)}</main>',
        "</div>",
        _rules(found),
        f"<script>\n{_asset('page.js')}</script>",
    ]
    return document(f"{title} – tfgraphlint", "\n".join(body))


def document(title: str, body: str, style: str = "", policy: str = POLICY) -> str:
    """A page: with the style of reports, where no other is given. ``policy`` says what it may load."""
    rows = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style or _asset('page.css') + _asset('report.css')}</style>",
        "</head>",
        "<body>",
        body,
        "</body>",
        "</html>",
    ]
    return "\n".join(rows) + "\n"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _header(found: Findings) -> str:
    kinds = Counter(each.severity.value for each in found.diagnostics)
    found_kinds = [kind for kind in ("error", "warning") if kinds[kind]]
    said = [f'<strong class="{kind}">{count(kinds[kind], kind)}</strong>' for kind in found_kinds]
    files = len({each.span.filename for each in found.diagnostics})
    where = f"in {files} of {count(found.files, 'file')}" if said else f"in {count(found.files, 'file')}"
    summary = f"{' and '.join(said) or 'No problems'} {where}" if said or _is_clean(found) else _unclear(found)
    errors = "".join(f"<li>{escape(error)}</li>" for error in found.errors)
    failed = f'<section class="failed"><h2>Not linted</h2><ul>{errors}</ul></section>' if errors else ""
    return (
        f"<header><h1>{escape(one_line(found.directory.name))}</h1><p>{summary}</p>"
        f'<p class="tool">tfgraphlint {escape(tfgraphlint.__version__)}</p>{failed}</header>'
    )


def _is_clean(found: Findings) -> bool:
    """Whether there were files, and all of them were linted and have no problems."""
    return bool(found.files) and not found.errors and not found.diagnostics


def _unclear(found: Findings) -> str:
    """What to say where nothing was found, but not because all is well."""
    return "Nothing found, but not everything was linted" if found.errors else "There was nothing to lint"


def _filters(found: Findings) -> str:
    """What there is, with how much of it. Without scripts this is a summary; with them each line is a switch."""
    if not found.diagnostics:
        return ""
    rules = Counter(f"{each.code} {each.name}" for each in found.diagnostics)
    severities = Counter(each.severity.value for each in found.diagnostics)
    files = Counter(one_line(each.span.filename) for each in found.diagnostics)
    groups = [
        _group("severity", "Severity", severities),
        _group("rule", "Rule", rules),
        _group("file", "File", files),
    ]
    return (
        '<aside aria-label="Filters"><details open><summary>Filters</summary>'
        '<div class="controls" hidden><label>Search <input type="search" id="search" '
        'placeholder="message or code"></label><button type="button" id="reset">Show all</button></div>'
        f"{''.join(groups)}"
        '<p class="keys" hidden>Keys: <kbd>j</kbd> next report, <kbd>k</kbd> previous, <kbd>/</kbd> search</p>'
        '</details><p id="shown" role="status"></p></aside>'
    )


def _group(name: str, title: str, counts: Mapping[str, int]) -> str:
    most = max(counts.values())
    lines = []
    for value, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        written = escape(value, quote=True)
        lines.append(
            f'<li><label><input type="checkbox" name="{name}" value="{written}" hidden>'
            f'<span class="value">{escape(value)}</span> <span class="number">{number}</span>'
            f'<meter min="0" max="{most}" value="{number}" aria-hidden="true"></meter></label></li>'
        )
    return f"<fieldset><legend>{title}</legend><ul>{''.join(lines)}</ul></fieldset>"


def _reports(found: Findings) -> str:
    if not found.diagnostics:
        return f'<p class="nothing">{"No problems found" if _is_clean(found) else _unclear(found)}.</p>'
    parts = []
    number = 0
    for filename, own in groupby(found.diagnostics, key=lambda each: each.span.filename):
        articles = []
        for diagnostic in own:
            number += 1
            articles.append(article(diagnostic, found.lines, number))
        parts.append(f'<section class="file"><h2>{escape(one_line(filename))}</h2>{"".join(articles)}</section>')
    parts.append('<p class="nothing" id="nothing" hidden>Nothing fits the filters.</p>')
    return "".join(parts)


def _rules(found: Findings) -> str:
    codes = {each.code for each in found.diagnostics}
    if not codes:
        return ""
    pages = "".join(_page(rule) for rule in _loaded(found) if rule.code in codes)
    return f'<section class="rules"><h2>The rules</h2>{pages}</section>'


def _loaded(found: Findings) -> Iterable[Rule]:
    return load(found.plugins).rules


def _page(rule: Rule) -> str:
    return (
        f'<details class="rule" id="{escape(rule.code)}"><summary>{escape(rule.code)} {escape(rule.name)}</summary>'
        f"{as_html(read_page(rule))}</details>"
    )
