"""Edits on a text: which can be made together, what comes out, and where places end up."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix
from tfgraphlint.project.source import Source
from tfgraphlint.syntax.text import Lines, Replacement, line_end, replaced, with_line_ends


@dataclass(frozen=True, order=True)
class Change:
    """An edit by offsets: the text from ``start`` up to ``end`` becomes ``content``."""

    start: int
    end: int
    content: str

    def collides(self, other: Change) -> bool:
        """Whether the two cannot both be made. Equal ones can: they are the same change."""
        if self == other:
            return False
        if self.start == self.end and other.start == other.end:
            return self.start == other.start
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Plan:
    """Fixes that can be made together, and the changes that they come to, by file name."""

    chosen: tuple[Diagnostic, ...]
    changes: Mapping[str, tuple[Change, ...]]


def plan(diagnostics: Iterable[Diagnostic], lines: Mapping[str, Lines]) -> Plan:
    """As many fixes as do not collide, earlier ones first; a fix is taken whole or not at all."""
    chosen: list[Diagnostic] = []
    taken: dict[str, list[Change]] = {}
    for diagnostic in diagnostics:
        assert diagnostic.fix is not None
        wanted = changes(diagnostic.fix, lines)
        if wanted is None or _collide(wanted, taken):
            continue
        chosen.append(diagnostic)
        for name, new in wanted.items():
            known = taken.setdefault(name, [])
            known += [change for change in new if change not in known]
    return Plan(tuple(chosen), {name: tuple(sorted(each)) for name, each in taken.items()})


def changes(fix: Fix, lines: Mapping[str, Lines]) -> dict[str, list[Change]] | None:
    """The changes of one fix by file; None where its places do not exist or it collides with itself."""
    found: dict[str, list[Change]] = {}
    for edit in fix.edits:
        if edit.span.filename not in lines:
            return None
        own = found.setdefault(edit.span.filename, [])
        try:
            start, end = lines[edit.span.filename].range(edit.span)
        except ValueError:
            return None
        change = Change(start, end, edit.content)
        if start > end or any(change.collides(other) for other in own):
            return None
        if change not in own:
            own.append(change)
    return found


def joined(fixes: Sequence[Fix]) -> Fix:
    """One fix of what are several reasons for one report: insertions at one place come one after another.

    The first alone where they want different things of one place.
    """
    first = fixes[0]
    edits = list(first.edits)
    for edit in (edit for fix in fixes[1:] for edit in fix.edits if edit not in first.edits):
        same = next((each for each in edits if each.span == edit.span), None)
        if same is not None and edit.span.start == edit.span.end:
            edits[edits.index(same)] = replace(same, content=same.content + edit.content)
        elif same is None and not any(_overlap(each, edit) for each in edits):
            edits.append(edit)
        elif same != edit:
            return first
    kinds = {fix.applicability for fix in fixes}
    kind = next(kind for kind in (Applicability.DISPLAY, Applicability.UNSAFE, Applicability.SAFE) if kind in kinds)
    return Fix(", ".join(dict.fromkeys(fix.message for fix in fixes)), kind, tuple(edits))


def _overlap(first: Edit, second: Edit) -> bool:
    return first.span.start < second.span.end and second.span.start < first.span.end


def _collide(wanted: Mapping[str, Sequence[Change]], taken: Mapping[str, Sequence[Change]]) -> bool:
    return any(
        change.collides(other) for name, new in wanted.items() for change in new for other in taken.get(name, ())
    )


def applied(text: str, made: Sequence[Change]) -> str:
    """``text`` with ``made`` (sorted, not colliding) in it; new lines end as the text's own do."""
    return replaced(text, _replacements(text, made))


def edited(source: Source, made: Sequence[Change]) -> Source:
    """``source`` with ``made`` in it, wherever its file holds what is replaced."""
    return source.edited(_replacements(source.text, made))


def _replacements(text: str, made: Sequence[Change]) -> list[Replacement]:
    newline = line_end(text)
    return [(each.start, each.end, with_line_ends(each.content, newline)) for each in made]


def moved(offset: int, text: str, made: Sequence[Change]) -> int | None:
    """Where the character at ``offset`` stands after ``made``; None where it was inside of what is replaced."""
    newline = line_end(text)
    shift = 0
    for change in made:
        if offset < change.start or (offset == change.start and change.end > change.start):
            break
        if offset < change.end:
            return None
        shift += len(with_line_ends(change.content, newline)) - (change.end - change.start)
    return offset + shift


def checked(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> Diagnostic:
    """``diagnostic``, its fix made unsafe where a comment would be lost by it, and left out where it has no place."""
    fix = diagnostic.fix
    if fix is None:
        return diagnostic
    if not all(sources[edit.span.filename].takes(edit) for edit in fix.edits if edit.span.filename in sources):
        return replace(diagnostic, fix=None)
    if fix.applicability is not Applicability.SAFE or not _loses_comment(fix, sources):
        return diagnostic
    message = f"{fix.message} (a comment goes with it)" if fix.message else "a comment goes with it"
    return replace(diagnostic, fix=replace(fix, applicability=Applicability.UNSAFE, message=message))


def _loses_comment(fix: Fix, sources: Mapping[str, Source]) -> bool:
    kept = "".join(edit.content for edit in fix.edits)
    return any(
        comment not in kept
        for edit in fix.edits
        if edit.span.filename in sources
        for comment in _comments_within(edit, sources[edit.span.filename])
    )


def _comments_within(edit: Edit, source: Source) -> list[str]:
    try:
        start, end = source.lines.range(edit.span)
    except ValueError:
        return []
    if "#" not in source.text[start:end]:
        return []
    found = []
    for offset, comment in comments(source):
        if start <= offset and offset + len(comment) <= end and (start, end) != (offset, offset + len(comment)):
            found.append(comment)
    return found


def comments(source: Source) -> list[tuple[int, str]]:
    """The comments of a text with their offsets."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
            if token.type == tokenize.COMMENT:
                found.append((source.lines.start(token.start[0]) + token.start[1], token.string))
    except (tokenize.TokenError, SyntaxError):
        pass  # the text does not parse, and is not repaired either
    return found
