"""Syntax that is newer than the Python that runs: it is linted; where that cannot be, the report says who is the judge.

The same is demanded of every Python: none of these tests asks which one runs, but for what no tree of it can show.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.fakes import places, request
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse
from tfgraphlint.run.lint import Run, lint
from tfgraphlint.run.repair import repair
from tfgraphlint.syntax import newer_python

HEAD = "import tensorflow as tf\nx = tf.constant(1.0)\nd = {'a': 1}\n"
LOST = "with tf.GradientTape() as tape:\n    y = x * x\n"
# What each PEP brought, around and beside a gradient that is lost. Rows are counted behind HEAD.
PROGRAMS: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "PEP 695, function": (
        "def step[T: (int, 'é')](x: T, k=1) -> T:\n    with tf.GradientTape() as tape:\n        y = x * x\n"
        "    return tape.gradient(y, x)\nstep(x)\n", [(2, "TFG301")],
    ),
    "PEP 695, rows": (
        "async def other[\n    T,\n\n    *U,  # several\n](x: T): return tf.Session()\n", [(5, "TFG601")],
    ),
    "PEP 695, class": (
        "class Layer[T](tf.keras.layers.Layer):\n    def call(self, x):\n        a = 1\n        b = 2\n"
        "        return x.numpy()\n", [(5, "TFG401")],
    ),
    "PEP 695, alias": (
        f"type X[T] = dict[\n    str, T\n]; y = 1\n{LOST}print(tape.gradient(y, x))\n", [(4, "TFG301")],
    ),
    "PEP 695, alias of a name": (f"type tf = int\n{LOST}print(tape.gradient(y, x))\n", []),
    "PEP 696": (
        "class A[T = int, *S = *tuple[int]]:\n    def step(self, x: T):\n        with tf.GradientTape() as tape:\n"
        "            y = x * x\n        return tape.gradient(y, x)\nA().step(x)\n", [(3, "TFG301")],
    ),
    "PEP 701": (
        f"{LOST}print(f'é{{d['a']}} {{tape.gradient(y, x)  # the gradient\n}}'); z = tf.Session()\n",
        [(1, "TFG301"), (4, "TFG601")],
    ),
    "PEP 701, in a field": (
        "@tf.function\ndef f(a):\n    tf.print(f'{'\\n'.join([str(a.numpy())])}')\nf(x)\n", [(3, "TFG401")],
    ),
    "PEP 701, in strings": (
        "s = ('a'  # first\n    f'{tf.Session()!r:{d['a']}}'\n    'b')\nt = f'{f'{f'{tf.Session()}'}'}'\n",
        [(2, "TFG601"), (4, "TFG601")],
    ),
    "PEP 758": (
        f"try:\n    pass\nexcept ValueError, TypeError: print(tf.Session())\n{LOST}print(tape.gradient(y, x))\n",
        [(3, "TFG601"), (4, "TFG301")],
    ),
    "PEP 758, group": (f"try:\n    {LOST.replace(chr(10), chr(10) + '    ')}print(tape.gradient(y, x))\n"
        "except* ValueError, TypeError: pass\n", [(2, "TFG301")]),
    "PEP 750": (f"{LOST}print(t'{{tape.gradient(y, x)}}')\n", [(1, "TFG301")]),
}  # fmt: skip


def linted(folder: Path, text: str) -> Run:
    (folder / "a.py").write_text(text, encoding="utf-8")
    run = lint(request(folder, each_tf1_symbol=True))
    assert not run.errors, run.errors[0].details
    return run


@pytest.mark.parametrize("what", PROGRAMS)
def test_newer_syntax_is_linted_and_repaired(tmp_path: Path, what: str) -> None:
    body, expected = PROGRAMS[what]
    run = linted(tmp_path, HEAD + body)
    assert [(row - 3, code) for _, row, code in places(run.diagnostics)] == expected
    for diagnostic in run.diagnostics:
        row = (HEAD + body).split("\n")[diagnostic.span.start.row - 1]
        said = row[diagnostic.span.start.column - 1 : diagnostic.span.end.column - 1]
        assert said in ("tf.Session", "tf.GradientTape()", "x.numpy()", "a.numpy()")
    repaired = repair(run, unsafe=True)
    for source in repaired.changed.values():
        assert not isinstance(parse(source.text, "a.py"), UnparsableFile)
        assert [row for row in (HEAD + body).split("\n") if "except" in row or "def " in row or "type " in row] == [
            row.replace("tf.compat.v1.S", "tf.S")
            for row in source.text.split("\n") if "except" in row or "def " in row or "type " in row
        ]


def names_in(tree: ast.AST) -> list[tuple[object, ...]]:
    found = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
    return sorted((each.id, each.lineno, each.col_offset, each.end_lineno, each.end_col_offset) for each in found)


@pytest.mark.parametrize(
    ("since", "old", "new"),
    [
        ((3, 12), "x = (  a['b'], b.c   ), y\n", "x = f'{a['b']}{b.c!r}', y\n"),
        ((3, 12), "x = (" + " " * 9 + "a['b']  ), y\n", "x = ('é{' f'{a['b']}'), y\n"),
        ((3, 14), "try: pass\nexcept(A, B): x = y\n", "try: pass\nexcept A, B : x = y\n"),
        ((3, 12), f"def f{' ' * 12}(a: b): return c\n", "def f[T, U: 'é'](a: b): return c\n"),
        ((3, 12), "class A  \\\n  \\\n (B): x = y\n", "class A[T\n  \n](B): x = y\n"),
    ],
)
def test_what_stands_beside_and_within_keeps_its_place(since: tuple[int, int], old: str, new: str) -> None:
    if sys.version_info < since:
        assert names_in(newer_python.parse(new)) == names_in(ast.parse(old))


# What looks like newer syntax and cannot be read as such: more is wrong, or it is longer than what is looked into.
NEWER = [
    ((3, 11), "x = 1\ny = a[b, *x]\n", 2),
    ((3, 11), "def f(*args: *Ts): pass\n", 1),
    ((3, 12), "type X = int\nx = = 1\n", 1),
    ((3, 12), "def f[T](x: T) -> T:\n    return x\nx = = 1\n", 1),
    ((3, 12), "class A[T: (" + "int, " * 1000 + ")]:\n    pass\n", 1),
    ((3, 12), "x = f'{a['b']}'\ny = f'{a['b'}'\n", 1),
    ((3, 14), "try:\n    pass\nexcept A, B:\n    pass\nx = = 1\n", 3),
]


@pytest.mark.parametrize(("version", "text", "row"), NEWER)
def test_the_version_that_is_needed_is_named(version: tuple[int, int], text: str, row: int) -> None:
    if sys.version_info >= version:
        pytest.skip("it is not newer")
    found = parse(text, "a.py")
    assert isinstance(found, UnparsableFile)
    ours, theirs = ("{}.{}".format(*each[:2]) for each in (sys.version_info, version))
    said = f"(Python {ours} is the judge; for newer syntax run tfgraphlint with Python {theirs})"
    assert (found.span.start.row, found.message.endswith(said)) == (row, True)


@pytest.mark.parametrize(
    "text", ["def f(:\n", "print 'x'\n", "x = = 1\n", "type = = 1\n", "x = f'a' 1 +\n", "x = f'{a!z}'\n", "x = f'{}'\n"]
)
def test_what_no_python_can_parse_is_refused(text: str) -> None:
    found = parse(text, "a.py")
    assert isinstance(found, UnparsableFile)


@pytest.mark.parametrize("text", ["def f(:\n", "print 'x'\n", "x = = 1\n", "type = = 1\n", "x = f'a' 1 +\n"])
def test_and_is_no_matter_of_the_version(text: str) -> None:
    found = parse(text, "a.py")
    assert isinstance(found, UnparsableFile)
    assert "is the judge" not in found.message


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "f'{" * 5000 + "1" + "}'" * 5000 + "\n", "def f[" * 9000, "x = f'" + "{" * 9000,
        "type X = " + "a and " * 9000 + "a\nx = = 1\n",
    ],
)  # fmt: skip
def test_what_nests_too_deep_is_refused(text: str) -> None:
    assert isinstance(parse(text, "a.py"), UnparsableFile)
