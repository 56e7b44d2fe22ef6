"""Terminals and pipes that know few characters, are closed or full; names and texts that would give commands."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attacks import FINE, LOST, REPAIRED, environment, quickly_in, tfgraphlint_in

from tfgraphlint.cli.streams import harmless

CONCISE = ("--no-cache", "--output-format", "concise")
BAD = "def f(:\n"
NAMED = "ä\N{SNOWMAN}\N{PILE OF POO}.py"


def shell(directory: Path, script: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``script``, in which ``$T`` is the command."""
    given = environment(T=f"{sys.executable} -m tfgraphlint", **variables)
    return subprocess.run(["bash", "-c", script], cwd=directory, env=given, capture_output=True, timeout=120)


# -- characters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "utf-16"])
@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_characters_that_the_stream_does_not_know(tmp_path: Path, encoding: str, form: str) -> None:
    (tmp_path / NAMED).write_text(f'"ä\N{SNOWMAN}"\n{LOST}', encoding="utf-8")
    done = shell(tmp_path, f"$T --output-format {form}", PYTHONIOENCODING=encoding)
    text = done.stdout.decode(encoding)
    assert (done.returncode, done.stderr) == (1, b"")
    if form == "json":
        (found,) = json.loads(text)
        assert Path(found["filename"]).name == NAMED
    else:
        seen = text if encoding.startswith("utf") else text.replace("\\u2603", "\N{SNOWMAN}").replace("\\u00e4", "ä")
        assert f"{NAMED}:5:6" in seen.replace("\\ud83d\\udca9", "\N{PILE OF POO}")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif"])
def test_a_name_that_is_no_text(tmp_path: Path, form: str) -> None:
    name = os.fsdecode(b"\xff.py")
    (tmp_path / name).write_text(BAD)
    done = tfgraphlint_in(tmp_path, "--no-cache", "--output-format", form)
    assert (done.returncode, done.stderr) == (1, "")
    if form == "json":
        assert Path(json.loads(done.stdout)[0]["filename"]).name == name
    elif form == "sarif":
        assert '"uri": "%FF.py"' in done.stdout
    else:
        assert "\\udcff.py:1:7" in done.stdout


# -- streams that are gone --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("$T >&-", 1),
        ("$T 2>&-", 1),
        ("$T missing.py 2>&-", 2),
        ("$T >&- 2>&- <&-", 1),
        ("$T > /dev/full", 2),
        ("$T > /dev/full 2>&1", 2),
        ("$T --output-format json > /dev/full", 2),
        ("$T --statistics > /dev/full", 2),
        ("$T missing.py 2> /dev/full", 2),
        ("$T | true; exit ${PIPESTATUS[0]}", 1),
        ("$T --diff | true; exit ${PIPESTATUS[0]}", 1),
        ("$T rule --all | true; exit ${PIPESTATUS[0]}", 0),
        ("$T --help | true; exit ${PIPESTATUS[0]}", 0),
        ("$T rule --all > /dev/full", 2),
        ("$T facts a.py > /dev/full", 2),
        ("$T - < a.py > /dev/full", 2),
        ("$T - --fix < a.py > /dev/full", 2),
        ("$T - --fix < a.py | true; exit ${PIPESTATUS[0]}", 0),
        ("$T - <&-", 2),
    ],
)
def test_streams_that_are_closed_or_full(tmp_path: Path, script: str, status: int) -> None:
    (tmp_path / "a.py").write_text(LOST)
    for number in range(200):  # more than fits into a pipe
        (tmp_path / f"b{number}.py").write_text(f"{'x = 1' * 300}\n")
    done = shell(tmp_path, script)
    assert done.returncode == status, done.stderr
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr
    *summary, last = done.stderr.decode().splitlines() or [""]
    assert summary in ([], ["Found 1 problem in 1 file (1 fixed, 0 remaining)."])
    if "/dev/full" in script and "2>" not in script:
        assert last == "error: standard output: No space left on device"


def test_what_is_repaired_is_repaired_though_nobody_hears_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LOST)
    assert shell(tmp_path, "$T --fix > /dev/full 2>&1").returncode == 2
    assert (tmp_path / "a.py").read_text() == REPAIRED


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    for arguments in ("", ".", "/", "facts a.py"):
        done = shell(tmp_path, f"cd gone && rmdir ../gone && $T {arguments}; s=$?; mkdir ../gone; exit $s")
        said = "error: the working directory: No such file or directory; go to one that is there\n"
        assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", said)


# -- what would give commands -----------------------------------------------------------------------

NAMES = [
    "a\n::error file=b.py::pwned.py",
    "::set-output name=x::y.py",
    " ::warning::y.py",
    "\x1b[2J\x1b[31m.py",
    "a\rb.py",
    "a\x85b\u2028c.py",
    "##vso[task.setvariable variable=x]y.py",
    "##teamcity[x].py",
    "##[error]y.py",
    "a\u202eb.py",
    "No problems found in 1 file.\n.py",
]


def commands(text: str) -> list[str]:
    """The lines of ``text`` that a service would take for commands, or that have control characters in them."""
    return [
        line
        for line in text.split("\n")
        if line.strip().startswith("::") or any(word in line for word in ("##[", "##vso[", "##teamcity["))
        or any(ord(character) < 32 or character in "\x85\u2028\u202e" for character in line)
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["full", "concise", "json", "json-lines", "sarif", "gitlab", "junit", "pylint"])
def test_names_forge_no_line_and_no_command(tmp_path: Path, form: str) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(BAD)
    done = tfgraphlint_in(tmp_path, "--no-cache", "--output-format", form, GITHUB_ACTIONS="true")
    assert (done.returncode, done.stderr) == (1, "")
    assert commands(done.stdout) == []
    if form == "json":
        assert sorted(Path(each["filename"]).name for each in json.loads(done.stdout)) == sorted(NAMES)
    elif form == "concise":
        *reports, last = done.stdout.splitlines()
        assert len(reports) == len(NAMES)
        assert all(":1:7: TFG900 " in line for line in reports)
        assert last == f"Found {len(NAMES)} problems in {len(NAMES)} of {len(NAMES)} files."


def test_names_on_a_page_forge_no_line(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(BAD)
    page = quickly_in(tmp_path, "--isolated", "--no-cache", "--output-format", "html").stdout
    assert [line for line in page.split("\n") if line.strip().startswith(("::", "##", "No problems", "b.py"))] == []
    assert not re.findall("[\x00-\x08\x0b-\x1f\x85\u2028\u202e]", page)


def test_names_of_what_is_repaired_forge_nothing_either(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(LOST)
    done = tfgraphlint_in(tmp_path, "--no-cache", "--fix", "--show-fixes", GITHUB_ACTIONS="true")
    assert commands(done.stdout + done.stderr) == []
    assert len(done.stderr.splitlines()) == len(NAMES)


@pytest.mark.parametrize("option", ["--show-files", "--show-settings"])
def test_names_of_what_would_be_linted_forge_nothing_either(tmp_path: Path, option: str) -> None:
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(FINE)
        (tmp_path / name / "tfgraphlint.toml").write_text("")
    done = tfgraphlint_in(tmp_path, option, GITHUB_ACTIONS="true")
    assert (done.returncode, done.stderr, commands(done.stdout)) == (0, "", [])
    assert NAMES[-1].splitlines()[0] not in done.stdout.splitlines()
    if option == "--show-files":
        assert len(done.stdout.splitlines()) == len(NAMES)


def test_the_name_of_a_baseline_forges_nothing_either(tmp_path: Path) -> None:
    (tmp_path / "tfgraphlint.toml").write_text('baseline = "a\\n::error::b"\n')
    (tmp_path / "a.py").write_text(LOST)
    done = tfgraphlint_in(tmp_path, "--write-baseline", GITHUB_ACTIONS="true")
    assert (done.returncode, commands(done.stderr), len(done.stderr.splitlines())) == (0, [], 2)


def test_names_in_errors_and_warnings_forge_nothing_either(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text("[tool.tfgraphlint]\nselct = []\n")
        (tmp_path / "x" / name).symlink_to("nowhere")
    done = tfgraphlint_in(tmp_path, *NAMES, *(f"missing{name}" for name in NAMES), "x", GITHUB_ACTIONS="true")
    assert (done.returncode, done.stdout) == (2, "")
    assert commands(done.stderr) == []
    assert len(done.stderr.splitlines()) == 3 * len(NAMES)


def test_names_in_diffs_forge_nothing_either(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(LOST)
    done = tfgraphlint_in(tmp_path, "--diff", GITHUB_ACTIONS="true")
    assert commands(done.stdout + done.stderr) == []
    assert len(done.stdout.splitlines()) == 9 * len(NAMES)


def test_names_of_what_is_not_repaired_forge_nothing_either(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(LOST)
        (tmp_path / name).chmod(0o444)
    done = tfgraphlint_in(tmp_path, "--no-cache", "--fix", "--quiet", GITHUB_ACTIONS="true")
    assert commands(done.stdout + done.stderr) == []
    assert len(done.stderr.splitlines()) == len(NAMES)


def test_code_gives_no_command(tmp_path: Path) -> None:
    said = "##vso[task.complete result=Succeeded]"
    odd = f"as tape:  # {said} \x1b[2J\n    '''\n  ::error::x\n'''\n"
    (tmp_path / "a.py").write_text(LOST.replace("as tape:\n", odd))
    for arguments in ((), ("--diff",), ("--output-format", "json")):
        done = tfgraphlint_in(tmp_path, "--no-cache", *arguments, GITHUB_ACTIONS="true")
        assert (done.returncode, commands(done.stdout)) == (1, [])


def test_a_diff_in_a_pipe_can_be_applied(tmp_path: Path) -> None:
    text = LOST.replace("\n\n", "\n\x0c\n").replace("\n", "\r\n")
    (tmp_path / "a.py").write_bytes(text.encode())
    done = shell(tmp_path, "$T --diff | patch --binary -p0")
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "a.py").read_bytes() == text.replace("as tape:", "as tape:\r\n    tape.watch(x)").encode()


def test_a_terminal_is_not_written_to_in_its_own_language(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LOST.replace("as tape:\n", "as tape:  # \x1b[2J \x0c\n"))
    ours, theirs = pty.openpty()
    for arguments in ((), ("--diff",)):
        process = subprocess.Popen(
            [sys.executable, "-m", "tfgraphlint", "--no-cache", *arguments], cwd=tmp_path, env=environment(),
            stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        process.wait(120)
        shown = os.read(ours, 100_000)
        assert b"as tape:" in shown
        assert b"\x1b[2J" not in shown and b"\x0c" not in shown


def test_what_is_ours_stays() -> None:
    text = "::error file=a.py::x\n\x1b[1;31mTFG301\x1b[0m ## [x] a # #[x] \u00e4 \u2026\n"
    assert harmless(text, terminal=True) == text


# -- encodings of sources ---------------------------------------------------------------------------

CODINGS = ["utf-7", "iso-2022-jp", "hz", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "rot13", "hex",
           "undefined", "shift-jis", "euc-kr", "gb18030", "latin-1", "utf-8-sig", "utf-16", "cp1252",
           "big5"]  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS)
def test_sources_in_odd_encodings(tmp_path: Path, coding: str) -> None:
    """They are linted or refused; what a fix leaves alone stays as it is, byte by byte."""
    samples = {"utf-7": "+AGE- +-", "iso-2022-jp": "日本", "hz": "中国 ~~", "shift-jis": "日本", "euc-kr": "한국",
               "gb18030": "中国", "big5": "中國", "latin-1": "é", "cp1252": "é"}  # fmt: skip
    said = samples.get(coding, "abc")
    encoded = said.encode("ascii" if coding == "utf-7" else coding if coding in samples else "ascii")
    before = f"# coding: {coding}\n# ".encode() + encoded + b"\\x41 +AGE-\n"
    (tmp_path / "a.py").write_bytes(before + LOST.encode())
    (tmp_path / "b.py").write_text(BAD)
    done = quickly_in(tmp_path, *CONCISE, "--fix")
    assert done.returncode == 1
    assert "internal error" not in done.stderr
    after = (tmp_path / "a.py").read_bytes()
    assert after in (before + LOST.encode(), before + REPAIRED.encode())
    assert (after == before + REPAIRED.encode()) or "a.py:" in done.stdout
    assert "b.py:1:7: TFG900" in done.stdout


def test_a_clean_file_in_an_encoding_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"# coding: rot13\n{FINE}")
    done = quickly_in(tmp_path, *CONCISE)
    assert done.stdout.startswith("a.py:1:1: TFG900 this file cannot be parsed: encoding problem: rot13")


@pytest.mark.parametrize("coding", ["idna", "punycode", "utf-7", "unicode_escape", "shift-jis", "undefined"])
def test_bytes_that_an_odd_encoding_does_not_know(tmp_path: Path, coding: str) -> None:
    content = f"# coding: {coding}\n{LOST}".encode() + b"# \xe9 \xff\n"
    (tmp_path / "a.py").write_bytes(content)
    done = quickly_in(tmp_path, *CONCISE, "--fix")
    assert done.returncode == 1
    assert "internal error" not in done.stderr
    assert (tmp_path / "a.py").read_bytes() in (content, content.replace(b"tape:\n", b"tape:\n    tape.watch(x)\n"))
