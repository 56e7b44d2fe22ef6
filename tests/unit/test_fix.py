"""Fixes: composed, checked by linting again, and written whole or not at all. And what they are built from."""

from __future__ import annotations

import ast
import codecs
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import libcst as cst
import pytest
from fakes import HEAD, Called, FixBuilder, install, renamed, request

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Severity, Span
from tfgraphlint.disk.writing import Rewrite, rewrite
from tfgraphlint.errors import RunError
from tfgraphlint.fixes import edits
from tfgraphlint.fixes.apply import Change, applied, moved, plan
from tfgraphlint.fixes.imports import spell
from tfgraphlint.run.lint import lint
from tfgraphlint.run.repair import Repaired, repair
from tfgraphlint.syntax.text import Lines
from tfgraphlint.syntax.tree import Tree

# --- composition ---


def at(start: int, end: int, content: str, name: str = "a.py") -> Edit:
    """An edit in a text of one row."""
    return Edit(Span(name, Position(1, start + 1), Position(1, end + 1)), content)


def fixable(*made: Edit) -> Diagnostic:
    fix = Fix("", Applicability.SAFE, made)
    return Diagnostic("TFG202", "n", "m", Severity.ERROR, made[0].span, fix=fix)


def composed(text: str, *fixes: Sequence[Edit]) -> tuple[str, int]:
    """The text after one pass, and how many fixes were made in it."""
    attempt = plan([fixable(*each) for each in fixes], {"a.py": Lines(text)})
    return applied(text, attempt.changes.get("a.py", ())), len(attempt.chosen)


def test_fixes_are_made_together() -> None:
    assert composed("a + b + c", [at(0, 1, "x")], [at(8, 9, "z"), at(4, 5, "y")]) == ("x + y + z", 2)


def test_overlapping_fixes_wait() -> None:
    assert composed("f(g(x))", [at(0, 7, "h")], [at(2, 6, "k")]) == ("h", 1)


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    assert composed("a + b", [at(0, 1, "x")], [at(0, 1, "y"), at(4, 5, "z")]) == ("x + b", 1)


def test_equal_edits_are_one() -> None:
    first, second = [at(0, 0, "i;"), at(0, 1, "x")], [at(0, 0, "i;"), at(4, 5, "y")]
    assert composed("a + b", first, second) == ("i;x + y", 2)


def test_different_insertions_at_one_place_wait() -> None:
    assert composed("a", [at(0, 0, "i;")], [at(0, 0, "j;")]) == ("i;a", 1)


def test_neighbours_do_not_overlap() -> None:
    assert composed("ab", [at(0, 1, "x")], [at(1, 2, "y")], [at(2, 2, "z")]) == ("xyz", 3)


@pytest.mark.parametrize("edit", [at(0, 9, "x"), at(1, 0, "x"), at(0, 1, "x", "other.py")])
def test_an_edit_that_does_not_fit_is_not_made(edit: Edit) -> None:
    assert composed("a", [edit]) == ("a", 0)


def test_new_lines_end_as_the_files_do() -> None:
    assert applied("a\r\nb\r\n", [Change(3, 4, "x\ny\r\nz")]) == "a\r\nx\r\ny\r\nz\r\n"


@pytest.mark.parametrize(("offset", "there"), [(0, 0), (2, 2), (3, None), (5, 7), (6, 8)])
def test_places_move(offset: int, there: int | None) -> None:
    assert moved(offset, "ab" + "old" + "c", [Change(2, 5, "newer")]) == there


def test_a_place_moves_behind_an_insertion() -> None:
    assert moved(2, "abc", [Change(2, 2, "xx")]) == 4


# --- passes and checks ---


def repaired(
    directory: Path, monkeypatch: pytest.MonkeyPatch, text: str, build: FixBuilder = renamed, unsafe: bool = False
) -> tuple[str, Repaired]:
    """The text behind the head after repairing."""
    install(monkeypatch, build)
    file = directory / "program.py"
    file.write_bytes((HEAD + text).encode())
    done = repair(lint(request(directory, file, ignore=("TFG901",))), unsafe)
    assert file.read_bytes() == (HEAD + text).encode(), "nothing is written"
    after = done.changed[file].text if done.changed else HEAD + text
    return after.removeprefix(HEAD), done


def test_what_is_reported_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after, done = repaired(tmp_path, monkeypatch, "lost(a)\nx = lost(lost(b))  # kept as it is\n")
    assert after == "kept(a)\nx = kept(kept(b))  # kept as it is\n"
    assert len(done.fixed) == 3
    assert done.run.diagnostics == ()
    assert done.dropped == []


def whole_call(called: Called) -> Fix:
    """The whole call is replaced, so that nested ones take a pass each."""
    argument = called.tree.code(called.call.args[0].value)
    return Fix("kept", Applicability.SAFE, (called.tree.replace(called.call, f"kept({argument})"),))


def test_passes_repeat_until_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after, done = repaired(tmp_path, monkeypatch, "lost(lost(lost(a)))\n", whole_call)
    assert after == "kept(kept(kept(a)))\n"
    assert len(done.fixed) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("lost(1)", "the report is still there afterwards"),
        ("kept(lost(1))", "a new report would come: TFG202 at"),
        ("kept(", "what comes out does not parse"),
        ("crash()", "linting what comes out fails"),
    ],
)
def test_a_fix_that_does_not_hold_is_dropped_and_the_others_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, reason: str
) -> None:
    def build(called: Called) -> Fix:
        bad = called.tree.code(called.call.args[0].value) == "bad"
        return Fix("", Applicability.SAFE, (called.tree.replace(called.call, content if bad else "kept()"),))

    text = "lost(a)\nlost(b)\nlost(bad)\nlost(c)\n"
    monkeypatch.chdir(tmp_path)
    after, done = repaired(tmp_path, monkeypatch, text, build)
    assert after == "kept()\nkept()\nlost(bad)\nkept()\n"
    assert [said[: len(reason)] for _, said in done.dropped] == [reason]
    assert len(done.run.diagnostics) == 1


def test_edits_that_do_not_fit_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(called: Called) -> Fix:
        place = Position(99, 1)
        return Fix("", Applicability.SAFE, (Edit(Span(called.tree.filename, place, place), "x"),))

    after, done = repaired(tmp_path, monkeypatch, "lost(a)\n", build)
    assert after == "lost(a)\n"
    assert [reason for _, reason in done.dropped] == ["its edits do not fit the file"]


@pytest.mark.parametrize(
    ("applicability", "unsafe", "is_made"),
    [
        (Applicability.SAFE, False, True),
        (Applicability.UNSAFE, False, False),
        (Applicability.UNSAFE, True, True),
        (Applicability.DISPLAY, True, False),
    ],
)
def test_which_fixes_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, applicability: Applicability, unsafe: bool, is_made: bool
) -> None:
    def build(called: Called) -> Fix:
        return Fix("", applicability, (called.tree.replace(called.call.func, "kept"),))

    after, _ = repaired(tmp_path, monkeypatch, "lost(a)\n", build, unsafe)
    assert after == ("kept(a)\n" if is_made else "lost(a)\n")


def test_a_comment_that_would_be_lost_makes_a_fix_unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "lost(\n    a,  # why a\n)\nlost(b)  # stays\n"
    after, done = repaired(tmp_path, monkeypatch, text, whole_call)
    assert after == "lost(\n    a,  # why a\n)\nkept(b)  # stays\n"
    left = done.run.diagnostics[0].fix
    assert left is not None
    assert left.applicability is Applicability.UNSAFE


def test_a_suppressed_report_is_not_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after, _ = repaired(tmp_path, monkeypatch, "lost(a)  # noqa\nlost(b)\n")
    assert after == "lost(a)  # noqa\nkept(b)\n"


def test_a_fix_over_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(called: Called) -> Fix:
        row = Position(1, 1)
        first = Edit(Span("helper.py", row, row), "# seen\n")
        return Fix("", Applicability.SAFE, (first, called.tree.replace(called.call.func, "kept")))

    install(monkeypatch, build)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "main.py").write_text(f"{HEAD}lost(a)\n")
    done = repair(lint(request(tmp_path)))
    assert {path.name: source.text for path, source in done.changed.items()} == {
        "helper.py": "# seen\nx = 1\n",
        "main.py": f"{HEAD}kept(a)\n",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\x0clost(a)\n", (1, 2)),
        ("x = 1\n\x0cy = 1; lost(a)\nlost(b)\n", (2, 9)),
        ("\\\nlost(a)\n", (2, 1)),
        ("if x:\n    y = 1\n\\\n    lost(a)\n    lost(b)\n", (4, 5)),
        ("if x:\r\n    y = 1\r\n  \\\r\n    lost(a)\r\n", None),
        ("x = 1\n\x0c\nlost(a)\n", (3, 1)),
        ("x = '\x0b\x1c\x85\u2028'; lost(a)\nlost(b)\n", (1, 13)),
    ],
)
def test_places_where_libcst_forgets_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: tuple[int, int] | None
) -> None:
    after, done = repaired(tmp_path, monkeypatch, text)
    if place is None:  # not Python: nothing to repair
        assert after == text
        return
    assert after == text.replace("lost", "kept")
    fixed = [diagnostic.span.start for diagnostic in done.fixed]
    assert min(fixed) == Position(place[0] + HEAD.count("\n"), place[1])


@pytest.mark.parametrize(
    "content",
    [
        b"import tensorflow as tf\r\ntf.GradientTape\r\nif x:\r\n\tlost(x)\r\n",
        codecs.BOM_UTF8 + b"import tensorflow as tf\ntf.GradientTape\nlost(x)",
        "# coding: latin-1\nimport tensorflow as tf\ntf.GradientTape\né = 'é'; lost(é)\n".encode("latin-1"),
        b"import tensorflow as tf\ntf.GradientTape\n\x0c\nlost(x)  \n\n\n",
        "import tensorflow as tf\ntf.GradientTape\ns = 'π🙂'; lost(s)\n".encode(),
        b"import tensorflow as tf\rtf.GradientTape\rlost(x)\r",
    ],
)
def test_every_other_byte_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    install(monkeypatch)
    file = tmp_path / "a.py"
    file.write_bytes(content)
    done = repair(lint(request(tmp_path)))
    source = done.changed[file]
    assert source.encode() == content.replace(b"lost", b"kept")


def test_what_an_encoding_cannot_say_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(called: Called) -> Fix:
        return Fix("", Applicability.SAFE, (called.tree.replace(called.call, "kept('π')"),))

    install(monkeypatch, build)
    (tmp_path / "a.py").write_bytes(f"# coding: latin-1\n{HEAD}lost(x)\n".encode())
    done = repair(lint(request(tmp_path)))
    assert [reason for _, reason in done.dropped] == ["the file's encoding (iso-8859-1) cannot say it"]


def test_a_file_is_written_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("old")
    file.chmod(0o751)
    rewrite([Rewrite(file, b"old", b"new\r\n")])
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_file_that_cannot_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_text("old")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(RunError, match="cannot be written: Permission denied"):
        rewrite([Rewrite(file, b"old", b"new")])
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.py"]


# --- building blocks ---


def made(text: str, made_edits: Sequence[Edit] | None) -> str:
    assert made_edits is not None
    attempt = plan([fixable(*made_edits)], {"a.py": Lines(text)})
    assert attempt.chosen
    after = applied(text, attempt.changes["a.py"])
    ast.parse(after)
    return after


def find(tree: Tree, code: str) -> cst.CSTNode:
    """The first, outermost node with this source."""
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop(0)
        is_code = isinstance(node, cst.BaseExpression | cst.BaseSmallStatement)
        if is_code and tree.code(node).strip("()") == code:
            return node
        pending = [*node.children, *pending]
    raise LookupError(code)


def expression(tree: Tree, code: str) -> cst.BaseExpression:
    node = find(tree, code)
    if isinstance(node, cst.Expr):
        return node.value
    assert isinstance(node, cst.BaseExpression)
    return node


@pytest.mark.parametrize(
    ("text", "content", "after"),
    [
        ("y = old * 2\n", "a + b", "y = (a + b) * 2\n"),
        ("y = old + 2\n", "a + b", "y = a + b + 2\n"),
        ("y = 2 - old\n", "a + b", "y = 2 - (a + b)\n"),
        ("y = 2 - old\n", "a * b", "y = 2 - a * b\n"),
        ("y = old ** 2\n", "-a", "y = (-a) ** 2\n"),
        ("y = 2 ** old\n", "-a", "y = 2 ** -a\n"),
        ("y = old ** 2\n", "a ** b", "y = (a ** b) ** 2\n"),
        ("y = old.shape\n", "a + b", "y = (a + b).shape\n"),
        ("y = old.shape\n", "3", "y = (3).shape\n"),
        ("y = old[0]\n", "await a", "y = (await a)[0]\n"),
        ("y = old(0)\n", "lambda: 1", "y = (lambda: 1)(0)\n"),
        ("y = -old\n", "a ** b", "y = -a ** b\n"),
        ("y = -old\n", "a + b", "y = -(a + b)\n"),
        ("y = not old\n", "a or b", "y = not (a or b)\n"),
        ("y = old and c\n", "a or b", "y = (a or b) and c\n"),
        ("y = old < c\n", "a < b", "y = (a < b) < c\n"),
        ("y = c < old\n", "a if b else c", "y = c < (a if b else c)\n"),
        ("y = (old) * 2\n", "a + b", "y = (a + b) * 2\n"),
        ("y = f(old)\n", "a + b", "y = f(a + b)\n"),
        ("y = f(*old)\n", "a or b", "y = f(*(a or b))\n"),
        ("y = f(k=old)\n", "a, b", "y = f(k=(a, b))\n"),
        ("y = [old for i in j]\n", "a if b else c", "y = [a if b else c for i in j]\n"),
        ("y = [i for i in old]\n", "a if b else c", "y = [i for i in (a if b else c)]\n"),
        ("y = old if c else d\n", "a if b else c", "y = (a if b else c) if c else d\n"),
        ("y = old\n", "a + b", "y = a + b\n"),
        ("old\n", "a\n+ b", "(a\n+ b)\n"),
    ],
)
def test_parentheses_where_they_are_needed(text: str, content: str, after: str) -> None:
    tree = Tree("a.py", text)
    edit = edits.in_place_of(tree, expression(tree, "old"), content)
    if "await" in content:
        text, after = f"async def f():\n    {text}", f"async def f():\n    {after}"
        tree = Tree("a.py", text)
        edit = edits.in_place_of(tree, expression(tree, "old"), content)
    assert made(text, [edit]) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("f()\n", "f(k=True)\n"),
        ("f( )\n", "f( k=True)\n"),
        ("f(a)\n", "f(a, k=True)\n"),
        ("f(a,)\n", "f(a, k=True,)\n"),
        ("f(a, **b)\n", "f(a, k=True, **b)\n"),
        ("f(**b)\n", "f(k=True, **b)\n"),
        ("f(*a)\n", "f(*a, k=True)\n"),
        ("f(a, k=False)\n", "f(a, k=True)\n"),
        ("f(i for i in j)\n", "f((i for i in j), k=True)\n"),
        ("f((i for i in j))\n", "f((i for i in j), k=True)\n"),
        ("f(\n    a,\n    b,\n)\n", "f(\n    a,\n    b,\n    k=True,\n)\n"),
        ("f(\n    a,\n    b)\n", "f(\n    a,\n    b,\n    k=True)\n"),
        ("f(\n    a,\n    **b,  # rest\n)\n", "f(\n    a,\n    k=True,\n    **b,  # rest\n)\n"),
        ("f(a(1), (b))\n", "f(a(1), (b), k=True)\n"),
    ],
)
def test_a_keyword_is_added(text: str, after: str) -> None:
    tree = Tree("a.py", text)
    call = tree.module.body[0].body[0].value
    assert made(text, edits.add_keyword(tree, call, "k", "True")) == after


BESIDE = [
    ("a\nat\nb\n", "a\nnew\nat\nb\n", "a\nat\nnew\nb\n"),
    ("at", "new\nat", "at\nnew"),
    ("if x:\n    at\n", "if x:\n    new\n    at\n", "if x:\n    at\n    new\n"),
    ("if x:\n\tat  # c\n", "if x:\n\tnew\n\tat  # c\n", "if x:\n\tat  # c\n\tnew\n"),
    ("if x: at\n", "if x:\n    new\n    at\n", "if x:\n    at\n    new\n"),
    ("if x: a; at; b\n", "if x:\n    a\n    new\n    at; b\n", "if x:\n    a; at\n    new\n    b\n"),
    ("a; at; b\n", "a\nnew\nat; b\n", "a; at\nnew\nb\n"),
    ("a; at  # c\n", "a\nnew\nat  # c\n", "a; at  # c\nnew\n"),
    ("at;\n", "new\nat;\n", "at;\nnew\n"),
    ("y = '''\n  at'''; at\n", "y = '''\n  at'''\nnew\nat\n", "y = '''\n  at'''; at\nnew\n"),
]


@pytest.mark.parametrize(("text", "before", "after"), BESIDE)
def test_a_statement_beside_another(text: str, before: str, after: str) -> None:
    tree = Tree("a.py", text)
    node = find(tree, "at") if "'''" not in text else tree.module.body[0].body[1]
    if text != BESIDE[-1][0]:
        assert made(text, edits.before(tree, node, "new")) == before
        assert made(text, edits.after(tree, node, "new")) == after


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("@d\ndef f():\n    pass\nb\n", "new\n@d\ndef f():\n    pass\nb\n", "@d\ndef f():\n    pass\nnew\nb\n"),
        (
            "for a in b:\n    pass\nelse:\n    c  # end\n# own\n",
            "new\nfor a in b:\n    pass\nelse:\n    c  # end\n# own\n",
            "for a in b:\n    pass\nelse:\n    c  # end\nnew\n# own\n",
        ),
        ("with a: b; c\n", "new\nwith a: b; c\n", "with a: b; c\nnew\n"),
        ("f('''\nx\n''')\n", "new\nf('''\nx\n''')\n", "f('''\nx\n''')\nnew\n"),
        ("# c\nif a:\n    pass\n", "# c\nnew\nif a:\n    pass\n", "# c\nif a:\n    pass\nnew\n"),
    ],
)
def test_a_statement_beside_a_block(text: str, before: str, after: str) -> None:
    tree = Tree("a.py", text)
    node = tree.module.body[0]
    node = node.body[0] if isinstance(node, cst.SimpleStatementLine) else node
    assert made(text, edits.before(tree, node, "new")) == before
    assert made(text, edits.after(tree, node, "new")) == after


def test_beside_an_elif_is_beside_the_whole() -> None:
    text = "if a:\n    pass\nelif at:\n    pass\n"
    tree = Tree("a.py", text)
    assert made(text, edits.before(tree, find(tree, "at"), "new")) == f"new\n{text}"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("with a:\n    b\n", "with a:\n    new\n    b\n"),
        ("with a:  # c\n\n    # d\n    b\n", "with a:  # c\n    new\n\n    # d\n    b\n"),
        ("with (\n  a as b,\n):\n\tb\n", "with (\n  a as b,\n):\n\tnew\n\tb\n"),
        ("with a: b\n", "with a:\n    new\n    b\n"),
        ("with a: b; c  # d\n", "with a:\n    new\n    b; c  # d\n"),
        ("if x:\n  with a: b\n", "if x:\n  with a:\n    new\n    b\n"),
        ('def f():\n    """Doc."""\n    return 1\n', 'def f():\n    """Doc."""\n    new\n    return 1\n'),
        ("with a:\n    @d\n    def f(): pass\n", "with a:\n    new\n    @d\n    def f(): pass\n"),
    ],
)
def test_a_statement_first_in_a_block(text: str, after: str) -> None:
    tree = Tree("a.py", text)
    owner = tree.module.body[0]
    if isinstance(owner, cst.If):
        owner = owner.body.body[0]
    assert made(text, edits.first_in(tree, owner, "new")) == after


def test_lines_move_into_a_block() -> None:
    text = (
        "def f():\n    first = '''\n  kept\n'''\n\n    # a comment\n    if first:\n        g(\n   1,\n        )\n"
        '    last = f"""\n{first}\n    """  # end\n    return last\n'
    )
    tree = Tree("a.py", text)
    body = tree.module.body[0].body.body
    after = made(text, edits.into_block(tree, body[0].body[0], body[2].body[0], "with a as b:"))
    assert after == (
        "def f():\n    with a as b:\n        first = '''\n  kept\n'''\n\n        # a comment\n        if first:\n"
        "            g(\n       1,\n            )\n"
        '        last = f"""\n{first}\n    """  # end\n    return last\n'
    )


def test_lines_that_share_a_row_do_not_move() -> None:
    tree = Tree("a.py", "a; b\n")
    line = tree.module.body[0]
    assert edits.into_block(tree, line.body[1], line.body[1], "with c:") is None
    assert edits.into_block(tree, line.body[0], line.body[0], "with c:") is None


@pytest.mark.parametrize(
    ("text", "spelled", "after"),
    [
        ("import tensorflow as tf\nat\n", "tf.reduce_sum", None),
        ("import tensorflow as tensorflow_v2\nat\n", "tensorflow_v2.reduce_sum", None),
        ("import tensorflow\nat\n", "tensorflow.reduce_sum", None),
        ("import tensorflow.keras\nat\n", "tensorflow.reduce_sum", None),
        ("import tensorflow as tf\nfrom tensorflow import reduce_sum as total\nat\n", "total", None),
        ("try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\nat\n", "tf.reduce_sum", None),
        ("def f():\n    import tensorflow as tf\n    at\n", "tf.reduce_sum", None),
        ("def f():\n    at\nimport tensorflow as tf\n", "tf.reduce_sum", None),
        ("at\n", "tf.reduce_sum", "import tensorflow as tf\nat\n"),
        ("x = 1\nat\nimport tensorflow as tf\n", "tensorflow.reduce_sum", "import tensorflow\nx = 1\nat\nimport tens"),
        ('"""Doc."""\nat\n', "tf.reduce_sum", '"""Doc."""\n\nimport tensorflow as tf\nat\n'),
        ("#!/bin/sh\n# hi\n\nat\n", "tf.reduce_sum", "#!/bin/sh\n# hi\n\nimport tensorflow as tf\nat\n"),
        (
            '"""Doc."""\nfrom __future__ import annotations\n\nimport os  # system\n\nat\n',
            "tf.reduce_sum",
            '"""Doc."""\nfrom __future__ import annotations\n\nimport os  # system\nimport tensorflow as tf\n\nat\n',
        ),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tensorflow as tf\nat\n",
            "tf.reduce_sum",
            "from typing import TYPE_CHECKING\nimport tensorflow as tf\nif TYPE_CHECKING:\n    import",
        ),
        ("tf = 3\nat\n", "tensorflow.reduce_sum", "import tensorflow\ntf = 3\nat\n"),
        (
            "import tensorflow as tf\ndef f(tf):\n    at\n",
            "tensorflow.reduce_sum",
            "import tensorflow as tf\nimport tensorflow\ndef f(tf):\n    at\n",
        ),
        ("def g():\n    import tensorflow as t\nat\n", "tf.reduce_sum", "import tensorflow as tf\ndef g():\n"),
        ("from tensorflow import *\nat\n", "tf.reduce_sum", "from tensorflow import *\nimport tensorflow as tf\nat\n"),
        ("from .tensorflow import x\nat\n", "tf.reduce_sum", "from .tensorflow import x\nimport tensorflow as tf\n"),
    ],
)
def test_a_name_is_spelled_as_the_file_does(text: str, spelled: str, after: str | None) -> None:
    tree = Tree("a.py", text)
    spelling = spell(tree, "tensorflow.reduce_sum", find(tree, "at"))
    assert spelling.text == spelled
    if after is None:
        assert spelling.edits == ()
    else:
        assert made(text, spelling.edits).startswith(after)
