"""Configuration: where it is found, what it may say, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Severity
from tfgraphlint.errors import SettingsError
from tfgraphlint.project.settings import Finder, Overrides, Settings, check_codes
from tfgraphlint.project.settings_text import as_toml
from tfgraphlint.rule_api.registry import Entry, shipped

ENTRIES = (
    Entry("TFG201", "numpy-method-in-gradient-path"),
    Entry("TFG202", "numpy-call-in-gradient-path"),
    Entry("TFG301", "unwatched-tensor"),
    Entry("TFG900", "unparsable-file"),
)


def test_the_nearest_one_up_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.tfgraphlint]\nselect = ["TFG2"]\ntensorflow = "2.15"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    settings = Finder(tmp_path).find(inner)
    assert (settings.select, settings.tensorflow) == (("TFG2",), "2.15")
    assert settings.origin == tmp_path / "pyproject.toml"
    (tmp_path / "a" / "tfgraphlint.toml").write_text('keras = "3.5"\n')
    assert Finder(tmp_path).find(inner).keras == "3.5"
    (tmp_path / "a" / "tfgraphlint.toml").write_text("keras = 2\n")
    assert Finder(tmp_path).find(inner).meant_for == "2.15"


def test_our_own_file_goes_first(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.tfgraphlint]\nignore = ["TFG2"]\n')
    (tmp_path / "tfgraphlint.toml").write_text('ignore = ["TFG3"]\n')
    assert Finder(tmp_path).find(tmp_path).ignore == ("TFG3",)


def test_a_named_file_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "tfgraphlint.toml").write_text('ignore = ["TFG3"]\n')
    other = tmp_path / "other.toml"
    other.write_text('[tool.tfgraphlint]\nignore = ["TFG2"]\n')
    assert Finder(tmp_path, config=other).find(tmp_path).ignore == ("TFG2",)
    assert Finder(tmp_path, isolated=True).find(tmp_path).ignore == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('selct = ["TFG2"]', "unknown key 'selct'; did you mean 'select'?"),
        ("per_file_ignores = {}", "unknown key 'per_file_ignores'; did you mean 'per-file-ignores'?"),
        ('select = "TFG2"', "select is a list of strings, found 'TFG2'"),
        ("exclude = [1]", "exclude is a list of strings, found [1]"),
        ("keras = 2.5", 'keras is a version as a string, like "2.16", found 2.5'),
        ("keras = true", "keras is a version"),
        ("each-tf1-symbol = 1", "each-tf1-symbol is true or false, found 1"),
        ("tensorflow = 2.16", 'tensorflow is a version as a string, like "2.16", found 2.16'),
        ('per-file-ignores = {a = "TFG2"}', "per-file-ignores is a table from file patterns to lists of codes"),
        ("severity = {TFG2 = 'bad'}", "severity is a table from codes, prefixes or names to \"error\" or \"warning\""),
        ("severity = 'error'", "severity is a table from codes"),
        ("fail-on = 'never'", "fail-on is \"error\" or \"warning\", found 'never'"),
        ("baseline = 1", "baseline is a string, found 1"),
        ("extend = 1", "extend is the name of a configuration file, found 1"),
        ("extend = 'none.toml'", "extend: there is no file "),
        ("extend = 'tfgraphlint.toml'", "extend leads in a circle: "),
        ("extnd = 'a.toml'", "unknown key 'extnd'; did you mean 'extend'?"),
        ("select = [", "not valid TOML"),
        ("\ufffe = 1\n'", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "tfgraphlint.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Finder(tmp_path).find(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# \xff\n")
    with pytest.raises(SettingsError, match="pyproject.toml: not UTF-8"):
        Finder(tmp_path).find(tmp_path)


def test_a_named_file_has_to_be_of_use(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such configuration file"):
        Finder(tmp_path, config=tmp_path / "none.toml").find(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(SettingsError, match=r"no \[tool.tfgraphlint\] in it"):
        Finder(tmp_path, config=tmp_path / "pyproject.toml").find(tmp_path)


@pytest.mark.parametrize(
    ("select", "ignore", "extend", "codes"),
    [
        (("ALL",), (), (), {"TFG201", "TFG202", "TFG301", "TFG900"}),
        (("TFG2",), (), (), {"TFG201", "TFG202"}),
        (("tfg301", "unparsable-file"), (), (), {"TFG301", "TFG900"}),
        (("ALL",), ("TFG2",), (), {"TFG301", "TFG900"}),
        (("ALL", "TFG201"), ("TFG2",), (), {"TFG201", "TFG301", "TFG900"}),
        (("TFG2",), ("numpy-method-in-gradient-path",), (), {"TFG202"}),
        (("TFG201",), ("TFG201",), (), set()),
        (("TFG2",), (), ("TFG301",), {"TFG201", "TFG202", "TFG301"}),
    ],
)
def test_selection(select: tuple[str, ...], ignore: tuple[str, ...], extend: tuple[str, ...], codes: set[str]) -> None:
    settings = Settings(Path("/"), select=select, ignore=ignore, extend_select=extend)
    assert settings.selected(ENTRIES) == codes


def test_the_command_line_goes_over_the_file() -> None:
    settings = Settings(Path("/"), select=("TFG2",), ignore=("TFG202",))
    assert Overrides().over(settings).selected(ENTRIES) == {"TFG201"}
    assert Overrides(select=("TFG202",)).over(settings).selected(ENTRIES) == {"TFG202"}
    assert Overrides(extend_select=("TFG9",)).over(settings).selected(ENTRIES) == {"TFG201", "TFG900"}
    assert Overrides(ignore=("TFG201",)).over(settings).selected(ENTRIES) == set()


@pytest.mark.parametrize(
    ("settings", "overrides", "said"),
    [
        ({"select": ("TFG999",)}, {}, "/c.toml: select: no rule has the code or name 'TFG999'; did you mean 'TFG900'?"),
        ({"ignore": ("unwatched-tensors",)}, {}, "did you mean 'unwatched-tensor'?"),
        ({"per_file_ignores": (("a.py", ("TFG7",)),)}, {}, "per-file-ignores of 'a.py'"),
        ({}, {"select": ("E501",)}, "--select: no rule has the code or name 'E501'"),
        ({}, {"ignore": ("",)}, "--ignore: no rule has the code or name ''"),
    ],
)
def test_an_unknown_code_is_named(
    settings: dict[str, tuple[str, ...]], overrides: dict[str, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        check_codes(Settings(Path("/"), Path("/c.toml"), **settings), Overrides(**overrides), ENTRIES)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("tensorflow", "keras", "version"),
    [("", "", ""), ("2.16", "", "2.16"), ("", "2", "2.15"), ("", "3", ""), ("2.16", "2", "2.15"), ("2.9", "2", "2.9")],
)
def test_the_version_that_is_meant(tensorflow: str, keras: str, version: str) -> None:
    assert Settings(Path("/"), tensorflow=tensorflow, keras=keras).meant_for == version


def test_rules_are_known_by_their_files() -> None:
    assert Entry("TFG900", "unparsable-file") in shipped()


def test_extend_takes_over_what_another_file_says(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "base.toml").write_text(
        'select = ["TFG2"]\nignore = ["TFG202"]\nextend-exclude = ["a"]\nbaseline = "known.json"\n'
        '[per-file-ignores]\n"x" = ["TFG2"]\n"y" = ["TFG3"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.tfgraphlint]\nextend = "shared/base.toml"\nselect = ["ALL"]\nextend-exclude = ["b"]\n'
        '[tool.tfgraphlint.per-file-ignores]\n"y" = ["TFG9"]\n'
    )
    settings = Finder(tmp_path).find(tmp_path)
    assert (settings.select, settings.ignore, settings.extend_exclude) == (("ALL",), ("TFG202",), ("a", "b"))
    assert settings.per_file_ignores == (("x", ("TFG2",)), ("y", ("TFG9",)))
    assert settings.directory == tmp_path
    assert settings.baseline_file == tmp_path / "shared" / "known.json"


def test_what_is_wrong_in_an_extended_file_is_said_of_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("selct = []\n")
    (tmp_path / "tfgraphlint.toml").write_text('extend = "base.toml"\n')
    with pytest.raises(SettingsError) as caught:
        Finder(tmp_path).find(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'base.toml'}: unknown key 'selct'; did you mean 'select'?"
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    (tmp_path / "tfgraphlint.toml").write_text('extend = "pyproject.toml"\n')
    with pytest.raises(SettingsError, match=r"there is no \[tool.tfgraphlint\] in "):
        Finder(tmp_path).find(tmp_path)


def test_the_more_specific_severity_counts() -> None:
    settings = Settings(Path("/"), severity=(("TFG202", Severity.ERROR), ("TFG2", Severity.WARNING)))
    assert settings.severity_of("TFG202", ENTRIES) is Severity.ERROR
    assert settings.severity_of("TFG201", ENTRIES) is Severity.WARNING
    assert settings.severity_of("TFG301", ENTRIES) is None


def test_settings_are_shown_as_what_would_bring_them_about(tmp_path: Path) -> None:
    file = tmp_path / "tfgraphlint.toml"
    file.write_text(
        'select = ["TFG2"]\ntensorflow = "2.16"\nfail-on = "error"\n'
        '[severity]\nTFG2 = "warning"\n[per-file-ignores]\n"t/*" = ["TFG3"]\n'
    )
    before = Finder(tmp_path).find(tmp_path)
    text = as_toml(before, ["a.py", "b.py"])
    assert text.startswith(f"# settings for a.py and 1 more\n# from {file}\nselect = [")
    file.write_text(text)
    assert Finder(tmp_path).find(tmp_path) == before
    assert as_toml(Settings(tmp_path), ["a.py"]).startswith("# settings for a.py\n# from no configuration file")
