"""What ``tfgraphlint explain`` prints: the way of a gradient as a drawing of lines, as JSON, or as a page."""

from __future__ import annotations

import json as json_format
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tfgraphlint.diagnostic import Span
from tfgraphlint.interpret.explaining.story import Outcome, Part, Stop, Story, shortened
from tfgraphlint.report.columns import expanded
from tfgraphlint.report.full import Page
from tfgraphlint.report.palette import Palette, palette_of
from tfgraphlint.run.explain import Explanation, Reported


@dataclass(frozen=True)
class Strokes:
    """What lines are drawn with."""

    first: str
    step: str
    last: str
    line: str
    cut: str
    broken: str
    broken_step: str
    doubt: str
    note: str
    left_out: str


_SPECIAL = re.compile(r"[\\*_<\[\]]")
BOXES = Strokes("┌─", "├─", "└─", "│ ", "╳─", "┆ ", "┆─", "?─", "•", "⋮ ")
ASCII = Strokes("+-", "|-", "+-", "| ", "X-", ": ", ":-", "?-", "*", ": ")


def can_draw(encoding: str | None) -> bool:
    """Whether a stream of this encoding shows the characters that boxes are drawn with."""
    try:
        "".join(vars(BOXES).values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


# -- text ----------------------------------------------------------------------------------------


def as_text(found: Explanation, colour: bool = False, boxes: bool = True, width: int = 0) -> str:
    """The explanation for a terminal that is ``width`` columns wide; 0 where nobody knows."""
    palette = palette_of(colour)
    strokes = BOXES if boxes else ASCII
    rows = [f"{palette.paint(palette.strong, f'{found.where}:{found.row}')}: {found.code}".rstrip(": "), ""]
    for story in found.stories:
        rows += [*_story(story, found.where, strokes, Page(palette, width)), ""]
    if found.reported:
        rows += ["reported:"]
        for each in found.reported:
            rows += Page(palette, width).wrapped(_reported(each, found.where), "    ", f"  {strokes.note} ")
        rows.append("")
    if not found.stories and not found.reported:
        rows += _nothing(found)
    return "\n".join(rows).rstrip("\n") + "\n"


def _reported(each: Reported, where: str) -> str:
    return f"{_place(each.span, where)} {each.code} {each.name}: {each.message}"


def _nothing(found: Explanation) -> Iterator[str]:
    if found.error:
        yield f"nothing is known: {found.error}"
        return
    yield "nothing to explain here: no gradient, tensor or traced function on this line"
    if found.nearest:
        yield "the nearest lines that have something:"
        yield from (f"  {where}:{row}: {code}" for where, row, code in found.nearest)


def _story(story: Story, where: str, strokes: Strokes, page: Page) -> Iterator[str]:
    outcome = story.outcome.value.upper()
    plain = f"{outcome}: " if outcome else ""
    first, *rest = page.wrapped(story.title, "    ", plain)
    yield page.palette.paint(_colour(story.outcome, page.palette), outcome) + first[len(outcome) :]
    yield from rest
    yield from _picture(story, where, strokes, page)
    for note in story.notes:
        yield from page.wrapped(note, "    ", f"  {strokes.note} ")


def _picture(story: Story, where: str, strokes: Strokes, page: Page) -> Iterator[str]:
    stops, left_out = shortened(story.path)
    width = max((len(_place(stop.span, where)) for stop in stops), default=0)
    is_broken, omitted = False, False
    for index, stop in enumerate(stops):
        is_last = index == len(stops) - 1
        if left_out and not omitted and _is_gap(story.path, stops, index):
            yield f"  {strokes.left_out} ... {left_out} more operations"
            omitted = True
        is_broken = is_broken or stop.part in (Part.CUT, Part.UNKNOWN)
        colour = _part_colour(stop.part, page.palette)
        corner = page.palette.paint(colour, _corner(stop, index, is_last, is_broken, strokes))
        yield f"  {corner} {stop.part.value:<9} {_place(stop.span, where):<{width}}  {expanded(stop.code)}".rstrip()
        if stop.said:
            line = " " * len(strokes.line) if is_last else strokes.broken if is_broken else strokes.line
            lead = f"  {line} {' ' * (11 + width)} "
            yield from page.wrapped(stop.said, lead, lead)


def _is_gap(path: tuple[Stop, ...], shown: tuple[Stop, ...], index: int) -> bool:
    """Whether something is left out before a stop that is shown."""
    before = path.index(shown[index])
    return index > 0 and path[before - 1] is not shown[index - 1]


def _corner(stop: Stop, index: int, is_last: bool, is_broken: bool, strokes: Strokes) -> str:
    if stop.part is Part.CUT:
        return strokes.cut
    if stop.part is Part.UNKNOWN:
        return strokes.doubt
    if index == 0:
        return strokes.first
    if is_last:
        return strokes.last
    return strokes.broken_step if is_broken else strokes.step


def _place(span: Span, where: str) -> str:
    place = f"{span.start.row}:{span.start.column}"
    return place if span.where == where else f"{span.where}:{place}"


def _colour(outcome: Outcome, palette: Palette) -> str:
    colours = {
        Outcome.FLOWS: palette.added, Outcome.LOST: palette.error, Outcome.PARTLY: palette.warning,
        Outcome.UNKNOWN: palette.warning,
        Outcome.DEPENDS: palette.warning, Outcome.RETRACED: palette.warning, Outcome.UNREACHED: palette.warning,
    }  # fmt: skip
    return colours.get(outcome, palette.strong)


def _part_colour(part: Part, palette: Palette) -> str:
    colours = {Part.CUT: palette.error, Part.RETRACE: palette.warning, Part.UNKNOWN: palette.warning}
    return colours.get(part, palette.faint)


# -- Markdown ------------------------------------------------------------------------------------


def as_markdown(found: Explanation) -> str:
    """What is told, for an editor that shows it beside the code."""
    return "\n\n".join(_story_markdown(story, found.where) for story in found.stories)


def _story_markdown(story: Story, where: str) -> str:
    page = Page(palette_of(False), 0)
    outcome = f"**{story.outcome.value.upper()}**: " if story.outcome.value else ""
    picture = "\n".join(_picture(story, where, BOXES, page))
    fence = "`" * 4 if "```" in picture else "```"
    parts = [outcome + _escaped(story.title)]
    parts += [f"{fence}text\n{picture}\n{fence}"] if picture else []
    parts += ["\n".join(f"- {_escaped(note)}" for note in story.notes)] if story.notes else []
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    """``text`` with its stretches of code, and nothing else that Markdown would take for its own."""
    parts = text.split("`")
    return "`".join(part if index % 2 else _SPECIAL.sub(r"\\\g<0>", part) for index, part in enumerate(parts))


# -- JSON ----------------------------------------------------------------------------------------


def as_json(found: Explanation) -> str:
    """The explanation for a program."""
    document = {
        "place": {"filename": found.where, "row": found.row, "code": found.code},
        "explanations": [_story_json(story) for story in found.stories],
        "reported": [
            {"code": each.code, "name": each.name, "message": each.message, **_span_json(each.span)}
            for each in found.reported
        ],
        "nearest": [{"filename": where, "row": row, "code": code} for where, row, code in found.nearest],
        "error": found.error or None,
    }
    return json_format.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _story_json(story: Story) -> dict[str, object]:
    return {
        "about": story.about,
        "outcome": story.outcome.value or None,
        "title": story.title,
        **_span_json(story.span),
        "path": [
            {"part": stop.part.value, "code": stop.code, "message": stop.said, **_span_json(stop.span)}
            for stop in story.path
        ],
        "notes": list(story.notes),
    }


def _span_json(span: Span) -> dict[str, object]:
    return {
        "filename": span.filename,
        "cell": span.cell or None,
        "location": {"row": span.start.row, "column": span.start.column},
        "end_location": {"row": span.end.row, "column": span.end.column},
    }
