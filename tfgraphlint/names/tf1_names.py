"""Names that this TensorFlow lacks and older ones had, found in CPython's tree: nothing has to be interpreted for them.

Names are resolved through imports; what a test of the version, ``hasattr`` or ``except`` guards is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfgraphlint.diagnostic import Edit
from tfgraphlint.facts.names import LegacySymbol
from tfgraphlint.libraries.tables import LAST_WITH_KERAS_2, Tables, Tf1Name, load, meant, meant_for
from tfgraphlint.libraries.words import TF1_CASTS, TF1_PROGRAM
from tfgraphlint.names.gone_names import PACKAGES_OF_1, gone_since_1, is_of_keras
from tfgraphlint.names.search import NameSearch, prefixes
from tfgraphlint.syntax.ast_names import ImportedName, dotted_name, imported_names

TENSORFLOW = ("tensorflow", "tensorflow.compat.v2")
ONLY_IN_V2 = ("enable_v2_behavior",)  # of all those names, the one that ``tensorflow.compat.v2`` has
_MADE_FOR_1 = re.compile(r"%tensorflow_version 1|tensorflow(?:-gpu|-cpu)?==1\.|sys\.modules\[\s*[\"']tensorflow")
MIN_NAMES_OF_A_PROGRAM = 4  # with fewer names it is a leftover
# Other functions, which do the same where code runs eagerly.
SAME_EAGERLY = {"set_random_seed": "random.set_seed"}


def legacy_symbols(
    tree: ast.Module, filename: str, text: str, version: str | None = None, each: bool = False
) -> list[LegacySymbol]:
    """The names in a file that the TensorFlow it is meant for lacks; one for a whole program unless ``each``."""
    with meant_for(version):
        if meant() < (2,) or _MADE_FOR_1.search(text):
            return []
        found = list(_Search(tree, filename, text, load()).found())
    found.sort(key=lambda symbol: symbol.span)
    if not each:
        found = list(_once_for_each_module(found))
    if each or len(found) < MIN_NAMES_OF_A_PROGRAM or not any(_short(symbol.name) in TF1_PROGRAM for symbol in found):
        return found
    return [replace(found[0], others=len(found) - 1, edits=())]


def _once_for_each_module(found: Sequence[LegacySymbol]) -> Iterator[LegacySymbol]:
    """One report for all that is used of a module that TensorFlow 2 had for a while: ``tf.estimator``."""
    names = [symbol.name if symbol.after else "" for symbol in found]
    for index, (symbol, name) in enumerate(zip(found, names)):
        if not name:
            yield symbol
        elif name not in names[:index]:
            yield replace(symbol, others=names.count(name) - 1)


def _short(name: str) -> str:
    """A full name without its ``tensorflow.``."""
    return name.removeprefix("tensorflow.compat.v2.").removeprefix("tensorflow.")


class _Search(NameSearch[LegacySymbol]):
    """The search for names of TensorFlow 1."""

    def __init__(self, tree: ast.Module, filename: str, text: str, tables: Tables) -> None:
        super().__init__(tree, filename, text, tables)
        self._inside: set[int] = set()  # what a longer chain contains

    def in_attribute(self, node: ast.Attribute) -> Iterator[LegacySymbol]:
        if id(node) not in self._inside:
            self._inside.update(map(id, _chain(node)))
            symbol = self._attribute(node)
            if symbol is not None:
                yield symbol

    def in_import(self, node: ast.Import | ast.ImportFrom) -> Iterator[LegacySymbol]:
        for imported in imported_names(node):
            missing = None
            if imported.library == "tensorflow" and imported.name != "*":
                missing = self._shortest_gone(imported.full)
            if missing is not None:
                yield self._import(node, imported, missing)
                if missing != imported.full:
                    return  # the module is not there, whatever is imported from it

    def _is_gone(self, name: str) -> bool:
        """Whether TensorFlow 1 had this name and the TensorFlow that is meant lacks it."""
        short = _short(name)
        if short.removeprefix("compat.v1.") in PACKAGES_OF_1 or short == "examples":
            return True
        if self._is_gone_since_2(name) and short not in (self.scopes.patched or ()):
            return True
        if short not in gone_since_1() or short in (self.scopes.patched or ()):
            return False
        if short in ONLY_IN_V2 and name.startswith("tensorflow.compat.v2."):
            return False
        return self.tables.exists(f"tensorflow.{short}") is False

    def _is_gone_since_2(self, name: str) -> bool:
        return not is_of_keras(f"tensorflow.{_short(name)}") and self.tables.is_removed(f"tensorflow.{_short(name)}")

    def _after(self, missing: str) -> str:
        return ".".join(map(str, LAST_WITH_KERAS_2)) if self._is_gone_since_2(missing) else ""

    def _shortest_gone(self, name: str) -> str | None:
        return next(filter(self._is_gone, prefixes(name)), None)

    def _attribute(self, node: ast.Attribute) -> LegacySymbol | None:
        resolved = self.resolved(node)
        if resolved is None:
            return None
        root, name = resolved
        if root.partition(".")[0] != "tensorflow" or self.tables.exists(root) is False:
            return None  # not TensorFlow, or an import that fails itself
        missing = self._shortest_gone(name)
        if missing is None:
            return None
        said = self._longest_same(name, missing)
        chosen = node
        for _ in range(name.count(".") - said.count(".")):
            assert isinstance(chosen.value, ast.Attribute)
            chosen = chosen.value
        parent = missing.rpartition(".")[0]
        error = f"AttributeError: module '{parent}' has no attribute '{missing.rpartition('.')[2]}'"
        symbol = LegacySymbol(self.span(chosen), said, dotted_name(chosen), error, after=self._after(missing))
        return self._with_replacement(symbol, chosen, self.call_of(chosen))

    def _longest_same(self, name: str, missing: str) -> str:
        """The longest part of ``name`` that has a replacement of its own which is the same thing, else ``missing``."""
        candidate = name
        while len(candidate) > len(missing):
            record = self._became(_short(candidate))
            if record is not None and record.how == "same":
                return candidate
            candidate = candidate.rpartition(".")[0]
        return missing

    def _with_replacement(self, symbol: LegacySymbol, node: ast.Attribute, call: ast.Call | None) -> LegacySymbol:
        module = self.scopes.name_of(TENSORFLOW, node)
        if module is None:
            return symbol
        short = _short(symbol.name)
        if short in TF1_CASTS and call is not None and len(call.args) == 1 and not call.keywords:
            after = self.span(call.args[0]).end
            dtype = f"{module}.{TF1_CASTS[short]}"
            added = Edit(replace(symbol.span, start=after, end=after), f", {dtype}")
            edits = (Edit(symbol.span, f"{module}.cast"), added)
            return replace(symbol, how="same", replacement=f"{module}.cast(…, {dtype})", edits=edits)
        record = self._became(short)
        if record is None:
            return symbol
        written = module + record.new.removeprefix("tensorflow")
        return replace(symbol, how=record.how, replacement=written, edits=(Edit(symbol.span, written),))

    def _became(self, short: str) -> Tf1Name | None:
        record = self.tables.tf1(f"tensorflow.{short}")
        if record is not None and short in SAME_EAGERLY:
            return record._replace(new=f"tensorflow.{SAME_EAGERLY[short]}", how="same")
        return record

    def _import(self, node: ast.Import | ast.ImportFrom, imported: ImportedName, missing: str) -> LegacySymbol:
        full = imported.full
        if imported.name and missing == full and not self._is_package(missing):
            error = f"ImportError: cannot import name '{imported.name}' from '{imported.module}'"
        else:
            error = f"ModuleNotFoundError: No module named '{missing}'"
        symbol = LegacySymbol(self.span(node), missing, full, error, after=self._after(missing))
        record = self._became(_short(full)) if imported.name and missing == full else None
        return symbol if record is None else _with_import(symbol, record, imported, alone=len(node.names) == 1)

    def _is_package(self, name: str) -> bool:
        return _short(name).removeprefix("compat.v1.") in PACKAGES_OF_1


def _with_import(symbol: LegacySymbol, record: Tf1Name, imported: ImportedName, alone: bool) -> LegacySymbol:
    """``symbol`` with what to import instead; an edit where nothing else is imported in the same statement."""
    symbol = replace(symbol, how=record.how, replacement=record.new)
    if not alone:
        return symbol
    module, _, last = record.new.rpartition(".")
    written = f"from {module} import {last}" + (f" as {imported.bound}" if imported.bound != last else "")
    return replace(symbol, edits=(Edit(symbol.span, written),))


def _chain(node: ast.Attribute) -> Iterator[ast.expr]:
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        value = value.value
        yield value
