"""Cells as one program that grows: what is said when, and what is known after a cell that failed."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tfgraphlint.jupyter import session as sessions
from tfgraphlint.jupyter.doubt import what_ran
from tfgraphlint.jupyter.extension import Extension
from tfgraphlint.jupyter.session import Cell, Found, Session
from tfgraphlint.jupyter.show import as_page, as_text

IMPORTS = "import tensorflow as tf\nimport numpy as np"
CONSTANT = "x = tf.constant([1.0, 2.0])"
VARIABLE = "x = tf.Variable([1.0, 2.0])"
TAPE = "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(x * x)"
QUERY = "slope = tape.gradient(loss, x)"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return Session()


def ran(session: Session, *texts: str) -> list[str]:
    """What is said before the last of these cells runs; all of them run, one after the other."""
    found = Found()
    for text in texts:
        cell = Cell(text, len(session._cells) + 1)
        found = session.before(cell)
        session.add(cell)
    return said(found)


def said(found: Found) -> list[str]:
    return [f"{each.code} {each.span.filename}:{each.span.start.row}" for each in found.reports]


def test_earlier_cells_count(session: Session) -> None:
    assert ran(session, IMPORTS, CONSTANT, TAPE) == []
    assert ran(session, QUERY) == ["TFG301 In [3]:1"], "only now it shows, and it is in an earlier cell"
    assert ran(session, "print(slope)") == [], "it was said"
    assert said(session.all()) == ["TFG301 In [3]:1"]
    assert ran(session, VARIABLE, TAPE, QUERY) == []


def test_a_cell_that_runs_again_is_linted_again(session: Session) -> None:
    both = f"{TAPE}\n{QUERY}"
    assert ran(session, IMPORTS, CONSTANT, both) == ["TFG301 In [3]:1"]
    assert ran(session, both) == ["TFG301 In [4]:1"]
    assert ran(session, QUERY) == ["TFG303 In [5]:1"], "the tape is used up"


def test_magics_are_none_of_its_business(session: Session) -> None:
    cells = (f"%matplotlib inline\n!ls\n{IMPORTS}", f"%%time\n{CONSTANT}", TAPE, QUERY)
    assert ran(session, *cells) == ["TFG301 In [3]:1"]


def test_settings_and_files_of_the_directory_count(session: Session) -> None:
    Path("helper.py").write_text("import tensorflow as tf\n\n\ndef size(x):\n    return float(tf.norm(x))\n")
    tape = "with tf.GradientTape() as tape:\n    loss = tf.constant(size(x))"
    assert ran(session, IMPORTS, "from helper import size", VARIABLE, tape, QUERY) == ["TFG203 In [5]:1"]
    found = session.all()
    assert "helper.py" in as_text(found)
    assert "float(tf.norm(x))" in as_page(found)
    Path("pyproject.toml").write_text('[tool.tfgraphlint]\nignore = ["TFG203"]\n')
    assert said(session.all()) == []


MODEL = """\
class Model(tf.keras.Model):
    def call(self, x):
        return float(x[0]) * x
"""


def test_what_nobody_has_called_may_run_in_any_way(session: Session) -> None:
    function = "def slope(x):\n    return tf.gradients(x * x, x)"
    assert ran(session, IMPORTS, function, MODEL, "model = Model()") == []
    assert ran(session, "data = tf.data.Dataset.range(3).map(slope)") == []
    assert ran(session, "slope(tf.constant(1.0))") == ["TFG101 In [2]:2"]
    assert ran(session, "@tf.function\ndef step(x):\n    return model(x)") == []
    assert ran(session, "step(tf.ones([3]))") == ["TFG403 In [3]:3"]


def test_a_gradient_that_is_none_may_be_expected(session: Session) -> None:
    assert ran(session, IMPORTS, VARIABLE, TAPE.replace("x * x", "tf.ones([2])"), QUERY, "if slope is None: pass") == []
    assert ran(session, TAPE.replace("x * x", "tf.zeros([2])"), QUERY) == []
    assert said(session.all()) == ["TFG310 In [7]:1"]


def test_what_only_the_end_of_a_program_can_tell_is_not_said(session: Session) -> None:
    debugging = "tf.config.run_functions_eagerly(True)\n@tf.function\ndef f():\n    print(x)  # noqa: TFG404\nf()"
    assert ran(session, IMPORTS, CONSTANT, debugging) == []


def test_old_cells_are_forgotten(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_CELLS", 3)
    ran(session, IMPORTS, CONSTANT, TAPE, QUERY)
    assert [cell.number for cell in session.all().cells] == [2, 3, 4]


def test_a_function_may_be_called_with_other_values(session: Session) -> None:
    function = "@tf.function\ndef ask():\n    return tape.gradient(loss, x), flag"
    assert ran(session, IMPORTS, VARIABLE, "flag = True", TAPE, function, QUERY) == []
    assert ran(session, "ask()") == ["TFG303 In [5]:3"], "now it is called"


# -- cells that fail -------------------------------------------------------------------------------


def after_failure(session: Session, failed: str, row: int | None, *texts: str) -> list[str]:
    session.add_failed(Cell(failed, len(session._cells) + 1), row)
    return ran(session, *texts)


def test_what_ran_before_the_failure_counts(session: Session) -> None:
    ran(session, IMPORTS, VARIABLE)
    assert after_failure(session, f"{CONSTANT}\nnothing()\n{VARIABLE}", 2, TAPE, QUERY) == ["TFG301 In [4]:1"]
    assert after_failure(session, f"{VARIABLE}\nnothing()\n{CONSTANT}", 2, TAPE, QUERY) == []


def test_what_did_not_run_does_not_count(session: Session) -> None:
    ran(session, IMPORTS, VARIABLE, TAPE)
    assert after_failure(session, f"print(nothing)\n{QUERY}", 1, QUERY) == []


@pytest.mark.parametrize("row", [2, None])
def test_values_that_the_failure_can_have_changed_are_unknown(session: Session, row: int | None) -> None:
    ran(session, IMPORTS, CONSTANT, TAPE, "def ask():\n    return tape.gradient(loss, x)")
    assert after_failure(session, f"{IMPORTS}\nfor i in range(9): ask()", 3, QUERY) == [], "through a function"
    assert ran(session, VARIABLE, CONSTANT, TAPE, QUERY) == ["TFG301 In [9]:1"], "until they are bound anew"
    assert after_failure(session, f"y = 1\nx = {TAPE.partition('tf.')[1]}Variable(nothing)", row, TAPE, QUERY) == []


def test_other_names_for_a_value_are_unknown_as_well() -> None:
    earlier = ["import tensorflow as tf", "a = tf.Variable(1.0)\nb = a", "c = tf.Variable(2.0)"]
    assert what_ran("print(1)\na.update(tf)\nd = 1", 2, earlier) == "print(1)\na = !unknown\nb = !unknown\n"
    assert what_ran("%%time\na.update()", None, earlier) == "a = !unknown\nb = !unknown\n"
    assert what_ran("import os\n(", None, earlier) == ""


class Shell:
    """As much of IPython as is needed to see what becomes of cells that ran before the extension came."""

    class History:
        input_hist_raw = ("", IMPORTS, CONSTANT, TAPE, "%load_ext tfgraphlint")

    history_manager = History()
    execution_count = 5
    user_ns = dict.fromkeys(["tf", "np", "x", "tape", "loss"])

    def __init__(self) -> None:
        self.published: list[dict[str, str]] = []
        self.display_pub = self

    def publish(self, data: dict[str, str]) -> None:
        self.published.append(data)


class Info:
    store_history = True

    def __init__(self, text: str) -> None:
        self.raw_cell = text


@pytest.mark.parametrize(("failed", "texts"), [(None, 0), ({}, 1), ({2: "it failed"}, 0), ({4: "it failed"}, 1)])
def test_the_history_counts_as_far_as_it_is_known(
    session: Session, failed: dict[int, str] | None, texts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if failed is not None:
        monkeypatch.setattr(Shell.History, "exceptions", failed, raising=False)
    shell = Shell()
    extension = Extension(shell)
    shell.execution_count += 1
    extension.pre_run_cell(Info(QUERY))
    assert len(shell.published) == texts
    extension.pre_run_cell(Info("one that a cell runs"))
    shell.execution_count += 1
    extension.pre_run_cell(Info("\n".join([CONSTANT, TAPE, QUERY])))
    assert len(shell.published) == texts + 1, "what was imported is known all the same"


# -- what is shown ---------------------------------------------------------------------------------


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in ("input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_touches_nothing_else(session: Session) -> None:
    ran(session, IMPORTS, 'x = tf.constant([1.0])  # </style><script>alert("x")</script>', TAPE, QUERY)
    found = session.all()
    reader = Reader()
    first, second = as_page(found), as_page(found)
    reader.feed(first + second)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids)) > 2, "no two outputs in a notebook share an id"
    assert "<script" not in first
    style = first.partition("<style>")[2].partition("</style>")[0].strip()
    assert style.startswith(".tfgraphlint {")
    depth = [style[: at + 1].count("{") - style[: at + 1].count("}") for at, sign in enumerate(style) if sign == "}"]
    assert depth[-1] == 0
    assert 0 not in depth[:-1], "every rule stands within .tfgraphlint"
    assert "--fix" not in first
    assert "--fix" not in as_text(found)


def test_there_is_an_end_to_waiting(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_SECONDS", 1e-9)
    monkeypatch.setattr("tfgraphlint.syntax.deep_stack.SECONDS_BETWEEN_LOOKS", 0.01)
    found = session.before(Cell("\n".join([IMPORTS, CONSTANT, TAPE, QUERY] * 10), 1))
    assert found.reports == ()
    assert found.error == "not linted to its end: it takes more than 1e-09 seconds (max-seconds)"
