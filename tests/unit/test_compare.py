"""benchmarks/compare.py: what it calls a difference, and one comparison from end to end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import tfgraphlint

CHECKOUT = Path(tfgraphlint.__file__).parent.parent
BENCHMARKS = CHECKOUT / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import compare  # noqa: E402

PROGRAM = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
print(tape.gradient(loss, x))
"""


def place(row: int, column: int = 1, filename: str = "/here/a.py") -> dict[str, Any]:
    start, end = {"row": row, "column": column}, {"row": row, "column": column + 5}
    return {"filename": filename, "location": start, "end_location": end}


def fix(content: str, message: str = "mend it") -> dict[str, Any]:
    return {"applicability": "safe", "message": message, "edits": [{"content": content, **place(3)}]}


def item(**changed: Any) -> dict[str, Any]:
    """One report as the JSON output has it."""
    plain = {"code": "TFG301", "message": "lost", "severity": "error", "noqa_row": 3, **place(3)}
    step = {"role": "source", "message": "it comes from here", **place(1)}
    return {**plain, "path": [step], "fix": fix("x"), "suggestions": [], **changed}


def compared(before: list[Mapping[str, Any]], after: list[Mapping[str, Any]], wording: bool = False) -> list[str]:
    old, new = (compare.read(json.dumps(each), {"/here": ""}, wording) for each in (before, after))
    return list(compare.report_differences(old, new))


def test_equal_reports_in_another_order_do_not_differ() -> None:
    other = item(code="TFG201")
    assert compared([item(), other, item()], [other, item(), item()]) == []


def test_what_is_gone_and_what_is_new() -> None:
    assert compared([item()], [item(code="TFG302")]) == ["- TFG301 a.py:3:1", "+ TFG302 a.py:3:1"]
    assert compared([item()], [item(), item()]) == ["+ TFG301 a.py:3:1"]
    assert compared([item()], [item(**place(4))]) == ["- TFG301 a.py:3:1", "+ TFG301 a.py:4:1"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"severity": "warning"}, "severity: error -> warning"),
        ({"noqa_row": 4}, "noqa row: 3 -> 4"),
        ({"end_location": {"row": 5, "column": 2}}, "end: 3:6 -> 5:2"),
        ({"fix": None}, "fix: safe; 3:1-3:6 'x' -> none"),
        ({"fix": fix("y")}, "fix: safe; 3:1-3:6 'x' -> safe; 3:1-3:6 'y'"),
        ({"suggestions": [fix("z")]}, "suggestions: none -> safe; 3:1-3:6 'z'"),
        ({"path": []}, "path: source 1:1-1:6 -> "),
        (
            {"path": [{"role": "source", "message": "", **place(1, filename="/here/b.py")}]},
            "path: source 1:1-1:6 -> source b.py:1:1-1:6",
        ),
    ],
)
def test_what_a_report_says_otherwise(changed: dict[str, Any], said: str) -> None:
    assert compared([item()], [item(**changed)]) == [f"~ TFG301 a.py:3:1 {said}"]


@pytest.mark.parametrize(
    "changed",
    [
        {"message": "gone"},
        {"fix": fix("x", "repair it")},
        {"path": [{"role": "source", "message": "from here", **place(1)}]},
    ],
)
def test_wording_counts_only_when_asked_for(changed: dict[str, Any]) -> None:
    assert compared([item()], [item(**changed)]) == []
    assert len(compared([item()], [item(**changed)], wording=True)) == 1


def test_errors_that_only_one_has() -> None:
    same = compare.Outcome((), ("error: a.py: not linted",))
    assert compare.differences(same, same) == []
    assert compare.differences(same, compare.Outcome(())) == ["! only before: error: a.py: not linted"]


def test_a_difference_for_several_versions_is_one_line() -> None:
    assert compare.merged([("2.15/2.15", ["- a", "- b"]), ("2.21/3.15", ["- a"]), ("", ["- c"])]) == [
        "- a [2.15/2.15, 2.21/3.15]",
        "- b [2.15/2.15]",
        "- c",
    ]


def checkout(folder: Path, *codes: str) -> Path:
    """A checkout with this package, the rules named, and one example."""
    (folder / "rules").mkdir(parents=True)
    (folder / "examples").mkdir()
    (folder / "tfgraphlint").symlink_to(CHECKOUT / "tfgraphlint")
    packaged = folder / "tfgraphlint" / "rules"
    if packaged.exists():  # this checkout has its rules in the package: so has the other one
        (folder / "tfgraphlint").unlink()
        shutil.copytree(CHECKOUT / "tfgraphlint", folder / "tfgraphlint", ignore=lambda *_: ["rules", "__pycache__"])
    for file in (CHECKOUT / "rules").glob("*.py"):
        if file.name == "__init__.py" or file.name.startswith(codes):
            shutil.copy(file, folder / "rules")
    (folder / "examples" / "square.py").write_text(PROGRAM)
    return folder


def run(*arguments: object) -> tuple[int, list[str]]:
    command = [sys.executable, str(BENCHMARKS / "compare.py"), *map(str, arguments), "--versions", "2.15/2.15"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout.splitlines()


def test_two_checkouts(tmp_path: Path) -> None:
    """Each is run with its own rules, on the programs of the first."""
    before, after = checkout(tmp_path / "before", "tfg301"), checkout(tmp_path / "after", "tfg303")
    assert run(before, before) == (0, ["differences: 0; reports of the first checkout: 1"])
    (after / "examples" / "square.py").write_text("import tensorflow as tf\n")
    assert run(before, after) == (
        1,
        [
            "only after, not compared: examples/square.py",
            "- TFG301 examples/square.py:4:6 [2.15/2.15]",
            "differences: 1; reports of the first checkout: 1",
        ],
    )


def test_a_checkout_that_cannot_be_run(tmp_path: Path) -> None:
    before, after = checkout(tmp_path / "before", "tfg301"), tmp_path / "after"
    (after / "tfgraphlint").mkdir(parents=True)
    assert run(before, after) == (2, [])
