"""Whether running a file may call graph API of TensorFlow 1, so that it is worth interpreting for that alone.

Only what the top level reaches runs eagerly for certain; what a file merely defines is not looked at.
"""

from __future__ import annotations

import ast
import re

from tfgraphlint.libraries.words import DATASET_ITERATORS, PLACEHOLDERS, SESSIONS
from tfgraphlint.screen.top_level import reached_by_running

# What raises where code runs eagerly. ``eval`` does of tensors, and only a session makes people write it.
GRAPH_API = frozenset({
    *PLACEHOLDERS, *SESSIONS, *DATASET_ITERATORS, "merge_all", "FileWriter", "start_queue_runners",
    "string_input_producer", "shuffle_batch", "import_meta_graph",
})  # fmt: skip
_TEXT = re.compile(rf"\b(?:{'|'.join(sorted(GRAPH_API))})\b|compat\.v1\.(?:metrics\.|train\.batch)")


def runs_graph_api(tree: ast.Module, text: str) -> bool:
    """Whether the top level, or a function or class of the file that it uses, names such API."""
    if "compat" not in text and "make_one_shot_iterator" not in text or "tensorflow" not in text:
        return False
    return _TEXT.search(text) is not None and any(map(_names_graph_api, reached_by_running(tree)))


def _names_graph_api(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in GRAPH_API or node.attr in ("metrics", "train")
    return isinstance(node, ast.Name) and node.id in GRAPH_API
