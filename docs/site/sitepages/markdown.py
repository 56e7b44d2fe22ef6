"""Markdown as GitHub reads it, made into Markdown as Python-Markdown reads it, and pieces of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"^ *(```+|~~~+)")
_ITEM = re.compile(r"(?:\d+\.|[-*]) +")
_OUTSIDE_CODE = re.compile(r"(`+[^`].*?`+)", re.DOTALL)
_INDENT = 4  # what Python-Markdown wants before everything that belongs to an item


def with_four_spaces(text: str) -> str:
    """``text`` with a blank row before each list, and what belongs to an item four columns in."""
    return "\n".join(_rows(text.split("\n")))


def _rows(rows: list[str]) -> Iterator[str]:
    width, before, fence = 0, "", ""
    for row in rows:
        item = None if fence else _ITEM.match(row)
        if item:
            if before.strip() and not width:
                yield ""
            width = item.end()
        elif row.strip() and not row.startswith(" ") and not fence:
            width = 0
        before = row
        yield " " * (_INDENT - width) + row if width and not item and row.startswith(" " * width) else row
        mark = _FENCE.match(row)
        if mark:
            fence = "" if fence else mark[1]


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """``text`` with ``change`` made to all that is neither a block of code nor code in a line."""
    parts: list[str] = []
    prose: list[str] = []
    fence = False

    def close() -> None:
        pieces = _OUTSIDE_CODE.split("\n".join(prose))
        parts.append("".join(piece if number % 2 else change(piece) for number, piece in enumerate(pieces)))
        prose.clear()

    for row in text.split("\n"):
        if _FENCE.match(row) or fence or row.startswith("    "):
            if prose:
                close()
            parts.append(row)
            fence = fence != bool(_FENCE.match(row))
        else:
            prose.append(row)
    if prose:
        close()
    return "\n".join(parts)


def fenced(code: str, language: str = "", options: str = "") -> str:
    """A block of code."""
    fence = "````" if "```" in code else "```"
    return f"{fence}{language}{f' {options}' if options else ''}\n{code.rstrip()}\n{fence}\n"


def cell(text: str) -> str:
    """``text`` as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
