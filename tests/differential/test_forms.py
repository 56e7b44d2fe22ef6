"""Programs in two files and in notebooks hold the same lines as the program, at the places that are claimed."""

from __future__ import annotations

import json
from random import Random

import pytest

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.project.source import read

from .forms import NOTEBOOK, SCRIPT, execute, notebook, on_disk, parts, started, written
from .gradients.grammar import program
from .graphs.grammar import program as graph_program
from .operations import Operations

FEW = Operations(["tf.tanh"], ["tf.norm"], ["tf.round"], ["tf.sign"], ["tf.argmax"])
TEXTS = [program(0, index, FEW).text for index in range(30)] + [graph_program(0, index).text for index in range(30)]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_notebook_holds_each_line_where_it_says(text: str) -> None:
    made = notebook(text)
    cells = [cell["source"] for cell in json.loads(made.content)["cells"]]
    sources = ["".join(source).split("\n") for source in cells]
    rows = text.splitlines()
    assert sorted(made.lines.values()) == list(range(1, len(rows) + 1))
    assert all(sources[cell - 1][row - 1] == rows[line - 1] for (cell, row), line in made.lines.items())


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_files_hold_each_line_where_they_say(text: str) -> None:
    whole = started(text, Random(text))
    rows = whole.splitlines()
    for file in written(SCRIPT, whole):
        held = file.content.splitlines()
        assert all(held[row - 1] == rows[line - 1] for (_, row), line in file.lines.items() if row <= len(held))


def test_a_start_script_never_names_tensorflow() -> None:
    two = [parts(started(text, Random(text))) for text in TEXTS]
    scripts = [modules[-1][2] for modules in two if len(modules) == 2]
    assert scripts and not any("tensorflow" in script or "tf." in script for script in scripts)


def test_a_started_program_does_what_it_did() -> None:
    text = "found = []\ncount = 0\ndef add(x):\n    found.append(x)\nfor x in (1, 2):\n    count += x\n    add(count)\n"
    for seed in range(30):
        assert execute(started(text, Random(seed)), "/generated/program.py") is not None
        whole = started(text + "assert found == [1, 3], found\n", Random(seed))
        execute(whole, "/generated/program.py")
        with pytest.raises(AssertionError):
            execute(whole.replace("[1, 3]", "[]"), "/generated/program.py")


def test_a_report_of_a_notebook_is_taken_back_to_its_line() -> None:
    for text in TEXTS:
        with on_disk(NOTEBOOK, text) as shown:
            (file,) = shown.files
            linted = read(shown.directory / file.name, file.name).text.splitlines()
            places = [Position(row, 1) for row in range(1, len(linted) + 1)]
            taken = {(shown.line(Span(file.name, place, place)), linted[place.row - 1]) for place in places}
        assert taken >= {(line, row) for line, row in enumerate(text.splitlines(), 1) if row}
