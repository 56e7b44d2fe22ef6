"""Patterns with many stars mean what they mean to git, and end."""

from __future__ import annotations

import random

import pytest
from pathspec import GitIgnoreSpec

from tfgraphlint.project.globs import spec


def some_pattern(chance: random.Random) -> str:
    # Without `[!b]`: that pathspec lets it stand for a slash, as git does not, is not what is tested.
    pieces = ["a", "b", "ab", "*", "*", "**/", "/", "?", "[ab]", "a*", "*b"]
    text = "".join(chance.choices(pieces, k=chance.randint(1, 9)))
    return "!" * (chance.random() < 0.1) + "/" * (chance.random() < 0.2) + text


def some_name(chance: random.Random) -> str:
    folders = ["".join(chance.choices("abc", k=chance.randint(1, 5))) for _ in range(chance.randint(1, 6))]
    return "/".join(folders) + "/" * (chance.random() < 0.2)


def test_patterns_mean_what_they_mean_to_pathspec() -> None:
    chance = random.Random(7)
    meant = 0
    for _ in range(1500):
        pattern = some_pattern(chance)
        try:
            theirs = GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            continue
        for name in (some_name(chance) for _ in range(30)):
            expected = theirs.check_file(name).include
            assert spec((pattern,)).check_file(name).include == expected, (pattern, name)
            meant += expected is not None
    assert meant > 5000, "hardly any pattern meant any name"


@pytest.mark.parametrize("pattern, name, is_meant", [
    ("*a" * 12 + "b", "a" * 240, False),
    ("*a" * 12 + "b", "a" * 240 + "b", True),
    ("*a" * 12 + "/x.py", "a" * 240 + "/y.py", False),
    ("a/**/" * 12 + "b", "a/" * 400 + "c", False),
    ("a/**/" * 12 + "b", "a/" * 400 + "b", True),
    ("**/" + "*a?" * 9 + "z", "a" * 200, False),
    ("*[!b]" * 12 + "c", "a" * 200, False),
])  # fmt: skip
def test_many_stars_end(pattern: str, name: str, is_meant: bool) -> None:
    assert bool(spec((pattern,)).match_file(name)) is is_meant
