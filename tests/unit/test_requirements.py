"""The TensorFlow that a project is made for, by its requirements: certain or any."""

from __future__ import annotations

from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from tfgraphlint.names.version_values import Version
from tfgraphlint.project import requirements
from tfgraphlint.project.requirements import Requirements, required, sets_legacy_keras
from tfgraphlint.project.settings import Finder

ANY = ""


def of(folder: Path, files: dict[str, str]) -> str | None:
    for name, text in files.items():
        (folder / name).write_text(text)
    return required(folder, list(files))


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("tensorflow", ANY),
        ("tensorflow>=2.10", ANY),
        ("tensorflow~=2.15", ANY),
        ("tensorflow>=2.15.0rc1", ANY),
        ("tensorflow @ https://example.org/tensorflow-2.15.whl", ANY),
        ("tensorflow==2.15.*", "2.15"),
        ("tensorflow~=2.15.0", "2.15"),
        ("tensorflow<2.16", "2.15"),
        ("tensorflow <=2.15", "2.15"),
        ("tensorflow >=2.4, <2.16, !=2.7.*", "2.15"),
        ("tensorflow>=2.16,<2.18", "2.17"),
        ("tensorflow_gpu == 2.4.1  # CUDA 11", "2.4"),
        ("tensorflow[and-cuda]==2.17.0 --hash=sha256:ab", "2.17"),
        ("tensorflow-cpu==2.12.0 ; python_version < '3.9'", "2.12"),
        ("tensorflow==2.9.1; sys_platform == 'linux'\ntensorflow-macos==2.10; sys_platform == 'darwin'", "2.10"),
        ("tensorflow<2", "1.15"),
        ("tensorflow==1.13.1", "1.13"),
        ("keras<3", "2.15"),
        ("keras==2.11.0\ntensorflow>=2.4", "2.15"),
        ("keras>=3", ANY),
        ("numpy<2\ntensorflow-probability<0.5", None),
        ("# tensorflow<2", None),
    ],
)
def test_requirements_txt(tmp_path: Path, line: str, version: str | None) -> None:
    assert of(tmp_path, {"requirements.txt": f"numpy\n{line}\nscipy\n"}) == version


NUMBERS = (
    "2", "1.15", "2.0", "2.10", "2.15", "2.15.0", "2.15.1", "2.15.0.0", "v2.15", "0!2.15", "2.15rc0", "2.15.0rc1",
    "2.15.0a1", "2.15.0-beta2", "2.16.0.dev1", "2.15.0.post1", "2.15.1.post1", "2.15.0+cu12",
)  # fmt: skip
CLAUSES = [o + number for o in ("<", "<=", ">", ">=", "!=", "~=", "==") for number in NUMBERS]
CLAUSES += [operator + prefix for operator in ("==", "!=") for prefix in ("2.*", "2.15.*", "2.15.1.*")]


def test_releases_are_those_that_packaging_allows() -> None:
    """Where ``==`` or ``~=`` names what is beside a release, that one is meant: a pin of 2.15.0rc1 is for 2.15."""
    specifiers = pytest.importorskip("packaging.specifiers")
    releases = {release: ".".join(map(str, release)) for release in requirements._RELEASES}
    ours = {clause: requirements._releases(clause) for clause in CLAUSES}
    theirs = {}
    for clause in CLAUSES:
        with suppress(specifiers.InvalidSpecifier):
            allowed = specifiers.SpecifierSet(clause)
            theirs[clause] = {release for release, written in releases.items() if allowed.contains(written)}
    assert len(theirs) > 100
    other = {clause for clause, allowed in theirs.items() if ours[clause] != allowed}
    assert other == {"==2.15rc0", "==2.15.0rc1", "==2.15.0a1", "==2.15.0-beta2", "==2.16.0.dev1", "==2.15.0.post1",
                     "==2.15.1.post1", "==2.15.0+cu12", "~=2.15.0.post1", "~=2.15.1.post1"}  # fmt: skip
    for one, two in product(theirs.keys() - other, repeat=2):
        assert requirements._releases(f"{one},{two}") == theirs[one] & theirs[two]


def test_versions_are_ordered_as_packaging_does() -> None:
    version = pytest.importorskip("packaging.version")
    for release, number in product(("2.14.1", "2.15.0", "2.15.1", "2.16.0"), filter(lambda n: "!" not in n, NUMBERS)):
        ours, theirs = (kind(release) < kind(number) for kind in (Version, version.Version))
        assert (ours, Version(release) == number) == (theirs, version.Version(release) == version.Version(number))


PROJECT = '[project]\ndependencies = ["numpy", "tensorflow>=2.10,<2.16"]\n'
EXTRAS = '[project.optional-dependencies]\na = ["tensorflow==2.12"]\nb = ["tensorflow==2.13"]\n'
LOCK = '[[package]]\nname = "tensorflow"\nversion = "2.15.1"\nsource = {}\n'


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"pyproject.toml": PROJECT}, "2.15"),
        ({"pyproject.toml": PROJECT + EXTRAS}, "2.15"),
        ({"pyproject.toml": EXTRAS}, "2.13"),
        ({"pyproject.toml": '[dependency-groups]\ntest = ["tensorflow==2.14", {include-group = "a"}]'}, "2.14"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.9"\ntensorflow = "~2.15"'}, "2.15"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ntensorflow = {version = "2.14.*", optional = true}'}, "2.14"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ntensorflow = "^2.15"'}, ANY),
        ({"pyproject.toml": "tensorflow = ["}, None),
        ({"pyproject.toml": '[tool.other]\nx = "tensorflow==2.1"'}, None),
        ({"uv.lock": LOCK, "pyproject.toml": '[project]\ndependencies = ["tensorflow>=2.10"]'}, "2.15"),
        ({"poetry.lock": LOCK}, "2.15"),
        ({"Pipfile.lock": '{"default": {"tensorflow-cpu": {"hashes": ["x"], "version": "==2.11.0"}}}'}, "2.11"),
        ({"setup.py": 'setup(install_requires=["numpy", "tensorflow>=2.2,<2.16"])'}, "2.15"),
        ({"setup.py": 'setup(install_requires=["tensorflow"], extras_require={"tf1": "tensorflow<2"})'}, ANY),
        ({"setup.py": 'setup(extras_require={"tensorflow": ["tensorflow>=2.7,<=2.11"]})'}, "2.11"),
        ({"setup.py": 'extras = {"tensorflow": ["tensorflow<2.15"], "all": ["tensorflow<2.15", "torch"]}'}, "2.14"),
        ({"setup.py": 'setup(keywords=["keras", "tensorflow"], install_requires="tensorflow==2.9")'}, "2.9"),
        ({"setup.py": 'has = find_spec("tensorflow")\nneeds = ["tensorflow<2.16; python_version < \'3.12\'"]'}, "2.15"),
        ({"setup.cfg": "[options]\ninstall_requires =\n    tensorflow==2.13\n"}, "2.13"),
        ({"requirements.txt": "tensorflow==2.10", "setup.py": '["tensorflow>=2.16"]'}, ANY),
        ({"requirements-a.txt": "tensorflow==2.10", "requirements-b.txt": "tensorflow==2.21"}, "2.21"),
        ({"requirements.txt": "tensorflow", "requirements-old.txt": "tensorflow==2.10"}, ANY),
        ({"requirements.txt": "tensorflow>=2.16\ntf-keras", "setup.cfg": "env = TF_USE_LEGACY_KERAS=1"}, "2.15"),
        ({"README.md": "pip install tensorflow==2.1"}, None),
    ],
)
def test_files_of_a_directory(tmp_path: Path, files: dict[str, str], version: str | None) -> None:
    assert of(tmp_path, files) == version


def test_the_nearest_that_says_something_counts(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "old" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("tensorflow==2.15.1\n")
    (tmp_path / "packages" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert Requirements(tmp_path).find(inner) == "2.15"
    (inner.parent / "requirements.txt").write_text("tensorflow==2.9\n")
    assert Requirements(tmp_path).find(inner) == "2.9"
    assert Requirements(inner).find(inner) == ANY
    (inner / ".git").mkdir()
    assert Requirements(tmp_path).find(inner) == ANY


def test_the_configuration_goes_before_requirements(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("tensorflow==2.12\n")
    assert Finder(tmp_path).find(tmp_path).meant_for == "2.12"
    assert Finder(tmp_path).find(tmp_path / "package").meant_for == "2.12"
    assert Finder(tmp_path, isolated=True).find(tmp_path).meant_for == ""
    (tmp_path / "tfgraphlint.toml").write_text("keras = 3\n")
    assert Finder(tmp_path).find(tmp_path).meant_for == ""


@pytest.mark.parametrize(
    ("text", "is_set"),
    [
        ('os.environ["TF_USE_LEGACY_KERAS"] = "1"', True),
        ('os.environ.setdefault("TF_USE_LEGACY_KERAS", "True")', True),
        ("TF_USE_LEGACY_KERAS=1 python train.py", True),
        ('os.environ["TF_USE_LEGACY_KERAS"] = "0"', False),
        ('print(os.environ.get("TF_USE_LEGACY_KERAS"))', False),
    ],
)
def test_legacy_keras(text: str, is_set: bool) -> None:
    assert sets_legacy_keras(text) is is_set
