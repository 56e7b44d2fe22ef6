"""Whether running a file may call graph API of TensorFlow 1, so that it is worth interpreting for that alone.

Only what the top level reaches runs eagerly for certain; what a file merely defines is not looked at.
"""

from __future__ import annotations

import ast
import re

from tfgraphlint.libraries.words import GRAPH_API
from tfgraphlint.screen.top_level import reached_by_running
from tfgraphlint.syntax.ast_names import last_name

# Those of which the last part alone says too little: ``tf.compat.v1.metrics.mean``.
GRAPH_API_PARTS = frozenset({("train", "batch"), ("metrics", "accuracy"), ("metrics", "mean")})
_TEXT = re.compile(rf"\b(?:{'|'.join(sorted(GRAPH_API))}|train\.batch|metrics\.(?:accuracy|mean))\b")


def runs_graph_api(tree: ast.Module, text: str) -> bool:
    """Whether the top level, or a function or class of the file that it uses, names such API."""
    if "compat" not in text and "make_one_shot_iterator" not in text or "tensorflow" not in text:
        return False
    return _TEXT.search(text) is not None and any(map(_names_graph_api, reached_by_running(tree)))


def _names_graph_api(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in GRAPH_API or (last_name(node.value), node.attr) in GRAPH_API_PARTS
    return isinstance(node, ast.Name) and node.id in GRAPH_API
