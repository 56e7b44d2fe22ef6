"""A repository of somebody else's is linted: nothing outside is read without need or written, none of its code runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attacks import FINE, LOST, REPAIRED, age, environment, quickly_in, tfgraphlint_in

from tfgraphlint.run.cache import FOLDER

CONCISE = ("--output-format", "concise")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The repository; beside it lies what is none of its business."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


# -- the cache --------------------------------------------------------------------------------------


def test_a_cache_folder_that_is_a_link_is_neither_read_nor_written(project: Path, outside: Path) -> None:
    for number in range(8):
        (outside / f"{number}.json").write_text("{}")
        (outside / f"{number:032x}.json").write_text("{}")
    before = sorted(file.name for file in outside.iterdir())
    (project / FOLDER).symlink_to("../outside")
    (project / "a.py").write_text(LOST)
    age(project / "a.py")
    done = quickly_in(project, *CONCISE)
    assert done.stdout.startswith("a.py:4:6: TFG301")
    assert sorted(file.name for file in outside.iterdir()) == before


def test_nothing_is_written_through_links_in_the_cache(project: Path, outside: Path) -> None:
    (project / "a.py").write_text(LOST)
    age(project / "a.py")
    quickly_in(project)
    (cached,) = (project / FOLDER).glob("*.json")
    shutil.rmtree(project / FOLDER)
    (project / FOLDER).mkdir()
    (project / FOLDER / ".gitignore").symlink_to(outside / "made")  # leads nowhere: writing would make the file
    (outside / "kept.json").write_text("kept")
    (project / FOLDER / cached.name).symlink_to(outside / "kept.json")
    done = quickly_in(project, *CONCISE)
    assert (done.stdout.partition(" ")[0], done.stderr) == ("a.py:4:6:", "")
    assert [(file.name, file.read_text()) for file in outside.iterdir()] == [("kept.json", "kept")]


def test_only_our_own_files_are_removed_from_the_cache(project: Path) -> None:
    (project / FOLDER).mkdir()
    for number in range(8):
        (project / FOLDER / f"notes{number}.json").write_text("{}")
    (project / "a.py").write_text(FINE)
    age(project / "a.py", *(project / FOLDER).iterdir())
    quickly_in(project)
    names = {file.name for file in (project / FOLDER).iterdir()}
    assert {f"notes{number}.json" for number in range(8)} <= names
    assert len(names) == 10  # those, what git is to ignore, and the cache


def cached(project: Path) -> Path:
    """The file of a cache that knows ``a.py``."""
    (project / "a.py").write_text(LOST)
    age(project / "a.py")
    quickly_in(project)
    (file,) = (project / FOLDER).glob("*.json")
    return file


def forge(file: Path, change: Callable[[Any], Any]) -> None:
    """Write a cache anew as somebody would who knows how it is signed."""
    document = json.loads(file.read_bytes().partition(b"\n")[2])
    write_signed(file, json.dumps(change(document)).encode())


def write_signed(file: Path, content: bytes) -> None:
    file.write_bytes(hashlib.blake2b(content, digest_size=16).hexdigest().encode() + b"\n" + content)


def changed_imports(imports: Any) -> Callable[[Any], Any]:
    """A change of what the only file imports; its checksum is right."""

    def change(document: Any) -> Any:
        document["nodes"]["a.py"][1] = imports
        return document

    return change


def of_the_only_file(document: Any) -> Any:
    (result,) = document["results"].values()
    return result


def changed_report(**values: object) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:
        of_the_only_file(document)["found"][0].update(values)
        return document

    return change


def changed_result(**values: object) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:
        of_the_only_file(document).update(values)
        return document

    return change


FORGERIES: dict[str, Callable[[Any], Any]] = {
    "a list": lambda document: [],
    "a number": lambda document: 1,
    "nothing in it": lambda document: {},
    "results that are a list": lambda document: {**document, "results": []},
    "results that are numbers": lambda document: {**document, "results": dict.fromkeys(document["results"], 1)},
    "files that are numbers": lambda document: {**document, "nodes": dict.fromkeys(document["nodes"], 1)},
    "imports that are no pairs": lambda document: {**document, "nodes": {"a.py": ["", [[1, 2]]]}},
    "imports without a name": lambda document: {**document, "nodes": {"a.py": ["", [[[], [], None]]]}},
    "imports that lead elsewhere": changed_imports([[0, "secret", "/etc/passwd"]]),
    "imports that lead to a number": changed_imports([[0, "secret", 5]]),
    "folders that are numbers": lambda document: {**document, "around": {"": 1}},
    "folders of files elsewhere": lambda document: {**document, "around": {"": ["/etc/passwd"]}},
    "a result without reports": changed_result(found=None),
    "unread parts that are none": changed_result(in_part=[[1]]),
    "unread parts without a row": changed_result(in_part=[["x", "y"]]),
    "a message that is no text": changed_report(message=5),
    "a message that is a list": changed_report(message=["x"]),
    "a message of two lines": changed_report(message="x\n::error::forged"),
    "a step of two lines": changed_report(path=[["source", "x\n::error::forged", ["a.py", 1, 1, 1, 2]]]),
    "a module without a name": changed_imports([[0, "", None]]),
    "very many dots": changed_imports([[10**9, "", None]]),
    "no such severity": changed_report(severity="grave"),
    "a place that is none": changed_report(span=["a.py", 1]),
    "rows that are texts": changed_report(span=["a.py", "1", "1", "1", "1"]),
    "a row before the first": changed_report(span=["a.py", 0, 0, 0, 0]),
    "huge rows": changed_report(span=["a.py", 10**40, 1, 10**40, 1]),
    "a fix that is a text": changed_report(fix="x"),
    "a path that is a number": changed_report(path=3),
    "a place in another file": changed_report(span=["/etc/passwd", 1, 1, 1, 2]),
    "a step in another file": changed_report(path=[["source", "x", ["/etc/passwd", 1, 1, 1, 2]]]),
    "an edit of another file": changed_report(fix=["x", "safe", [[["/etc/passwd", 1, 1, 1, 2], "x"]]]),
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_cache_that_is_signed_but_wrong_is_none(project: Path, change: Callable[[Any], Any]) -> None:
    file = cached(project)
    fresh = quickly_in(project, "--no-cache")
    forge(file, change)
    done = quickly_in(project)
    assert (done.returncode, done.stdout, done.stderr) == (1, fresh.stdout, "")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 200_000, b"9" * 5000, b"NaN"])
def test_a_cache_that_nobody_wrote_is_none(project: Path, content: bytes) -> None:
    file = cached(project)
    write_signed(file, content)
    done = quickly_in(project, *CONCISE)
    assert (done.returncode, done.stdout.partition(" ")[0], done.stderr) == (1, "a.py:4:6:", "")


def test_a_cache_of_another_place_is_none(project: Path, tmp_path: Path) -> None:
    """Its name says for which tool and directory a cache is, but everybody can give it another name."""
    name = cached(project).name
    other = tmp_path / "other"
    other.mkdir()
    foreign = cached(other)
    forge(foreign, changed_report(message="forged"))
    shutil.copy(foreign, project / FOLDER / name)
    (project / "a.py").write_text(LOST)
    age(project / "a.py")
    assert "forged" not in quickly_in(project, *CONCISE).stdout


def test_a_fix_from_the_cache_is_checked_like_a_fresh_one(project: Path) -> None:
    file = cached(project)
    bad = [["a.py", 4, 1, 4, 1], "__import__('os').system('true')\n"]
    forge(file, changed_report(fix=["repair it", "safe", [bad]], message="forged", span=["a.py", 4, 6, 4, 23]))
    done = quickly_in(project, "--fix")
    assert (project / "a.py").read_text() == REPAIRED
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["report.json", "reports/report.json"])
@pytest.mark.parametrize("target", ["kept", "nowhere"])
@pytest.mark.parametrize("options", [("--output-format", "json", "--output-file"), ("--write-baseline", "--baseline")])
def test_no_output_is_written_through_a_link_out_of_the_project(
    project: Path, outside: Path, name: str, target: str, options: tuple[str, ...]
) -> None:
    (project / "a.py").write_text(LOST)
    (outside / "kept").write_text('{"version": 1, "problems": []}')
    if name == "report.json":
        (project / name).symlink_to(outside / target)
    else:
        (project / "reports").symlink_to(outside)
        (outside / "report.json").write_text('{"version": 1, "problems": []}')
    before = {each: each.read_text() for each in outside.iterdir() if each.is_file()}
    done = quickly_in(project, "--isolated", "--no-cache", *options, name, "a.py")
    assert done.returncode == 2
    assert "cannot be written: a link leads out of the project: name the file itself" in done.stderr
    assert {each: each.read_text() for each in outside.iterdir() if each.is_file()} == before
    (project / "within.json").symlink_to("kept.json")
    assert quickly_in(project, "--isolated", "--no-cache", *options, "within.json", "a.py").returncode in (0, 1)
    assert (project / "kept.json").exists() and (project / "within.json").is_symlink()


def test_clean_removes_what_we_wrote_and_follows_no_link(project: Path, outside: Path) -> None:
    cached(project)
    (outside / "kept.json").write_text("kept")
    (project / FOLDER / f"{1:032x}.json").symlink_to(outside / "kept.json")
    done = quickly_in(project, "clean")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Removed {FOLDER}.\n", "")
    assert not (project / FOLDER).exists()
    assert (outside / "kept.json").read_text() == "kept"
    assert quickly_in(project, "clean").returncode == 0  # there is none any more


def test_clean_leaves_what_others_wrote(project: Path, outside: Path) -> None:
    cached(project)
    (project / FOLDER / "notes.json").write_text("{}")
    done = quickly_in(project, "clean")
    said = f"error: {FOLDER}: not removed: there are files in it that tfgraphlint did not write\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert [file.name for file in (project / FOLDER).iterdir()] == ["notes.json"]
    shutil.rmtree(project / FOLDER)
    (outside / f"{1:032x}.json").write_text("{}")
    (project / FOLDER).symlink_to("../outside")
    assert quickly_in(project, "clean").returncode == 2
    assert [file.name for file in outside.iterdir()] == [f"{1:032x}.json"]


# -- links, devices, pipes --------------------------------------------------------------------------


def test_links_that_lead_out_of_the_project_are_not_read(project: Path, outside: Path) -> None:
    (outside / "secret").write_text("the secret = 42\n")
    (project / "b.py").symlink_to("../outside/secret")
    (project / "a.py").write_text(LOST)
    done = tfgraphlint_in(project)
    assert "secret = 42" not in done.stdout + done.stderr
    assert done.stderr == "warning: b.py: not linted: the link leads out of the project; name the file to lint it\n"
    assert "TFG301" in done.stdout


def test_a_link_within_the_project_is_the_file_that_it_leads_to(project: Path) -> None:
    (project / "pkg").mkdir()
    (project / "build").mkdir()
    (project / "build" / "a.py").write_text(LOST)
    (project / "pkg" / "b.py").symlink_to("../build/a.py")
    (project / "pkg" / "c.py").symlink_to("b.py")
    done = tfgraphlint_in(project, *CONCISE, "pkg")
    assert [row.partition(" ")[0] for row in done.stdout.splitlines()[:-1]] == ["build/a.py:4:6:"]
    tfgraphlint_in(project, "--fix", "pkg")
    assert (project / "build" / "a.py").read_text() == REPAIRED
    assert (project / "pkg" / "b.py").is_symlink()


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/dev/tty", "/dev/full", "a pipe"])
def test_what_is_no_regular_file_gets_one_line(project: Path, target: str) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text("def f(:\n")
    names = ["b.py", "c.ipynb", ".gitignore", "requirements.txt", "setup.py", "setup.cfg", "uv.lock",
             "sub/__init__.py", "sub/requirements-dev.txt"]  # fmt: skip
    for name in names:
        make(project / name, target)
    done = tfgraphlint_in(project, *CONCISE)
    assert sorted(line.split(": ")[1] for line in done.stderr.splitlines()) == sorted(names)
    for line in done.stderr.splitlines():
        assert line.split(": ")[2:] in (
            ["not a regular file"],
            ["not linted", "the link leads out of the project; name the file to lint it"],
            ["it is a link, which is not followed here", "passed over"],
            ["not a regular file", "passed over"],
            ["not a regular file", "passed over; it may say which TensorFlow the code is for"],
        )
    assert done.stdout.startswith("sub/a.py:1:7:")


@pytest.mark.parametrize("target", ["/dev/zero", "a pipe"])
@pytest.mark.parametrize("name", ["tfgraphlint.toml", "pyproject.toml"])
def test_settings_that_are_no_regular_file_are_refused(project: Path, target: str, name: str) -> None:
    make(project / name, target)
    (project / "a.py").write_text("def f(:\n")
    (project / "sub").mkdir()
    (project / "sub" / "tfgraphlint.toml").write_text("")
    (project / "sub" / "b.py").write_text("def f(:\n")
    done = tfgraphlint_in(project, *CONCISE, "a.py", "sub/b.py")
    assert (done.returncode, done.stderr) == (2, f"error: {project / name}: not a regular file\n")
    assert done.stdout.startswith("sub/b.py:1:7:")


def make(path: Path, target: str) -> None:
    if target == "a pipe":
        os.mkfifo(path)
    elif os.path.exists(target):
        path.symlink_to(target)
    else:
        pytest.skip(f"there is no {target} here")


@pytest.mark.parametrize("path", ["/dev/stdin", "/dev/zero", "pipe"])
def test_what_is_no_regular_file_is_not_waited_for_if_it_is_named(project: Path, path: str) -> None:
    os.mkfifo(project / "pipe")
    (project / "a.py").write_text("def f(:\n")
    done = tfgraphlint_in(project, *CONCISE, path, "a.py")
    assert done.stderr == f"error: {path}: not a regular file; `tfgraphlint -` reads standard input\n"
    assert (done.returncode, done.stdout.partition(" ")[0]) == (2, "a.py:1:7:")


def test_huge_files_get_one_line(project: Path) -> None:
    (project / "a.py").write_text("def f(:\n")
    for name in ("b.py", "c.ipynb", ".gitignore", "requirements.txt"):
        with open(project / name, "wb") as file:
            file.truncate(10**12)  # takes no place on the disk
    done = tfgraphlint_in(project, *CONCISE)
    assert done.stdout.startswith("a.py:1:7:")
    assert sorted(line.split(": ")[1] for line in done.stderr.splitlines()) == [
        ".gitignore", "b.py", "c.ipynb", "requirements.txt",
    ]  # fmt: skip
    assert all("bytes are read at most" in line for line in done.stderr.splitlines())
    (project / "tfgraphlint.toml").touch()
    os.truncate(project / "tfgraphlint.toml", 10**12)
    done = tfgraphlint_in(project, *CONCISE)
    assert "tfgraphlint.toml: " in done.stderr and done.returncode == 2


def test_modules_that_are_no_regular_files_are_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "helper.py")
    (project / "pkg").mkdir()
    os.mkfifo(project / "pkg" / "__init__.py")
    (project / "a.py").write_text(f"import helper, pkg\n{LOST}")
    done = tfgraphlint_in(project, *CONCISE, "a.py")
    assert done.stdout.startswith("a.py:5:6: TFG301")


# -- code -------------------------------------------------------------------------------------------

MODULES = ("click", "libcst", "pathspec", "typing", "dataclasses", "json", "tomllib", "tokenize", "re", "email")


def test_no_module_of_the_working_directory_is_imported(project: Path) -> None:
    for name in MODULES:
        (project / f"{name}.py").write_text(f"open({str(project / 'ran')!r}, 'a').write('{name} ')\n1 / 0\n")
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(LOST)
    (project / ".gitignore").write_text("*.py\n!sub/a.py\n")
    (project / "tfgraphlint.toml").write_text('extend-exclude = ["a/b"]\nselect = ["ALL"]\n')
    done = tfgraphlint_in(project, *CONCISE, "sub")
    assert not (project / "ran").exists(), (project / "ran").read_text()
    assert (done.returncode, done.stdout.partition(" ")[0]) == (1, "sub/a.py:4:6:")


def trapped(project: Path) -> Path:
    """A file to lint among modules called as all of the standard library and what is installed; those tell it."""
    for name in {*sys.stdlib_module_names, *MODULES, "runpy", "pkgutil", "sitecustomize"}:
        (project / f"{name}.py").write_text(f"open({str(project / 'ran')!r}, 'a').write('{name} ')\n1 / 0\n")
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(LOST)
    return project / "ran"


def test_the_command_imports_nothing_of_the_working_directory(project: Path, outside: Path) -> None:
    """The script that pip installs, which is what hooks, editors and CI run: its folder is looked in, not this one."""
    ran = trapped(project)
    script = outside / "tfgraphlint"
    script.write_text("import sys\nfrom tfgraphlint.__main__ import main\nsys.exit(main())\n")
    done = subprocess.run(
        [sys.executable, str(script), *CONCISE, "sub"], cwd=project, env=environment(), capture_output=True, text=True
    )
    assert not ran.exists(), ran.read_text()
    assert (done.returncode, done.stdout.partition(" ")[0]) == (1, "sub/a.py:4:6:")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P came with Python 3.11")
def test_python_can_be_told_to_look_elsewhere_from_its_first_line(project: Path) -> None:
    ran = trapped(project)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tfgraphlint", *CONCISE, "sub"], cwd=project, env=environment(),
        capture_output=True, text=True,
    )  # fmt: skip
    assert not ran.exists(), ran.read_text()
    assert (done.returncode, done.stdout.partition(" ")[0]) == (1, "sub/a.py:4:6:")


@pytest.mark.parametrize("folder", [os.path.dirname(os.__file__), os.path.dirname(os.path.dirname(pytest.__file__))])
def test_the_folders_of_this_python_can_be_linted_as_well(folder: str) -> None:
    file = "this.py" if os.path.exists(os.path.join(folder, "this.py")) else "pytest/__init__.py"
    done = tfgraphlint_in(Path(folder), "--no-cache", "--isolated", file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 1 file.\n", "")


def plugin(folder: Path, marker: Path) -> None:
    """A distribution in ``folder`` with a plugin that tells when it is imported."""
    info = folder / "evil-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tfgraphlint.rules]\nevil = evil_rules\n")
    (folder / "evil_rules.py").write_text(f"open({str(marker)!r}, 'w').close()\n")


@pytest.mark.parametrize("path", ["", "."])
def test_no_plugin_is_loaded_from_the_linted_tree(project: Path, path: str) -> None:
    plugin(project, project / "ran")
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(FINE)
    (project / "pyproject.toml").write_text('[tool.tfgraphlint]\nplugins = ["evil"]\n')
    done = tfgraphlint_in(project, "sub", path=path)
    assert not (project / "ran").exists()
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "plugin 'evil' is not installed" in line


def test_no_plugin_is_loaded_from_a_linted_tree_elsewhere(project: Path, outside: Path) -> None:
    plugin(project, project / "ran")
    (project / "a.py").write_text(FINE)
    (project / "pyproject.toml").write_text('[tool.tfgraphlint]\nplugins = ["evil"]\n')
    done = tfgraphlint_in(outside, str(project), path=str(project))
    assert not (project / "ran").exists()
    assert "plugin 'evil' is not installed: it lies in the linted tree" in done.stderr


def test_a_plugin_that_is_installed_elsewhere_is_loaded(project: Path, outside: Path) -> None:
    plugin(outside, outside / "ran")
    (project / "a.py").write_text(FINE)
    (project / "tfgraphlint.toml").write_text('plugins = ["evil"]\n')
    tfgraphlint_in(project, path=str(outside))
    assert (outside / "ran").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_plugin_is_not_reached_through_a_link_either(project: Path, outside: Path) -> None:
    plugin(project / "deep", project / "ran")
    (project / "a.py").write_text(FINE)
    (outside / "link").symlink_to(project / "deep")
    (project / "tfgraphlint.toml").write_text('plugins = ["evil"]\n')
    assert tfgraphlint_in(project, path=str(outside / "link")).returncode == 2
    assert not (project / "ran").exists()


# -- modules outside --------------------------------------------------------------------------------

SECRET = "import tensorflow as tf\n\ndef key(x):\n    return tf.constant(x.numpy())  # the secret is 42\n"
USES = """\
import sys
import tensorflow as tf
sys.path.append("../outside")
from {module} import key

w = tf.Variable(1.0)
with tf.GradientTape() as tape:
    loss = key(w * 2.0)
print(tape.gradient(loss, w))
"""


@pytest.mark.parametrize("module", ["creds", "linked", "folder.creds", "package"])
def test_modules_outside_the_repository_are_not_read(project: Path, outside: Path, module: str) -> None:
    (outside / "creds.py").write_text(SECRET)
    (outside / "__init__.py").write_text(SECRET)
    (project / "linked.py").symlink_to("../outside/creds.py")
    (project / "folder").symlink_to("../outside")
    (project / "package").symlink_to("../outside")
    (project / "a.py").write_text(USES.format(module=module))
    done = quickly_in(project, "--no-cache", "a.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert "secret" not in done.stdout


def test_modules_in_the_repository_are_read_through_links(project: Path) -> None:
    (project / "lib").mkdir()
    (project / "lib" / "creds.py").write_text(SECRET)
    (project / "pkg").mkdir()
    (project / "pkg" / "linked.py").symlink_to("../lib/creds.py")
    (project / "pkg" / "a.py").write_text(USES.format(module="linked"))
    assert "the secret is 42" in quickly_in(project, "--no-cache", "pkg/a.py").stdout
    (project / "pkg" / "a.py").write_text(USES.format(module="creds").replace("../outside", "../lib"))
    assert "the secret is 42" in quickly_in(project, "--no-cache", "pkg/a.py").stdout
