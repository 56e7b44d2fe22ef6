"""What a cache knows: a project as it was, and what was found in its files then.

A *node* is a file: its text, in short, and where its imports led. Every result in a snapshot is true of the nodes in
it: when a node changes, the results of all files that reach it are dropped. Files are named from the project's top on.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from tfgraphlint.run.stored import Malformed

MAX_DOTS = 1000  # before the name of a module that is imported
_MODULE = re.compile(r"[^./\\\0]+(?:\.[^./\\\0]+)*")

Importers = Mapping[str, Iterable[str]]


@dataclass
class Node:
    """A file's text, in short, and the files where its imports led, by dots and module."""

    digest: str
    answers: dict[tuple[int, str], str | None] = field(default_factory=dict)

    @property
    def imported(self) -> Iterator[str]:
        """The files that it imports."""
        return (answer for answer in self.answers.values() if answer is not None)


@dataclass
class Snapshot:
    """Files by name; for each folder the files that count for all in it; what was found, by file."""

    nodes: dict[str, Node] = field(default_factory=dict)
    around: dict[str, list[str]] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def importers(self) -> dict[str, list[str]]:
        """For each file those that import it."""
        found: dict[str, list[str]] = {}
        for name, node in self.nodes.items():
            for imported in node.imported:
                found.setdefault(imported, []).append(name)
        return found

    def reached(self, names: Iterable[str]) -> set[str]:
        """These files, and all that they import, as deep as that goes."""
        return _closure(names, lambda name: self.nodes[name].imported if name in self.nodes else ())

    def basis(self, name: str) -> list[str]:
        """A file, and those that count for all files of its folder."""
        return [name, *self.around.get(os.path.dirname(name), ())]

    def rests_on(self, name: str, files: Set[str]) -> bool:
        """Whether the result of a file rests on one of ``files``, which holds all that import one of them."""
        return not files.isdisjoint(self.basis(name))

    def drop(self, files: Set[str]) -> None:
        """Forget the results that rest on ``files``, which holds all that import one of them."""
        for name in [name for name in self.results if self.rests_on(name, files)]:
            del self.results[name]

    def tidy(self) -> None:
        """Forget what no result rests on."""
        folders = {os.path.dirname(name) for name in self.results}
        self.around = {folder: files for folder, files in self.around.items() if folder in folders}
        needed = self.reached(each for name in self.results for each in self.basis(name))
        self.nodes = {name: node for name, node in self.nodes.items() if name in needed}


def dependents(files: Iterable[str], importers: Importers) -> set[str]:
    """These files, and all that import one of them, as deep as that goes."""
    return _closure(files, lambda name: importers.get(name, ()))


def _closure(names: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    """``names``, what follows on each, what follows on that, and so on."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += following(name)
    return found


def written(snapshot: Snapshot, state: str) -> bytes:
    """A snapshot as bytes, for the tool in this ``state``."""
    nodes = {
        name: [node.digest, [[dots, module, answer] for (dots, module), answer in node.answers.items()]]
        for name, node in snapshot.nodes.items()
    }
    document = {"state": state, "nodes": nodes, "around": snapshot.around, "results": snapshot.results}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def read(content: bytes, state: str) -> Snapshot:
    """The snapshot in ``content``; an empty one where it is not as ``written`` makes it, or for another state."""
    try:
        document = json.loads(content)
        if document["state"] != state:
            return Snapshot()
        nodes = {name: _node(*node) for name, node in document["nodes"].items()}
        around = {folder: list(map(_text, files)) for folder, files in document["around"].items()}
        results = {name: _table(result) for name, result in document["results"].items()}
    except (Malformed, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Snapshot()
    return Snapshot(nodes, around, results)


def _node(digest: object, answers: Iterable[tuple[object, object, object]]) -> Node:
    found = {_asked(dots, module): None if answer is None else _text(answer) for dots, module, answer in answers}
    return Node(_text(digest), found)


def _asked(dots: object, module: object) -> tuple[int, str]:
    """What a file can import: a dotted name, or one or more dots alone."""
    if type(dots) is int and 0 <= dots < MAX_DOTS and isinstance(module, str):
        if _MODULE.fullmatch(module) is not None or (dots > 0 and not module):
            return dots, module
    raise Malformed


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed
    return value


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed
    return value
