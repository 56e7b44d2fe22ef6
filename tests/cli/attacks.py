"""What the tests of hostile and odd surroundings share: the real command in a process of its own, and a program."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

import tfgraphlint
from tfgraphlint.cli.group import group

SOURCES = Path(tfgraphlint.__file__).parent.parent
# One report (TFG301) with a safe fix, at 4:6.
LOST = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
print(tape.gradient(loss, x))
"""
REPAIRED = LOST.replace("as tape:\n", "as tape:\n    tape.watch(x)\n")
FINE = "import tensorflow as tf\n\nx = tf.constant(1.0)\n"


def tfgraphlint_in(
    directory: Path, *arguments: str, path: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """``python -m tfgraphlint`` with ``directory`` to work in; ``path`` is where modules are looked for besides."""
    return subprocess.run(
        [sys.executable, "-m", "tfgraphlint", *arguments],
        cwd=directory, env=environment(path, **variables), capture_output=True, text=True, errors="surrogateescape",
        timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What came of a run in this process, named as for one in another."""

    returncode: int
    stdout: str
    stderr: str


def quickly_in(directory: Path, *arguments: str) -> Done:
    """The same in this process, where nothing depends on that: it takes a tenth of the time."""
    before = os.getcwd()
    os.chdir(directory)
    try:
        done = CliRunner().invoke(group, list(arguments))
    finally:
        os.chdir(before)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def environment(path: str | None = None, **variables: str) -> dict[str, str]:
    """The environment of such a process, as if it were not in a service that tests commits."""
    left_out = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "FORCE_COLOR", "NO_COLOR")
    known = {name: value for name, value in os.environ.items() if name not in left_out}
    found = os.pathsep.join(filter(None, (str(SOURCES), path)))
    return {**known, "PYTHONPATH": found, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def age(*files: Path) -> None:
    """Make files look old, so that the cache remembers what was found in them."""
    for file in files:
        os.utime(file, (0, 0), follow_symlinks=False)
