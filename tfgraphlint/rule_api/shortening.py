"""Code in messages, shortened so that a title fits on a line. Imports nothing heavy."""

from __future__ import annotations

import re

MAX_CODE = 60
MAX_TITLE = 110
MIN_CODE = 12  # shorter than this no code in a title is made


def brief(text: str, most: int = MAX_CODE) -> str:
    """Source text on one line; what is longer than ``most`` ends in ``…``, or in ``(…)`` where it is a call."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    called = re.match(r"[\w.]+\(", line)
    if called is not None and line.endswith(")") and called.end() + 2 <= most:
        return f"{called[0]}…)"
    return line[: most - 1] + "…"


def fit(message: str) -> str:
    """A title of at most ``MAX_TITLE`` characters: the longest code in it is shortened first."""
    while len(message) > MAX_TITLE:
        longest = max(re.findall(r"`([^`]+)`", message), key=len, default="")
        shorter = brief(longest, max(MIN_CODE, len(longest) - len(message) + MAX_TITLE))
        if len(shorter) >= len(longest):
            break
        message = message.replace(f"`{longest}`", f"`{shorter}`")
    return message
