"""One report as HTML: what is wrong, the path as a picture, the source, the fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Span, Step
from tfgraphlint.disk.names import one_line
from tfgraphlint.report.columns import expanded, width
from tfgraphlint.report.fix_diff import Row, changed_rows
from tfgraphlint.report.full import GAP, NEAR
from tfgraphlint.report.html_text import inline
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.text import Lines

# Gradients that are lost on the way. Elsewhere a step with the role CUT is the place that is spoken of, no more.
CUT_FAMILY = "TFG2"
OFFERS = {
    Applicability.SAFE: "Fix (safe: --fix)",
    Applicability.UNSAFE: "Fix (may change results: --fix --unsafe-fixes)",
    Applicability.DISPLAY: "Suggestion",
}
OFFERS_IN_CELLS = {
    Applicability.SAFE: "Fix",
    Applicability.UNSAFE: "Fix (may change results)",
    Applicability.DISPLAY: "Suggestion",
}


def article(diagnostic: Diagnostic, lines: Callable[[str], Lines], number: int, embedded: bool = False) -> str:
    """The whole report; ``number`` tells it from the others on the page. ``embedded``: that is not a page of ours, and
    nobody can give options of the command line there."""
    span = diagnostic.span
    place = f"{span.where}:{span.start.row}:{span.start.column}"
    rule = f"{diagnostic.code} {diagnostic.name}"
    severity = diagnostic.severity.value
    data = f'data-severity="{severity}" data-rule="{escape(rule)}" data-file="{escape(one_line(span.filename))}"'
    name = escape(rule) if embedded else f'<a href="#{escape(diagnostic.code)}">{escape(rule)}</a>'
    parts = [
        f'<article id="r{number}" tabindex="-1" aria-labelledby="t{number}" class="{severity}" {data}>',
        f'<h3 id="t{number}">{inline(diagnostic.message)}</h3>',
        f'<p class="meta"><span class="badge">{severity}</span> {name}'
        f' <span class="place">{escape(place)}</span></p>',
        _picture(diagnostic, lines, number),
        *_frames(diagnostic, lines, number),
        *_notes(diagnostic, lines, OFFERS_IN_CELLS if embedded else OFFERS),
        "</article>",
    ]
    return "".join(parts)


def _picture(diagnostic: Diagnostic, lines: Callable[[str], Lines], number: int) -> str:
    """The path as boxes with arrows between them; behind the cut the arrow is broken."""
    if len(diagnostic.path) < 2:
        return ""
    lost = diagnostic.code.startswith(CUT_FAMILY)
    boxes = "".join(_box(step, lost, lines, number) for step in diagnostic.path)
    return f'<ol class="path{" lost" if lost else ""}" aria-label="How it comes to this">{boxes}</ol>'


def _title(role: Role, lost: bool) -> str:
    """What a person sees above a step of the path."""
    return role.value if lost or role is not Role.CUT else "here"


@dataclass(frozen=True)
class Box:
    """A step of a path as it is drawn: its class in the page's style, its title, code, text and place."""

    kind: str
    title: str
    code: str
    said: str
    place: str
    link: str = ""


def box(step: Box) -> str:
    """One step of a path."""
    written = f"<code>{escape(expanded(step.code))}</code>" if step.code else ""
    said = f'<span class="said">{inline(step.said)}</span>' if step.said else ""
    place = escape(step.place)
    where = f'<a class="place" href="#{step.link}">{place}</a>' if step.link else f'<span class="place">{place}</span>'
    return f'<li class="{step.kind}"><span class="role">{escape(step.title)}</span>{written}{said}{where}</li>'


def _box(step: Step, lost: bool, lines: Callable[[str], Lines], number: int) -> str:
    span = step.span
    place = f"{span.where.rpartition('/')[2]}:{span.start.row}"
    link = _row_id(number, span.where, span.start.row)
    return box(Box(step.role.value, _title(step.role, lost), brief(_code_at(span, lines)), step.message, place, link))


def _code_at(span: Span, lines: Callable[[str], Lines]) -> str:
    """What is written at a place, in one line."""
    text = lines(span.where)
    try:
        start, end = text.range(span)
    except ValueError:
        return ""
    return " ".join(text.text[start:end].split())


def _row_id(number: int, where: str, row: int) -> str:
    letters = "".join(each if each.isascii() and each.isalnum() else f"-{ord(each):x}" for each in where)
    return f"r{number}-{letters}-{row}"


def _frames(diagnostic: Diagnostic, lines: Callable[[str], Lines], number: int) -> Iterator[str]:
    marks = [(step.span, step.role, step.message) for step in diagnostic.path]
    if all(span != diagnostic.span for span, _, _ in marks):
        marks.append((diagnostic.span, Role.CUT, ""))
    marks = sorted(dict.fromkeys(marks), key=lambda mark: (mark[0], mark[1].value))
    for where in dict.fromkeys([diagnostic.span.where, *(span.where for span, _, _ in marks)]):
        own = [mark for mark in marks if mark[0].where == where]
        rows = "".join(_rows(own, lines(where), diagnostic, number))
        label = f'tabindex="0" role="group" aria-label="Source of {escape(where)}"'
        yield (
            f"<figure><figcaption>{escape(where)}</figcaption>"
            f'<div class="listing" {label}>{rows}</div></figure>'
        )


Mark = tuple[Span, Role, str]


def _rows(marks: Sequence[Mark], lines: Lines, diagnostic: Diagnostic, number: int) -> Iterator[str]:
    where = marks[0][0].where
    wanted = {span.start.row for span, _, _ in marks}
    shown = sorted({row + near for row in wanted for near in range(-NEAR, NEAR + 1)} & set(range(1, len(lines) + 1)))
    before = 0
    for row in shown or sorted(wanted):
        if before and row > before + 1:
            yield f'<div class="row gap"><span class="nr"></span><span>{GAP}</span></div>'
        own = [mark for mark in marks if mark[0].start.row == row]
        text = lines.row(row)
        identity = f' id="{_row_id(number, where, row)}"' if own else ""
        kind = " marked" if own else ""
        yield (
            f'<div class="row{kind}"{identity}><span class="nr">{row}</span>'
            f'<code>{_marked(text, own, diagnostic.span)}</code></div>'
        )
        for span, role, message in own:
            column = width(expanded(text[: span.start.column - 1]))
            if message:
                title = _title(role, diagnostic.code.startswith(CUT_FAMILY))
                said = f"<span><b>{title}</b> {inline(message)}</span>"
                yield f'<div class="label {role.value}" style="--column:{column}">{said}</div>'
        before = row


def _marked(text: str, marks: Sequence[Mark], main: Span) -> str:
    """A row with what is marked in it; marks may lie within each other."""
    borders = {0, len(text)}
    ranges = []
    for span, role, _ in marks:
        start = span.start.column - 1
        end = span.end.column - 1 if span.end.row == span.start.row else len(text)
        borders |= {min(start, len(text)), min(end, len(text))}
        ranges.append((start, end, f"{role.value}{' main' if span == main else ''}"))
    edges = sorted(borders)
    parts = []
    for start, end in zip(edges, edges[1:]):
        kinds = [kind for first, last, kind in ranges if first <= start and end <= last]
        written = escape(expanded(text[start:end]))
        parts.append(f'<mark class="{kinds[-1]}">{written}</mark>' if kinds else written)
    return "".join(parts) or " "


def _notes(
    diagnostic: Diagnostic, lines: Callable[[str], Lines], offers: Mapping[Applicability, str]
) -> Iterator[str]:
    if diagnostic.help:
        yield f'<p class="help"><b>Help</b> {inline(diagnostic.help)}</p>'
    for fix in (*filter(None, [diagnostic.fix]), *diagnostic.suggestions):
        yield _offer(fix, offers[fix.applicability], "" if fix.message == diagnostic.help else fix.message, lines)


def _offer(fix: Fix, title: str, message: str, lines: Callable[[str], Lines]) -> str:
    changes = changed_rows(fix, lines)
    rows = "".join(
        f'<div class="in">{escape(where)}</div>' * (len(changes) > 1) + "".join(map(_changed, each))
        for where, each in changes.items()
    )
    said = f"<p><b>{title}</b> {inline(message)}</p>"
    diff = f'<div class="diff" tabindex="0" role="group" aria-label="What it changes">{rows}</div>' if rows else ""
    return f'<div class="offer">{said}{diff}</div>'


def _changed(row: Row) -> str:
    tag = "ins" if row.sign == "+" else "del"
    return f'<{tag}><span class="nr">{row.number}</span> <code>{row.sign} {escape(expanded(row.text))}</code></{tag}>'
