"""Names of Keras 2 that Keras 3 lacks, found in CPython's tree: nothing has to be interpreted for them.

``mentions_removed`` looks at the letters only and says no of nearly every file. ``removed_names`` then resolves names
through imports and leaves out what a test of the version, ``hasattr`` or ``except`` guards.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Edit
from tfgraphlint.facts.names import OLD_LAYERS, RemovedName
from tfgraphlint.names.import_scopes import dotted
from tfgraphlint.names.search import NameSearch, prefixes

_DATA = Path(__file__).parent.parent / "libraries" / "data"
_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"\.(\w+)")
_IMPORTED = re.compile(r"\bimport\s+(\([^)]*\)|[^\n]*)")
BACKENDS = ("keras.backend", "tensorflow.keras.backend", "tensorflow.compat.v1.keras.backend")


@cache
def _removed() -> tuple[Mapping[str, frozenset[str]], Mapping[str, str]]:
    """The removed names by module, and other names that those had which are still there."""
    gone: dict[str, frozenset[str]] = {}
    same: dict[str, str] = {}
    for file in sorted(_DATA.glob("tensorflow-*/removed.json")):
        table: dict[str, Any] = json.loads(file.read_bytes())
        gone.update((module, frozenset(names.split())) for module, names in table["removed"].items())
        same.update(table["same"])
    return gone, same


@cache
def _words() -> re.Pattern[str]:
    """The last parts of modules that lack something, behind a dot or in an import, and what the top level lacks."""
    gone, _ = _removed()
    lasts = {module.rpartition(".")[2] for module in gone} - {"keras"} | gone["keras"] | gone["tensorflow.keras"]
    return re.compile(rf"\b(?:{'|'.join(sorted(lasts))})\b")


def mentions_removed(text: str) -> bool:
    """Whether ``text`` may use such a name, by its letters: once for each file, so it has to be cheap."""
    if "keras" not in text and "tensorflow" not in text or _words().search(text) is None:
        return False
    gone, _ = _removed()
    named = set(_NAMED.findall(text)).union(*map(_WORD.findall, _IMPORTED.findall(text)))
    words = set(_WORD.findall(text))
    return any(words.issuperset(module.split(".")) and not names.isdisjoint(named) for module, names in gone.items())


def removed_names(tree: ast.Module, filename: str, text: str, version: str | None = None) -> list[RemovedName]:
    """The names in a file that the Keras which it is meant for lacks."""
    from tfgraphlint.libraries.tables import load, meant_for

    with meant_for(version):
        tables = load()
    if tables.keras < 3:
        return []
    return sorted(_Search(tree, filename, text, tables).found(), key=lambda name: name.span)


class _Search(NameSearch):
    """The search for names of Keras 2."""

    def found(self) -> Iterator[RemovedName]:
        """All that is not guarded, in no order."""
        if self.scopes.patched is None:
            return
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from (found for found in self._imports(node) if not self.guards.covers(node))
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                name = self._name(node)
                if name and _is_removed(name) and not self.guards.covers(node) and not self._is_patched(name):
                    yield self._attribute(node, name)

    def _name(self, node: ast.Attribute) -> str:
        """The full name of an attribute of a library's module; "" for others."""
        spelled = dotted(node)
        bound, _, rest = spelled.partition(".")
        root = self.scopes.meaning(bound, node) if spelled else None
        return f"{root}.{rest}" if root is not None and root.partition(".")[0] in ("keras", "tensorflow") else ""

    def _is_patched(self, name: str) -> bool:
        return name.removeprefix("tensorflow.") in (self.scopes.patched or ())

    # -- attributes ------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, name: str) -> RemovedName:
        module, _, last = name.rpartition(".")
        span = self.span(node)
        if module == OLD_LAYERS:
            return RemovedName(span, name, f"AttributeError: `{last}` is not available with Keras 3")
        real = module.replace("tensorflow.keras", "keras._tf_keras.keras", 1)
        error = f"AttributeError: module '{real}' has no attribute '{last}'"
        written = self._same(node, name) or self._operation(node, name)
        return RemovedName(span, name, error, written, (Edit(span, written),) if written else ())

    def _same(self, node: ast.Attribute, name: str) -> str:
        """Another name that the same thing has in the same module."""
        other = _removed()[1].get(name)
        return f"{dotted(node.value)}.{other}" if other else ""

    def _operation(self, node: ast.Attribute, name: str) -> str:
        """The function of ``keras.ops`` that takes the very same arguments and gives the same."""
        operation = self.tables.keras_operation(name) if name.startswith(BACKENDS) else None
        call = self.call_of(node) if operation is not None else None
        if operation is None or call is None:
            return ""
        order = self.tables.function(operation.name)
        before = self.tables.function("tensorflow." + name if name.startswith("keras.") else name)
        keywords = [keyword.arg for keyword in call.keywords]
        if order is None or before is None or None in keywords or any(isinstance(a, ast.Starred) for a in call.args):
            return ""
        given = [*before.params[: len(call.args)], *filter(None, keywords)]
        if operation.needs and operation.needs not in given or len(call.args) > len(order.params):
            return ""
        positional = zip(before.params[: len(call.args)], order.params)
        if any(operation.arguments.get(mine) != theirs for mine, theirs in positional):
            return ""
        if any(operation.arguments.get(keyword) != keyword for keyword in filter(None, keywords)):
            return ""
        module = self.scopes.name_of(("keras", "tensorflow.keras"), node)
        if module is None:
            module = self.scopes.name_of(("tensorflow",), node)
            return f"{module}.{operation.name}" if module is not None else ""
        return module + operation.name.removeprefix("keras")

    # -- imports ---------------------------------------------------------------------------------

    def _imports(self, node: ast.Import | ast.ImportFrom) -> Iterator[RemovedName]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if any(map(_is_removed, prefixes(alias.name))):
                    error = f"ModuleNotFoundError: No module named '{alias.name}'"
                    yield RemovedName(self.span(node), alias.name, error)
            return
        module = node.module or ""
        if node.level or not module.startswith(("keras", "tensorflow")):
            return
        if any(map(_is_removed, prefixes(module))):
            yield RemovedName(self.span(node), module, f"ModuleNotFoundError: No module named '{module}'")
            return
        for alias in node.names:
            if _is_removed(f"{module}.{alias.name}"):
                error = f"ImportError: cannot import name '{alias.name}' from '{module}'"
                yield RemovedName(self.span(alias), f"{module}.{alias.name}", error)


def _is_removed(name: str) -> bool:
    module, _, last = name.rpartition(".")
    return last in _removed()[0].get(module.replace("tensorflow.compat.v2", "tensorflow", 1), ())
