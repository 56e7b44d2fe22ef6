"""Patterns as git has them, in a time that grows with the name and not with each star.

``pathspec`` makes a regular expression of a pattern, which tries every way to share a name among its stars: with ten
stars, a name of two hundred letters takes longer than anybody waits. What stands between two stars may as well be
looked for from the left and never again, as ``fnmatch`` does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where a pattern needs it
    from pathspec import GitIgnoreSpec

STAR = "[^/]*"  # what pathspec makes of `*`
LETTER = "[^/]"  # of `?`
FOLDERS = "(?:/.+)?"  # and of `/**`


@lru_cache(maxsize=256)
def spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    """What these lines of a .gitignore file leave out.

    Raises:
        ValueError, re.error: one of them is not a pattern.
    """
    from pathspec import GitIgnoreSpec  # many runs have no .gitignore and no pattern with a slash

    made = GitIgnoreSpec.from_lines(lines)
    for pattern in made.patterns:
        regex = getattr(pattern, "regex", None)
        if regex is not None and regex.pattern.count(STAR) + regex.pattern.count(FOLDERS) > 2:
            pattern.regex = re.compile(without_going_back(regex.pattern), regex.flags)
    return made


def without_going_back(regex: str) -> str:
    """A regular expression that matches the same names, and looks once for what stands between two stars."""
    numbers = iter(range(len(regex)))
    segments = "".join(_once(regex, STAR, "[^/]*?", "", numbers))
    return "".join(_once(segments, FOLDERS, "(?:/.+?)??", "(?=/)", numbers))


def _once(regex: str, star: str, lazy: str, end: str, numbers: Iterator[int]) -> Iterator[str]:
    first, *parts = regex.split(star)
    yield first
    for place, part in enumerate(parts):
        is_between = place + 1 < len(parts) and not (star == STAR and re.search(r"[/(]", part.replace(LETTER, "")))
        if is_between:
            name = f"once{next(numbers)}"
            yield f"(?=(?P<{name}>{lazy}{part}{end}))(?P={name})"
        else:
            yield star + part
