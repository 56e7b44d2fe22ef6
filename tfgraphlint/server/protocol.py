"""The server's side of the protocol: it keeps the open documents, has them linted in a thread, and answers.

Everything here runs in one thread, and nothing that takes long. What does, runs in another one, one thing at a time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

import tfgraphlint
from tfgraphlint.project.settings import OWN_FILE, PYPROJECT
from tfgraphlint.run.explain import Explanation
from tfgraphlint.server.answers import ACTION_KINDS, ALL, FIX, SOURCE, Answers, offers, versions_of
from tfgraphlint.server.documents import LANGUAGES, Document, Open, Text, file_path, spliced
from tfgraphlint.server.linter import Edited, Linter, Result
from tfgraphlint.server.positions import Units

AFTER_TYPING = 0.15  # seconds to wait for the next key
AFTER_OTHERS = 0.4  # and for a file that another one imports, which is typed in
WATCHED = (f"**/{PYPROJECT}", f"**/{OWN_FILE}", "**/*.py", "**/requirements*.txt")
CELL = "vscode-notebook-cell:"  # what clients open that know no notebooks: one cell alone says nothing
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            notebook="*", cells=[types.NotebookCellLanguage("python"), types.NotebookCellLanguage("markdown")]
        )
    ],
    save=True,
)

Outcome = TypeVar("Outcome")


class Server(LanguageServer):
    """A language server with the documents that are open, and what was found in them."""

    def __init__(self) -> None:
        super().__init__(SOURCE, tfgraphlint.__version__, notebook_document_sync=NOTEBOOKS)
        self.open = Open()
        self.linter = Linter(Path.cwd())
        self.results: dict[str, Result] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tfgraphlint-lint")
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._complaints: dict[str, str] = {}

    # -- what the client is ----------------------------------------------------------------------

    @property
    def units(self) -> Units:
        """How the client counts columns."""
        return Units(str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding)))

    def start_in(self, params: types.InitializeParams) -> None:
        """Work in the first folder of the workspace: names of files are relative to it."""
        for folder in self._folders(params):
            if folder.is_dir():
                os.chdir(folder)
                break
        self.linter = Linter(Path(os.path.realpath(Path.cwd())))

    def _folders(self, params: types.InitializeParams) -> list[Path]:
        found = [folder.uri for folder in params.workspace_folders or []]
        found += [uri for uri in (params.root_uri, params.root_path and uris.from_fs_path(params.root_path)) if uri]
        return [Path(os.path.realpath(path)) for path in map(uris.to_fs_path, found) if path]

    def folder_of(self, path: Path) -> Path:
        """The workspace folder that a file lies in, the innermost one; else the file's own."""
        given = map(uris.to_fs_path, self.workspace.folders)
        folders = {Path(os.path.realpath(each)) for each in given if each} | {self.linter.directory}
        around = [folder for folder in folders if folder in path.parents]
        return max(around, key=lambda folder: len(folder.parts), default=path.parent)

    def path_of(self, uri: str, notebook: bool = False, language: str = "python") -> Path:
        """Where a document lies, without links."""
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        name = uri.partition(":")[2].rpartition("/")[2]
        found = file_path(path, name, self.linter.directory, notebook, language)
        return Path(os.path.realpath(found))

    def has(self, *names: str) -> bool:
        """Whether the client says that it can do something."""
        at: Any = self.client_capabilities
        for name in names:
            at = getattr(at, name, None)
        return bool(at)

    @property
    def resolves_edits(self) -> bool:
        """Whether the client asks for the edit of an action only when that is chosen."""
        support = self.client_capabilities.text_document and self.client_capabilities.text_document.code_action
        resolve = support.resolve_support if support else None
        return resolve is not None and "edit" in resolve.properties

    # -- linting ---------------------------------------------------------------------------------

    def changed(self, document: Document, wait: float = AFTER_TYPING) -> None:
        """Have a document linted soon, and then those that depend on it."""
        self.open.put(document)
        self._lint_soon(document.uri, wait)
        self.relint_importers(document.path)

    def lint_all(self, wait: float = 0.0, besides: str = "") -> None:
        """Have everything linted again: a file was saved, or the configuration has changed."""
        for document in self.open:
            if document.uri != besides:
                self._lint_soon(document.uri, wait)

    def _lint_soon(self, uri: str, wait: float) -> None:
        earlier = self._waiting.get(uri)
        if earlier is not None:
            earlier.cancel()
        self._waiting[uri] = asyncio.ensure_future(self._lint_later(uri, wait))

    async def _lint_later(self, uri: str, wait: float) -> None:
        await asyncio.sleep(wait)
        document = self.open.find(uri)
        if document is None:
            return
        result = await self.linted(document)
        if result is not None and self.open.is_current(document):
            self._show(result)

    async def linted(self, document: Document) -> Result | None:
        """What is found in a document; None where that failed, which was said then."""
        known = self.results.get(document.uri)
        if known is not None and known.document is document and document.uri not in self._stale:
            return known
        texts, folder = self.open.texts(), self.folder_of(document.path)
        result = await self.in_thread(lambda: self.linter.lint(document, texts, folder))
        if result is not None and self.open.is_current(document):
            self.results[document.uri] = result
        return result

    @property
    def _stale(self) -> set[str]:
        """The documents that are to be linted again although nothing was typed in them."""
        return {uri for uri, task in self._waiting.items() if not task.done()}

    async def in_thread(self, function: Callable[[], Outcome]) -> Outcome | None:
        """What ``function`` gives; None, and a line in the client's log, where it fails."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, function)
        except Exception as error:  # whatever is wrong with one file, the server goes on
            self.log(f"internal error: {type(error).__name__}: {error}", traceback.format_exc())
            return None

    def _show(self, result: Result) -> None:
        document = result.document
        for uri, found in self.answers(result).diagnostics().items():
            version = next(text.version for text in document.texts if text.uri == uri)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
        self._complain(result)

    def _complain(self, result: Result) -> None:
        """Say what kept a document from being linted, once."""
        if result.error and self._complaints.get(result.document.uri) != result.error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"{SOURCE}: {result.error}"))
            if result.details:
                self.log(result.error, result.details)
        self._complaints[result.document.uri] = result.error

    def log(self, text: str, details: str = "") -> None:
        """Write to the client's log."""
        said = f"{SOURCE}: {text}\n{details}".rstrip()
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, said))

    def closed(self, uri: str) -> None:
        """Forget a document, and have the client forget what was said of it."""
        document = self.open.remove(uri)
        task = self._waiting.pop(uri, None)
        if task is not None:
            task.cancel()
        result = self.results.pop(uri, None)
        self._complaints.pop(uri, None)
        texts = document.texts if document is not None else ()
        for each in {text.uri for text in texts} | {text.uri for text in (result.document.texts if result else ())}:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(each, []))
        if document is not None:
            self.relint_importers(document.path)

    def relint_importers(self, path: Path) -> None:
        """Lint what depends on a file that says something else by now."""
        for uri, result in self.results.items():
            if path in result.consulted:
                self._lint_soon(uri, AFTER_OTHERS)

    def clear(self, uris_gone: Sequence[str]) -> None:
        """Have the client forget what was said of cells that are gone."""
        for uri in uris_gone:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    # -- answers ---------------------------------------------------------------------------------

    def answers(self, result: Result) -> Answers:
        """What can be said of a result."""
        return Answers(result, self.units, self.linter.directory)

    async def known_at(self, result: Result, uri: str, at: types.Position) -> Explanation | None:
        """What is known of a place in a document."""
        place = self.answers(result).place_of(uri, at)
        if place is None:
            return None
        texts = {**self.open.texts(), result.document.path: result.document.content}
        return await self.in_thread(lambda: self.linter.explained(result, texts, *place))

    async def edit_of(self, data: Mapping[str, Any], result: Result) -> Edited:
        """The changes that an action is about."""
        texts = {**self.open.texts(), result.document.path: result.document.content}
        linter = self.linter
        if data["what"] == ALL:
            edited = await self.in_thread(lambda: linter.all_fixed(result, texts))
        else:
            report = result.reports[data["number"]]
            if data["what"] == FIX:
                fix = offers(report)[data["choice"]]
                edited = await self.in_thread(lambda: linter.fixed(result, texts, report.found, fix))
            else:
                edited = await self.in_thread(lambda: linter.silenced(result, texts, report.found))
        return edited or Edited({}, "an internal error, see the log")


def build() -> Server:
    """A server that is ready to be started."""
    server = Server()
    _add_documents(server)
    _add_notebooks(server)
    _add_answers(server)
    return server


def _add_documents(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.start_in(params)

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        if server.has("workspace", "did_change_watched_files", "dynamic_registration"):
            watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("tfgraphlint-files", method, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        if item.language_id not in LANGUAGES or item.uri.startswith(CELL) or server.open.find(item.uri) is not None:
            return
        text = Text(item.uri, item.text, item.version)
        path = server.path_of(item.uri, language=item.language_id)
        server.changed(Document(item.uri, path, (text,)), wait=0.0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        _take_over(server, params.text_document, params.content_changes)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        server.linter.warm.forget_starters()
        server.lint_all(wait=AFTER_TYPING)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.linter.warm.forget_starters()
        server.lint_all(wait=AFTER_TYPING)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        server.lint_all()


def _take_over(
    server: Server,
    named: types.VersionedTextDocumentIdentifier,
    changes: Sequence[types.TextDocumentContentChangeEvent],
) -> None:
    document = server.open.find(named.uri)
    held = document.holding(named.uri) if document is not None else None
    if document is None or held is None:
        return
    text = server.units.changed(held[1].text, changes)
    server.changed(document.with_text(replace(held[1], text=text, version=named.version)))


def _add_notebooks(server: Server) -> None:
    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenNotebookDocumentParams) -> None:
        notebook = params.notebook_document
        held = {item.uri: item for item in params.cell_text_documents}
        cells = tuple(_cell(cell, held) for cell in notebook.cells)
        path = server.path_of(notebook.uri, notebook=True)
        server.changed(Document(notebook.uri, path, cells, True, _metadata(notebook.metadata)), wait=0.0)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeNotebookDocumentParams) -> None:
        document = server.open.find(params.notebook_document.uri)
        if document is None:
            return
        if params.change.metadata is not None:
            document = replace(document, metadata=_metadata(params.change.metadata))
        for changes in [params.change.cells] if params.change.cells is not None else []:
            document = _with_cells(server, document, changes)
            for data in changes.data or []:
                document = _with_kind(document, data)
            for typed in changes.text_content or []:
                held = document.holding(typed.document.uri)
                if held is not None:
                    text = server.units.changed(held[1].text, typed.changes)
                    document = document.with_text(replace(held[1], text=text, version=typed.document.version))
        server.changed(document)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveNotebookDocumentParams) -> None:
        server.lint_all(wait=AFTER_TYPING)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseNotebookDocumentParams) -> None:
        server.closed(params.notebook_document.uri)


def _with_cells(server: Server, document: Document, changes: types.NotebookDocumentCellChanges) -> Document:
    """The document after cells came, went or were moved."""
    if changes.structure is None:
        return document
    array = changes.structure.array
    held = {item.uri: item for item in changes.structure.did_open or []}
    known = {text.uri: text for text in document.texts}
    new = [known.get(cell.document) or _cell(cell, held) for cell in array.cells or []]
    gone = [item.uri for item in changes.structure.did_close or []]
    server.clear(gone)
    return replace(document, texts=spliced(document.texts, array.start, array.delete_count, new))


def _with_kind(document: Document, cell: types.NotebookCell) -> Document:
    held = document.holding(cell.document)
    if held is None:
        return document
    return document.with_text(replace(held[1], is_code=cell.kind == types.NotebookCellKind.Code))


def _cell(cell: types.NotebookCell, held: Mapping[str, types.TextDocumentItem]) -> Text:
    """A cell. One whose text the client does not send is in another language."""
    item = held.get(cell.document)
    if item is None:
        return Text(cell.document, "", 0, is_code=False)
    is_code = cell.kind == types.NotebookCellKind.Code and item.language_id == "python"
    return Text(item.uri, item.text, item.version, is_code)


def _metadata(given: Any) -> dict[str, Any]:
    """What a notebook says of its language, as far as it is JSON."""
    found: dict[str, Any] = given if isinstance(given, dict) else {}
    nested = found.get("metadata")  # where VS Code has it
    inner: dict[str, Any] = nested if isinstance(nested, dict) else found
    return {key: inner[key] for key in ("kernelspec", "language_info") if isinstance(inner.get(key), dict)}


def _add_answers(server: Server) -> None:
    options = types.CodeActionOptions(ACTION_KINDS, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = server.open.find(params.text_document.uri)
        result = await server.linted(document) if document is not None else None
        if result is None or result.run is None:
            return []
        answers = server.answers(result)
        only = [str(getattr(each, "value", each)) for each in params.context.only or []]
        found = list(answers.actions(params.text_document.uri, params.range, only))
        if server.resolves_edits:
            return found
        return [each for each in found if await _add_edit(server, each, result)]

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        data: Any = action.data
        document = server.open.find(data["uri"])
        result = await server.linted(document) if document is not None else None
        if result is None or document is None or not versions_of(data, document):
            return action
        await _add_edit(server, action, result, aloud=True)
        return action

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        document = server.open.find(params.text_document.uri)
        result = await server.linted(document) if document is not None else None
        if result is None:
            return None
        known = await server.known_at(result, params.text_document.uri, params.position)
        return server.answers(result).hover(params.text_document.uri, params.position, known)


async def _add_edit(server: Server, action: types.CodeAction, result: Result, aloud: bool = False) -> bool:
    """Put the edit into an action; whether there is one. ``aloud``: somebody waits for it, and is told why not."""
    data: Any = action.data
    edited = await server.edit_of(data, result)
    if edited.changes:
        with_versions = server.has("workspace", "workspace_edit", "document_changes")
        action.edit = server.answers(result).edit(edited, with_versions)
        return True
    if aloud:
        said = f"{SOURCE}: nothing was changed: {edited.refused or 'there is nothing to fix'}"
        server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, said))
    return False


def serve() -> None:
    """Serve standard input and output until the client has done. What else is printed goes to standard error."""
    given, output = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    build().start_io(given, output)
    sys.stderr.flush()
    os._exit(0)  # nobody waits for what is still being linted
