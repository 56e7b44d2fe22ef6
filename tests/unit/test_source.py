"""Reading files: encodings, byte order marks, line ends; and the comments that silence reports."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from fakes import install, lint_text, places

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.errors import RunError
from tfgraphlint.project.source import decode, read
from tfgraphlint.syntax.text import Lines, NotTextError

HERE = Path("/project/a.py")


@pytest.mark.parametrize(
    "content",
    [
        b"x = 1\n",
        b"x = 1",
        b"",
        "π = 3\n".encode(),
        codecs.BOM_UTF8 + b"x = 1\r\n",
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "#!/usr/bin/env python\n# vim: set fileencoding=cp1251 :\nx = 'ж'\n".encode("cp1251"),
        b"x = 1\r\ny = 2\rz = 3\n",
        b"x = 1\n\x0cy = 2\n",
    ],
)
def test_a_file_comes_back_as_it_was(content: bytes) -> None:
    source = decode(content, HERE, "a.py")
    assert source.encode() == content


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(codecs.BOM_UTF8 + b"x = 1\n", HERE, "a.py").text == "x = 1\n"


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b"x = 1\ny = '\xff'\n", Position(2, 6)),
        (b"\xff\xfe\x00", Position(1, 1)),
        ("é".encode() + b"\n\n# \xe9\n", Position(3, 3)),
        (b"# coding: no-such-encoding\nx = 1\n", Position(1, 1)),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", Position(1, 1)),
    ],
)
def test_bytes_that_are_no_text_are_named_with_their_place(content: bytes, position: Position) -> None:
    with pytest.raises(NotTextError) as caught:
        decode(content, HERE, "a.py")
    assert caught.value.position == position
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_there_is_a_run_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a.py: No such file"):
        read(tmp_path / "a.py", "a.py")


def test_rows_are_counted_as_python_counts_them() -> None:
    lines = Lines("a\r\nb\rc\n\x0cd\u2028e\n")
    assert [lines.row(number) for number in range(1, len(lines) + 1)] == ["a", "b", "c", "\x0cd\u2028e"]
    assert lines.position(lines.offset(Position(4, 3))) == Position(4, 3)
    assert lines.range(Span("a", Position(2, 1), Position(2, 2))) == (3, 4)


@pytest.mark.parametrize("position", [Position(0, 1), Position(1, 0), Position(1, 3), Position(3, 1)])
def test_a_place_outside_of_the_text_is_refused(position: Position) -> None:
    with pytest.raises(ValueError, match="row"):
        Lines("a\n").offset(position)


@pytest.mark.parametrize(
    "text",
    [
        "lost(x)  # tfgraphlint: ignore[TFG202] it is meant\n",
        "lost(x)  # tfgraphlint: ignore[numpy-call-in-gradient-path]\n",
        "lost(x)  # tfgraphlint:ignore[tfg202]\n",
        "lost(x)  # tfgraphlint: ignore[TFG301, TFG202]\n",
        "lost(x)  # tfgraphlint: ignore[TFG2]\n",
        "lost(x)  # tfgraphlint: ignore\n",
        "lost(x)  # type: ignore # tfgraphlint: ignore[TFG202]\n",
        "lost(x)  # noqa: TFG202\n",
        "lost(x)  # noqa: E501, TFG202\n",
        "lost(x)  # noqa:E501 TFG202 because it is meant\n",
        "lost(x)  # NOQA\n",
        "lost(x)  # noqa\n",
        "# tfgraphlint: ignore[TFG202]\nlost(x)\n",
        "# tfgraphlint: ignore[TFG202] a reason\n# and another line about it\n\nlost(x)\n",
        "if x:\n    # tfgraphlint: ignore[TFG202]\n    y = (\n        lost(x)\n    )\n",
        "y = f(  # tfgraphlint: ignore[TFG202]\n    1,\n    lost(x),\n)\n",
        "y = f(\n    1,\n    lost(x),\n)  # tfgraphlint: ignore[TFG202]\n",
        "y = f(\n    1,\n    lost(x),  # tfgraphlint: ignore[TFG202]\n)\n",
        "y = f(\n    lost(x),\n    '''\n    text\n    ''')  # noqa: TFG202\n",
        "with lost(x):  # tfgraphlint: ignore[TFG202]\n    pass\n",
        "with f(\n    lost(x)\n):  # tfgraphlint: ignore[TFG202]\n    pass\n",
        "# tfgraphlint: ignore-file[TFG202]\nlost(x)\n",
        "lost(x)\n# tfgraphlint: ignore-file[numpy-call-in-gradient-path] generated\n",
        "# tfgraphlint: ignore-file\nlost(x)\n",
    ],
)
def test_a_comment_silences_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    install(monkeypatch)
    run = lint_text(tmp_path, text, ignore=("TFG901",))
    assert places(run.diagnostics) == []
    assert [each.code for each in run.silenced] == ["TFG202"]


@pytest.mark.parametrize(
    "text",
    [
        "lost(x)  # tfgraphlint: ignore[TFG301]\n",
        "lost(x)  # tfgraphlint: ignore[]\n",
        "lost(x)  # noqa: E501\n",
        "lost(x)  # noqa: because\n",
        "lost(x)  # noqatall\n",
        "lost('# tfgraphlint: ignore[TFG202]')\n",
        "lost('# noqa')\n",
        "lost(x)\n# tfgraphlint: ignore[TFG202]\n",
        "# noqa: TFG202\nlost(x)\n",
        "# tfgraphlint: ignore[TFG202]\nx = 1\nlost(x)\n",
        "# tfgraphlint: ignore[TFG202]\nif x:\n    lost(x)\n",
        "with y:  # tfgraphlint: ignore[TFG202]\n    lost(x)\n",
        "y = f(\n    1,  # tfgraphlint: ignore[TFG202]\n    lost(x),\n)\n",
    ],
)
def test_a_comment_silences_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    install(monkeypatch)
    run = lint_text(tmp_path, text, ignore=("TFG901",))
    assert [each.code for each in run.diagnostics] == ["TFG202"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1  # tfgraphlint: ignore[TFG202]\n", ["unused: TFG202"]),
        ("lost(x)  # tfgraphlint: ignore[TFG202, TFG301]\n", ["unused: TFG301"]),
        ("lost(x)  # tfgraphlint: ignore[TFG202, no-such-rule]\n", ["unused: no-such-rule"]),
        ("x = 1  # tfgraphlint: ignore\n", ["unused: all"]),
        ("# tfgraphlint: ignore-file[TFG202]\n", ["unused: TFG202"]),
        ("x = 1  # noqa: TFG202\n", ["unused: TFG202"]),
        ("x = 1  # noqa: E501\n", []),
        ("x = 1  # noqa\n", []),
        ("lost(x)  # noqa: E501, TFG202\n", []),
        ("x = 1  # tfgraphlint: ignore[TFG202]  # tfgraphlint: ignore[TFG901]\n", []),
    ],
)
def test_an_unused_comment_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: list[str]
) -> None:
    install(monkeypatch)
    run = lint_text(tmp_path, text, select=("TFG202", "TFG301", "TFG901"))
    assert [each.message for each in run.diagnostics] == said


def test_only_rules_that_ran_make_a_comment_unused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    run = lint_text(tmp_path, "x = 1  # tfgraphlint: ignore[TFG202]\n", select=("TFG301", "TFG901"))
    assert places(run.diagnostics) == []
