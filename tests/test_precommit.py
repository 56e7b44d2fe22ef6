"""The hooks work: ``pre-commit try-repo`` with this checkout, on a repository of somebody's."""

from __future__ import annotations

import os
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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments of hooks; both hooks share one."""
    return tmp_path_factory.mktemp("cache")


def try_hook(hook: str, repository: Path, cache: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    environment["PRE_COMMIT_HOME"] = str(cache)
    return subprocess.run(
        ["pre-commit", "try-repo", str(repository), hook, "--all-files", "--color=never"],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "train.py").write_text(PROGRAM)
    (tmp_path / "broken.txt").write_text("def f(:\n")
    git(tmp_path, "add", "--all")
    return tmp_path


def test_the_hook_reports(repository: Path, cache: Path, project: Path) -> None:
    done = try_hook("tfgraphlint", repository, cache, project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "TFG301" in done.stdout
    assert (project / "train.py").read_text() == PROGRAM
    (project / "train.py").write_text("x = 1\n")
    assert try_hook("tfgraphlint", repository, cache, project).returncode == 0
    (project / "train.py").write_text("def f(:\n")
    assert "TFG900" in try_hook("tfgraphlint", repository, cache, project).stdout


def test_the_hook_leaves_out_what_the_configuration_excludes(repository: Path, cache: Path, project: Path) -> None:
    (project / "tfgraphlint.toml").write_text('extend-exclude = ["train.py"]\n')
    git(project, "add", "--all")
    assert try_hook("tfgraphlint", repository, cache, project).returncode == 0


def test_the_fixing_hook_repairs(repository: Path, cache: Path, project: Path) -> None:
    fine = PROGRAM.replace("    loss", "    tape.watch(x)\n    loss")
    (project / "train.py").write_text(fine.replace("[1.0, 2.0])\n", "[1.0, 2.0])  # tfgraphlint: ignore[TFG202]\n"))
    done = try_hook("tfgraphlint-fix", repository, cache, project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (project / "train.py").read_text() == fine
    assert try_hook("tfgraphlint-fix", repository, cache, project).returncode == 0
