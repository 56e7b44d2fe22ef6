"""What a file imports, by its text: the same as its tree says, and the same for all who ask."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tfgraphlint.project.callers import Callers, SourceFile
from tfgraphlint.project.import_lines import imports_in, module_word, words_of_imports
from tfgraphlint.project.starters import Starters
from tfgraphlint.syntax.ast_names import imported_names

TEXTS = {
    "plain": "import os\nimport a.b.c\n",
    "several": "import a.b as c, d\nimport e; import f\n",
    "named": "from a.b import c as d, e\nfrom a import *  # all\n",
    "relative": "from . import a\nfrom .. import b as c\nfrom ..a.b import d\nfrom.a import e\nfrom ... import f\n",
    "in brackets": "from a import (\n    b,  # not c, (nor d)\n    e as f,\n)\nfrom a import(g)\n",
    "continued": "from a import b, \\\n    c\nfrom d \\\n    import e\nimport f, \\\n    g\nx = 1\nimport h\n",
    "for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import b\nelse: import c\n",
    "tried": "try:\n    import a\nexcept ImportError:\n    from b import a\ntry: import c\nexcept ImportError: c = 0\n",
    "in functions": "def f():\n\tfrom a import b\n\tdef g(): import c\nclass A:\n    import d\n",
    "with other line ends": "import a\r\nfrom b import \\\r\n    c\r\nfrom d import (\r\n    e,\r\n)\r\n",
    "in texts": (
        '"""Usage::\n\n    import a\n    from b import c\n"""\nimport d\nx = \'\'\'\nimport e\n\'\'\'\n'
        "y = 'a;import f'  # ;import g\nz = \"a\\\\\";import h\n"
    ),
    "in comments": "# import a\n# don't:\n    # from b import c\nimport d  # ;import e\nx = '#';import f\n",
    "alike": "important = reimport = 1\nimport_module = 2\nx = y.from_ if important else reimport\nimport a\n",
    "quotes in texts": "x = \"it's\"\nimport a\ny = 'say \\'hi\\''\nimport b\n",
    "by call": "import importlib\nimportlib.import_module('a')\n__import__('b')\n",
    "nothing": "x = 1\n",
}


def by_tree(text: str) -> list[tuple[int, str, str]]:
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return [(each.dots, each.module, each.name) for node in nodes for each in imported_names(node)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_text_says_what_the_tree_says(text: str) -> None:
    assert list(imports_in(text)) == by_tree(text)


def test_files_of_this_project() -> None:
    for file in Path(__file__).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert list(imports_in(text)) == by_tree(text), file.name


@pytest.mark.parametrize("text", ["import", "from a import", "from a import (b,", "import a; x = 'open\nimport b\n"])
def test_texts_that_do_not_parse(text: str) -> None:
    assert {line.module for line in imports_in(text)} <= {"a", "b"}


def test_words() -> None:
    path = Path("project/models/layers/dense.py")
    text = "import a.b.c as d\nfrom . import e\nfrom .. import f\nfrom .g import h\nfrom i.j import *\n"
    ends = {"c", "e", "layers", "f", "models", "g", "h", "j"}
    assert words_of_imports(text, path) == ends
    assert words_of_imports(text, path, packages=True) == ends | {"a", "b", "i"}


@pytest.mark.parametrize(("path", "word"), [("a/b.py", "b"), ("a/b/__init__.py", "b")])
def test_the_word_for_a_file(path: str, word: str) -> None:
    assert module_word(Path(path)) == word


IMPORTING = [
    "from losses import total\n",
    "from losses import (  # (all)\n    total,\n)\n",
    "import os, \\\n    losses\n",
    "import os; import losses as wanted\n",
    "try: import losses\nexcept ImportError: losses = None\n",
    "from . import losses\n",
    "from .losses import (\n    total)\n",
]
NOT_IMPORTING = ['"""Example::\n\n    import losses\n"""\n', "# import losses\n", "import numpy as losses\n"]


@pytest.mark.parametrize("text", [*IMPORTING, *NOT_IMPORTING])
def test_all_who_ask_see_the_same(tmp_path: Path, text: str) -> None:
    """Who starts a file, what belongs to its program, and the words of its imports."""
    script, losses = tmp_path / "train.py", tmp_path / "losses.py"
    script.write_text(text + "print(1)\n")
    losses.write_text("def total(x):\n    return x\n")
    expected = text in IMPORTING
    assert (Starters([tmp_path]).of(losses) == [script]) is expected
    assert (script in {file.path for file in Callers([tmp_path]).program(losses)}) is expected
    assert ("losses" in SourceFile(script, text).imported) is expected
