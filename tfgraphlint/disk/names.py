"""Text that others chose, such as names of files, so that it can neither end a line nor begin a command."""

from __future__ import annotations

import re

# Control characters, what turns the direction of writing, and bytes of a name that are no text.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """``text`` with what has no picture written as Python writes it: ``\\n``, ``\\x1b``, ``\\udcff``."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return repr(match[0])[1:-1]


def file_name(name: str) -> str:
    """A file's name at the start of a line, where two colons would begin a command of GitHub's."""
    return one_line(f"./{name}" if name.lstrip().startswith(":") else name)
