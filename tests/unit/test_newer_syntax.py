"""Syntax that is newer than the Python that runs: the report says who is the judge."""

from __future__ import annotations

import sys

import pytest

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse

NEWER = [
    ((3, 12), "type X = int\n"),
    ((3, 12), "type X[T] = list[T]\n"),
    ((3, 12), "def f[T](x: T) -> T:\n    return x\n"),
    ((3, 12), "class A[T]:\n    pass\n"),
    ((3, 12), "x = f'{a['b']}'\n"),
    ((3, 12), "x = f'{\"\\n\".join(a)}'\n"),
    ((3, 14), "try:\n    pass\nexcept A, B:\n    pass\n"),
    ((3, 14), "x = t'{a}'\n"),
]


@pytest.mark.parametrize(("version", "text"), NEWER)
def test_the_version_that_is_needed_is_named(version: tuple[int, int], text: str) -> None:
    found = parse(text, "a.py")
    if sys.version_info >= version:
        assert not isinstance(found, UnparsableFile)
        return
    assert isinstance(found, UnparsableFile)
    ours, theirs = ("{}.{}".format(*each[:2]) for each in (sys.version_info, version))
    said = f"(Python {ours} is the judge; for newer syntax run tfgraphlint with Python {theirs})"
    assert found.message.endswith(said)


@pytest.mark.parametrize("text", ["def f(:\n", "print 'x'\n", "x = = 1\n", "type = = 1\n", "x = f'a' 1 +\n"])
def test_what_no_python_can_parse_is_just_that(text: str) -> None:
    found = parse(text, "a.py")
    assert isinstance(found, UnparsableFile)
    assert "is the judge" not in found.message
