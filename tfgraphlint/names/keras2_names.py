"""Names of Keras 2 that Keras 3 lacks, found in CPython's tree: nothing has to be interpreted for them.

Names are resolved through imports; what a test of the version, ``hasattr`` or ``except`` guards is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfgraphlint.diagnostic import Edit
from tfgraphlint.facts.names import OLD_PARTS, RemovedName
from tfgraphlint.libraries.tables import KerasOperation, load, meant_for
from tfgraphlint.names.gone_names import is_of_keras
from tfgraphlint.names.search import NameSearch, prefixes
from tfgraphlint.syntax.ast_names import dotted_name, first_name, imported_names
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.conventional_names import OF_KERAS, taken_for_libraries

BACKENDS = ("keras.backend", "tensorflow.keras.backend", "tensorflow.compat.v1.keras.backend")


def removed_names(tree: ast.Module, filename: str, text: str, version: str | None = None) -> list[RemovedName]:
    """The names in a file that the Keras which it is meant for lacks."""
    with meant_for(version):
        tables = load()
        if tables.keras < 3:
            return []
        return sorted(_Search(tree, filename, text, tables).found(), key=lambda name: name.span)


class _Search(NameSearch[RemovedName]):
    """The search for names of Keras 2."""

    def in_attribute(self, node: ast.Attribute) -> Iterator[RemovedName]:
        if not isinstance(node.ctx, ast.Load) or node.attr not in self.tables.last_parts_removed():
            return
        resolved = self.resolved(node)
        if resolved is None:
            return
        root, name = resolved
        if root.partition(".")[0] not in ("keras", "tensorflow") or not self._is_removed(name):
            return
        if not self._is_patched(name) and (not self._is_assumed(node) or self._is_removed(f"tensorflow.{name}")):
            yield self._attribute(node, name)

    def _is_removed(self, name: str) -> bool:
        return self.tables.is_removed(name) and is_of_keras(name.replace("tensorflow.compat.v2", "tensorflow", 1))

    def _is_assumed(self, node: ast.Attribute) -> bool:
        """Whether ``node`` begins at a name that only convention says is Keras: it may be that of ``tf.keras``."""
        name = first_name(node)
        return name in OF_KERAS and name in taken_for_libraries("\n".join(self.lines))

    def _is_patched(self, name: str) -> bool:
        return name.removeprefix("tensorflow.") in (self.scopes.patched or ())

    def _attribute(self, node: ast.Attribute, name: str) -> RemovedName:
        module, _, last = name.rpartition(".")
        span = self.span(node)
        if module in OLD_PARTS:
            return RemovedName(span, name, f"AttributeError: `{last}` is not available with Keras 3")
        real = module.replace("tensorflow.keras", "keras._tf_keras.keras", 1)
        error = f"AttributeError: module '{real}' has no attribute '{last}'"
        written = self._same(node, name) or self._operation(node, name)
        return RemovedName(span, name, error, written, (Edit(span, written),) if written else ())

    def _same(self, node: ast.Attribute, name: str) -> str:
        """Another name that the same thing has in the same module."""
        other = self.tables.other_name(name)
        return f"{dotted_name(node.value)}.{other}" if other else ""

    def _operation(self, node: ast.Attribute, name: str) -> str:
        """The function of ``keras.ops`` that takes the very same arguments and gives the same."""
        operation = self.tables.keras_operation(name) if name.startswith(BACKENDS) else None
        call = None if operation is None else self.call_of(node)
        if operation is None or call is None:
            return ""
        after = self.tables.function(operation.name)
        before = self.tables.function("tensorflow." + name if name.startswith("keras.") else name)
        if after is None or before is None or not _takes_the_same(call, before.params, after.params, operation):
            return ""
        module = self.scopes.name_of(("keras", "tensorflow.keras"), node)
        if module is not None:
            return module + operation.name.removeprefix("keras")
        module = self.scopes.name_of(("tensorflow",), node)
        return f"{module}.{operation.name}" if module is not None else ""

    def in_import(self, node: ast.Import | ast.ImportFrom) -> Iterator[RemovedName]:
        for imported in imported_names(node):
            if imported.library not in ("keras", "tensorflow"):
                continue
            if any(map(self._is_removed, prefixes(imported.module))):
                error = f"ModuleNotFoundError: No module named '{imported.module}'"
                yield self._moved(node, RemovedName(self.span(node), imported.module, error))
                if imported.name:
                    return  # the module is not there, whatever is imported from it
            elif imported.name and self._is_removed(imported.full):
                error = f"ImportError: cannot import name '{imported.name}' from '{imported.module}'"
                gone = RemovedName(self.span(imported.node), imported.full, error)
                yield self._renamed(node, imported.bound, gone) if len(node.names) == 1 else gone

    def _moved(self, node: ast.Import | ast.ImportFrom, gone: RemovedName) -> RemovedName:
        """With ``keras.layers`` for ``keras.layers.core``, where that has all that is imported."""
        module = gone.name.rpartition(".")[0]
        if not isinstance(node, ast.ImportFrom) or not _is_package(module):
            return gone
        if not all(self.tables.exists(f"{module}.{alias.name}") for alias in node.names):
            return gone
        start, written = gone.span.start, f"from {gone.name} "
        if not self.lines[start.row - 1].startswith(written, start.column - 1):
            return gone
        name = replace(start, column=start.column + len("from "))
        place = replace(gone.span, start=name, end=replace(name, column=name.column + len(gone.name)))
        return replace(gone, replacement=module, edits=(Edit(place, module),))

    def _renamed(self, node: ast.Import | ast.ImportFrom, bound: str, gone: RemovedName) -> RemovedName:
        """With ``from keras import utils as np_utils``, where ``keras.utils`` has all that is used of what is gone."""
        module = gone.name.rpartition(".")[0]
        used = {each.attr for each in walk(self.tree) if isinstance(each, ast.Attribute) and _owner(each) == bound}
        if not used or not _is_package(module) or not all(self.tables.exists(f"{module}.{name}") for name in used):
            return gone
        package, _, last = module.rpartition(".")
        written = f"from {package} import {last} as {bound}"
        return replace(gone, replacement=module, edits=(Edit(self.span(node), written),))


def _owner(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _is_package(module: str) -> bool:
    """Whether it is a module below Keras: what was in ``keras.engine`` may be anywhere."""
    return "." in module.removeprefix("tensorflow.")


def _takes_the_same(call: ast.Call, before: Sequence[str], after: Sequence[str], operation: KerasOperation) -> bool:
    """Whether the function of ``keras.ops`` can be given what the call gives to the old one, as it stands."""
    keywords = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    if len(keywords) < len(call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
        return False
    positional = before[: len(call.args)]
    if operation.needs and operation.needs not in (*positional, *keywords) or len(call.args) > len(after):
        return False
    if any(operation.arguments.get(mine) != theirs for mine, theirs in zip(positional, after)):
        return False
    return all(operation.arguments.get(keyword) == keyword for keyword in keywords)
