"""From paths to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.project.discover import discover, ignored_codes
from tfgraphlint.project.globs import spec
from tfgraphlint.project.settings import Finder, Settings


def make(directory: Path, *names: str) -> None:
    for name in names:
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")


def found(directory: Path, *paths: str) -> list[str]:
    discovered = discover(paths or (".",), Finder(directory))
    assert discovered.errors == []
    return [str(file.relative_to(directory)) for file in discovered.files]


def test_a_directory_stands_for_the_python_files_below(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a.py", "pkg/c.py", "pkg/notes.txt", "pkg/data.pyc")
    assert found(tmp_path) == ["a.py", "b.py", "pkg/c.py"]


@pytest.mark.parametrize("folder", [".venv", "venv", ".git", "node_modules", "build", "__pycache__", "site-packages"])
def test_what_is_not_the_users_own_is_left_out(tmp_path: Path, folder: str) -> None:
    make(tmp_path, "a.py", f"{folder}/b.py", f"deep/{folder}/c.py")
    assert found(tmp_path) == ["a.py"]


def test_what_is_named_is_linted_all_the_same(tmp_path: Path) -> None:
    make(tmp_path, "build/a.py", "venv/b.py", "script")
    (tmp_path / ".gitignore").write_text("script\nbuild/\n")
    assert found(tmp_path, "build/a.py", "venv", "script") == ["build/a.py", "script", "venv/b.py"]


def test_gitignore_files_count_at_every_level(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "old.py", "gen/b.py", "pkg/c.py", "pkg/old.py", "pkg/keep/d.py", "top.py", "pkg/top.py")
    (tmp_path / ".gitignore").write_text("old.py\ngen/\n/top.py\n")
    (tmp_path / "pkg" / ".gitignore").write_text("!old.py\nkeep/*\n")
    assert found(tmp_path) == ["a.py", "pkg/c.py", "pkg/old.py", "pkg/top.py"]


def test_gitignore_files_above_count_within_a_repository(tmp_path: Path) -> None:
    make(tmp_path, ".git/config", "src/a.py", "src/gen.py")
    (tmp_path / ".gitignore").write_text("gen.py\n")
    assert found(tmp_path, "src") == ["src/a.py"]
    assert found(tmp_path / "src") == ["a.py"]


def test_include_and_exclude(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "tests/b.py", "pkg/tests/c.py", "pkg/gen_x.py", "run.pyw")
    (tmp_path / "tfgraphlint.toml").write_text('include = ["*.py", "*.pyw"]\nexclude = ["pkg/tests", "gen_*.py"]\n')
    assert found(tmp_path) == ["a.py", "run.pyw", "tests/b.py"]
    assert found(tmp_path / "pkg", ".") == []


def test_extend_exclude_adds_to_the_defaults(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.py", "venv/c.py")
    (tmp_path / "tfgraphlint.toml").write_text('extend-exclude = ["b.py"]\n')
    assert found(tmp_path) == ["a.py"]


def test_named_files_are_left_out_on_request(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "gen/b.py", "deep/gen/c.py", "venv/d.py")
    (tmp_path / "tfgraphlint.toml").write_text('extend-exclude = ["gen"]\n')
    named = ("a.py", "gen/b.py", "deep/gen/c.py", "venv/d.py")
    assert len(discover(named, Finder(tmp_path)).files) == 4
    assert [file.name for file in discover(named, Finder(tmp_path), force_exclude=True).files] == ["a.py"]


def test_patterns_are_expanded(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "pkg/b.py", "pkg/deep/c.py")
    assert found(tmp_path, "**/*.py") == ["a.py", "pkg/b.py", "pkg/deep/c.py"]
    assert found(tmp_path, "pkg/*") == ["pkg/b.py", "pkg/deep/c.py"]


def test_a_name_with_brackets_is_a_name_first(tmp_path: Path) -> None:
    make(tmp_path, "a[1].py", "a1.py")
    assert found(tmp_path, "a[1].py") == ["a[1].py"]


def test_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "pkg/a.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "pkg" / "a.py")
    assert found(tmp_path, "pkg", "pkg/a.py", "./pkg/../pkg/a.py", "link.py") == ["pkg/a.py"]


def test_what_is_not_there_is_said_and_the_rest_found(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    discovered = discover(("missing.py", "a.py", "x*.py"), Finder(tmp_path))
    assert [file.name for file in discovered.files] == ["a.py"]
    assert [str(error) for error in discovered.errors] == [
        "missing.py: there is no such file or directory",
        "x*.py: there is no such file or directory",
    ]


def test_the_nearest_configuration_governs_each_file(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "sub/b.py")
    (tmp_path / "tfgraphlint.toml").write_text('select = ["TFG3"]\n')
    (tmp_path / "sub" / "pyproject.toml").write_text('[tool.tfgraphlint]\nselect = ["TFG2"]\n')
    discovered = discover((".",), Finder(tmp_path))
    assert [settings.select for settings in discovered.files.values()] == [("TFG3",), ("TFG2",)]


def test_a_broken_configuration_costs_only_what_it_governs(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "sub/b.py", "sub/deep/c.py")
    (tmp_path / "sub" / "pyproject.toml").write_text("[tool\n")
    discovered = discover((".",), Finder(tmp_path))
    assert [file.name for file in discovered.files] == ["a.py"]
    assert len(discovered.errors) == 1
    assert "pyproject.toml: not valid TOML" in str(discovered.errors[0])


def test_per_file_ignores(tmp_path: Path) -> None:
    settings = Settings(tmp_path, per_file_ignores=(("tests/**", ("TFG2",)), ("*_old.py", ("TFG301",))))
    assert list(ignored_codes(tmp_path / "tests" / "a.py", settings)) == ["TFG2"]
    assert list(ignored_codes(tmp_path / "deep" / "a_old.py", settings)) == ["TFG301"]
    assert list(ignored_codes(tmp_path / "a.py", settings)) == []


def test_many_patterns_are_read_once_for_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a cache of patterns may hold, so that each would be read again for each file."""
    excludes = tuple(f"gen/old_{number}_*" for number in range(300))
    ignores = tuple((f"q/*_{number}.py", ("TFG2",)) for number in range(300))
    settings = Settings(tmp_path, extend_exclude=excludes, per_file_ignores=ignores)
    make(tmp_path, *(f"{folder}/f{number}.py" for folder in "pqr" for number in range(10)))
    made: list[str] = []
    monkeypatch.setattr(Finder, "find", lambda finder, directory: settings)
    monkeypatch.setattr("tfgraphlint.project.discover.spec", lambda lines: made.extend(lines) or spec(lines))
    files = found(tmp_path)
    assert len(files) == 30
    assert not any(list(ignored_codes(tmp_path / file, settings)) for file in files)
    assert len(made) < 5 * len(excludes + ignores)
