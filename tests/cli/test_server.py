"""``tfgraphlint server``, as a client speaks with it through standard streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client, edited

pytest.importorskip("pygls")

UNWATCHED = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
slope = tape.gradient(loss, x)
"""
WATCHED = UNWATCHED.replace("    loss", "    tape.watch(x)\n    loss")
CUT = """\
import numpy as np
import tensorflow as tf

x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    name = "\N{GRINNING FACE}"; loss = tf.reduce_sum(x.numpy() ** 2)
slope = tape.gradient(loss, x)
"""
EVERYWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 1000, "character": 0}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project").resolve()
    (folder / "pyproject.toml").write_text("[tool.tfgraphlint]\n")
    return folder


@pytest.fixture(scope="module")
def client(project: Path) -> Iterator[Client]:
    """One server for most tests: each has documents of its own."""
    with Client(project) as client:
        client.start()
        yield client
        assert client.stop() == 0
        assert client.process.stderr is not None
        assert client.process.stderr.read() == b""


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in diagnostics]


def chosen(client: Client, action: dict[str, Any]) -> list[dict[str, Any]]:
    """The edits of an action, as an editor asks for them when somebody chooses it."""
    assert "edit" not in action
    (change,) = client.ask("codeAction/resolve", **action)["edit"]["documentChanges"]
    assert change["textDocument"]["version"] is not None
    edits: list[dict[str, Any]] = change["edits"]
    return edits


def test_what_is_typed_is_linted(client: Client, project: Path) -> None:
    uri = (project / "typed.py").as_uri()
    (found,) = client.open(uri, UNWATCHED)
    assert (found["code"], found["severity"], found["source"]) == ("TFG301", 1, "tfgraphlint")
    assert found["range"] == {"start": {"line": 3, "character": 5}, "end": {"line": 3, "character": 22}}
    assert "`tape` does not watch `x`" in found["message"]
    assert "`tape.watch(x)`" in found["message"]
    steps = [(each["location"]["range"]["start"]["line"], each["message"]) for each in found["relatedInformation"]]
    assert [row for row, _ in steps] == [2, 3, 5]
    assert steps[0][1].startswith("source: ")
    assert {each["location"]["uri"] for each in found["relatedInformation"]} == {uri}
    place = {"line": 4, "character": 0}
    typed = {"range": {"start": place, "end": place}, "text": "    tape.watch(x)\n"}
    assert client.change(uri, 2, typed) == []
    assert codes(client.change(uri, 3, {"text": UNWATCHED})) == ["TFG301"]
    client.notify("textDocument/didClose", textDocument={"uri": uri})
    assert client.diagnostics(uri) == []


def test_columns_are_units_of_utf_16(client: Client, project: Path) -> None:
    uri = (project / "columns.py").as_uri()
    (found,) = client.open(uri, CUT)
    row = CUT.split("\n")[5]
    start, end = (found["range"][side]["character"] for side in ("start", "end"))
    assert found["range"]["start"]["line"] == 5
    assert row.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le") == "x.numpy()"
    face = {"line": 5, "character": 4}
    longer = {"range": {"start": face, "end": face}, "text": 'other = "\N{GRINNING FACE}"; '}
    assert codes(client.change(uri, 2, longer)) == ["TFG201"]
    behind = {"range": {"start": {"line": 5, "character": 17}, "end": {"line": 5, "character": 46}}, "text": ""}
    assert codes(client.change(uri, 3, behind)) == []  # behind two faces, to the end of a statement


def test_fixes_are_offered_and_named(client: Client, project: Path) -> None:
    uri = (project / "fixes.py").as_uri()
    (found,) = client.open(uri, UNWATCHED)
    fix, ignore, everything = client.actions(uri, found["range"])
    assert (fix["title"], fix["kind"], fix["isPreferred"]) == ("insert `tape.watch(x)` (TFG301)", "quickfix", True)
    assert fix["diagnostics"] == [found]
    assert edited(UNWATCHED, chosen(client, fix)) == WATCHED
    assert ignore["title"] == "Ignore TFG301 (unwatched-tensor) for this line"
    silenced = edited(UNWATCHED, chosen(client, ignore))
    assert silenced.split("\n")[3] == "with tf.GradientTape() as tape:  # tfgraphlint: ignore[TFG301]"
    assert everything["kind"] == "source.fixAll.tfgraphlint"
    assert client.change(uri, 2, {"text": silenced}) == []
    assert client.actions(uri, EVERYWHERE) == []


def test_what_may_change_results_is_named_as_such(client: Client, project: Path) -> None:
    uri = (project / "unsafe.py").as_uri()
    (found,) = client.open(uri, CUT)
    found_actions = client.actions(uri, found["range"])
    fix = found_actions[0]
    assert "TFG201; may change results" in fix["title"]
    assert not any(each.get("isPreferred") for each in found_actions)
    assert "source.fixAll.tfgraphlint" not in [each["kind"] for each in found_actions]
    assert "x.numpy()" not in edited(CUT, chosen(client, fix))


def test_all_that_is_safe_is_fixed_at_once(client: Client, project: Path) -> None:
    uri = (project / "all.py").as_uri()
    two = UNWATCHED + UNWATCHED.replace("x", "y").partition("\n\n")[2].replace("taype", "tape")
    assert codes(client.open(uri, two)) == ["TFG301", "TFG301"]
    (action,) = client.actions(uri, EVERYWHERE, only=["source.fixAll"])
    after = edited(two, chosen(client, action))
    assert (after.count("tape.watch(x)"), after.count("tape.watch(y)")) == (1, 1)
    assert client.actions(uri, EVERYWHERE, only=["refactor"]) == []


def test_an_action_for_an_older_text_does_nothing(client: Client, project: Path) -> None:
    uri = (project / "older.py").as_uri()
    (found,) = client.open(uri, UNWATCHED)
    fix = client.actions(uri, found["range"])[0]
    client.change(uri, 2, {"text": "\n" + UNWATCHED})
    assert "edit" not in client.ask("codeAction/resolve", **fix)


def test_the_page_of_the_rule_is_shown(client: Client, project: Path) -> None:
    uri = (project / "hover.py").as_uri()
    client.open(uri, UNWATCHED)
    place = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 10}}
    content = client.ask("textDocument/hover", **place)["contents"]
    assert content["kind"] == "markdown"
    assert content["value"].startswith("a tape that records what is computed in its block\n")
    assert "\n\n---\n\n# TFG301 unwatched-tensor\n" in content["value"]
    assert "## Fix safety" in content["value"]
    place["position"] = {"line": 0, "character": 0}
    assert client.ask("textDocument/hover", **place) is None


def hover(client: Client, uri: str, row: int, column: int) -> str:
    """What is shown beside a place, counted from 0; empty where nothing is."""
    found = client.ask("textDocument/hover", textDocument={"uri": uri}, position={"line": row, "character": column})
    return str(found["contents"]["value"]) if found else ""


FLOWS = """\
**FLOWS**: the gradient of `loss` with respect to `x` flows

```text
  ┌─ source    3:5   tf.Variable([1.0, 2.0])
  │                  trainable: a tape watches it by itself
  ├─ operation 5:26  x * x
  ├─ operation 5:12  tf.reduce_sum(x * x)
  └─ query     6:9   tape.gradient(loss, x)
```

- each operation on the way has a gradient, and `tape` recorded it"""


def test_what_is_known_of_a_place_is_shown(client: Client, project: Path) -> None:
    uri = (project / "known.py").as_uri()
    text = UNWATCHED.replace("tf.constant", "tf.Variable") + "total = 1 + 2  # of what\n"
    assert client.open(uri, text) == []
    assert hover(client, uri, 5, 0) == hover(client, uri, 5, 15) == FLOWS, "on the name, and on the query"
    assert hover(client, uri, 5, 23).startswith("`loss` is a tensor (float)\n"), "in the query"
    assert hover(client, uri, 4, 27).startswith("**FLOWS**: `x * x` is a tensor (float)\n")
    assert [hover(client, uri, row, 3) for row in (0, 1, 6)] == ["", "", ""], "nothing has to do with TensorFlow"
    assert [hover(client, uri, 4, 2), hover(client, uri, 6, 20), hover(client, uri, 99, 0)] == ["", "", ""]
    client.change(uri, 2, {"text": "\n" + text})
    assert hover(client, uri, 6, 0) == FLOWS.replace(" 3:5 ", " 4:5 ").replace(" 5:", " 6:").replace(" 6:9 ", " 7:9 ")


def test_what_is_known_stands_before_the_page_of_the_rule(client: Client, project: Path) -> None:
    uri = (project / "both.py").as_uri()
    assert codes(client.open(uri, CUT)) == ["TFG201"]
    shown = hover(client, uri, 5, 42)  # columns are units of UTF-16: behind a face that takes two
    assert shown.startswith("**LOST**: `x.numpy() ** 2` is a NumPy array: no gradient goes through it\n")
    assert "\n\n---\n\n# TFG201 numpy-method-in-gradient-path\n" in shown


def test_nothing_is_shown_where_nothing_is_known(client: Client, project: Path) -> None:
    uri = (project / "plain.py").as_uri()
    assert client.open(uri, "x = [1.0]\nprint(x)\n") == []
    assert hover(client, uri, 0, 0) == ""
    (found,) = client.change(uri, 2, {"text": "import tensorflow as tf\nx = tf.constant(\n"})
    assert hover(client, uri, *found["range"]["start"].values()).startswith("# TFG900 ")
    assert hover(client, uri, 0, 0) == ""


def test_open_files_count_as_they_are(client: Client, project: Path) -> None:
    helper, script = ((project / name).as_uri() for name in ("helper.py", "script.py"))
    cuts = "import tensorflow as tf\n\n\ndef size(x):\n    return float(tf.norm(x))\n"
    (project / "helper.py").write_text(cuts.replace("float(tf.norm(x))", "tf.norm(x)"))
    text = UNWATCHED.replace("tf.constant", "tf.Variable").replace("tf.reduce_sum(x * x)", "tf.constant(size(x))")
    text = text.replace("\n\n", "\nfrom helper import size\n\n", 1)
    assert client.open(script, text) == []
    client.open(helper, cuts)
    assert codes(client.diagnostics(script)) == ["TFG203"], "linted again, since what it imports is another"
    client.notify("textDocument/didClose", textDocument={"uri": helper})
    assert client.diagnostics(script) == [], "what was not saved is gone"


def test_places_in_other_files(client: Client, project: Path) -> None:
    (project / "lossy.py").write_text(
        "import tensorflow as tf\n\n\ndef size(x):\n    '\N{GRINNING FACE}'; y = float(tf.norm(x)); return y\n"
    )
    text = UNWATCHED.replace("tf.constant", "tf.Variable").replace("tf.reduce_sum(x * x)", "tf.constant(size(x))")
    uri = (project / "user.py").as_uri()
    (found,) = client.open(uri, text.replace("\n\n", "\nfrom lossy import size\n\n", 1))
    cut = next(each for each in found["relatedInformation"] if each["location"]["uri"].endswith("/lossy.py"))
    assert cut["location"]["range"]["start"] == {"line": 4, "character": 14}


def test_settings_are_read_again_when_they_change(client: Client, project: Path) -> None:
    folder = project / "part"
    folder.mkdir()
    settings = folder / "tfgraphlint.toml"
    uri = (folder / "settings.py").as_uri()
    assert codes(client.open(uri, UNWATCHED)) == ["TFG301"]
    registered = [each for each in client.said if each.get("method") == "client/registerCapability"]
    assert "**/tfgraphlint.toml" in str(registered)
    changed = {"changes": [{"uri": settings.as_uri(), "type": 2}]}
    settings.write_text('ignore = ["TFG301"]\n')
    client.notify("workspace/didChangeWatchedFiles", **changed)
    assert client.diagnostics(uri) == []
    settings.write_text('ignroe = ["TFG301"]\n')
    client.notify("workspace/didChangeWatchedFiles", **changed)
    said = client.wait(lambda message: message.get("method") == "window/showMessage")
    assert "unknown key 'ignroe'; did you mean 'ignore'?" in said["params"]["message"]
    settings.write_text('[severity]\nTFG301 = "warning"\n')
    client.notify("workspace/didChangeWatchedFiles", **changed)
    assert [each["severity"] for each in client.diagnostics(uri)] == [2]
    settings.write_text('exclude = ["settings.py"]\n')
    client.notify("workspace/didChangeWatchedFiles", **changed)
    assert client.diagnostics(uri) == []


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "file:///nowhere/at/all/x.py", "git:/a/b.py?c"])
def test_a_file_need_not_be_there(client: Client, uri: str) -> None:
    assert codes(client.open(uri, UNWATCHED)) == ["TFG301"]


def test_code_that_is_being_typed(client: Client, project: Path) -> None:
    uri = (project / "half.py").as_uri()
    assert codes(client.open(uri, "import tensorflow as tf\nx = tf.constant(")) == ["TFG900"]
    assert client.change(uri, 2, {"text": ""}) == []
    assert codes(client.change(uri, 3, {"text": "\x0c" + UNWATCHED.replace("\n", "\r\n")})) == ["TFG301"]


# -- notebooks -------------------------------------------------------------------------------------


def cell_uri(number: int) -> str:
    return f"vscode-notebook-cell:/project/n.ipynb#W{number}"


def open_notebook(client: Client, uri: str, cells: list[tuple[int, str]]) -> None:
    """Open a notebook of cells: 1 for text, 2 for code."""
    notebook = {
        "uri": uri, "notebookType": "jupyter-notebook", "version": 1,
        "metadata": {"metadata": {"language_info": {"name": "python"}}},
        "cells": [{"kind": kind, "document": cell_uri(at)} for at, (kind, _) in enumerate(cells)],
    }  # fmt: skip
    items = [
        {"uri": cell_uri(at), "languageId": "python" if kind == 2 else "markdown", "version": 1, "text": text}
        for at, (kind, text) in enumerate(cells)
    ]
    client.notify("notebookDocument/didOpen", notebookDocument=notebook, cellTextDocuments=items)


def change_notebook(client: Client, uri: str, version: int, **cells: Any) -> None:
    named = {"uri": uri, "version": version}
    client.notify("notebookDocument/didChange", notebookDocument=named, change={"cells": cells})


def test_a_notebook_is_one_program(client: Client, project: Path) -> None:
    uri = (project / "n.ipynb").as_uri()
    head, tail = UNWATCHED.split("\n\n")
    open_notebook(client, uri, [(2, "%matplotlib inline\n" + head), (1, "# A title"), (2, tail)])
    (found,) = client.diagnostics(cell_uri(2))
    assert (found["code"], found["range"]["start"]) == ("TFG301", {"line": 1, "character": 5})
    assert {each["location"]["uri"] for each in found["relatedInformation"]} == {cell_uri(2)}
    fix = client.actions(cell_uri(2), found["range"])[0]
    answer = client.ask("codeAction/resolve", **fix)["edit"]["documentChanges"]
    assert [each["textDocument"]["uri"] for each in answer] == [cell_uri(2)]
    assert edited(tail, answer[0]["edits"]) == WATCHED.split("\n\n")[1]
    told = hover(client, cell_uri(2), 3, 0)
    assert told.startswith("**LOST**: the gradient of `loss` with respect to `x` is None\n")
    assert "source    1:5   tf.constant([1.0, 2.0])" in told
    assert hover(client, cell_uri(1), 0, 3) == "", "a cell of text"
    (whole,) = client.actions(cell_uri(0), EVERYWHERE, only=["notebook.source.fixAll"])
    assert whole["kind"] == "notebook.source.fixAll.tfgraphlint"
    place = {"line": 0, "character": 4}
    watched = {"document": {"uri": cell_uri(2), "version": 2}}
    end = {"line": 0, "character": 27}
    watched["changes"] = [{"range": {"start": place, "end": end}, "text": "tf.Variable([1.0])"}]
    change_notebook(client, uri, 2, textContent=[watched])
    assert client.diagnostics(cell_uri(2), 2) == []


def test_cells_come_and_go(client: Client, project: Path) -> None:
    uri = (project / "m.ipynb").as_uri()
    head, tail = UNWATCHED.split("\n\n")
    source, tape = tail.split("\n", 1)
    open_notebook(client, uri, [(2, head), (2, source), (2, tape)])
    assert codes(client.diagnostics(cell_uri(2), 1)) == ["TFG301"]
    new = {"uri": cell_uri(9), "languageId": "python", "version": 1, "text": "x = tf.Variable(1.0)"}
    array = {"start": 1, "deleteCount": 1, "cells": [{"kind": 2, "document": cell_uri(9)}]}
    structure = {"array": array, "didOpen": [new], "didClose": [{"uri": cell_uri(1)}]}
    change_notebook(client, uri, 2, structure=structure)
    assert client.diagnostics(cell_uri(2)) == []
    notebook = {"notebookDocument": {"uri": uri}, "cellTextDocuments": [{"uri": cell_uri(at)} for at in (0, 9, 2)]}
    client.notify("notebookDocument/didClose", **notebook)
    assert client.diagnostics(cell_uri(9)) == []


def test_a_notebook_as_jupyterlab_sends_it(client: Client, project: Path) -> None:
    """One text in Python that is named like the notebook, in a folder that need not be there."""
    folder = project / "lab"
    folder.mkdir()
    (folder / "numbers_of.py").write_text("import tensorflow as tf\n\ndef start():\n    return tf.constant([1.0])\n")
    head, tail = UNWATCHED.split("\n\n")
    tail = tail.replace("tf.constant([1.0, 2.0])", "start()")
    text = f'get_ipython().run_line_magic("time", "")\nfrom numbers_of import start\n{head}\n\n\n{tail}'
    uri = (project / ".virtual_documents" / "lab" / "n.ipynb").as_uri()
    (found,) = client.open(uri, text)
    assert (found["code"], found["range"]["start"]) == ("TFG301", {"line": 6, "character": 5})
    assert found["relatedInformation"][0]["location"]["uri"] == (folder / "numbers_of.py").as_uri()


# -- what goes wrong -------------------------------------------------------------------------------

BROKEN = """\
import functools
import tfgraphlint.rules.tfg301_unwatched_tensor as rule
import tfgraphlint.server.linter as linter
from tfgraphlint.server.protocol import serve

def check(self, fact):
    print("printed by a rule")
    raise ZeroDivisionError("of a rule")

rule.UnwatchedTensor.check = functools.wraps(rule.UnwatchedTensor.check)(check)
lint = linter.Linter.lint
def failing(self, document, *arguments):
    if "fail" in document.content:
        raise ZeroDivisionError("of the server")
    return lint(self, document, *arguments)
linter.Linter.lint = failing
serve()
"""


def test_an_internal_error_ends_nothing(tmp_path: Path) -> None:
    with Client(tmp_path, ("-c", BROKEN)) as client:
        answer = client.start({})
        assert answer["capabilities"]["textDocumentSync"]["change"] == 2
        uri = (tmp_path / "a.py").as_uri()
        client.open(uri, UNWATCHED)
        said = [each["params"]["message"] for each in client.said if each.get("method") == "window/showMessage"]
        said.append(client.wait(lambda each: each.get("method") == "window/showMessage")["params"]["message"])
        assert "rule TFG301: ZeroDivisionError: of a rule" in said[-1]
        item = {"uri": uri + "x", "languageId": "python", "version": 1, "text": "fail"}
        client.notify("textDocument/didOpen", textDocument=item)
        log = client.wait(lambda each: "of the server" in str(each))
        assert log["method"] == "window/logMessage"
        assert codes(client.change(uri, 2, {"text": CUT})) == ["TFG201"]
        (found,) = client.shown[uri]["diagnostics"]
        fix = client.actions(uri, found["range"])[0]
        ((where, edits),) = fix["edit"]["changes"].items()  # a client that cannot ask for it later gets it at once
        assert (where, "x.numpy()" in edited(CUT, edits)) == (uri, False)
        assert client.stop() == 0


def test_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError('no', name='pygls')\n")
    program = "import sys; sys.path.insert(0, sys.argv.pop()); from tfgraphlint.cli import main; main(['server'])"
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.rstrip().endswith('the language server needs pygls: pip install "tfgraphlint[lsp]"')
    assert len(done.stderr.splitlines()) == 1
