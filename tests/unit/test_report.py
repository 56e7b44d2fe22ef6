"""Reports: what is printed for given diagnostics, to the character."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.report import concise, full
from tfgraphlint.report import json as as_json
from tfgraphlint.report.summary import statistics, summary
from tfgraphlint.syntax.text import Lines

PROGRAM = """\
import numpy as np
import tensorflow as tf

image = tf.constant([1.0, 2.0])


with tf.GradientTape() as tape:
    loss = np.sum(image)


def unrelated():
    pass


grads = tape.gradient(loss, image)
"""
TEXTS = {"a.py": Lines(PROGRAM), "b.py": Lines("def cut(x):\n\treturn np.sum(x)  # π\n"), "empty.py": Lines("")}


def span(row: int, start: int, end: int, name: str = "a.py", end_row: int | None = None) -> Span:
    return Span(name, Position(row, start), Position(end_row or row, end))


def fix(applicability: Applicability = Applicability.SAFE, message: str = "use `tf.reduce_sum`") -> Fix:
    return Fix(message, applicability, (Edit(span(8, 12, 18), "tf.reduce_sum"),))


def diagnostic(**changed: object) -> Diagnostic:
    values: dict[str, object] = {
        "code": "TFG202",
        "name": "numpy-call-in-gradient-path",
        "message": "the gradient is None",
        "severity": Severity.ERROR,
        "span": span(8, 12, 25),
        "path": (
            Step(Role.SOURCE, "`image` comes from here", span(4, 9, 32)),
            Step(Role.CUT, "`np.sum` leaves TensorFlow", span(8, 12, 25)),
            Step(Role.CONSEQUENCE, "None", span(15, 9, 35)),
        ),
        "help": "use `tf.reduce_sum(image)`",
    }
    return Diagnostic(**{**values, **changed})  # type: ignore[arg-type]


def rendered(*diagnostics: Diagnostic) -> str:
    return full.render(diagnostics, TEXTS.__getitem__)


def test_the_path_is_shown_in_the_source() -> None:
    assert rendered(diagnostic()) == (
        "TFG202 numpy-call-in-gradient-path: the gradient is None\n"
        "  --> a.py:8:12\n"
        "   |\n"
        " 4 | image = tf.constant([1.0, 2.0])\n"
        "   |         ----------------------- source: `image` comes from here\n"
        "...\n"
        " 8 |     loss = np.sum(image)\n"
        "   |            ^^^^^^^^^^^^^ `np.sum` leaves TensorFlow\n"
        "...\n"
        "15 | grads = tape.gradient(loss, image)\n"
        "   |         -------------------------- consequence: None\n"
        "   |\n"
        "   = help: use `tf.reduce_sum(image)`\n"
        "\n"
    )


def test_a_path_through_another_file_shows_both() -> None:
    path = (
        Step(Role.CUT, "`np.sum` leaves TensorFlow", span(2, 9, 18, "b.py")),
        Step(Role.CONSEQUENCE, "None", span(8, 12, 25)),
    )
    assert rendered(diagnostic(path=path, help=None)) == (
        "TFG202 numpy-call-in-gradient-path: the gradient is None\n"
        " --> a.py:8:12\n"
        "  |\n"
        "8 |     loss = np.sum(image)\n"
        "  |            ^^^^^^^^^^^^^ consequence: None\n"
        "  |\n"
        " ::: b.py:2:9\n"
        "  |\n"
        "2 |     return np.sum(x)  # π\n"
        "  |            ^^^^^^^^^ `np.sum` leaves TensorFlow\n"
        "  |\n"
        "\n"
    ).replace("           ^^^^^^^^^ `np", "           --------- `np")


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        (fix(), ["help: use `tf.reduce_sum(image)`", "fix: use `tf.reduce_sum`"]),
        (fix(message="use `tf.reduce_sum(image)`"), ["help: use `tf.reduce_sum(image)`", "fix:"]),
        (
            fix(Applicability.UNSAFE, ""),
            ["help: use `tf.reduce_sum(image)`", "fix:",
             "note: the fix may change results; apply it with --fix --unsafe-fixes"],
        ),
    ],
)
def test_notes_on_the_fix(given: Fix, notes: list[str]) -> None:
    text = rendered(diagnostic(fix=given))
    assert [row.removeprefix("   = ") for row in text.splitlines() if row.startswith("   = ")] == notes


def test_suggestions_and_notes_over_several_rows() -> None:
    suggestions = (fix(Applicability.DISPLAY, "one:\n    x = 1"), fix(Applicability.DISPLAY, "two"))
    text = rendered(diagnostic(path=(), help=None, suggestions=suggestions))
    assert text.endswith("  |\n  = suggestion: one:\n                    x = 1\n  = suggestion: two\n\n")


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (span(7, 1, 25, end_row=8), "7 | with tf.GradientTape() as tape:\n  | " + "^" * 31),
        (span(1, 1, 1), "1 | import numpy as np\n  | ^"),
        (span(1, 19, 19), "1 | import numpy as np\n  |                   ^"),
        (span(1, 1, 1, "empty.py"), "1 |\n  | ^"),
    ],
)
def test_unusual_places(where: Span, shown: str) -> None:
    assert f"  |\n{shown}\n  |\n" in rendered(diagnostic(span=where, path=(), help=None))


def test_wide_and_control_characters_keep_the_carets_in_place() -> None:
    lines = Lines("図 = '\x1b[31m'; lost(図)\n")
    text = full.render([diagnostic(span=span(1, 14, 21), path=(), help=None)], lambda _: lines)
    assert "\x1b" not in text
    row, carets = text.splitlines()[3:5]
    assert row == "1 | 図 = '\N{REPLACEMENT CHARACTER}[31m'; lost(図)"
    assert carets == "  | " + " " * 14 + "^" * 8


def test_a_fix_is_shown_as_a_diff() -> None:
    text = rendered(diagnostic(path=(), fix=fix()))
    assert "  = fix: use `tf.reduce_sum`\n8 -     loss = np.sum(image)\n8 +     loss = tf.reduce_sum(image)\n" in text


def test_a_diff_of_several_files_names_the_others() -> None:
    edits = (Edit(span(8, 1, 1), "    tape.watch(image)\n"), Edit(span(2, 9, 15, "b.py"), "tf.reduce_sum"))
    text = rendered(diagnostic(path=(), help=None, fix=Fix("both", Applicability.SAFE, edits)))
    rows = text.splitlines()[text.splitlines().index("  = fix: both") + 1 :]
    assert rows[:4] == [
        "8 +     tape.watch(image)",
        "  ::: b.py",
        "2 -     return np.sum(x)  # π",
        "2 +     return tf.reduce_sum(x)  # π",
    ]


def test_a_long_diff_is_shortened() -> None:
    made = Fix("many", Applicability.SAFE, (Edit(span(1, 1, 1), "x = 1\n" * 20),))
    text = rendered(diagnostic(path=(), help=None, fix=made))
    assert text.count("+ x = 1") == full.MAX_DIFF_ROWS
    assert f"... and {20 - full.MAX_DIFF_ROWS} more rows: --diff shows all\n" in text


def test_edits_that_do_not_fit_show_no_diff() -> None:
    made = Fix("gone", Applicability.SAFE, (Edit(span(99, 1, 5), "x"),))
    assert rendered(diagnostic(path=(), help=None, fix=made)).endswith("  = fix: gone\n\n")


def test_titles_and_notes_are_wrapped_to_the_terminal() -> None:
    long = "the gradient of `loss` is None because the value leaves TensorFlow on its way"
    given = diagnostic(message=long, help=long, path=(Step(Role.CUT, long, span(8, 12, 25)),))
    text = full.render([given], TEXTS.__getitem__, width=60)
    assert max(map(len, text.splitlines())) <= 60
    assert " ".join(text.split()).count(long) == 3 - 1  # the title stands behind its own words
    assert text.splitlines()[0].startswith("TFG202 numpy-call-in-gradient-path: the gradient")
    assert long in rendered(given)


@pytest.mark.parametrize("start", [1, 500, 990])
def test_long_rows_are_cut_around_the_mark(start: int) -> None:
    lines = Lines("x" * (start - 1) + "LOST" + "y" * (1000 - start) + "\n")
    text = full.render([diagnostic(span=span(1, start, start + 4), path=(), help=None)], lambda _: lines, width=80)
    row, carets = text.splitlines()[3:5]
    assert len(row) <= 80
    assert row[carets.index("^") : carets.index("^") + 4] == "LOST"
    assert carets.endswith("^^^^")
    assert ("..." in row[:8], row.endswith("...")) == (start > 1, start < 990)


def test_a_warning_says_that_it_is_one() -> None:
    given = diagnostic(severity=Severity.WARNING)
    assert rendered(given).startswith("TFG202 numpy-call-in-gradient-path (warning): the")
    assert concise.render([given]).startswith("a.py:8:12: TFG202 warning: the gradient")


def test_unsafe_fixes_are_marked_where_they_were_asked_for() -> None:
    given = diagnostic(fix=fix(Applicability.UNSAFE))
    assert "[*]" not in rendered(given) + concise.render([given])
    assert "[*]" in full.render([given], TEXTS.__getitem__, unsafe=True)
    assert "[*]" in concise.render([given], unsafe=True)


def test_colour_only_when_asked_for() -> None:
    assert "\x1b" not in rendered(diagnostic())
    assert "\x1b[1;31mTFG202\x1b[0m" in full.render([diagnostic()], TEXTS.__getitem__, colour=True)


def test_concise() -> None:
    text = concise.render([diagnostic(), diagnostic(fix=fix()), diagnostic(fix=fix(Applicability.UNSAFE))])
    said = "the gradient is None (numpy-call-in-gradient-path)"
    assert text.splitlines() == [
        f"a.py:8:12: TFG202 {said}",
        f"a.py:8:12: TFG202 [*] {said}",
        f"a.py:8:12: TFG202 {said}",
    ]


def test_json_has_ruffs_fields_and_the_path() -> None:
    text = as_json.render([diagnostic(fix=fix(), suggestions=(fix(Applicability.DISPLAY),))], lambda _: 9, Path("/p"))
    (found,) = json.loads(text)
    made = {
        "filename": "/p/a.py",
        "content": "tf.reduce_sum",
        "location": {"row": 8, "column": 12},
        "end_location": {"row": 8, "column": 18},
    }
    assert found.pop("path")[0] == {
        "role": "source",
        "message": "`image` comes from here",
        "filename": "/p/a.py",
        "location": {"row": 4, "column": 9},
        "end_location": {"row": 4, "column": 32},
    }
    assert found == {
        "code": "TFG202",
        "name": "numpy-call-in-gradient-path",
        "message": "the gradient is None",
        "severity": "error",
        "filename": "/p/a.py",
        "location": {"row": 8, "column": 12},
        "end_location": {"row": 8, "column": 25},
        "fix": {"applicability": "safe", "message": "use `tf.reduce_sum`", "edits": [made]},
        "noqa_row": 9,
        "cell": None,
        "url": None,
        "suggestions": [{"applicability": "display", "message": "use `tf.reduce_sum`", "edits": [made]}],
    }


def test_json_of_nothing_is_an_empty_list() -> None:
    assert as_json.render([], lambda _: 1, Path("/p")) == "[]\n"


SAFE, UNSAFE, DISPLAY = (diagnostic(fix=fix(kind)) for kind in Applicability)


@pytest.mark.parametrize(
    ("found", "fixed", "said"),
    [
        ([], 0, "No problems found in 2 files."),
        ([diagnostic()], 0, "Found 1 problem in 2 files."),
        ([SAFE, diagnostic()], 0, "Found 2 problems in 2 files (1 fixable with --fix)."),
        (
            [SAFE, SAFE, UNSAFE, diagnostic()],
            0,
            "Found 4 problems in 2 files (2 fixable with --fix, 1 more with --unsafe-fixes).",
        ),
        ([UNSAFE], 0, "Found 1 problem in 2 files (1 fixable with --fix --unsafe-fixes)."),
        ([DISPLAY], 0, "Found 1 problem in 2 files."),
        ([], 2, "Found 2 problems in 2 files (2 fixed, 0 remaining)."),
        ([UNSAFE], 2, "Found 3 problems in 2 files (2 fixed, 1 remaining) (1 fixable with --fix --unsafe-fixes)."),
    ],
)
def test_the_summary_counts(found: list[Diagnostic], fixed: int, said: str) -> None:
    assert summary(found, fixed, "in 2 files") == said


def test_statistics() -> None:
    other = diagnostic(code="TFG301", name="unwatched-tensor")
    assert statistics([other, diagnostic(), diagnostic()]) == (
        "2  TFG202  numpy-call-in-gradient-path\n1  TFG301  unwatched-tensor\n"
    )
