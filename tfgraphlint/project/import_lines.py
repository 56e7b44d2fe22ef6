"""What a file imports, by its text alone: for a look at many files, which parsing them would make slow.

This is the only reader of imports that goes by the text, so that all who look at a project see the same files in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class ImportLine(NamedTuple):
    """``import module``, whose name is "", or ``from ..module import name``."""

    dots: int
    module: str
    name: str

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that it may run, without the dots: ``a``, and ``a.b`` for ``from a import b``."""
        if self.name in ("", "*"):
            return (self.module,)
        return (self.module, f"{self.module}.{self.name}".strip("."))

    def words(self, path: Path) -> set[str]:
        """The last words of its ``modules``, where it stands in the file at ``path``: see ``module_word``."""
        found = {self.module.rpartition(".")[2], self.name}
        if self.dots and not self.module and len(path.parents) >= self.dots:
            found.add(path.parents[self.dots - 1].name)  # ``from . import name`` runs the package as well
        return found - {"", "*"}


MAX_BEFORE = 2000  # characters of a statement before its ``import``
_KEYWORD = re.compile(r"import\b")
# What may stand before the word in its row, and behind it.
_BEFORE = re.compile(r"(?:.*[;:])?[ \t\f]*(?:from[ \t]*(\.[. \t]*|(?<=[ \t]))([\w.]*)[ \t]*)?", re.DOTALL)
_BEHIND = re.compile(r"[ \t]*(?:\(((?:[^)#]|#[^\n]*)*)|((?:[^#\n;\\]|\\\r?\n)*))")
_NAME = re.compile(r"[\w.]+|\*")
_CONTINUED = re.compile(r"\\\r?\n")  # where a backslash joins two rows
_BETWEEN = re.compile(r"#[^\n]*|\\\r?\n")
# Comments and texts, in which no word is a keyword.
_TEXT = re.compile(
    r"#[^\n]*"
    r'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'",
    re.DOTALL,
)


def imports_in(text: str) -> Iterator[ImportLine]:
    """What the statements of ``text`` import, in functions and for type checkers as well, in order."""
    texts = _Texts(text)
    for found in _KEYWORD.finditer(text):
        start = found.start()
        row = _row_of(text, start)
        begin = max(row, text.rfind(";", row, start), text.rfind(":", row, start))
        before = _BEFORE.fullmatch(_CONTINUED.sub(" ", text[begin:start])) if start - begin < MAX_BEFORE else None
        if before is None or texts.hold(start):
            continue
        dots, module = before.groups()
        behind = _BEHIND.match(text, found.end())
        assert behind is not None  # it matches nothing as well
        names = (_NAME.match(part.strip()) for part in _BETWEEN.sub(" ", behind[1] or behind[2]).split(","))
        for name in names:
            if name is not None:
                yield ImportLine(0, name[0], "") if module is None else ImportLine(dots.count("."), module, name[0])


def words_of_imports(text: str, path: Path, *, packages: bool = False) -> frozenset[str]:
    """The words by which the file at ``path`` names the modules that it imports: see ``module_word``.

    ``packages``: and the packages above these, which are run first: ``a`` and ``b`` for ``import a.b.c``.
    """
    found: set[str] = set()
    for line in imports_in(text):
        found |= line.words(path)
        if packages:
            found.update(line.module.split(".")[:-1])
    return frozenset(found - {""})


def module_word(path: Path) -> str:
    """The word by which imports name the file at ``path``: its own name, or that of its folder for ``__init__.py``."""
    return path.parent.name if path.stem == "__init__" else path.stem


def _row_of(text: str, position: int) -> int:
    """Where the row of a position begins, or the first of those that backslashes join to it."""
    start = text.rfind("\n", 0, position) + 1
    while text.endswith(("\\\n", "\\\r\n"), 0, start) and position - start < MAX_BEFORE:
        start = text.rfind("\n", 0, start - 1) + 1
    return start


class _Texts:
    """The comments and texts of a file, looked for only as far as somebody asks."""

    def __init__(self, text: str) -> None:
        self._following = _TEXT.finditer(text)
        self._start = self._end = -1  # of the last one that was looked for

    def hold(self, position: int) -> bool:
        """Whether a position, which is behind those that were asked for before, lies in one of them."""
        while self._end <= position:
            found = next(self._following, None)
            if found is None:
                return False
            self._start, self._end = found.span()
        return self._start <= position
