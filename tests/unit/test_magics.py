"""What IPython adds to Python is passed over, and every row and column stays where it is."""

from __future__ import annotations

import ast

import pytest

from tfgraphlint.project.magics import UNKNOWN, python_of


def linted(cell: str, *magics: str) -> str:
    """The Python of a cell, without the rows that were added."""
    found = python_of(cell, magics)
    assert found.fault is None
    rows = [row.text for row in found.rows if row.number]
    assert [len(row.rstrip("\n")) for row in rows] == [len(row) for row in cell.split("\n")]
    ast.parse("".join(row.text for row in found.rows))
    return "".join(rows).removesuffix("\n")


def added(cell: str) -> list[str]:
    return [row.text.strip().replace(UNKNOWN, "UNKNOWN") for row in python_of(cell).rows if not row.number]


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline", "!ls -l", "!pip install 'tensorflow>=2'", "%load_ext autoreload", "?", "tf.function?",
        "?tf.function", "tf.Variable.assign??", "%%html\n<b>x</b>", "%%bash\nfor i in *; do echo $i; done", "!",
        "pip install tensorflow", "ls *.py", "x = y?", ",f a b", "%cd /content",
        "!pip install a \\\n    b", "%%writefile x.py\nlost(x",
    ],
)  # fmt: skip
def test_nothing_of_it_is_python(cell: str) -> None:
    tree = ast.parse(linted(cell))
    assert all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in tree.body)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\n%matplotlib inline\ny = 2", ["x = 1", "y = 2"]),
        ("if colab:\n    !pip install x\nelse:\n    %cd x", ["if colab:", "else:"]),
        ("%time y = f(x)", [";y = f(x)"]),
        ("%timeit -n 10 -r3 f(x)", [";f(x)"]),
        ("%%time\ny = f(x)\nplot(y);", ["y = f(x)", "plot(y);"]),
        ("\n%%timeit -n 3\ny = f(x)", ["y = f(x)"]),
        ("x = (a\n     % b)\n!ls", ["x = (a", "     % b)"]),
        ("s = '''\n%magic\n!ls\n'''\n!ls", ["%magic", "!ls"]),
        ("s = 'it''s' + \"it's (\"  # it's (\n!ls\nlost(x)", ["lost(x)"]),
        ("await f()\nasync with a as b:\n    pass\n!ls", ["await f()", "async with a as b:"]),
        ("    x = 1\n    y = 2", ["    x = 1", "    y = 2"]),
        ("# really?\n!ls\n# why not?", []),
        ("a = 10 %3\n!ls", ["a = 10 %3"]),
        ("def f():\n  global y\n  %time y = g()\n  return y", ["  return y"]),
    ],
)
def test_the_rest_is_python(cell: str, python: list[str]) -> None:
    result = linted(cell)
    assert all(part in result for part in python)


@pytest.mark.parametrize("cell", ["files = !ls", "a, b = %sql x", "d['k'] = !ls", "  x = !l", "n = %timeit -o f()"])
def test_what_a_shell_gives_is_unknown(cell: str) -> None:
    name, _, value = linted(cell).strip().partition(" = ")
    assert (name, value.strip()) == (cell.strip().partition(" = ")[0], UNKNOWN)


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("%%capture out\nf()", ["out = UNKNOWN"]),
        ("%%timeit\nw = f(w)", ["w = UNKNOWN"]),
        ("%timeit w = f(w)", ["w = UNKNOWN"]),
        ("%%bigquery frame --project=p\nSELECT 1", ["frame = UNKNOWN"]),
        ("%run helpers.py", ["from helpers import *"]),
        ("%run ../other.ipynb", ["from UNKNOWN import *"]),
        ("  x = 1", ["if True:"]),
        ("%env TF_USE_LEGACY_KERAS=1", ['__import__("os").environ["TF_USE_LEGACY_KERAS"] = \'1\'']),
        ("%%time\nw = f(w)", []),
        ("%env PATH=x", []),
    ],
)
def test_what_a_magic_does_to_names(cell: str, rows: list[str]) -> None:
    assert added(cell) == rows


def test_cell_magics_of_ones_own() -> None:
    assert linted("%%profile\nlost(x)") == "         \n       "
    assert linted("%%profile\nlost(x)", "profile") == "         \nlost(x)"


@pytest.mark.parametrize(
    ("cell", "row", "column"),
    [
        ("def f(:", 1, 7),
        ("!ls\nx = = 1", 2, 5),
        ("%%time\n\nx = = 1", 3, 5),
        ("x = 1 + \\", 1, 10),
        ("print 'x'", 1, 1),
        ("if x:\n%magic", 2, 1),
    ],
)
def test_a_cell_that_cannot_be_parsed(cell: str, row: int, column: int) -> None:
    found = python_of(cell)
    assert found.fault is not None
    assert (found.fault.span.start.row, found.fault.span.start.column) == (row, column)
    assert not "".join(row.text for row in found.rows if row.number).strip()


def test_what_such_a_cell_would_bind_is_unknown() -> None:
    assert added("w = w + 1\ndef f(x):\n    return = 1\nimport a.b") == ["w = UNKNOWN", "f = UNKNOWN"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("!pip install -q tensorflow==2.15", ["-q", "tensorflow==2.15"]),
        ("%pip install 'tensorflow<2.16' x", ["tensorflow<2.16", "x"]),
        ("pip install tensorflow==2.15", ["tensorflow==2.15"]),
        ("!python -m pip install --upgrade tensorflow", ["--upgrade", "tensorflow"]),
        ("!pip install a \\\n  tensorflow==2.8", ["a", "tensorflow==2.8"]),
        ("%%bash\npip install tensorflow==2.15", ["tensorflow==2.15"]),
        ("%tensorflow_version 1.x", ["tensorflow==1.15"]),
        ("%tensorflow_version 2.x", []),
        ("# !pip install tensorflow==2.15\n!ls", []),
    ],
)
def test_what_is_installed(cell: str, words: list[str]) -> None:
    assert python_of(cell).installs == words
