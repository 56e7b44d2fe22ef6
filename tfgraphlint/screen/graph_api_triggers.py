"""Whether running a file may call graph API of TensorFlow 1, so that it is worth interpreting for that alone.

What the top level reaches runs eagerly for certain. What a file merely defines most likely does, unless something in it
shows that it is made for graphs.
"""

from __future__ import annotations

import ast
import re

from tfgraphlint.libraries.words import GRAPH_API, GRAPH_NAMES, GRAPH_SIGNS
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.top_level import reached_by_running
from tfgraphlint.syntax.ast_names import last_name

# Those of which the last part alone says too little: ``tf.compat.v1.metrics.mean``.
GRAPH_API_PARTS = frozenset({("train", "batch"), ("metrics", "accuracy"), ("metrics", "mean")})
_TEXT = re.compile(rf"\b(?:{'|'.join(sorted(GRAPH_API))}|train\.batch|metrics\.(?:accuracy|mean))\b")

# A file that has TensorFlow 1 under TensorFlow's name is made for it.
_OF_1 = re.compile(r"\bimport\s+tensorflow\.compat\.v1\b|\bfrom\s+tensorflow\.compat(?:\.v1)?\s+import\b")
_SIGNS = GRAPH_SIGNS | GRAPH_NAMES | {"as_default"}


def runs_graph_api(tree: ast.Module, text: str) -> bool:
    """Whether the top level, or a function or class of the file that it uses, names such API."""
    return _mentions_graph_api(text) and any(map(_names_graph_api, reached_by_running(tree)))


def defines_graph_api(outline: Outline, text: str) -> bool:
    """Whether functions of a file name such API, and nothing shows that they are made for graphs."""
    return _mentions_graph_api(text) and _OF_1.search(text) is None and calls_graph_api(outline)


def calls_graph_api(outline: Outline) -> bool:
    """Whether functions name such API, and no function nor the top level names what builds graphs."""
    words = outline.words
    return not words.isdisjoint(GRAPH_API) and words.isdisjoint(_SIGNS)


def _mentions_graph_api(text: str) -> bool:
    if "compat" not in text and "make_one_shot_iterator" not in text or "tensorflow" not in text:
        return False
    return _TEXT.search(text) is not None


def _names_graph_api(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in GRAPH_API or (last_name(node.value), node.attr) in GRAPH_API_PARTS
    return isinstance(node, ast.Name) and node.id in GRAPH_API
