"""``tfgraphlint facts``: what rules are given of a file, with its places; and the page of all facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tfgraphlint.cli.group import group
from tfgraphlint.facts.limits import ReadInPart
from tfgraphlint.facts.run import UnusedSuppression
from tfgraphlint.report.facts import render
from tfgraphlint.rule_api.fact_kinds import as_page, kinds
from tfgraphlint.rule_api.registry import load, read_subscriptions
from tfgraphlint.run.facts import asked_for, facts_of

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "facts.md"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["facts", *arguments])


def written(name: str, *rows: str) -> str:
    Path(name).write_text("\n".join(rows) + "\n")
    return name


LOST = (
    "import numpy as np",
    "import tensorflow as tf",
    "",
    "def energy(x):",
    "    return tf.constant(np.sum(x.numpy()))",
    "",
    "x = tf.Variable([1.0, 2.0])",
    "with tf.GradientTape(persistent=True) as tape:",
    "    loss = energy(x)",
    "slope = tape.gradient(loss, x)",
)


def test_a_lost_gradient_with_all_its_places() -> None:
    done = run(written("train.py", *LOST), "--kind", "GradientLost")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "train.py:10:9 GradientLost tape=`tape` 8:6 (persistent=True) target=`loss` 10:23 (unknown, made 5:12) "
        "source=`x` 10:29 (variable, made 7:5) faults=[numpy-method .numpy 5:31, numpy-call numpy.sum 5:24]"
    ]


def test_places_in_other_files_carry_their_names() -> None:
    written("model.py", *LOST[:5])
    written("train.py", "from model import energy, tf", *LOST[6:])
    done = run("train.py", "--kind", "GradientLost")
    (line,) = done.stdout.splitlines()
    assert line.startswith("train.py:5:9 GradientLost ")
    assert "target=`loss` 5:23 (unknown, made model.py:5:12)" in line
    assert "faults=[numpy-method .numpy model.py:5:31, numpy-call numpy.sum model.py:5:24]" in line


def test_calls_lead_to_the_place() -> None:
    text = ("import tensorflow as tf", "@tf.function", "def f(x):", "    return g(x)", "def g(x):", "    print(x)")
    done = run(written("a.py", *text, "f(tf.constant(1.0))"), "--kind", "PrintedWhileTraced")
    (line,) = done.stdout.splitlines()
    assert line.startswith("a.py:6:5 PrintedWhileTraced name=builtins.print by=tensorflow.function why=2:2 ")
    assert line.endswith("calls=[7:1, 4:12]")


def test_lines_are_sorted_and_stand_once() -> None:
    """The loop runs twice, the files are named in the wrong order, and the second fact lies above the first."""
    loop = ("def late():", "    tf.abs(1.0)", "for _ in range(3):", "    tf.square(2.0)", "    late()")
    for name in ("b.py", "a.py"):
        written(name, "import tensorflow as tf", *loop)
    places = [line.split()[0] for line in run("b.py", "a.py", "--kind", "ApiUsed").stdout.splitlines()]
    assert places == ["a.py:3:5", "a.py:5:5", "b.py:3:5", "b.py:5:5"]


def test_facts_about_names_and_about_the_file_itself() -> None:
    written("old.py", "import tensorflow as tf", "y = tf.log(1.0)")
    written("gone.py", "from keras import backend as K", "K.mean(x)")
    written("broken.py", "x = (1")
    done = run("old.py", "gone.py", "broken.py")
    found = [line.split()[:3] for line in done.stdout.splitlines() if "ApiUsed" not in line]
    assert [(place, kind) for place, kind, _ in found] == [
        ("broken.py:1:5", "UnparsableFile"),
        ("gone.py:2:1", "RemovedName"),
        ("old.py:2:5", "LegacySymbol"),
    ]
    assert [last for _, _, last in found[1:]] == ["name=keras.backend.mean", "name=tensorflow.log"]


def test_files_that_linting_would_not_look_into_are_interpreted() -> None:
    done = run(written("plain.py", "import tensorflow as tf", "x = tf.square(1.0)  # noqa"))
    assert done.stdout == "plain.py:2:5 ApiUsed name=tensorflow.square mode=eager\n"


def test_kinds_are_named_in_any_case_and_several() -> None:
    written("train.py", *LOST, "tape.gradient(loss, x)")
    done = run("train.py", "--kind", "apiused", "--kind", "GRADIENTLOST")
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"ApiUsed", "GradientLost"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "GradientsLost", "a.py"], "there is no kind of fact 'GradientsLost'; did you mean 'GradientLost'?"),
        (["--kind", "xyz", "a.py"], "there is no kind of fact 'xyz'; tfgraphlint facts --list prints all kinds"),
        ([], "name a file (tfgraphlint facts train.py), or give --list"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], said: str) -> None:
    written("a.py", "x = 1")
    done = run(*arguments)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {said}\n")


def test_other_files_are_done_when_one_cannot_be_read(project: Path) -> None:
    written("a.py", "import tensorflow as tf", "tf.square(1.0)")
    done = run("missing.py", "gone.ipynb", "a.py")
    assert done.exit_code == 2
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["a.py:2:1"]
    first, second = done.stderr.splitlines()
    assert first == "error: missing.py: there is no such file or directory"
    assert second == "error: gone.ipynb: there is no such file or directory"


def test_other_files_are_done_when_one_makes_us_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from tfgraphlint import interpret as package

    original = package.interpret

    def failing(
        project: object, tree: object, outline: object, path: str = "", called: object = (), ports: object = None
    ) -> object:
        if path.endswith("a.py"):
            raise ZeroDivisionError("division by zero")
        return original(project, tree, outline, path, called)  # type: ignore[arg-type]

    monkeypatch.setattr(package, "interpret", failing)
    for name in ("a.py", "b.py"):
        written(name, "import tensorflow as tf", "tf.square(1.0)")
    done = run("a.py", "b.py")
    assert done.exit_code == 2
    assert done.stdout.startswith("b.py:2:1 ApiUsed ")
    assert done.stderr == "error: a.py: not linted, internal error: ZeroDivisionError: division by zero\n"


def facts_of_fixtures() -> Iterator[object]:
    """The facts of every program that shows a fault."""
    for folder in sorted((ROOT / "fixtures").glob("tfg*/*")):
        if folder.is_dir():
            entry = folder / "bad" / "main.py" if (folder / "bad").is_dir() else folder / "bad.py"
            if entry.is_file():
                request, errors = asked_for([str(entry)], entry.parent)
                assert not errors
                for found in facts_of(request):
                    yield from found.facts


def test_no_trees_or_nodes_are_shown() -> None:
    """Of every kind of fact there is at least one among these, so that each is shown."""
    facts = list(facts_of_fixtures())
    lines = render(facts)
    assert [line for line in lines if "\n" in line or re.search(r"object at 0x|\w+\(\w+=\w+\(", line)] == []
    unseen = {UnusedSuppression, ReadInPart}  # the second takes a program too long for a fixture: see test_budget
    assert set(kinds()) - {type(fact) for fact in facts} <= unseen


def test_the_page_is_what_there_is() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_page(), "tfgraphlint facts --list > docs/facts.md"
    assert run("--list").stdout == as_page()


def test_the_page_names_every_rule_and_a_source_of_every_fact() -> None:
    rows = {row.split("`")[1]: row.split(" | ") for row in as_page().splitlines() if row.startswith("| `")}
    for rule in load().rules:
        for kind in read_subscriptions(type(rule)):
            assert rule.code in rows[kind.__name__][-1]
    for name, row in rows.items():
        sources = re.findall(r"`([\w/]+\.py)`", row[-2])
        assert sources and all((ROOT / source).is_file() for source in sources), name
