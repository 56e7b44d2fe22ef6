"""A client of a language server, for tests: it speaks JSON-RPC with a process through its standard streams."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 60  # until a test gives up: the machine may be busy
CAPABILITIES: dict[str, Any] = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}},
}


class Client:
    """A running server. What it says is kept; ``wait`` gives what comes of it that fits."""

    def __init__(self, directory: Path, command: tuple[str, ...] = ("-m", "tfgraphlint", "server")) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self.directory = directory
        self.said: list[dict[str, Any]] = []
        self.shown: dict[str, Any] = {}  # the parameters with which diagnostics were published last, by address
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()  # it has ended by itself, unless something is wrong
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            length = int(header.partition(b":")[2]) if header.lower().startswith(b"content-length") else 0
            while header.strip():
                header = self.process.stdout.readline()
                if header.lower().startswith(b"content-length"):
                    length = int(header.partition(b":")[2])
            self._queue.put(json.loads(self.process.stdout.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.process.stdin.flush()

    def notify(self, method: str, **params: Any) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        number = self._number
        self.send({"id": number, "method": method, "params": params})
        answer = self.wait(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def wait(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that fits."""
        while True:
            message = self._queue.get(timeout=SECONDS)
            self.said.append(message)
            if message.get("method") == "textDocument/publishDiagnostics":
                self.shown[message["params"]["uri"]] = message["params"]
            if "id" in message and "method" in message:  # a request of the server's
                self.send({"id": message["id"], "result": None})
            if fits(message):
                return message

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """What is published next about a text, in this version."""

        def fits(message: dict[str, Any]) -> bool:
            params = message.get("params") or {}
            published = message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri
            return published and version in (None, params.get("version"))

        found: list[dict[str, Any]] = self.wait(fits)["params"]["diagnostics"]
        return found

    def start(self, capabilities: dict[str, Any] | None = None, **more: Any) -> Any:
        uri = self.directory.as_uri()
        folders = [{"uri": uri, "name": "project"}]
        answer = self.ask(
            "initialize", processId=None, rootUri=uri, workspaceFolders=folders,
            capabilities=CAPABILITIES if capabilities is None else capabilities, **more,
        )  # fmt: skip
        self.notify("initialized")
        return answer

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> list[dict[str, Any]]:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)
        return self.diagnostics(uri, version)

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> list[dict[str, Any]]:
        named = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", textDocument=named, contentChanges=list(changes))
        return self.diagnostics(uri, version)

    def actions(self, uri: str, where: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(
            "textDocument/codeAction", textDocument={"uri": uri}, range=where, context={"diagnostics": [], **context}
        )
        return found

    def stop(self) -> int:
        self.ask("shutdown")
        self.send({"method": "exit"})
        return self.process.wait(SECONDS)


def units(text: str) -> bytes:
    return text.encode("utf-16-le")


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """``text`` after edits, as an editor makes them: in UTF-16, from the last to the first."""
    rows = text.split("\n")
    for edit in sorted(edits, key=lambda each: -each["range"]["start"]["line"]):
        (first, start), (last, end) = (
            (edit["range"][side]["line"], edit["range"][side]["character"]) for side in ("start", "end")
        )
        rows += [""] * (last + 1 - len(rows))
        before = units(rows[first])[: start * 2].decode("utf-16-le")
        after = units(rows[last])[end * 2 :].decode("utf-16-le")
        rows[first : last + 1] = (before + edit["newText"] + after).split("\n")
    return "\n".join(rows)
