"""The overview of a scan: what was found by rule and by project, as text and as one page that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import tfgraphlint
from tfgraphlint.disk.names import file_name, one_line
from tfgraphlint.report.html import document
from tfgraphlint.report.summary import count

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MAX_SHOWN = 1000  # reports of one rule on the page; the files beside it have them all
STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #666; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aaa; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.quiet, caption { color: var(--quiet); }
caption { text-align: left; padding-bottom: .3rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; }
"""


@dataclass
class Overview:
    """The counts of a scan."""

    projects: int = 0
    files: int = 0
    reports: int = 0
    seconds: float = 0.0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    projects_by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_project: dict[str, tuple[int, int, float]] = field(default_factory=dict)  # files, reports, seconds
    failed: dict[str, str] = field(default_factory=dict)  # projects that could not be linted, and why
    errors: list[str] = field(default_factory=list)  # of single files

    @classmethod
    def of(cls, results: Iterable[Mapping[str, Any]]) -> Overview:
        """Count what is in ``results``."""
        found = cls()
        for result in results:
            found._add(result)
        return found

    def _add(self, result: Mapping[str, Any]) -> None:
        project, rules = result["project"], Counter((each["code"], each["rule"]) for each in result["reports"])
        self.projects += 1
        self.files += result["files"]
        self.reports += len(result["reports"])
        self.seconds += result["seconds"]
        self.by_rule += rules
        self.projects_by_rule.update(rules.keys())
        self.by_project[result["key"]] = result["files"], len(result["reports"]), result["seconds"]
        if result["error"]:
            self.failed[result["key"]] = result["error"]
        self.errors += [f"{project}: {error}" for error in result["errors"]]


def lines(overview: Overview) -> Iterator[str]:
    """The overview for a terminal."""
    for (code, name), number in overview.by_rule.most_common():
        projects = overview.projects_by_rule[code, name]
        yield f"{number:7,}  {code} {name} ({count(projects, 'project')})"
    if overview.by_rule:
        yield ""
    yield (
        f"{count(overview.projects, 'project')}, {count(overview.files, 'file')}, "
        f"{count(overview.reports, 'report')}, {overview.seconds:,.1f} s of processor time."
    )
    yield from (f"{file_name(project)}: {one_line(why)}" for project, why in overview.failed.items())
    if overview.errors:
        yield f"{count(len(overview.errors), 'file')} could not be linted to the end: see the results."


def page(overview: Overview, results: Iterable[Mapping[str, Any]]) -> str:
    """The overview as a page of HTML, with the reports by rule."""
    by_rule: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for report in result["reports"]:
            shown = by_rule.setdefault((report["code"], report["rule"]), [])
            if len(shown) < MAX_SHOWN:
                shown.append(_item(result, report))
    numbers = next(row for row in lines(overview) if row.endswith("processor time."))
    body = [
        "<main>", "<h1>Scan</h1>",
        f'<p class="quiet">{escape(numbers)} tfgraphlint {escape(tfgraphlint.__version__)}</p>',
        *_rules(overview), *_projects(overview), "<h2>Reports</h2>" if by_rule else "",
        *(part for rule, number in overview.by_rule.most_common() for part in _details(rule, number, by_rule[rule])),
        "</main>",
    ]  # fmt: skip
    return document("Scan – tfgraphlint", "\n".join(body), STYLE, POLICY)


def _rules(overview: Overview) -> Iterator[str]:
    rows = [
        (f"<code>{escape(code)}</code> {escape(name)}", f"{number:,}", f"{overview.projects_by_rule[code, name]:,}")
        for (code, name), number in overview.by_rule.most_common()
    ]
    yield from _table("By rule", ("Rule", "Reports", "Projects"), rows)


def _projects(overview: Overview) -> Iterator[str]:
    ordered = sorted(overview.by_project.items(), key=lambda each: (-each[1][1], each[0]))
    rows = [(escape(key), f"{files:,}", f"{reports:,}", f"{seconds:,.1f}")
            for key, (files, reports, seconds) in ordered]  # fmt: skip
    yield from _table("By project", ("Project", "Files", "Reports", "Seconds"), rows)
    failed = [(escape(key), escape(why)) for key, why in overview.failed.items()]
    if failed:
        yield from _table("Not linted", ("Project", "Why"), failed, numbers=False)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> Iterator[str]:
    kinds = [' class="number"' if numbers and place else "" for place in range(len(heads))]
    yield f"<h2>{title}</h2><table><thead><tr>"
    yield "".join(f'<th scope="col"{kind}>{head}</th>' for kind, head in zip(kinds, heads)) + "</tr></thead><tbody>"
    yield from ("<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row)) + "</tr>" for row in rows)
    yield "</tbody></table>"


def _details(rule: tuple[str, str], number: int, shown: Sequence[str]) -> Iterator[str]:
    code, name = rule
    more = f" (the first {len(shown):,})" if number > len(shown) else ""
    title = f"<code>{escape(code)}</code> {escape(name)}: {number:,}{more}"
    yield f"<details><summary>{title}</summary><ul>{''.join(shown)}</ul></details>"


def _item(result: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    cell = f"cell {report['cell']}:" if report["cell"] else ""
    place = f"{result['project']}: {report['file']}:{cell}{report['row']}:{report['column']}"
    return f'<li><span class="quiet">{escape(place)}</span><br>{escape(report["message"])}</li>'
