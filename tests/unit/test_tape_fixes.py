"""Repairs around the block of a tape: what is watched, moved, asked once; comments and rows; what is declined."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Applicability
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, lint
from tfgraphlint.run.repair import repair

HEAD = """import tensorflow as tf

w = tf.Variable(2.0)
b = tf.Variable(1.0)
"""
CALL = "\n\nstep(tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0]))\n"


def repaired(directory: Path, body: str, unsafe: bool = True) -> tuple[str, list[str], list[Applicability]]:
    """The body of ``step(x, y)`` after repairs, what is still reported, and how sure the fixes were."""
    file = directory / "program.py"
    rows = "".join(f"    {row}\n" if row else "\n" for row in body.strip("\n").split("\n"))
    start = f"{HEAD}\n\ndef step(x, y):\n"
    file.write_text(f"{start}{rows}{CALL}")
    run = lint(Request(directory, {file: Settings(directory)}, roots=[directory]))
    assert not run.errors
    result = repair(run, unsafe)
    assert not result.dropped
    text = result.changed[file].text if file in result.changed else file.read_text()
    kept = text[len(start) : -len(CALL)]
    shown = "\n".join(row.removeprefix("    ") for row in kept.split("\n"))
    kinds = [each.fix.applicability for each in run.diagnostics if each.fix is not None]
    return shown, [each.code for each in result.run.diagnostics], kinds


REPAIRS = {
    "two sources": (
        """
with tf.GradientTape() as tape:  # records
    # the product
    z = x * y
return tape.gradient(z, [x, y])""",
        """
with tf.GradientTape() as tape:  # records
    tape.watch(x)
    tape.watch(y)
    # the product
    z = x * y
return tape.gradient(z, [x, y])""",
    ),
    "a list of sources": (
        """
sources = [x, y]
with tf.GradientTape() as tape:
    z = x * y
return tape.gradient(z, sources)""",
        """
sources = [x, y]
with tf.GradientTape() as tape:
    tape.watch(sources)
    z = x * y
return tape.gradient(z, sources)""",
    ),
    "bound in the block": (
        """
with tf.GradientTape() as tape:
    x = tf.cast(x, tf.float32)
    x = tf.reshape(x, [-1])
    z = x * x
return tape.gradient(z, x)""",
        """
with tf.GradientTape() as tape:
    x = tf.cast(x, tf.float32)
    x = tf.reshape(x, [-1])
    tape.watch(x)
    z = x * x
return tape.gradient(z, x)""",
    ),
    "a block on one row": (
        """
with tf.GradientTape() as tape: z = x * x
return tape.gradient(z, x)""",
        """
with tf.GradientTape() as tape:
    tape.watch(x)
    z = x * x
return tape.gradient(z, x)""",
    ),
    "a tape made before": (
        """
tape = tf.GradientTape()
with tape:
    z = x * x
return tape.gradient(z, x)""",
        """
tape = tf.GradientTape()
with tape:
    tape.watch(x)
    z = x * x
return tape.gradient(z, x)""",
    ),
    "a late watch with its comments": (
        """
with tf.GradientTape() as tape:
    z = x * x

    # from here on
    tape.watch(x)  # late
return tape.gradient(z, x)""",
        """
with tf.GradientTape() as tape:
    # from here on
    tape.watch(x)  # late
    z = x * x
return tape.gradient(z, x)""",
    ),
    "three questions": (
        """
with tf.GradientTape() as tape:
    z = tf.reduce_sum(w * x + b)
    more = z * 2.0
first = tape.gradient(z, w)
second = tape.gradient(z, b)
return first, second""",
        """
with tf.GradientTape() as tape:
    z = tf.reduce_sum(w * x + b)
    more = z * 2.0
first, second = tape.gradient(z, [w, b])
return first, second""",
    ),
    "a comment between questions": (
        """
with tf.GradientTape(False) as tape:
    z = tf.reduce_sum(w * x + b)
first = tape.gradient(z, w)
# now the other one
second = tape.gradient(z, b)
return first, second""",
        """
with tf.GradientTape(True) as tape:
    z = tf.reduce_sum(w * x + b)
first = tape.gradient(z, w)
# now the other one
second = tape.gradient(z, b)
return first, second""",
    ),
    "before and behind the block": (
        '''
# the product
p = w * x  # of two
with tf.GradientTape() as tape:
    z = tf.reduce_sum(p)

    # done
# the half
print("""
kept
""")
z = (
    z
    / 2.0
)
return tape.gradient(z, w)''',
        '''
with tf.GradientTape() as tape:
    # the product
    p = w * x  # of two
    z = tf.reduce_sum(p)

    # done
    # the half
    print("""
kept
""")
    z = (
        z
        / 2.0
    )
return tape.gradient(z, w)''',
    ),
    "behind the watches": (
        """
p = w * x
with tf.GradientTape() as tape:
    tape.watch(x)
    z = tf.reduce_sum(p)
return tape.gradient(z, x)""",
        """
with tf.GradientTape() as tape:
    tape.watch(x)
    p = w * x
    z = tf.reduce_sum(p)
return tape.gradient(z, x)""",
    ),
    "a call over several rows": (
        """
with tf.GradientTape(
    persistent=True,
    watch_accessed_variables=False,
) as tape:
    z = tf.reduce_sum(w * x)
return tape.gradient(z, w)""",
        """
with tf.GradientTape(
    persistent=True,
    watch_accessed_variables=False,
) as tape:
    tape.watch(w)
    z = tf.reduce_sum(w * x)
return tape.gradient(z, w)""",
    ),
}


@pytest.mark.parametrize("case", REPAIRS)
def test_the_block_is_repaired(case: str, tmp_path: Path) -> None:
    before, after = REPAIRS[case]
    text, left, _ = repaired(tmp_path, before)
    assert text.strip("\n") == after.strip("\n")
    assert left == []


DECLINED = {
    "bound anew behind the block": """
with tf.GradientTape() as tape:
    z = x * x
old = x
x = x + 1.0
return tape.gradient(z, old)""",
    "bound by a comprehension": """
with tf.GradientTape(persistent=True) as tape:
    z = x * y
return [tape.gradient(z, each) for each in (x, y)]""",
    "a watch under a condition": """
with tf.GradientTape() as tape:
    z = x * x
    if True:
        tape.watch(x)
return tape.gradient(z, x)""",
    "another question of the tape between": """
with tf.GradientTape(persistent=True) as tape:
    z = w * x
first = tape.gradient(z, w)
total = tf.reduce_sum(z)
return first, tape.gradient(total, w)""",
}


@pytest.mark.parametrize("case", DECLINED)
def test_what_is_not_certain_is_left(case: str, tmp_path: Path) -> None:
    text, left, kinds = repaired(tmp_path, DECLINED[case])
    assert text.rstrip("\n") == DECLINED[case].strip("\n")
    assert left and not kinds


def test_swaps_beside_comments_are_unsafe(tmp_path: Path) -> None:
    body = """
with tf.GradientTape() as tape:
    z = tf.reduce_sum(w * x)
return tape.gradient(
    w,  # by what
    z,
)"""
    _, left, kinds = repaired(tmp_path, body, unsafe=False)
    assert (left, kinds) == (["TFG306"], [Applicability.UNSAFE])
