"""`verify` believes no fixture: claims that are false turn it red, and whatever programs do is survived and named.

TensorFlow takes seconds to start, so all programs are written first and run once, by the fixture ``seen``.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Edit
from tfgraphlint.verify import main, offers, session, table
from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.claims import unreadable
from tfgraphlint.verify.programs import Program, find
from tfgraphlint.verify.versions import unreadable as unreadable_condition

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
SECONDS = 5.0

SLOPE = """
import numpy as np
import tensorflow as tf

x = tf.Variable([0.5, 1.5])
with tf.GradientTape() as tape:
    y = {}
gradient = tape.gradient(y, x)
print("slope known")
"""
SQUARES = SLOPE.format("tf.reduce_sum(x ** 2)")
ORDERS = """
import tensorflow as tf

x = tf.constant(3.0)
points = tf.constant([[0.1, 0.2], [0.3, -0.4]])


@tf.function
def cube(value):
    with tf.GradientTape() as tape:
        tape.watch(value)
        result = value ** 3 * 3.0
    return tape.gradient(result, value)


with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = tf.sin(x) * x * 3.0
    slope = inner.gradient(y, x)
curvature = outer.gradient(slope, x)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(points)
    mapped = tf.tanh(points) * tf.reduce_sum(points, axis=1, keepdims=True)
jacobian = tape.jacobian(mapped, points)
by_row = tape.batch_jacobian(mapped, points)
traced = cube(x)
"""
CHANGING = """
import sys
import numpy as np
import tensorflow as tf
import helper

tf.config.run_functions_eagerly(True)
tf.keras.backend.set_floatx("float64")
sys.path.insert(0, "/nowhere")
leftover = 1
"""
ASKING = """
import sys
import tensorflow as tf

eagerly, floatx = tf.config.functions_run_eagerly(), tf.keras.backend.floatx()
"""
GRAPH = """
import tensorflow as tf

tf.compat.v1.disable_eager_execution()
"""
WARNED = """
import tensorflow as tf

with tf.GradientTape() as tape:
    for number in range(7):
        tape.watch(tf.constant(number))
"""
WARNED_NAMES = [f"fine_warned_{number}.py" for number in range(4)]
TRUE = ("runs", "flows gradient", "true gradient.shape == (2,)", "prints 1 slope known", "gradients")
FALSE = {
    "none gradient": "tf.Tensor",
    "zero gradient": "tf.Tensor",
    "nan gradient": "tf.Tensor",
    "true len(gradient) == 3": "False; len(gradient) is 2",
    "prints 2 slope known": "printed 1 times",
    "raises ValueError": "ran to its end",
    "flows unknown_name": "NameError: name 'unknown_name' is not defined",
}

# Each by its path below the case; `main.py` files stand for programs of several files.
PROGRAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "good.py": (SQUARES, tuple(f"claim: {claim}" for claim in TRUE)),
    "fine_false.py": (SQUARES, tuple(f"claim: {claim}" for claim in FALSE)),
    "fine_stopped.py": (SLOPE.format("tf.reduce_sum(x * tf.stop_gradient(x))"), ("claim: gradients",)),
    "fine_straight_through.py": (
        SLOPE.format("tf.reduce_sum(x + tf.stop_gradient(tf.round(x) - x)) ** 2"),
        ("claim: gradients",),
    ),
    "fine_lost_part.py": (
        SLOPE.format("tf.reduce_sum(x ** 2) + 0.1 * np.sum(x.numpy() ** 3)"),
        ("claim: gradients",),
    ),
    "fine_lost.py": (SLOPE.format("tf.reduce_sum(tf.constant(x) ** 2)"), ("claim: gradients",)),
    "fine_unseeded.py": (
        SLOPE.format("tf.reduce_sum(x) * np.random.default_rng().uniform()"),
        ("claim: gradients",),
    ),
    "fine_no_query.py": ("import tensorflow as tf\n", ("claim: gradients",)),
    "fine_orders.py": (ORDERS, ("claim: gradients", "claim: true abs(float(traced) - 81.0) < 1e-3")),
    "fine_aborting.py": ("import os\n\nos.abort()\n", ("claim: runs",)),
    "fine_leaving.py": ("import os\n\nos._exit(3)\n", ("claim: runs",)),
    "fine_endless.py": ("while True:\n    pass\n", ("claim: runs", "process: own")),
    "fine_raising.py": ("raise KeyError('spring')\n", ("claim: true 1 == 1",)),
    "fine_unparsable.py": ("def f(:\n", ("claim: raises SyntaxError: invalid syntax",)),
    "fine_1/main.py": (CHANGING, ("claim: true helper.WHO == 'fine_1'", "claim: runs")),
    "fine_2/main.py": (CHANGING, ("claim: true helper.WHO == 'fine_2'", "claim: runs")),
    "fine_3.py": (
        ASKING,
        (
            "claim: true not eagerly and floatx == 'float32'",
            "claim: true 'leftover' not in globals() and 'helper' not in sys.modules",
            "claim: true '/nowhere' not in sys.path",
        ),
    ),
    "fine_graph.py": (GRAPH, ("claim: runs",)),
    "fine_graph_alone.py": (GRAPH, ("claim: runs", "process: own")),
    "fine_older.py": (SQUARES, ("claim: none gradient", "holds: tensorflow<2.0")),
    "fine_silent.py": (SQUARES, ()),
    "fine_glowing.py": (SQUARES, ("claim: glows gradient",)),
    "fine_somehow.py": (SQUARES, ("claim: runs", "holds: somehow")),
    **dict.fromkeys(WARNED_NAMES, (WARNED, ("claim: prints 5 watched tensor must be floating",))),
}


def write(case: Path, name: str) -> Path:
    text, comments = PROGRAMS[name]
    path = case / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "".join(f"\n# {comment}" for comment in comments))
    if name.endswith("main.py"):
        (path.parent / "helper.py").write_text(f"WHO = '{path.parent.name}'\n")
    return path


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Program, Answer]]:
    """What was seen of each program, by its name."""
    case = tmp_path_factory.mktemp("fixtures") / "tfg301_unwatched_tensor" / "case"
    names = {write(case, name).resolve(): name for name in PROGRAMS}
    programs = find(case.parent)
    endless = [program for program in programs if program.entry.stem == "fine_endless"]
    others = [program for program in programs if program not in endless]
    results = [*session.answers(others, 120.0, jobs=2), *session.answers(endless, SECONDS)]
    return {names[program.entry]: (program, answer) for program, answer in results}


def status(answer: Answer, claim: str = "gradients") -> str:
    return next(verdict["status"] for verdict in answer.verdicts if verdict["claim"] == claim)


def text_of(result: tuple[Program, Answer]) -> str:
    return table.render([result])


@needs_tensorflow
def test_true_claims_are_confirmed_and_counted(seen: dict[str, tuple[Program, Answer]]) -> None:
    lines = text_of(seen["good.py"]).splitlines()
    assert lines[2].split() == ["TFG301", "unwatched-tensor", "1", "5", "5", "-", "-"]
    assert len(lines) == 4


@needs_tensorflow
def test_each_false_claim_is_shown_with_what_was_seen(seen: dict[str, tuple[Program, Answer]]) -> None:
    _, answer = seen["fine_false.py"]
    found = {verdict["claim"]: (verdict["status"], verdict["seen"]) for verdict in answer.verdicts}
    assert {claim: what for claim, (what, _) in found.items()} == dict.fromkeys(FALSE, "denied")
    for claim, part in FALSE.items():
        assert part in found[claim][1]
        assert f"claimed: {claim}" in text_of(seen["fine_false.py"])


@needs_tensorflow
def test_what_tensorflow_says_five_times_it_says_to_each_program(seen: dict[str, tuple[Program, Answer]]) -> None:
    assert [text_of(seen[name]) for name in WARNED_NAMES if table.refuted(seen[name][1])] == []


@needs_tensorflow
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("fine_stopped.py", "confirmed"),
        ("fine_straight_through.py", "confirmed"),
        ("fine_orders.py", "confirmed"),
        ("fine_lost_part.py", "denied"),
        ("fine_lost.py", "denied"),
        ("fine_no_query.py", "denied"),
        ("fine_unseeded.py", "skipped"),
    ],
)
def test_gradients_are_compared_with_differences(
    seen: dict[str, tuple[Program, Answer]], name: str, wanted: str
) -> None:
    assert status(seen[name][1]) == wanted
    assert ("skipped: gradients (the program does not repeat itself" in text_of(seen[name])) == (wanted == "skipped")


@needs_tensorflow
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("fine_aborting.py", "the program ended the process with status -6"),
        ("fine_leaving.py", "the program ended the process with status 3"),
        ("fine_endless.py", f"the program did not end within {SECONDS:g} seconds"),
        ("fine_raising.py", "the program ended with KeyError: 'spring'"),
        ("fine_graph.py", "switches eager execution off for good: say `# process: own`"),
        ("fine_silent.py", "the program makes no claim"),
        ("fine_glowing.py", "the program says what cannot be read: glows gradient"),
        ("fine_somehow.py", "the program says what cannot be read: somehow"),
    ],
)
def test_what_is_wrong_with_a_program_is_named(
    seen: dict[str, tuple[Program, Answer]], name: str, what: str
) -> None:
    assert table.refuted(seen[name][1])
    assert what in text_of(seen[name])


@needs_tensorflow
@pytest.mark.parametrize(
    "name", ["fine_unparsable.py", "fine_1/main.py", "fine_2/main.py", "fine_3.py", "fine_graph_alone.py"]
)
def test_programs_do_not_see_each_other(seen: dict[str, tuple[Program, Answer]], name: str) -> None:
    assert not table.refuted(seen[name][1]), text_of(seen[name])


@needs_tensorflow
def test_programs_for_other_versions_are_not_run(seen: dict[str, tuple[Program, Answer]]) -> None:
    assert text_of(seen["fine_older.py"]).splitlines()[2].split()[-1] == "1"


@needs_tensorflow
def test_a_fixture_made_wrong_turns_the_run_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "tfg301_unwatched_tensor" / "case"
    path = write(case, "good.py")
    assert main.run(["TFG3"], [tmp_path]) == 0
    path.write_text(path.read_text().replace("claim: flows", "claim: none"))
    assert main.run(["unwatched-tensor"], [tmp_path]) == 1
    assert "claimed: none gradient" in capsys.readouterr().out


def test_without_tensorflow_there_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "find_spec", lambda name: None)
    assert main.run([]) == 2
    line = (
        "error: verify runs programs in TensorFlow, which is not installed here: pip install tensorflow "
        '(or, in a checkout of tfgraphlint: pip install ".[verify]")\n'
    )
    assert capsys.readouterr().err == line


@needs_tensorflow
def test_unknown_codes_and_paths_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["TFG999"]) == 2
    assert main.run([], [tmp_path / "nothing"]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors == ["error: no fixture belongs to: TFG999", f"error: no such fixture: {tmp_path / 'nothing'}"]


@pytest.mark.parametrize("claim", ["", "glows x", "none", "runs fast", "prints TEXT", "prints 2", "gradients x"])
def test_claims_outside_the_grammar(claim: str) -> None:
    assert unreadable(claim)


@pytest.mark.parametrize("condition", ["keras", "keras => 3", "keras>=3 or tensorflow<2"])
def test_conditions_outside_the_grammar(condition: str) -> None:
    assert unreadable_condition(condition)


# -- fixes and suggestions, each made alone --------------------------------------------------------

LOST = """import numpy as np
import tensorflow as tf

x = tf.Variable([0.5, 1.5])
with tf.GradientTape() as tape:
    y = np.sum(x)  # expect: TFG202
gradient = tape.gradient(tf.convert_to_tensor(y), x)

# claim: none gradient
"""


def offer(case: Path, content: str) -> offers.Offer:
    """An offer that replaces the call in ``LOST``."""
    case.mkdir(parents=True)
    (case / "bad.py").write_text(LOST)
    (program,) = find(case)
    found = next(iter(offers.offers_for(program)))
    fix = replace(found.fix, edits=(Edit(found.diagnostic.span, content),))
    return replace(found, fix=fix, texts=offers.made(found.run, fix))


@needs_tensorflow
def test_an_offer_that_does_not_help_is_named(tmp_path: Path) -> None:
    contents = {
        "tf.reduce_sum(x)": "",
        "tf.stop_gradient(x)": "all is as before: none gradient",
        "tf.reduce_sum(x) * 0.0": "no number comes of it: gradient",
        "tf.reduce_sum(x, axis=3)": "the program ends with",
    }
    made = [
        offer(tmp_path / "tfg202_numpy_call_in_gradient_path" / str(index), content)
        for index, content in enumerate(contents)
    ]
    for (_, objection), wanted in zip(offers.judge(made, 120.0), contents.values()):
        assert objection.startswith(wanted) and bool(objection) == bool(wanted)
