"""A file's functions from afar: what they name, which of them may be traced, and which of those show a symptom.

Most code that is traced is free of faults, and its syntax shows that none is possible. For a fault, a tensor has to
leave TensorFlow (``.numpy()``, ``float(x)``, ``np.sum(x)``), something has to happen only once (``self.steps += 1``,
``random.random()``) or a tensor has to serve as a Python value (``if x > 0:``). What may be a tensor is followed by
names: parameters, results of calls, and what is made of them.

This works on CPython's tree and sees too many symptoms rather than too few. The interpreter decides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set

from tfgraphlint.libraries.words import RUN_ONCE
from tfgraphlint.screen.notes import Notes
from tfgraphlint.screen.parts import Part, names_around
from tfgraphlint.screen.reading import read, read_names
from tfgraphlint.screen.tensors import decide_doubts
from tfgraphlint.screen.tracing import TRACED_METHODS

# Methods that run because their class is named: Keras calls them, or Python does when an object is made.
RUN_UNNAMED = TRACED_METHODS | RUN_ONCE


class Names:
    """The functions of one file by what they name, and nothing else: quick to read, and it holds no tree."""

    def __init__(self, tree: ast.Module) -> None:
        self._take(read_names(tree))

    def _take(self, notes: Notes) -> None:
        self._notes = notes
        self.parts = notes.parts
        self._all = (notes.module, *notes.parts)
        self._by_name: dict[str, list[Part]] = {}
        self._methods: dict[int, list[Part]] = {}  # of each class those that nobody has to name for them to run
        for part in self.parts:
            self._by_name.setdefault(part.name, []).append(part)
            if part.outer is not None and part.outer.is_class and part.name in RUN_UNNAMED:
                self._methods.setdefault(id(part.outer), []).append(part)

    @property
    def imports(self) -> list[tuple[int, str, str, str]]:
        """Dots and name of each module that may be meant by an import, the name that is bound, and what it is there:
        "" for the module itself."""
        return self._notes.imports.modules

    @property
    def module_words(self) -> set[str]:
        """What the top level names."""
        return self._notes.module.words

    @property
    def names(self) -> Set[str]:
        """The names of the functions and classes."""
        return self._by_name.keys()

    def bound(self, words: Set[str]) -> Set[str]:
        """Those of ``words`` that the file may bind at its top level."""
        imports = self._notes.imports.all
        return words if "*" in imports else words & (self._by_name.keys() | self._notes.module.own | imports)

    def reached_from(self, names: Iterable[str]) -> Iterator[Part]:
        """The functions and classes of these names, and those that they name."""
        return self._reached([part for name in names for part in self._by_name.get(name, ())])

    @property
    def words(self) -> set[str]:
        """All that the file names."""
        return set().union(*(part.words for part in self._all))

    def _reached(self, parts: list[Part]) -> Iterator[Part]:
        pending, seen, named = list(parts), set(map(id, parts)), set[str]()
        while pending:
            part = pending.pop()
            yield part
            for method in self._methods.get(id(part), ()):
                if id(method) not in seen:
                    seen.add(id(method))
                    pending.append(method)
            new = part.words - named
            named |= new
            for word in new:
                for other in self._by_name.get(word, ()):
                    if id(other) not in seen and other.name not in RUN_ONCE:
                        seen.add(id(other))
                        pending.append(other)


class Outline(Names):
    """The functions of one file; with ``unscreened`` every one of them is a suspect."""

    def __init__(self, tree: ast.Module, *, unscreened: bool = False) -> None:
        self._unscreened = unscreened
        self.telling_imports: frozenset[str] = frozenset()  # names from which a fact can come, where anybody looked
        self.tells_by_imports = False  # what the file names itself is nothing to look for
        notes = read(tree)
        self._take(notes)
        for part in self._all:
            part.symptom = part.symptom or bool(part.name) and part.name in notes.tracing.compiled
            decide_doubts(notes, part)
        notes.tracing.pass_on_contents([notes.module, *notes.parts])
        notes.tracing.find_own_tracers(notes.module, self.parts)
        notes.loops.clear()
        for part in self._all:
            part.let_tree_go()

    def suspects(self, *, through_imports: bool = False) -> list[Part]:
        """The functions that may be traced and from which, by what they call in this file, a symptom is reached.

        With ``through_imports`` also those that reach a name that is imported from who knows where.
        """
        if self._unscreened:
            return self.parts
        unknown = self._notes.imports.unknown if through_imports else set()
        traced = [part for part in self.parts if self._may_be_traced(part)]
        names = {name for part in traced for name in names_around(part)} | {"function"} | unknown
        writers = {part.name for part in self.parts if part.writes_items}
        faulty = self._reaching_faults(unknown)
        return [part for part in traced if id(part) in faulty] + [
            part for part in self._all if self._fails_untraced(part, writers) or not part.repeated.isdisjoint(names)
        ]

    def named_elsewhere(self) -> set[str]:
        """What functions that may be traced name and that is not of this file."""
        traced = [part for part in self.parts if self._may_be_traced(part)]
        named = {word for part in self._reached(traced) for word in part.words}
        return {word for word in named | self._notes.tracing.passed if word not in self._by_name}

    def named_beside_inputs(self) -> set[str]:
        """What functions name that make inputs of a functional Keras model."""
        return {word for part in self._all if part.functional for word in part.words}

    def called_in_loops(self) -> set[str]:
        """The names that loops call with numbers that change."""
        return {name for part in self._all for name in part.repeated}

    def may_trace(self, name: str) -> bool:
        """Whether one of the functions of this name may be traced."""
        return any(map(self._may_be_traced, self._by_name.get(name, ())))

    def operates(self, names: Iterable[str]) -> bool:
        """Whether functions of these names give what may be a tensor to operations, or take it for a Python value."""
        return any(part.operates or part.doubtful for name in names for part in self._by_name.get(name, ()))

    def reaches_symptom(self, names: Iterable[str]) -> bool:
        """Whether a symptom is reached from one of the functions of these names."""
        parts = [part for name in names for part in self._by_name.get(name, ())]
        renamed = self._notes.renamed
        return any(part.symptom or not part.words.isdisjoint(renamed) for part in self._reached(parts))

    def _may_be_traced(self, part: Part) -> bool:
        return self._notes.tracing.may_trace(part)

    def _reaching_faults(self, unknown: set[str]) -> set[int]:
        """The functions from which a symptom is reached, by their identity: from symptoms backwards, once for all."""
        telling = self._notes.changed | self._notes.renamed | unknown
        naming: dict[str, list[Part]] = {}
        for part in self.parts:
            for word in part.words & self._by_name.keys() - RUN_ONCE:
                naming.setdefault(word, []).append(part)
        pending = [part for part in self.parts if part.symptom or not part.words.isdisjoint(telling)]
        found = set(map(id, pending))
        while pending:
            for part in naming.pop(pending.pop().name, ()):
                if id(part) not in found:
                    found.add(id(part))
                    pending.append(part)
        return found

    def _fails_untraced(self, part: Part, writers: set[str]) -> bool:
        """Whether ``part`` may fail without being traced itself; ``writers`` assign items of what they are given."""
        if part.anywhere or part.calls_operations and not part.words.isdisjoint(writers):
            return True
        if part.functional and self._operates_on_inputs(part):
            return True
        return self._notes.tracing.uses_xla and part.name in TRACED_METHODS

    def _operates_on_inputs(self, part: Part) -> bool:
        """Whether a function that makes inputs of a Keras model, or one that it calls, works with tensors."""
        return any(
            (reached.operates or reached.doubtful)
            and not (reached.outer and reached.outer.is_class and reached.outer is not part.outer)
            for reached in self._reached([part])
            if not reached.is_class
        )
