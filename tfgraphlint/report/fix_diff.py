"""What a fix changes, row by row."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tfgraphlint.diagnostic import Fix
from tfgraphlint.fixes.apply import Change, applied
from tfgraphlint.syntax.text import Lines


@dataclass(frozen=True)
class Row:
    """A row that a fix takes away (``-``) or brings (``+``), with its number before or afterwards."""

    sign: str
    number: int
    text: str


def changed_rows(fix: Fix, lines: Callable[[str], Lines]) -> dict[str, list[Row]]:
    """The rows that ``fix`` changes, by file or cell as ``Span.where`` names them; nothing where it has no place."""
    found: dict[str, list[Row]] = {}
    for where in dict.fromkeys(edit.span.where for edit in fix.edits):
        before = lines(where)
        try:
            made = {
                Change(*before.range(edit.span), edit.content) for edit in fix.edits if edit.span.where == where
            }
        except ValueError:
            return {}
        found[where] = list(_compared(_rows(before), _rows(Lines(applied(before.text, sorted(made))))))
    return found


def _rows(lines: Lines) -> list[str]:
    return [lines.row(number) for number in range(1, len(lines) + 1)]


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    first, last = _borders(old, new)
    middle = difflib.SequenceMatcher(None, old[first : len(old) - last], new[first : len(new) - last], autojunk=False)
    for kind, start, end, new_start, new_end in middle.get_opcodes():
        if kind != "equal":
            yield from (Row("-", first + at + 1, old[first + at]) for at in range(start, end))
            yield from (Row("+", first + at + 1, new[first + at]) for at in range(new_start, new_end))


def _borders(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many rows at the start and at the end are the same: comparing whole files takes long."""
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    last = next((at for at in range(most - first) if old[-1 - at] != new[-1 - at]), most - first)
    return first, last
