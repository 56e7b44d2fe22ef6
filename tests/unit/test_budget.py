"""How much of a program is read: many calls of one helper, long lists, and what is said where that takes too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.interpret.python.iteration import MAX_REPEATS
from tfgraphlint.run.examine import Examined, Examiner

HEAD = "import numpy as np\nimport tensorflow as tf\n"
QUERY = "print(tape.gradient(loss, w))\n"


def examined(folder: Path, text: str) -> Examined:
    file = folder / "program.py"
    file.write_text(HEAD + text)
    found = Examiner(folder, [folder]).examine(file)
    assert not found.error, found.details
    return found


def chain(calls: int, last: str) -> str:
    """A target that went through one helper so often, which cuts it where ``k`` is the ``last`` call."""
    helper = f"def unit(x, k):\n    return tf.{{}}(x) if k == {calls - 1} else tf.tanh(x)\n"
    body = "".join(f"    loss = unit(loss, {k})\n" for k in range(calls))
    start = "w = tf.Variable([1.0])\nwith tf.GradientTape() as tape:\n    loss = w * 2.0\n"
    return f"{helper.format(last)}{start}{body}{QUERY}"


@pytest.mark.parametrize("calls", [4, 40, 400])
def test_the_last_call_of_a_helper_counts_as_the_first(tmp_path: Path, calls: int) -> None:
    assert [(each.code, each.span.start.row) for each in examined(tmp_path, chain(calls, "round")).diagnostics] == [
        ("TFG204", 4)
    ]
    assert examined(tmp_path, chain(calls, "sin")).diagnostics == ()


def listed(steps: int, odd: str) -> str:
    items = ", ".join(["tf.sin"] * (steps - 2) + [odd, "tf.tanh"])
    return (
        f"w = tf.Variable([1.0])\nwith tf.GradientTape() as tape:\n    loss = w\n"
        f"    for step in [{items}]:\n        loss = step(loss)\n{QUERY}"
    )


@pytest.mark.parametrize("steps", [7, 20, MAX_REPEATS])
def test_one_among_many_elements_is_seen(tmp_path: Path, steps: int) -> None:
    assert [each.code for each in examined(tmp_path, listed(steps, "tf.round")).diagnostics] == ["TFG204"]
    assert examined(tmp_path, listed(steps, "tf.exp")).diagnostics == ()


def branching(levels: int) -> str:
    """Helpers each of which calls the one before four times."""
    helpers = "def f0(x):\n    return tf.sin(x)\n"
    for level in range(1, levels):
        calls = "".join(f"    x = f{level - 1}(x)\n" for _ in range(4))
        helpers += f"def f{level}(x):\n{calls}    return x\n"
    return f"{helpers}w = tf.Variable([1.0])\nwith tf.GradientTape() as tape:\n    loss = f{levels - 1}(w)\n{QUERY}"


def test_what_takes_too_many_steps_is_named(tmp_path: Path) -> None:
    assert examined(tmp_path, branching(3)).in_part == ()
    too_much = examined(tmp_path, branching(9))
    assert too_much.in_part == ((1, ""),)
    assert too_much.diagnostics == ()


def test_a_cut_after_what_was_not_followed_is_still_seen(tmp_path: Path) -> None:
    text = branching(9).replace(QUERY, f"    loss = tf.round(w)\n{QUERY}")
    assert [each.code for each in examined(tmp_path, text).diagnostics] == ["TFG204"]


def test_a_class_of_another_file_is_not_looked_at_as_one_of_this_file(tmp_path: Path) -> None:
    heavy = branching(12).partition("w = tf.Variable")[0]
    method = "class Settings:\n    def load(self, source):\n        return f11(source)\n"
    (tmp_path / "settings.py").write_text(HEAD + heavy + method)
    uses = "from settings import Settings\nclass Net(tf.keras.Model):\n    settings = Settings\n"
    assert examined(tmp_path, f"{uses}    def call(self, x):\n        return x.numpy()\n").in_part == ()


def test_classes_that_hold_each_other_are_looked_at_once(tmp_path: Path) -> None:
    names = [f"C{number}" for number in range(12)]
    classes = "".join(f"class {name}:\n    def f(self, x):\n        return tf.round(x)\n" for name in names)
    held = "".join(f"{name}.of_{other} = {other}\n" for name in names for other in names)
    body = "".join(f"        {row}\n" for row in chain(4, "round").splitlines())
    cut = f"class D:\n    def f(self):\n{body}C0.d = D\n"
    found = examined(tmp_path, classes + held + cut).diagnostics
    assert [each.code for each in found] == ["TFG204"]
