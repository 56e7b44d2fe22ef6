"""Texts on which a regular expression could go back again and again: they are read, in a process that may not run long.

The limit is far above what any of them takes, and far below what it would take if the time grew as the square.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource")
SOURCES = Path(__file__).parents[2]
MOST_SECONDS = 40  # of the processor, with the start
TF = "import tensorflow as tf\ntf.GradientTape\nx = tf.ones(3)\n"
# What each file of a project holds. The numbers are those that took minutes.
PROJECTS: dict[str, dict[str, str]] = {
    "imports in one row": {"a.py": "s = '" + "import " * 60_000 + "'\n"},
    "imports that never close": {"a.py": TF + "s = '''\n" + "from tensorflow import (\n" * 20_000 + "'''\n"},
    "dots of an import": {"a.py": TF + "s = '''\nfrom " + "." * 60_000 + "\nfrom " + " " * 60_000 + "x\n'''\n"},
    "comments that silence": {"a.py": TF + "y = x  # " + "tfgraphlint:ignore[" * 50_000 + "\n"},
    "comments that silence, with marks": {"a.py": TF + "y = x  " + "# tfgraphlint: ignore[" * 50_000 + "\n"},
    "comments of other tools": {"a.py": TF + "y = x  " + "# noqa " * 10_000 + "\n"},
    "spaces of a comment": {"a.py": TF + "y = x  #" + " " * 100_000 + "x\n" + "#" * 50_000 + "\n"},
    "requirements": {"a.py": TF, "setup.py": '"tensorflow[' * 60_000 + "\n"},
    "spaces of a requirement": {"a.py": TF, "setup.py": '"tensorflow' + " " * 60_000 + "x\n"},
    "commands": {"a.py": TF, "setup.py": "console_scripts = [" + "a" * 60_000 + "\n" + "console_scripts:" * 9_000},
    "empty rows": {"a.py": TF, "setup.cfg": "\n" * 100_000 + "x\n"},
    "a format": {"a.py": TF + "y = '%" + "0" * 60_000 + "' % x\n"},
    "names of arguments": {"a.py": TF + "y = f(" + ", ".join(f"a{i}=x" for i in range(5_000)) + ")\n"},
}


@pytest.mark.parametrize("what", PROJECTS)
def test_hostile_texts_come_to_an_end(tmp_path: Path, what: str) -> None:
    for name, text in PROJECTS[what].items():
        (tmp_path / name).write_text(text)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))

    done = subprocess.run(
        [sys.executable, "-m", "tfgraphlint", "--no-cache", "a.py"], cwd=tmp_path, preexec_fn=limit, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, capture_output=True,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
