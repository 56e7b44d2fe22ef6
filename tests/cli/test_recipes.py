"""The recipes of docs/ci.md and docs/editors.md do what they are there for."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tfgraphlint

yaml = pytest.importorskip("yaml")  # pre-commit brings it

DOCS = Path(__file__).resolve().parents[2] / "docs"
CHECKOUT = Path(tfgraphlint.__file__).parent.parent
PROGRAM = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])  # \N{GREEK SMALL LETTER PI}
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
\N{GREEK SMALL LETTER PI} = tape.gradient(loss, x), tf.function(lambda y: print(y))


@tf.function
def step(value):
    print(value)
    return value


step(x)
"""
PLACES = [(4, 6, "TFG301", "error"), (11, 5, "TFG404", "warning")]


def snippets(page: str, language: str) -> list[str]:
    """The blocks of a language in one of the pages."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an error and a warning; the command ``tfgraphlint`` is what is tested."""
    directory = tmp_path / "project"
    commands = tmp_path / "bin"
    for folder in (directory, commands):
        folder.mkdir()
    command = commands / "tfgraphlint"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tfgraphlint "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    (directory / "train.py").write_text(PROGRAM, encoding="utf-8")
    return directory


def run(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, encoding="utf-8")


def test_the_program_has_the_reports_that_editors_are_asked_for(project: Path) -> None:
    found = json.loads(run(["tfgraphlint", "--output-format", "json"], project).stdout)
    places = [(each["location"]["row"], each["location"]["column"], each["code"], each["severity"]) for each in found]
    assert places == PLACES


# -- continuous integration ------------------------------------------------------------------------


def commands_in(document: Any) -> Iterator[str]:
    """The commands of workflows and jobs that run tfgraphlint."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in ("run", "script", "entry"):
                written = [value] if isinstance(value, str) else value
                yield from (each for each in written if each.startswith("tfgraphlint"))
            else:
                yield from commands_in(value)
    elif isinstance(document, list):
        for each in document:
            yield from commands_in(each)


def test_the_commands_for_services_write_what_is_handed_on(project: Path) -> None:
    documents = [yaml.safe_load(text) for text in snippets("ci.md", "yaml")]
    commands = [command for document in documents for command in commands_in(document)]
    assert len(commands) == 5
    for command in commands:
        done = run(["sh", "-c", command.replace("$ARGUMENTS", ".")], project)
        assert (done.returncode, done.stderr) == (1, ""), command
    assert json.loads((project / "tfgraphlint.sarif").read_text())["version"] == "2.1.0"
    assert len(json.loads((project / "gl-code-quality-report.json").read_text())) == 2
    assert ElementTree.parse(project / "tfgraphlint.xml").getroot().get("failures") == "2"
    text = (DOCS / "ci.md").read_text(encoding="utf-8")
    for name in ("tfgraphlint.sarif", "gl-code-quality-report.json", "tfgraphlint.xml"):
        assert text.count(name) == 2, "what is written is what is handed on"


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)


def test_the_local_hook_works_as_it_stands(project: Path) -> None:
    local = next(text for text in snippets("ci.md", "yaml") if "repo: local" in text)
    (project / ".pre-commit-config.yaml").write_text(local)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"]
    done = run(command, project)
    assert done.returncode == 1
    assert "TFG301" in done.stdout
    (project / "train.py").write_text("import tensorflow as tf\n")
    assert run(command, project).returncode == 0


def test_the_hooks_that_are_named_exist() -> None:
    hooks = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    named = re.findall(r"- id: ([\w-]+)", (DOCS / "ci.md").read_text(encoding="utf-8")) + ["tfgraphlint-fix"]
    assert set(named) <= {hook["id"] for hook in hooks}


def test_the_tag_is_that_of_the_version() -> None:
    tags = re.findall(r"\bv\d+\.\d+\.\d+\b", (DOCS / "ci.md").read_text(encoding="utf-8"))
    assert set(tags) == {f"v{tfgraphlint.__version__}"}


# -- editors ---------------------------------------------------------------------------------------


def test_the_task_of_vs_code_reads_what_it_runs(project: Path) -> None:
    text, for_extension, for_jupyterlab = snippets("editors.md", "json")
    server = json.loads(for_jupyterlab)["LanguageServerManager"]["language_servers"]["tfgraphlint"]
    assert server["argv"] == ["tfgraphlint", "server"]
    assert json.loads(for_extension)["main"] == "./extension.js"
    (task,) = json.loads(text)["tasks"]
    matcher = task["problemMatcher"]
    pattern = matcher["pattern"]
    done = run([task["command"], *task["args"]], project)
    found = [re.fullmatch(pattern["regexp"], row) for row in done.stdout.splitlines()]
    read = [
        (int(match[pattern["line"]]), int(match[pattern["column"]]), match[pattern["code"]],
         match[pattern["severity"]] or matcher["severity"])
        for match in found if match is not None
    ]  # fmt: skip
    assert read == PLACES
    assert {match and match[pattern["file"]] for match in found} == {"train.py"}
    in_notebook = re.fullmatch(pattern["regexp"], "study.ipynb:cell 3:4:12: TFG301 [*] the gradient is None")
    assert in_notebook is not None
    assert [in_notebook[pattern[part]] for part in ("file", "line", "column")] == ["study.ipynb", "4", "12"]


def test_the_watcher_of_pycharm_reads_what_it_runs(project: Path) -> None:
    text = (DOCS / "editors.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| ([\w ]+) \| `?([^`|]+)`?.* \|$", text, re.MULTILINE))
    arguments = table["Arguments"].replace("$FilePath$", str(project / "train.py"))
    done = run([table["Program"], *shlex.split(arguments)], project)
    macros = {"FILE_PATH": r"([^:]+)", "LINE": r"(\d+)", "COLUMN": r"(\d+)", "MESSAGE": "(.*)"}
    expression = re.sub(r"\\\$(\w+)\\\$", lambda match: macros[match[1]], re.escape(table["Output filters"]))
    rows = [re.fullmatch(expression, row) for row in done.stdout.splitlines()]
    assert [(int(match[2]), int(match[3])) for match in rows if match] == [place[:2] for place in PLACES]


def installed(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")


@installed("vim")
def test_vim(project: Path) -> None:
    (text,) = snippets("editors.md", "vim")
    (project / "recipe.vim").write_text(text)
    write = 'call writefile([json_encode(map(getqflist(), "[v:val.lnum, v:val.col, v:val.nr]"))], "found.json")'
    command = ["vim", "-es", "-N", "-u", "NONE", "train.py", "-c", "source recipe.vim", "-c", "silent make"]
    run([*command, "-c", write, "-c", "qa!"], project)
    found = json.loads((project / "found.json").read_text())
    assert found == [[row, column, int(code[3:])] for row, column, code, _ in PLACES]


@installed("nvim")
def test_neovim(project: Path) -> None:
    text = next(each for each in snippets("editors.md", "lua") if "jobstart" in each)
    (project / "recipe.lua").write_text(text)
    (project / "ask.lua").write_text(
        "vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end)\n"
        "local found = {}\n"
        "for _, each in ipairs(vim.diagnostic.get(0)) do\n"
        "  table.insert(found, {each.lnum + 1, each.col + 1, each.end_col, each.severity, each.message})\n"
        "end\n"
        'vim.fn.writefile({vim.fn.json_encode(found)}, "found.json")\n'
    )
    command = ["nvim", "--headless", "-u", "NONE", "train.py", "-c", "luafile recipe.lua", "-c", "luafile ask.lua"]
    run([*command, "-c", "qa!"], project)
    found = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert [tuple(each[:2]) for each in found] == [place[:2] for place in PLACES]
    assert [each[3] for each in found] == [1, 2]


@installed("emacs")
def test_emacs(project: Path) -> None:
    text = next(each for each in snippets("editors.md", "elisp") if "make-process" in each)
    (project / "recipe.el").write_text(text)
    (project / "ask.el").write_text(
        "(require 'flymake) (require 'json)\n"
        '(load-file "recipe.el")\n'
        '(find-file "train.py")\n'
        "(let ((found 'none))\n"
        "  (tfgraphlint-flymake (lambda (all &rest _) (setq found all)))\n"
        "  (with-timeout (60) (while (eq found 'none) (accept-process-output nil 0.1)))\n"
        "  (let ((read (mapcar (lambda (each)\n"
        "     (list (line-number-at-pos (flymake-diagnostic-beg each))\n"
        "           (symbol-name (flymake-diagnostic-type each)) (flymake-diagnostic-text each))) found)))\n"
        '    (with-temp-file "found.json" (insert (json-encode (vconcat read))))))\n'
    )
    done = run(["emacs", "--batch", "-Q", "-l", "ask.el"], project)
    assert (project / "found.json").exists(), done.stderr
    found = json.loads((project / "found.json").read_text(encoding="utf-8"))
    kinds = [(row, kind.lstrip(":")) for row, kind, _ in found]
    assert kinds == [(row, severity) for row, _, _, severity in PLACES]
    assert [text.split()[0] for *_, text in found] == [place[2] for place in PLACES]


# -- editors that speak with the server ------------------------------------------------------------


ASK_NEOVIM = """
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end)
local found = {}
for _, each in ipairs(vim.diagnostic.get(0)) do
  table.insert(found, {each.lnum + 1, each.col, each.end_col, each.severity, each.code})
end
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", {
  textDocument = vim.lsp.util.make_text_document_params(),
  range = { start = { line = 3, character = 5 }, ["end"] = { line = 3, character = 5 } },
  context = { diagnostics = {} },
}, 60000)
local client = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1]
for _, answer in pairs(answers) do
  local action = client.request_sync("codeAction/resolve", answer.result[1], 60000, 0).result
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
end
vim.wait(60000, function() return #vim.diagnostic.get(0) == 1 end)
table.insert(found, vim.api.nvim_buf_get_lines(0, 4, 5, false))
table.insert(found, #vim.diagnostic.get(0))
vim.fn.writefile({vim.fn.json_encode(found)}, "found.json")
"""


def neovim() -> int:
    """The minor version of Neovim 0; 0 where it is not installed, or the server does not have what it needs."""
    said = run(["nvim", "--version"], DOCS).stdout if shutil.which("nvim") else ""
    version = re.match(r"NVIM v0\.(\d+)", said)
    return int(version[1]) if version is not None and importlib.util.find_spec("pygls") is not None else 0


@pytest.mark.parametrize(
    ("words", "versions"),
    [("vim.lsp.config", range(11, 100)), ("vim.lsp.start(", range(8, 100)), ("vim.lsp.start_client", range(7, 8))],
)
def test_neovim_with_the_server(project: Path, words: str, versions: range) -> None:
    if neovim() not in versions:
        pytest.skip("no Neovim of these versions, or no pygls")
    (project / "pyproject.toml").write_text("")
    text = next(each for each in snippets("editors.md", "lua") if words in each)
    (project / "init.lua").write_text(text + 'vim.cmd("filetype on")\n')
    (project / "ask.lua").write_text(ASK_NEOVIM)
    command = ["nvim", "--headless", "-u", "init.lua", "train.py", "-c", "luafile ask.lua"]
    done = run([*command, "-c", "qa!"], project)
    assert (project / "found.json").exists(), done.stderr
    *found, inserted, left = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert [(row, column + 1, code) for row, column, _, _, code in found] == [place[:3] for place in PLACES]
    assert [severity for *_, severity, _ in found] == [1, 2]
    assert (inserted, left) == (["    tape.watch(x)"], 1)


@installed("emacs")
def test_emacs_with_the_server(project: Path) -> None:
    (project / "ask.el").write_text(
        "(require 'package) (package-initialize)\n"
        "(unless (require 'eglot nil t) (kill-emacs 77))\n"
        '(setq eglot-sync-connect t) (load-file "recipe.el")\n'
        '(find-file "train.py") (python-mode) (unless (eglot-current-server) (eglot-ensure))\n'
        "(run-hooks 'post-command-hook)\n"
        "(with-timeout (60) (while (not (flymake-diagnostics)) (flymake-start)\n"
        "  (accept-process-output nil 0.2)))\n"
        "(let ((read (mapcar (lambda (each) (list (line-number-at-pos (flymake-diagnostic-beg each))\n"
        "                                         (flymake-diagnostic-text each))) (flymake-diagnostics))))\n"
        '  (with-temp-file "found.json" (insert (json-encode (vconcat read)))))\n'
    )
    text = next(each for each in snippets("editors.md", "elisp") if "eglot" in each)
    (project / "recipe.el").write_text(text)
    done = run(["emacs", "--batch", "-q", "-l", "ask.el"], project)  # with what Debian installs for all
    if done.returncode == 77 or importlib.util.find_spec("pygls") is None:
        pytest.skip("Eglot or pygls is not installed")
    assert (project / "found.json").exists(), done.stderr
    found = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert sorted(row for row, _ in found) == [place[0] for place in PLACES], done.stderr
