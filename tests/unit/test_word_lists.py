"""Lists of names: what several modules go by stands once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import tfgraphlint

ROOT = Path(tfgraphlint.__file__).parent.parent


def word_lists(file: Path) -> Iterator[tuple[int, frozenset[str]]]:
    """The rows and words of the collections of four strings or more that stand in a module."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            words = [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if len(words) == len(node.elts) >= 4:
                yield node.lineno, frozenset(words)


def test_no_list_of_names_stands_twice() -> None:
    """What several modules go by stands in libraries/words, also where others write it with a prefix."""
    package = ROOT / "tfgraphlint"
    seen: dict[frozenset[str], str] = {}
    twice = []
    for file in sorted([*package.rglob("*.py"), *(ROOT / "rules").glob("*.py")]):
        if file.relative_to(ROOT).parts[:2] in (("tfgraphlint", "fixtures"), ("tfgraphlint", "rules")):
            continue
        for row, words in word_lists(file):
            place = f"{file.relative_to(ROOT).as_posix()}:{row}"
            bare = frozenset(word.removeprefix("builtins.").removeprefix("tensorflow.") for word in words)
            twice += [f"{place} is {seen[key]}" for key in {words, bare} if key in seen]
            seen |= {words: place, bare: place}
    assert twice == []
