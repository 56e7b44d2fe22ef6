"""Which TensorFlow a project is made for, by its own requirements: pyproject.toml, requirements files, lock files.

Only what rules versions out counts: ``tensorflow>=2.10`` is true of the newest one as well. Nothing is installed or
resolved, and no file is parsed that does not mention TensorFlow or Keras.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tfgraphlint.disk.reading import ReadError, as_text, read_bytes
from tfgraphlint.disk.walking import REPOSITORY_MARKS
from tfgraphlint.errors import RunError

TENSORFLOW = re.compile(r"(?:intel-)?tensorflow(?:-cpu|-gpu|-intel|-macos|-rocm|-cpu-aws)?")
KERAS = re.compile(r"keras")
LAST_WITH_KERAS_2 = (2, 15)

# A distribution's name, its extras, its version specifiers; what comes after (markers, hashes, comments) is left.
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;#@)\\]*)")
_CLAUSE = re.compile(
    r"(===|==|!=|~=|<=|>=|<|>|\^|~)?\s*v?(?:0!)?(\d+(?:\.\d+)*)(\.\*)?"
    r"[-_.]?(?:(?P<before>a|b|c|rc|pre|dev)|(?P<after>post|r(?!c)|\+))?"
)
# What a clause says of releases where its version comes before one, as 2.15.0rc1 does, or after one. Nothing is left of
# `!=`; and whoever asks for `==2.15.0rc1` has 2.15.
_BESIDE_A_RELEASE: dict[tuple[str | None, str | None], str] = {
    ("<=", "before"): "<", (">", "before"): ">=", ("<", "after"): "<=", (">=", "after"): ">",
    ("!=", "before"): "", ("!=", "after"): "",
}  # fmt: skip
_MAX_DIGITS = 9  # of a part of a version; Python itself refuses to read numbers of thousands of digits
_LOCKED = re.compile(r'^name = "([\w.-]+)"\s+version = "([^"]+)"', re.MULTILINE)
_PIPFILE_LOCKED = re.compile(r'"([\w.-]+)": \{[^{}]*?"version": "==([^"]+)"')
_ARGUMENT = re.compile(r"(?:intel-)?(?:tensorflow|keras)[\w-]*\s*(?:\[[^\]]*\])?\s*([<>=!~][^;]*)?(?:;.*)?", re.DOTALL)
# Arguments of ``setup`` whose lists hold no requirements.
_NO_REQUIREMENTS = frozenset({"keywords", "packages", "py_modules", "classifiers", "provides"})
_OF_INTEREST = re.compile(r"tensorflow|keras", re.IGNORECASE)
_LEGACY_KERAS = re.compile(r"TF_USE_LEGACY_KERAS\W{1,12}(?:1|[Tt]rue)\b")

# Releases that a requirement is tried on. Where it allows the last of them, it rules nothing out that is to come.
_MINORS = {1: 15, 2: 60}
_RELEASES = tuple((major, minor, patch) for major, last in _MINORS.items() for minor in range(last + 1)
                  for patch in range(10))  # fmt: skip
_OPEN = (2, _MINORS[2])

Release = tuple[int, int, int]
Requirement = tuple[str, str]  # a normalised name and specifiers


def installed(words: Iterable[str]) -> str:
    """The newest TensorFlow that `pip install` with these words installs; "" for any."""
    allowed = _allowed([_lines("\n".join(words))])
    return "" if allowed is None else _newest([allowed]) or ""


def sets_legacy_keras(text: str) -> bool:
    """Whether ``text`` sets TF_USE_LEGACY_KERAS, which makes ``tf.keras`` Keras 2 whatever the TensorFlow."""
    return "TF_USE_LEGACY_KERAS" in text and _LEGACY_KERAS.search(text) is not None


@dataclass
class Requirements:
    """Looks requirements up, each directory once; ``top`` is a directory above which nothing is looked for.

    ``refused`` are files that could not be read, and why.
    """

    top: Path
    refused: list[RunError] = field(default_factory=list)
    _found: dict[Path, str] = field(default_factory=dict)

    def find(self, directory: Path) -> str:
        """The newest TensorFlow that the requirements nearest above ``directory`` allow; "" where any is allowed."""
        passed: list[Path] = []
        found = self._found.get(directory)
        while found is None:
            passed.append(directory)
            found = self._look(directory)
            directory = directory.parent
            if found is None:
                found = self._found.get(directory)
        self._found.update(dict.fromkeys(passed, found))
        return found

    def _look(self, directory: Path) -> str | None:
        """What the files in one directory say; None where it is to be looked for above."""
        try:
            names = os.listdir(directory)
        except OSError:
            names = []
        found = required(directory, names, self.refused)
        if found is not None:
            return found
        is_last = directory == self.top or directory.parent == directory
        return "" if is_last or any(mark in names for mark in REPOSITORY_MARKS) else None


def required(directory: Path, names: Iterable[str], refused: list[RunError] | None = None) -> str | None:
    """The newest TensorFlow that the requirement files in ``directory`` allow; None where they do not mention it.

    Files that cannot be read are left out, and what is wrong with them is added to ``refused``.
    """
    texts = _texts(directory, names, [] if refused is None else refused)
    if any(map(sets_legacy_keras, texts.values())):
        return _written(LAST_WITH_KERAS_2)
    texts = {name: text for name, text in texts.items() if _OF_INTEREST.search(text)}
    stated = [_allowed(_READERS[name](text)) for name, text in texts.items() if name in _READERS]
    stated.append(_allowed([_lines(texts.pop("requirements.txt", "")), _several(texts)]))
    return _newest([allowed for allowed in stated if allowed is not None])


def _texts(directory: Path, names: Iterable[str], refused: list[RunError]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        if name in _READERS or _is_requirements_file(name):
            try:
                found[name] = as_text(read_bytes(directory / name))
            except ReadError as error:
                if not error.is_missing and name not in _READ_BY_OTHERS:
                    refused.append(error)
    return found


def _several(texts: Mapping[str, str]) -> list[Requirement]:
    """What ``requirements-dev.txt``, ``requirements-tf215.txt`` … say, each for an environment of its own."""
    files = filter(_is_requirements_file, texts)
    return [requirement for name in files for requirement in _lines(texts[name])]


def _newest(stated: list[set[Release]]) -> str | None:
    """The newest release that all of several files allow; any where they contradict each other."""
    if not stated:
        return None
    newest = max(set.intersection(*stated), default=(*_OPEN, 0))[:2]
    return "" if newest == _OPEN else _written(newest)


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


# -- what requirements allow ---------------------------------------------------------------------


def _allowed(groups: list[list[Requirement]]) -> set[Release] | None:
    """The releases that the first group that mentions TensorFlow or Keras allows; later groups are optional.

    Several lines for one distribution stand for several environments: what any of them allows is allowed.
    """
    for requirements in groups:
        tensorflow = [specifiers for name, specifiers in requirements if TENSORFLOW.fullmatch(name)]
        keras = [specifiers for name, specifiers in requirements if KERAS.fullmatch(name)]
        if tensorflow or keras:
            allowed = set().union(*map(_releases, tensorflow)) if tensorflow else set(_RELEASES)
            return allowed & _with_keras(keras)
    return None


def _with_keras(specifiers: list[str]) -> set[Release]:
    """The releases that come with a Keras that is allowed."""
    generations = set().union(*(_generations(each) for each in specifiers)) if specifiers else {2, 3}
    return {release for release in _RELEASES if (2 if release[:2] <= LAST_WITH_KERAS_2 else 3) in generations}


@cache
def _generations(specifiers: str) -> frozenset[int]:
    tests = list(_tests(specifiers))
    return frozenset(
        2 if major <= 2 else 3
        for major in (1, 2, 3)
        for minor in range(40)
        for patch in range(10)
        if all(test((major, minor, patch)) for test in tests)
    )


@cache
def _releases(specifiers: str) -> frozenset[Release]:
    tests = list(_tests(specifiers))
    return frozenset(release for release in _RELEASES if all(test(release) for test in tests))


def _tests(specifiers: str) -> Iterator[Callable[[Release], bool]]:
    """A test for each clause of ``>=2.10,<2.16``, also as Poetry writes them. Its alternatives rule nothing out."""
    clauses = [] if "||" in specifiers else specifiers.split(",")
    for match in filter(None, (_CLAUSE.match(clause.strip()) for clause in clauses)):
        numbers = tuple(int(part[:_MAX_DIGITS]) for part in match[2].split(".")[:4])
        operator = _BESIDE_A_RELEASE.get((match[1], match.lastgroup), match[1] or "==")
        if operator:
            yield _test(operator, numbers, bool(match[3]) or (match[1] is None and len(numbers) < 3))


def _test(operator: str, numbers: tuple[int, ...], prefix: bool) -> Callable[[Release], bool]:
    whole = (*numbers, 0, 0)[:3]
    size, numbers = len(numbers), numbers[:3]
    match operator:
        case "==" | "===" if prefix:
            return lambda release: release[:size] == numbers
        case "==" | "===":
            return lambda release: release == whole
        case "!=" if prefix:
            return lambda release: release[:size] != numbers
        case "!=":
            return lambda release: release != whole
        case "<":
            return lambda release: release < whole
        case "<=":
            return lambda release: release <= whole
        case ">":
            return lambda release: release > whole
        case ">=":
            return lambda release: release >= whole
        case "^":
            return lambda release: release >= whole and release[0] == whole[0]
        case "~":
            kept = numbers[:2]
        case _:  # ~=
            kept = numbers[: max(size - 1, 1)]
    return lambda release: release >= whole and release[: len(kept)] == kept


# -- files ---------------------------------------------------------------------------------------


def _locked(text: str) -> list[list[Requirement]]:
    return [[(_normal(name), f"=={version}") for name, version in _LOCKED.findall(text)]]


def _pipfile_locked(text: str) -> list[list[Requirement]]:
    return [[(_normal(name), f"=={version}") for name, version in _PIPFILE_LOCKED.findall(text)]]


def _setup_script(text: str) -> list[list[Requirement]]:
    try:
        found = list(_texts_in(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [_parsed(text for text, listed in found if (match := _ARGUMENT.fullmatch(text)) and (listed or match[1]))]


def _texts_in(tree: ast.AST, listed: bool = False) -> Iterator[tuple[str, bool]]:
    """The strings of a script, and whether they are elements of a list or values of a dictionary.

    The keys of a dictionary, as of ``extras_require={"tensorflow": [...]}``, and keywords are no requirements.
    """
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value, listed
    if isinstance(tree, ast.keyword) and tree.arg in _NO_REQUIREMENTS:
        return
    of = tree.values if isinstance(tree, ast.Dict) else ast.iter_child_nodes(tree)
    for each in of:
        yield from _texts_in(each, isinstance(tree, (ast.Dict, ast.List, ast.Tuple, ast.Set)))


def _is_requirements_file(name: str) -> bool:
    return name.startswith("requirements") and name.endswith(".txt")


def _lines(text: str) -> list[Requirement]:
    return _parsed(line for line in text.splitlines() if _OF_INTEREST.match(line.lstrip()))


def _parsed(requirements: Iterable[Any]) -> list[Requirement]:
    found = (_REQUIREMENT.match(each) for each in requirements if isinstance(each, str))
    return [(_normal(match[1]), match[2].partition(" --")[0]) for match in found if match]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pyproject(text: str) -> list[list[Requirement]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):  # no TOML, a number with thousands of digits, or nested too deeply
        return []
    project, poetry = _at(document, "project"), _at(document, "tool", "poetry")
    optional = [
        *_flat(_at(project, "optional-dependencies")),
        *_flat(_at(document, "dependency-groups")),
        *_flat(_at(document, "tool", "pdm", "dev-dependencies")),
    ]
    grouped = [each for group in _at(poetry, "group").values() for each in _poetry(_at(group, "dependencies"))]
    return [
        [*_parsed(_flat({"": project.get("dependencies")})), *_poetry(_at(poetry, "dependencies"))],
        [*_parsed(optional), *grouped],
    ]


def _at(table: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _flat(groups: Mapping[str, Any]) -> Iterator[Any]:
    for group in groups.values():
        yield from group if isinstance(group, list) else ()


def _poetry(table: Mapping[str, Any]) -> list[Requirement]:
    """``tensorflow = "^2.15"``, or with a table, or with a list of tables for several environments."""
    found = []
    for name, value in table.items():
        for each in value if isinstance(value, list) else [value]:
            specifiers = each.get("version", "") if isinstance(each, dict) else each
            found.append((_normal(name), specifiers if isinstance(specifiers, str) else ""))
    return found


# Whoever reads these as settings or as source says what is wrong with them.
_READ_BY_OTHERS = ("pyproject.toml", "setup.py")
# By file name: what a file requires, group by group, what is always required first, what is optional after.
_READERS: dict[str, Callable[[str], list[list[Requirement]]]] = {
    "pyproject.toml": _pyproject,
    "uv.lock": _locked,
    "poetry.lock": _locked,
    "pdm.lock": _locked,
    "Pipfile.lock": _pipfile_locked,
    "setup.py": _setup_script,
    "setup.cfg": lambda text: [_lines(text)],
}
