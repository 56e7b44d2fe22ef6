"""Lists of names: what several modules go by stands once."""

from __future__ import annotations

import ast
import builtins
import json
from collections.abc import Iterator
from pathlib import Path

import tfgraphlint

LIBRARIES = ("tensorflow", "keras", "numpy", "scipy", "tf_keras")
# Lists in which the names happen to be words of other things.
OTHER_MEANINGS = {
    "tfgraphlint/interpret/core/objects.py": "kinds of objects",
    "tfgraphlint/interpret/core/provenance.py": "slots of a class",
    "tfgraphlint/interpret/python/library_names.py": "constants with their values",
}
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


def library_names() -> set[str]:
    """The last parts of all names that the tables have, but for those that are Python's builtins as well."""
    found: set[str] = set()
    waiting = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in (ROOT / "tfgraphlint/libraries/data/tensorflow-2.21").glob("*.json")
    ]
    while waiting:
        table = waiting.pop()
        if isinstance(table, dict):
            found |= {str(name).rpartition(".")[2] for name in table}
            waiting += table.values()
    return found - set(dir(builtins))


def strings_in(node: ast.AST) -> list[str]:
    """The strings of a tuple, list or set, or the keys of a dictionary, that stand there by themselves."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if isinstance(node, ast.Dict):
        return [each.value for each in node.keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return []


def test_names_of_libraries_stand_with_the_libraries() -> None:
    """A list of five names of TensorFlow, Keras or NumPy is derived, or stands in libraries/."""
    known = library_names()
    elsewhere = []
    for file in sorted((ROOT / "tfgraphlint").rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        if place.split("/")[1] in ("libraries", "fixtures", "rules") or place in OTHER_MEANINGS:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [word for word in strings_in(node) if word.partition(".")[0] in LIBRARIES or word in known]
            if len(names) >= 5:
                elsewhere.append(f"{place}:{node.lineno}: {' '.join(names)}")  # type: ignore[attr-defined]
    assert elsewhere == []
