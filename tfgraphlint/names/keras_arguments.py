"""Arguments that classes and functions of Keras took once and refuse now, found in CPython's tree.

Names are resolved through imports; what a test of the version, ``inspect.signature`` or ``except`` guards is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tfgraphlint.diagnostic import Edit
from tfgraphlint.facts.names import RefusedKeyword
from tfgraphlint.libraries.tables import keras_of, load, meant, meant_for
from tfgraphlint.names.search import NameSearch
from tfgraphlint.names.version_guards import OF_ARGUMENTS
from tfgraphlint.syntax.ast_names import dotted_name

# What an argument is called now.
RENAMED = {"lr": "learning_rate"}
# Where a file has more to do with the argument than to give it: its decay is ignored, the attribute has another name.
_MORE = re.compile(r"\.lr\b|['\"]lr['\"]|\bdecay\s*=")


def refused_keywords(tree: ast.Module, filename: str, text: str, version: str | None = None) -> list[RefusedKeyword]:
    """The arguments in a file that the Keras which it is meant for refuses."""
    with meant_for(version):
        tables = load()
        if meant() < tables.tensorflow:  # an older one may take what these tables refuse
            return []
        return sorted(_Search(tree, filename, text, tables).found(), key=lambda each: each.span)


class _Search(NameSearch[RefusedKeyword]):
    """The search for arguments of calls."""

    signs = OF_ARGUMENTS

    def in_import(self, node: ast.Import | ast.ImportFrom) -> Iterator[RefusedKeyword]:
        return iter(())

    def in_attribute(self, node: ast.Attribute) -> Iterator[RefusedKeyword]:
        return iter(())

    def in_call(self, node: ast.Call) -> Iterator[RefusedKeyword]:
        if not any(keyword.arg in self.tables.arguments_refused_by_functions() for keyword in node.keywords):
            return
        bound, _, rest = dotted_name(node.func).partition(".")
        root = self.scopes.meaning(bound, node.func) if bound else None
        callee = ".".join(filter(None, (root, rest))) if root is not None else ""
        if not callee or callee.partition(".")[2] in (self.scopes.patched or ()):
            return
        for keyword in node.keywords:
            error = self.tables.refused_argument(callee, "", keyword.arg) if keyword.arg else None
            if error is not None:
                yield self._refused(node, keyword, callee, error)

    def _refused(self, node: ast.Call, keyword: ast.keyword, callee: str, error: str) -> RefusedKeyword:
        argument = keyword.arg or ""
        end = keyword.col_offset + len(argument.encode())
        span = self.span(ast.Name(
            argument, lineno=keyword.lineno, col_offset=keyword.col_offset, end_lineno=keyword.lineno,
            end_col_offset=end,
        ))  # fmt: skip
        found = RefusedKeyword(span, callee, argument, error, keras_of(self.tables))
        new = RENAMED.get(argument, "")
        if not new or node.args or any(other.arg in (new, None) for other in node.keywords):
            return found
        safe = _MORE.search("\n".join(self.lines)) is None
        return RefusedKeyword(span, callee, argument, error, found.keras, new, (Edit(span, new),), safe)
