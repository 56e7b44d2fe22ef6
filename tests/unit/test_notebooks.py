"""Notebooks and Markdown files: their cells as programs, places in cells, and edits to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tfgraphlint.cli.group import group
from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.project.magics import UNKNOWN
from tfgraphlint.project.source import Source, decode
from tfgraphlint.syntax.text import Lines, NotTextError

HERE = Path("/project/a.ipynb")


def notebook(*cells: str | list[str], kernel: dict[str, str] | None = None, **more: object) -> str:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": code, "metadata": {"kernelspec": kernel} if kernel else {}, "nbformat": 4, **more})


def source_of(text: str, path: Path = HERE) -> Source:
    source = decode(text.encode(), path, path.name)
    assert source.encode() == text.encode()
    return source


def python(source: Source) -> list[str]:
    """The rows that are linted, without empty ones."""
    return [row for row in source.text.splitlines() if row.strip()]


def point(row: int, column: int, end: int | None = None, end_row: int | None = None) -> Span:
    return Span("a.ipynb", Position(row, column), Position(end_row or row, end or column))


def find(source: Source, text: str) -> Span:
    """Where ``text`` stands in the rows as they are written."""
    start = source.lines.text.index(text)
    return Span(source.filename, source.lines.position(start), source.lines.position(start + len(text)))


def edited(source: Source, span: Span, content: str) -> str:
    """What the file says after an edit."""
    assert source.takes(Edit(span, content))
    return source.edited([(*source.lines.range(span), content)]).encode().decode()


# -- reading ---------------------------------------------------------------------------------------


def test_the_cells_are_one_program_in_order() -> None:
    source = source_of(notebook("x = 1", ["y = 2\n", "z = 3"], "", "%magic", "w = 4\n"))
    assert python(source)[:3] + python(source)[4:] == ["x = 1", "y = 2", "z = 3", "w = 4"]
    assert source.programs == (source.text,)


def test_markdown_cells_count_but_are_not_read() -> None:
    document = json.loads(notebook("x = 1", "y = (", "z = 3"))
    document["cells"][1]["cell_type"] = "markdown"
    source = source_of(json.dumps(document))
    assert python(source) == ["x = 1", "z = 3"]
    assert (source.place(find(source, "z")).cell, source.faults) == (3, ())


def test_nbformat_3() -> None:
    cells = [
        {"cell_type": "heading", "source": "Title", "level": 1},
        {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y"], "outputs": []},
        {"cell_type": "code", "language": "julia", "input": "x := 1", "outputs": []},
    ]
    source = source_of(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}))
    assert python(source) == ["x = 1", "y"]
    assert source.place(find(source, "y")) == Span("a.ipynb", Position(2, 1), Position(2, 2), 2)


@pytest.mark.parametrize(
    ("metadata", "is_read"),
    [
        ({}, True),
        (None, True),
        ([], True),
        ({"kernelspec": None}, True),
        ({"kernelspec": {"name": "python3"}}, True),
        ({"kernelspec": {"name": "my-env"}}, True),
        ({"kernelspec": {"name": "x", "language": "python"}, "language_info": {"name": "python"}}, True),
        ({"kernelspec": {"name": "ir", "language": "R"}}, False),
        ({"kernelspec": {"name": "ir"}}, False),
        ({"kernelspec": {"name": "julia-1.9"}}, False),
        ({"language_info": {"name": "julia"}}, False),
    ],
)
def test_only_python_is_read(metadata: object, is_read: bool) -> None:
    source = source_of(notebook("x = 1", "x <- 2 |>", metadata=metadata))
    assert bool(python(source)) is is_read
    assert bool(source.faults) is is_read


def test_other_languages_of_single_cells_are_left_out() -> None:
    document = json.loads(notebook("x = 1", "let y = (", "z = 2"))
    document["cells"][1]["metadata"] = {"vscode": {"languageId": "rust"}}
    source = source_of(json.dumps(document))
    assert (python(source), source.faults) == (["x = 1", "z = 2"], ())


def test_a_cell_that_cannot_be_parsed_keeps_no_other_from_being_read() -> None:
    source = source_of(notebook("x = 1", "a = 1\ndef f(:", "z = 3", "= 4"))
    assert [source.place(fault.span) for fault in source.faults] == [
        Span("a.ipynb", Position(2, 7), Position(2, 7), 2),
        Span("a.ipynb", Position(1, 1), Position(1, 1), 4),
    ]
    assert [fault.what for fault in source.faults] == ["cell", "cell"]
    assert [row for row in python(source) if UNKNOWN not in row] == ["x = 1", "z = 3"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("text", ["s = 'π🙂'; lost(s)", '\tx\\n = ""', "if x:\n\tlost('\\u0041')"])
def test_places_do_not_depend_on_how_the_file_writes_characters(text: str, ends: str) -> None:
    text = text.replace("\n", ends).replace('\tx\\n = ""', "x = '\\\\ \"'")
    for dumped in (json.dumps({"cells": [{"cell_type": "code", "source": text}]}, ensure_ascii=ascii_only)
                   for ascii_only in (True, False)):  # fmt: skip
        source = source_of(dumped)
        assert source.lines.text.startswith(text)
        assert not source.faults


def test_a_place_at_the_end_of_a_cell_is_in_that_cell() -> None:
    source = source_of(notebook("x = 1", "y = 2"))
    assert source.place(point(2, 1)) == Span("a.ipynb", Position(1, 6), Position(1, 6), 1)
    assert source.place(point(1, 1, 3, end_row=3)) == Span("a.ipynb", Position(1, 1), Position(1, 6), 1)


def test_large_outputs_are_no_problem() -> None:
    document = json.loads(notebook("x = 1", "y = 2"))
    document["cells"][0]["outputs"] = [{"data": {"image/png": "A" * 3_000_000, "text/plain": ["row\n"] * 200_000}}]
    source = source_of(json.dumps(document))
    assert python(source) == ["x = 1", "y = 2"]


def test_what_it_installs() -> None:
    assert source_of(notebook("!pip install tensorflow==2.15", "x = 1")).installs == ["tensorflow==2.15"]


def test_a_file_that_is_no_json_is_named_with_its_place() -> None:
    with pytest.raises(NotTextError) as caught:
        source_of('{"cells": [\n  {"cell_type": "code" "source": []}]}')
    assert caught.value.position == Position(2, 24)


# -- editing ---------------------------------------------------------------------------------------

ONE_ROW_EACH = """{
 "nbformat_minor": 5, "cells": [
  {
   "source": [
    "import a\\n",
    "lost(x)\\n",
    "y = '\\u03c0'"
   ],
   "cell_type": "code", "outputs": [{"text": "lost(x)"}]
  },
  {"cell_type": "code", "source": ["lost(z)"], "metadata": {}}
 ]
}"""


@pytest.mark.parametrize(
    ("where", "content", "old", "new"),
    [
        ("lost(x)", "kept(x)", '"lost(x)\\n"', '"kept(x)\\n"'),
        ("lost(x)", "a\nb", '"lost(x)\\n"', '"a\\n",\n    "b\\n"'),
        ("lost(x)\n", "", '    "lost(x)\\n",\n', ""),
        ("\nlost(x)", "", 'import a\\n",\n    "lost(x)\\n"', 'import a\\n"'),
        ("import a\nlost", "kept", 'import a\\n",\n    "lost', "kept"),
        ("import a\nlost(x)\ny", "z", 'import a\\n",\n    "lost(x)\\n",\n    "y', "z"),
        ("π", 'é"', "\\u03c0", '\\u00e9\\"'),
        ("lost(z)", "a\nb", '"lost(z)"', '"a\\n", "b"'),
    ],
)
def test_an_edit_changes_its_place_in_the_file_only(where: str, content: str, old: str, new: str) -> None:
    source = source_of(ONE_ROW_EACH)
    span = find(source, where)
    assert edited(source, span, content) == ONE_ROW_EACH.replace(old, new, 1)


@pytest.mark.parametrize(
    ("row", "content", "old", "new"),
    [
        (1, "import b\n", '"import a', '"import b\\n",\n    "import a'),
        (2, "  tape\n", '"lost(x)\\n"', '"  tape\\n",\n    "lost(x)\\n"'),
        (4, "z\n", "\\u03c0'\"", '\\u03c0\'\\n",\n    "z"'),
        (5, "z\n", '["lost(z)"]', '["z\\n", "lost(z)"]'),
        (6, "z\n", '["lost(z)"]', '["lost(z)\\n", "z"]'),
    ],
)
def test_a_new_row(row: int, content: str, old: str, new: str) -> None:
    assert edited(source_of(ONE_ROW_EACH), point(row, 1), content) == ONE_ROW_EACH.replace(old, new, 1)


def test_the_last_row_goes_with_the_line_end_before_it() -> None:
    source = source_of(ONE_ROW_EACH)
    after = edited(source, point(3, 1, 1, end_row=4), "")
    assert after == ONE_ROW_EACH.replace('"lost(x)\\n",\n    "y = \'\\u03c0\'"', '"lost(x)"', 1)


def test_a_source_that_is_one_string_stays_one() -> None:
    text = '{"cells": [{"cell_type": "code", "source": "a\\r\\nlost(\\ud83d\\ude42)\\r\\nb"}]}'.replace(
        "(\\ud83d", "('\\ud83d"
    )
    text = text.replace("\\ude42)", "\\ude42')")
    source = source_of(text)
    assert edited(source, find(source, "lost"), "x\nkept") == text.replace("lost", "x\\r\\nkept")
    assert edited(source, find(source, "b"), "🙂") == text.replace("nb", "n\\ud83d\\ude42")


def test_several_edits_in_several_cells() -> None:
    source = source_of(ONE_ROW_EACH)
    spans = [find(source, "import a"), find(source, "lost(x)"), find(source, "lost(z)")]
    made = [(*source.lines.range(span), content) for span, content in zip(spans, ("b", "c\nd", "e"))]
    after = source.edited(made)
    assert after.encode().decode() == (
        ONE_ROW_EACH.replace('"import a', '"b')
        .replace('"lost(x)\\n"', '"c\\n",\n    "d\\n"')
        .replace('"lost(z)"', '"e"')
    )
    assert python(after) == ["b", "c", "d", "y = 'π'", "e"]


def test_an_edit_stays_in_one_cell_and_away_from_magics() -> None:
    source = source_of(notebook("x = 1", "y = 2\n%time z = f()\nw = 3", "v = !ls"))
    across = Span("a.ipynb", find(source, "1").start, find(source, "y").end)
    for span in (across, find(source, "%time"), find(source, "2\n%time z = f()\nw"), point(99, 1)):
        assert not source.takes(Edit(span, "a"))
    assert source.takes(Edit(find(source, "y = 2"), "a"))
    assert source.takes(Edit(find(source, "w = 3"), "a"))


# -- Markdown ----------------------------------------------------------------------------------------

README = """# Title

```python
import tensorflow as tf
x = tf.constant(1.0)
```

Text with ``` in it.

1. In a list:

   ```python
   lost(x)
   ```

```bash
lost(
```

~~~{.python}
def broken(:
~~~

```py
y = 1
lost(y)
```
"""


def test_each_block_is_a_program_with_what_it_needs_of_those_before() -> None:
    source = source_of(README, Path("/project/a.md"))
    programs = [[row for row in program.splitlines() if row.strip()] for program in source.programs]
    start = ["import tensorflow as tf", "x = tf.constant(1.0)"]
    assert programs == [start, [*start, "if True:", "   lost(x)"], [], ["y = 1", "lost(y)"]]
    assert [(fault.what, source.place(fault.span).start) for fault in source.faults] == [
        ("code block", Position(21, 12))
    ]


@pytest.mark.parametrize(
    ("blocks", "needed"),
    [
        (["w = 1", "w = 2", "f(w)"], "w = 2"),
        (["w = 1", "w = w - 1"], "w = 1"),
        (["w = 1", "w -= 1"], "w = 1"),
        (["w = 1", "w = 2\nf(w)"], ""),
        (["def f(x): return x", "f(1)"], "def f(x): return x"),
        (["x = 1", "def f(x): return x"], ""),
        (["x = 1", "def f(): return x"], "x = 1"),
        (["w = 1", "print(len)"], ""),
    ],
)
def test_what_is_taken_from_other_blocks(blocks: list[str], needed: str) -> None:
    text = "\n".join(f"```python\n{block}\n```" for block in blocks)
    last = source_of(text, Path("/project/a.md")).programs[-1]
    rows = [row for row in last.splitlines() if row]
    assert "\n".join(rows) == "\n".join(filter(None, [needed, blocks[-1]]))


def test_a_program_of_a_block_ends_with_it() -> None:
    """Each with all rows of the file, a thousand blocks would be a million rows."""
    text = "".join(f"```python\nx{number} = 1\n```\n" for number in range(9))
    assert [program.count("\n") for program in source_of(text, Path("/project/a.md")).programs] == list(range(3, 28, 3))


@pytest.mark.parametrize("command", [("check", "a.md"), ("explain", "a.md:2")])
def test_too_many_blocks_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.setattr("tfgraphlint.project.markdown.MAX_ROWS", 50)
    (tmp_path / "a.md").write_text("```python\nimport tensorflow as tf\n```\n" * 9)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(group, command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: a.md: not linted to its end: it has too many code blocks\n"


def test_places_in_markdown_are_those_of_the_file() -> None:
    source = source_of(README, Path("/project/a.md"))
    span = find(source, "lost(x)")
    assert source.place(span) == Span("a.md", Position(13, 4), Position(13, 11))
    assert source.lines_of(0).row(13) == "   lost(x)"


def test_an_edit_in_markdown_changes_the_block_only() -> None:
    source = source_of(README, Path("/project/a.md"))
    assert edited(source, find(source, "lost(x)"), "kept(x)") == README.replace("   lost(x)", "   kept(x)")
    assert edited(source, find(source, "lost(y)\n"), "") == README.replace("lost(y)\n", "")


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        ("```python\nx\n```", ["x"]),
        ("```python title='x.py'\nx\n```", ["x"]),
        ("```{code-cell} ipython3\n%time x\n```", ["0    ;x"]),
        ("````python\nx\n```\ny\n````", []),
        ("~~~py\nx\n~~~", ["x"]),
        ("```python\nx", ["x"]),
        ("```\nx\n```", []),
        ("```pycon\n>>> x\n```", []),
        ("```python\n>>> x\n1\n```", []),
        ("```python\r\nx\r\n```\r\n", ["x"]),
        ("> ```python\n> x\n> ```", []),
        ("text\n", []),
        ("", []),
    ],
)
def test_what_is_a_block(text: str, programs: list[str]) -> None:
    source = source_of(text, Path("/project/a.md"))
    found = [[row for row in program.splitlines() if row.strip()] for program in source.programs]
    assert [row for program in found for row in program] == programs


# -- edits of the file as it is stored -------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [["a = 1\n", "b = 2\n", "c = '\N{GRINNING FACE}\"'"], "a = 1\nb = 2\nc = 3", ["a = 1"], ["a = 1\n"]],
)
@pytest.mark.parametrize(
    ("where", "content"),
    [
        (point(1, 1), "new = 0\n"),  # a row before the first one
        (point(1, 5, 6), "'\\n\"'"),
        (point(1, 6), "  # a comment"),
        (point(2, 1), "new = 0\n"),  # a row after the first one, which may be the last
        (point(2, 1, end=1, end_row=3), ""),
    ],
)
def test_an_edit_by_cell_is_one_of_the_json(cell: str | list[str], where: Span, content: str) -> None:
    source = source_of(notebook("before = 0", cell, "after = 0"))
    first = find(source, "a = 1").start.row
    rows = (Position(first + place.row - 1, place.column) for place in (where.start, where.end))
    span = Span("a.ipynb", *rows)
    if len(cell) == 1 and not content:
        return  # there is no such row
    made = source.stored(Edit(source.place(span), content))
    assert made.span.cell == 0
    lines = Lines(source.encode().decode())
    start, end = lines.range(made.span)
    assert lines.text[:start] + made.content + lines.text[end:] == edited(source, span, content)
