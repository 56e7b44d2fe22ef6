"""The hooks work: ``pre-commit try-repo`` with this checkout, on a repository of somebody's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import tfgraphlint

pytest.importorskip("pre_commit")

CHECKOUT = Path(tfgraphlint.__file__).parent.parent
PROGRAM = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
print(tape.gradient(loss, x))
"""


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with everything that is here now, committed: pre-commit installs a commit."""
    there = tmp_path_factory.mktemp("tfgraphlint")
    for name in ("tfgraphlint", "rules", "fixtures"):
        shutil.copytree(CHECKOUT / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(CHECKOUT / name, there / name)
    git(there, "init", "--quiet")
    git(there, "add", "--all")
    git(there, "commit", "--quiet", "--message", "All")
    return there


def try_hooks(repository: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Both hooks, one after the other. Every ``try-repo`` makes an environment, which takes most of the time."""
    return run_pre_commit(directory, "try-repo", str(repository), "--all-files", "--verbose", "--color=never")


def run_pre_commit(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pre-commit, with a cache of its own and without what this process was started with."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    environment["PRE_COMMIT_HOME"] = str(directory.parent / "cache")
    return subprocess.run(
        ["pre-commit", *arguments], cwd=directory, env=environment, capture_output=True, text=True, timeout=600
    )


def test_the_hooks_report_and_repair(repository: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    texts = {
        "train.py": PROGRAM,
        "generated.py": PROGRAM,
        "broken.txt": "def f(:\n",
        "tfgraphlint.toml": 'extend-exclude = ["generated.py"]\n',
    }
    for name, text in texts.items():
        (project / name).write_text(text)
    git(project, "init", "--quiet")
    git(project, "add", "--all")

    done = try_hooks(repository, project)
    assert done.returncode == 1, done.stdout + done.stderr
    _, reporting, fixing = re.split(r"^tfgraphlint(?: --fix)?\.+Failed$", done.stdout, flags=re.MULTILINE)
    assert "TFG301" in reporting
    assert "files were modified" not in reporting
    assert "files were modified by this hook" in fixing
    assert "generated.py" not in done.stdout
    repaired = PROGRAM.replace("    loss", "    tape.watch(x)\n    loss")
    assert {name: (project / name).read_text() for name in texts} == {**texts, "train.py": repaired}

    git(project, "add", "--all")
    done = try_hooks(repository, project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^tfgraphlint.*\.(\w+)$", done.stdout, re.MULTILINE) == ["Passed", "Passed"]


def test_a_tagged_clone_is_used_as_the_documentation_says(repository: Path, tmp_path: Path) -> None:
    tag = f"v{tfgraphlint.__version__}"
    git(repository, "tag", "--force", tag)
    page = (CHECKOUT / "docs" / "ci.md").read_text(encoding="utf-8")
    (snippet,) = [text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if f"rev: {tag}" in text]
    project = tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text(PROGRAM)
    config = re.sub(r"repo: \S+", f"repo: {repository}", snippet)
    (project / ".pre-commit-config.yaml").write_text(config)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    done = run_pre_commit(project, "run", "--all-files", "--color=never")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "TFG301" in done.stdout
