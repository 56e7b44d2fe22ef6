"""What a file imports, by its text alone: for a look at many files."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMPORT = re.compile(r"^[ \t]*import[ \t]+([^#\n;]+)", re.MULTILINE)
_FROM = re.compile(
    r"^[ \t]*from[ \t]+(?![ \t])(\.*)(?!\.)(?:[ \t]*([\w.]+))?[ \t]+import[ \t]*"
    r"(?:\(([^)]*)(?:\)|\Z)|((?:[^#\n;\\]|\\\n)*))",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w.]+|\*")


def imports_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Dots, module and name of what ``text`` may import; the name is "" for ``import module``.

    Texts that only look like imports may be among them.
    """
    for modules in _IMPORT.findall(text):
        for part in modules.split(","):
            found = _NAME.match(part.strip())
            if found is not None:
                yield 0, found[0], ""
    for dots, module, in_brackets, bare in _FROM.findall(text):
        for line in (in_brackets or bare).split("\n"):
            for part in line.partition("#")[0].split(","):
                found = _NAME.match(part.strip())
                if found is not None:
                    yield len(dots), module, found[0]


def words_of_imports(text: str) -> frozenset[str]:
    """The last words of all modules that ``text`` may import: the names of their files or folders."""
    found = set()
    for _, module, name in imports_in(text):
        found |= {module.rpartition(".")[2], name}
    return frozenset(found - {""})
