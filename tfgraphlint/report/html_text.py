"""The pages of rules as HTML: headings, paragraphs, lists, code; all that docstrings of rules are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_CODE = re.compile(r"``(.+?)``|`([^`]+)`|\*([^*\s][^*]*)\*")


def as_html(page: str) -> str:
    """``page`` as HTML; its headings are of the third level."""
    return "".join(_blocks(page))


def _blocks(page: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n(?!    )", page.strip("\n")):
        if block.startswith("## "):
            head, _, rest = block.partition("\n")
            yield f"<h3>{inline(head[3:])}</h3>"
            block = rest
        if block.startswith("    ") or "\n\n    " in block:
            yield from _code(block)
        elif block.startswith("- "):
            items = re.split(r"\n- ", block[2:])
            yield "<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>"
        elif block.strip():
            yield f"<p>{inline(block)}</p>"


def _code(block: str) -> Iterator[str]:
    """Text, and the indented code behind it."""
    text, code = ("", block) if block.startswith("    ") else block.split("\n\n", 1)
    if text:
        yield f"<p>{inline(text)}</p>"
    rows = [row[4:] for row in code.split("\n")]
    yield f"<pre>{escape(chr(10).join(rows))}</pre>"


def inline(text: str) -> str:
    """A text with what is between backticks as code, and between stars with emphasis."""
    parts, end = [], 0
    for match in _CODE.finditer(text):
        parts.append(escape(text[end : match.start()]))
        code = match[1] or match[2]
        parts.append(f"<code>{escape(code)}</code>" if code else f"<em>{escape(match[3])}</em>")
        end = match.end()
    return "".join([*parts, escape(text[end:])])
