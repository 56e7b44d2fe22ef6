"""``tfgraphlint explain --format html``: one page with the way of each gradient as the picture that reports have."""

from __future__ import annotations

from html import escape

from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop, Story, shortened
from tfgraphlint.report.html import document
from tfgraphlint.report.html_report import Box, box
from tfgraphlint.report.html_text import inline
from tfgraphlint.run.explain import Explanation

# The classes that the page's style has colours for.
CLASSES = {
    Part.SOURCE: "source", Part.OPERATION: "call", Part.CUT: "cut", Part.UNKNOWN: "cut", Part.QUERY: "consequence",
    Part.TRACE: "mode", Part.CALL: "call", Part.RETRACE: "consequence",
}  # fmt: skip
SEVERITIES = {
    Outcome.LOST: "error", Outcome.PARTLY: "warning", Outcome.DEPENDS: "warning", Outcome.UNKNOWN: "warning",
    Outcome.RETRACED: "warning", Outcome.UNREACHED: "warning",
}  # fmt: skip


def render(found: Explanation) -> str:
    """The whole page."""
    place = f"{found.where}:{found.row}"
    head = f"<header><h1>{escape(place)}</h1><p><code>{escape(found.code)}</code></p></header>"
    stories = "".join(_article(story, number) for number, story in enumerate(found.stories, 1))
    body = f'{head}<main id="reports">{stories}{_reported(found)}{_nothing(found)}</main>'
    return document(f"{place} – tfgraphlint", body)


def _article(story: Story, number: int) -> str:
    badge = f'<span class="badge">{escape(story.outcome.value)}</span>' if story.outcome.value else ""
    stops, left_out = shortened(story.path)
    boxes = "".join(_box(stop) for stop in stops)
    broken = " lost" if story.never_met or any(stop.part in (Part.CUT, Part.UNKNOWN) for stop in stops) else ""
    picture = f'<ol class="path{broken}" aria-label="The way">{boxes}</ol>' if boxes else ""
    more = f"<p>{left_out} more operations are not drawn.</p>" if left_out else ""
    notes = "".join(f"<li>{inline(note)}</li>" for note in story.notes)
    return (
        f'<article id="r{number}" class="{SEVERITIES.get(story.outcome, "")}"><h3>{inline(story.title)}</h3>'
        f'<p class="meta">{badge}</p>{picture}{more}{f"<ul>{notes}</ul>" if notes else ""}</article>'
    )


def _box(stop: Stop) -> str:
    place = f"{stop.span.where}:{stop.span.start.row}"
    return box(Box(CLASSES[stop.part], stop.part.value, stop.code, stop.said, place))


def _reported(found: Explanation) -> str:
    if not found.reported:
        return ""
    rows = "".join(
        f"<li>{escape(each.span.where)}:{each.span.start.row} <b>{escape(each.code)} {escape(each.name)}</b>: "
        f"{inline(each.message)}</li>"
        for each in found.reported
    )
    return f"<h2>Reported</h2><ul>{rows}</ul>"


def _nothing(found: Explanation) -> str:
    if found.stories or found.reported:
        return ""
    nearest = "".join(
        f"<li>{escape(where)}:{row} <code>{escape(code)}</code></li>" for where, row, code in found.nearest
    )
    said = f"Nothing is known: {escape(found.error)}" if found.error else "Nothing to explain on this line."
    near = f"<p>The nearest lines that have something:</p><ul>{nearest}</ul>" if nearest else ""
    return f'<p class="nothing">{said}</p>{near}'
