"""Notebooks and Markdown files on the command line: what is found, how places are named, what is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import HEAD, install

from tfgraphlint.cli.group import group

IMPORTS = HEAD.splitlines(keepends=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own, with the fakes in the place of interpreter and rules."""
    install(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, standard_input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(group, list(arguments), input=standard_input)


def write(directory: Path, name: str, *cells: str, indent: int | None = 1, **settings: bool) -> Path:
    """A notebook whose second cell is text and whose first one passes the screen."""
    code = [{"cell_type": "code", "execution_count": 3, "metadata": {"tags": ["π"]}, "source": text.splitlines(True),
             "outputs": [{"text": ["lost(x)\n"], "output_type": "stream"}]} for text in (HEAD, *cells)]  # fmt: skip
    text = {"cell_type": "markdown", "metadata": {}, "source": ["lost(x)"]}
    document = {"cells": [code[0], text, *code[1:]], "metadata": {}, "nbformat_minor": 2, "nbformat": 4}
    file = directory / name
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(json.dumps(document, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def test_notebooks_are_found_beside_python(project: Path) -> None:
    write(project, "sub/a.ipynb", "kept(x)\n%magic\nlost(x)")
    write(project, ".ipynb_checkpoints/a.ipynb", "lost(x)")
    (project / "b.py").write_text(HEAD + "lost(x)\n")
    (project / "c.md").write_text(f"```python\n{HEAD}lost(x)\n```\n")
    done = run("--output-format", "concise")
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout == (
        "b.py:3:1: TFG202 [*] it is lost (numpy-call-in-gradient-path)\n"
        "sub/a.ipynb:cell 3:3:1: TFG202 [*] it is lost (numpy-call-in-gradient-path)\n"
        "Found 2 problems in 2 of 2 files (2 fixable with --fix).\n"
    )


@pytest.mark.parametrize(
    ("configuration", "arguments", "found"),
    [
        ("", (), ["a.ipynb", "b.py"]),
        ("", ("--no-notebooks",), ["b.py"]),
        ("", ("--no-notebooks", "a.ipynb", "b.py"), ["b.py"]),
        ("notebooks = false", (), ["b.py"]),
        ("notebooks = false", ("a.ipynb",), ["a.ipynb"]),
        ("notebooks = false", ("--force-exclude", "a.ipynb", "b.py"), ["b.py"]),
        ('include = ["*.py"]', (), ["b.py"]),
        ('include = ["*.py", "*.md"]', (), ["b.py", "c.md"]),
        ("", ("c.md",), ["c.md"]),
        ('extend-exclude = ["*.ipynb"]', (), ["b.py"]),
        ('[per-file-ignores]\n"*.ipynb" = ["TFG202"]', (), ["b.py"]),
    ],
)
def test_what_is_linted(project: Path, configuration: str, arguments: tuple[str, ...], found: list[str]) -> None:
    write(project, "a.ipynb", "lost(x)")
    (project / "b.py").write_text(HEAD + "lost(x)\n")
    (project / "c.md").write_text(f"```python\n{HEAD}lost(x)\n```\n")
    (project / "tfgraphlint.toml").write_text(configuration)
    done = run("--output-format", "concise", "--no-cache", *arguments)
    assert [row.partition(":")[0] for row in done.stdout.splitlines()[:-1]] == found


def test_the_full_report_shows_the_cell_as_it_is_written(project: Path) -> None:
    write(project, "a.ipynb", "%time x = f()\nlost(x)")
    assert run("--no-cache").stdout == (
        "TFG202 numpy-call-in-gradient-path [*]: it is lost\n"
        " --> a.ipynb:cell 3:2:1\n"
        "  |\n"
        "2 | lost(x)\n"
        "  | ^^^^^^^ lost here\n"
        "  |\n"
        "  = help: call kept\n"
        "  = fix:\n"
        "2 - lost(x)\n"
        "2 + kept(x)\n"
        "\n"
        "Found 1 problem in 1 file (1 fixable with --fix).\n"
    )


def test_json_names_the_cell_and_places_in_it(project: Path) -> None:
    write(project, "a.ipynb", "kept(x)", "y = f(\n    lost(x)\n)")
    (found,) = json.loads(run("--output-format", "json").stdout)
    assert found["cell"] == 4
    assert (found["location"], found["end_location"]) == ({"row": 2, "column": 5}, {"row": 2, "column": 12})
    assert found["noqa_row"] == 3
    assert found["filename"] == str(project / "a.ipynb")
    (edit,) = found["fix"]["edits"]
    assert (edit["cell"], edit["location"], edit["content"]) == (4, {"row": 2, "column": 5}, "kept")
    assert (found["path"][0]["cell"], found["path"][0]["location"]) == (4, {"row": 2, "column": 5})


def test_json_of_markdown_counts_rows_in_the_file(project: Path) -> None:
    (project / "a.md").write_text(f"# Title\n```python\n{HEAD}lost(x)\n```\n")
    (found,) = json.loads(run("a.md", "--output-format", "json").stdout)
    assert (found["cell"], found["location"], found["noqa_row"]) == (None, {"row": 5, "column": 1}, 5)


def test_the_diff_is_by_cell(project: Path) -> None:
    write(project, "a.ipynb", "kept(x)\n", "!ls\nlost(x)\n%magic")
    before = (project / "a.ipynb").read_bytes()
    done = run("--diff")
    assert done.stdout == (
        "--- a.ipynb:cell 4\n+++ a.ipynb:cell 4\n@@ -1,3 +1,3 @@\n !ls\n-lost(x)\n+kept(x)\n %magic\n"
    )
    assert (done.exit_code, done.stderr) == (1, "Would fix 1 problem.\n")
    assert (project / "a.ipynb").read_bytes() == before


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_fix_changes_the_cell_and_no_other_byte(project: Path, indent: int | None, ends: str) -> None:
    file = write(project, "a.ipynb", "x = 'π'; lost(x)\n%magic\nlost(x)", "lost(y)", indent=indent)
    before = file.read_bytes().replace(b"\n", ends.encode())
    file.write_bytes(before)
    done = run("--fix")
    assert (done.exit_code, done.stdout) == (0, "Found 3 problems in 1 file (3 fixed, 0 remaining).\n")
    changed = before.replace(b"; lost(x)", b"; kept(x)").replace(b'"lost(y)"', b'"kept(y)"')
    last = changed.rindex(b'"lost(x)"')  # behind the magic: the outputs say so, too
    assert file.read_bytes() == changed[:last] + b'"kept(x)"' + changed[last + 9 :]


def test_a_fix_in_markdown_changes_the_block_only(project: Path) -> None:
    text = f"lost(x)\r\n\r\n- in a list\r\n\r\n  ```python\r\n  lost(x)\r\n  ```\r\n\r\n```python\r\n{HEAD}```\r\n"
    file = project / "a.md"
    file.write_bytes(text.replace("  lost", "  import tensorflow as tf\r\n  tf.GradientTape\r\n  lost").encode())
    before = file.read_bytes()
    assert run("a.md", "--fix").exit_code == 0
    assert file.read_bytes() == before.replace(b"  lost", b"  kept")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("lost(x)  # noqa", []),
        ("lost(x)  # noqa: TFG202", []),
        ("# tfgraphlint: ignore[TFG202]\nlost(x)", []),
        ("!ls\n# tfgraphlint: ignore-file[TFG202]", []),
        ("y = 1\n# tfgraphlint: ignore[TFG202]", ["TFG901", "TFG202"]),  # covers nothing in the next cell
        ("y = 1  # tfgraphlint: ignore[TFG202]", ["TFG901", "TFG202"]),
    ],
)
def test_comments_in_cells(project: Path, cell: str, found: list[str]) -> None:
    is_next = "lost" not in cell
    write(project, "a.ipynb", cell, *(["lost(z)"] if is_next else []))
    done = run("--output-format", "json", "--no-cache")
    assert [each["code"] for each in json.loads(done.stdout)] == found


def test_a_cell_that_cannot_be_parsed_is_one_report(project: Path) -> None:
    write(project, "a.ipynb", "x = = 1", "%%bash\nfor x in y; do", "lost(x)", "print 'x'")
    done = run("--output-format", "concise")
    assert [row.split(" TFG")[0] for row in done.stdout.splitlines()[:-1]] == [
        "a.ipynb:cell 3:1:5:", "a.ipynb:cell 5:1:1:", "a.ipynb:cell 6:1:1:",
    ]  # fmt: skip
    assert done.exit_code == 1
    assert run("--fix", "--output-format", "concise").stdout.endswith("(1 fixed, 2 remaining).\n")


def test_a_changed_notebook_is_seen_by_the_cache(project: Path) -> None:
    file = write(project, "a.ipynb", "lost(x)")
    for text, status in (("lost(x)", 1), ("lost(x)", 1), ("kept(x)", 0), ("lost(x)", 1)):
        write(project, "a.ipynb", text)

        os.utime(file, (1, 1))
        assert run().exit_code == status


@pytest.mark.parametrize("fix", [False, True])
def test_standard_input(project: Path, fix: bool) -> None:
    text = write(project, "a.ipynb", "!ls\nlost(x)").read_text(encoding="utf-8")
    (project / "a.ipynb").unlink()
    arguments = ["-", "--stdin-filename", "a.ipynb", "--output-format", "concise"]
    done = run(*arguments, *["--fix"] * fix, standard_input=text.encode())
    if fix:
        assert done.stdout == text.replace('"lost(x)"\n   ]\n  }\n ],', '"kept(x)"\n   ]\n  }\n ],').replace(
            '"!ls\\n",\n    "lost(x)"', '"!ls\\n",\n    "kept(x)"'
        )
    else:
        assert done.stdout.startswith("a.ipynb:cell 3:2:1: TFG202")


def test_standard_input_that_is_no_notebook(project: Path) -> None:
    done = run("-", "--stdin-filename", "a.ipynb", standard_input="x = 1")
    assert done.exit_code == 2
    assert done.stderr == "error: standard input: this is not valid JSON: Expecting value (row 1)\n"


def test_cell_magics_can_be_named(project: Path) -> None:
    write(project, "a.ipynb", "%%profile\nlost(x)")
    assert run().exit_code == 0
    (project / "tfgraphlint.toml").write_text('python-cell-magics = ["%%profile"]')
    assert run("--output-format", "concise").stdout.startswith("a.ipynb:cell 3:2:1:")


TRAINING = (
    "%matplotlib inline\nimport tensorflow as tf\nfrom helpers import error\n!pip install x",
    "w = tf.Variable(1.0)\nfiles = !ls",
    "%%time\nfor _ in range(3):\n    with tf.GradientTape() as tape:\n        loss = error(w)\n"
    "    w = w - 0.1 * tape.gradient(loss, w)\ndisplay(loss);",
)


@pytest.fixture
def real_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook with a fault, and a file that it imports; with the real interpreter."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helpers.py").write_text("def error(w):\n    return (w - 2.0) ** 2\n")
    code = [{"cell_type": "code", "source": cell} for cell in TRAINING]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": code}))
    return tmp_path


def test_a_fault_over_several_cells(real_project: Path) -> None:
    done = run("--output-format", "concise")
    assert done.stdout.startswith("a.ipynb:cell 3:5:5: TFG209 ")
    facts = run("facts", "a.ipynb", "--kind", "GradientCut").stdout
    assert facts.startswith("a.ipynb:cell 3:5:5 GradientCut kind=rebound")


def test_its_repair(real_project: Path) -> None:
    file = real_project / "a.ipynb"
    before = file.read_text()
    assert run("--fix", "--unsafe-fixes").exit_code == 0
    assert file.read_text() == before.replace("w = w - 0.1 * tape", "w.assign_sub(0.1 * tape").replace(
        "loss, w)\\ndisplay", "loss, w))\\ndisplay"
    )


def test_python_does_not_import_notebooks(real_project: Path) -> None:
    (real_project / "b.py").write_text(
        "import tensorflow as tf\nimport a\nwith tf.GradientTape() as tape:\n    a.f()\n"
    )
    done = run("b.py", "--output-format", "concise")
    assert (done.exit_code, done.stderr) == (0, "")


# -- the file as it is stored, for services that show it so ----------------------------------------


@pytest.mark.parametrize("indent", [None, 1])
def test_services_are_given_places_in_the_json(project: Path, indent: int | None) -> None:
    file = write(project, "a.ipynb", "y = '\N{GREEK SMALL LETTER PI}\\t\"'\nif y: lost(x)\nz = 1", indent=indent)
    text = file.read_text(encoding="utf-8")
    (result,) = json.loads(run("--output-format", "sarif").stdout)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["physicalLocation"]["region"]
    row = text.splitlines()[region["startLine"] - 1]
    assert region["startLine"] == region["endLine"]
    assert row[region["startColumn"] - 1 : region["endColumn"] - 1] == "lost(x)"
    assert result["message"]["text"].startswith("cell 3, line 2: ")
    (found,) = json.loads(run("--output-format", "gitlab").stdout)
    assert found["location"]["lines"] == {"begin": region["startLine"], "end": region["endLine"]}
    (command,) = run("--output-format", "github").stdout.splitlines()
    assert f",line={region['startLine']}," in command


CELLS = ["x = 1\nif x: lost(x)\ny = 2", "lost(x)", "é = '\\u00e9'; lost(x)  # \"\N{GRINNING FACE}"]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("indent", [None, 1])
def test_fixes_of_sarif_are_those_that_fix_makes(project: Path, cell: str, indent: int | None) -> None:
    file = write(project, "a.ipynb", cell, indent=indent)
    text = file.read_text(encoding="utf-8")
    (result,) = json.loads(run("--output-format", "sarif").stdout)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    rows = text.splitlines(keepends=True)
    for made in reversed(change["replacements"]):
        region = made["deletedRegion"]
        start, end = (
            sum(map(len, rows[: region[f"{side}Line"] - 1])) + region[f"{side}Column"] - 1 for side in ("start", "end")
        )
        text = text[:start] + made["insertedContent"]["text"] + text[end:]
    run("--fix")
    assert text == file.read_text(encoding="utf-8")
