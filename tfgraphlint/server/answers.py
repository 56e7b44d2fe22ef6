"""What was found, in the words of the protocol: diagnostics, code actions, hovers."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls import uris

from tfgraphlint.diagnostic import Applicability, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.report.explanation import as_markdown
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load
from tfgraphlint.run.explain import Explanation
from tfgraphlint.server.documents import Document, Text
from tfgraphlint.server.linter import Edited, Report, Result
from tfgraphlint.server.positions import Units, touches

SOURCE = "tfgraphlint"
SEVERITIES = {Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning}
FIX_ALL = types.CodeActionKind.SourceFixAll
# What editors ask for that fix a notebook as a whole when it is saved.
FIX_NOTEBOOK = "notebook.source.fixAll"
ACTION_KINDS = (types.CodeActionKind.QuickFix, FIX_ALL, FIX_NOTEBOOK)
FIX, IGNORE, ALL = "fix", "ignore", "all"

class Answers:
    """Says things of one result. Names of files are relative to ``directory``."""

    def __init__(self, result: Result, units: Units, directory: Path) -> None:
        self._result = result
        self._units = units
        self._directory = directory

    @property
    def _document(self) -> Document:
        return self._result.document

    def diagnostics(self) -> dict[str, list[types.Diagnostic]]:
        """The reports by the address at which they are shown: also of texts that have none, so that old ones go."""
        found: dict[str, list[types.Diagnostic]] = {text.uri: [] for text in self._document.texts}
        for report in self._result.reports:
            found[self._text(report).uri].append(self._diagnostic(report))
        return found

    def reports_at(self, uri: str, where: types.Range) -> Iterator[tuple[int, Report]]:
        """The reports that touch a range of one text, with their numbers."""
        for number, report in enumerate(self._result.reports):
            if self._text(report).uri == uri and touches(self._range(report), where):
                yield number, report

    def place_of(self, uri: str, at: types.Position) -> tuple[int, Position] | None:
        """The cell and the place in it, counted from 1, that an editor means; None where it is in no code."""
        held = self._document.holding(uri)
        if held is None or not held[1].is_code or not 0 <= at.line < len(held[1].lines):
            return None
        lines = held[1].lines
        return held[0], lines.position(self._units.offset(lines, at))

    def hover(self, uri: str, place: types.Position, known: Explanation | None = None) -> types.Hover | None:
        """What is known of a place, and the pages of the rules that report something there."""
        found = [report for _, report in self.reports_at(uri, types.Range(place, place))]
        parts = [as_markdown(known)] if known is not None else []
        parts += self._pages(dict.fromkeys(report.found.code for report in found))
        if not parts:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
        return types.Hover(content, self._range(found[0]) if found else None)

    def _pages(self, codes: Container[str]) -> Iterator[str]:
        run = self._result.run
        for rule in load(run.request.plugins if run is not None else ()).rules:
            if rule.code in codes:
                yield f"# {rule.code} {rule.name}\n\n{read_page(rule)}"

    def actions(self, uri: str, where: types.Range, only: Sequence[str]) -> Iterator[types.CodeAction]:
        """What can be done about the reports in a range, without the edits: ``data`` says which edit is meant."""

        def wants(kind: str) -> bool:
            return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)

        if wants(types.CodeActionKind.QuickFix):
            for number, report in self.reports_at(uri, where):
                yield from self._quick_fixes(number, report)
                yield self._ignoring(number, report)
        for kind in (FIX_ALL, FIX_NOTEBOOK) if only else (FIX_ALL,):
            if wants(kind) and self._is_fixable():
                title = "Fix all problems that have a safe fix (tfgraphlint)"
                full = f"{kind.value if isinstance(kind, types.CodeActionKind) else kind}.tfgraphlint"
                yield types.CodeAction(title, full, data=self._data(ALL))

    def _is_fixable(self) -> bool:
        fixes = (report.found.fix for report in self._result.reports)
        return any(fix is not None and fix.applicability is Applicability.SAFE for fix in fixes)

    def _quick_fixes(self, number: int, report: Report) -> Iterator[types.CodeAction]:
        for choice, fix in enumerate(offers(report)):
            if not fix.edits or any(edit.span.filename != report.found.span.filename for edit in fix.edits):
                continue
            yield types.CodeAction(
                _title(report, fix),
                types.CodeActionKind.QuickFix,
                [self._diagnostic(report)],
                is_preferred=True if fix.applicability is Applicability.SAFE else None,
                data=self._data(FIX, number, choice),
            )

    def _ignoring(self, number: int, report: Report) -> types.CodeAction:
        title = f"Ignore {report.found.code} ({report.found.name}) for this line"
        kind = types.CodeActionKind.QuickFix
        return types.CodeAction(title, kind, [self._diagnostic(report)], data=self._data(IGNORE, number))

    def _data(self, what: str, number: int = 0, choice: int = 0) -> dict[str, object]:
        versions = [text.version for text in self._document.texts]
        uri = self._document.uri
        return {"uri": uri, "versions": versions, "what": what, "number": number, "choice": choice}

    def edit(self, edited: Edited, with_versions: bool) -> types.WorkspaceEdit:
        """The edit that an editor is to make. ``with_versions``: it understands which version is meant."""
        by_text = {
            self._document.at(cell): [self._units.between(self._document.at(cell).lines, each) for each in changes]
            for cell, changes in edited.changes.items()
        }
        if not with_versions:
            return types.WorkspaceEdit(changes={text.uri: edits for text, edits in by_text.items()})
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(text.uri, text.version), list(edits)
                )
                for text, edits in by_text.items()
            ]
        )

    # -- parts of a diagnostic -------------------------------------------------------------------

    def _text(self, report: Report) -> Text:
        return self._document.at(report.shown.span.cell)

    def _range(self, report: Report) -> types.Range:
        return self._units.range(self._text(report).lines, report.shown.span)

    def _diagnostic(self, report: Report) -> types.Diagnostic:
        shown = report.shown
        return types.Diagnostic(
            self._range(report),
            f"{shown.message}\n{shown.help}" if shown.help else shown.message,
            SEVERITIES[shown.severity],
            code=shown.code,
            source=SOURCE,
            related_information=[self._step(step) for step in shown.path] or None,
        )

    def _step(self, step: Step) -> types.DiagnosticRelatedInformation:
        said = step.message if step.role is Role.CUT else f"{step.role.value}: {step.message}"
        return types.DiagnosticRelatedInformation(self._location(step.span), said)

    def _location(self, span: Span) -> types.Location:
        run = self._result.run
        own = run.request.names.keys() if run is not None else ()
        if span.filename in own:
            text = self._document.at(span.cell)
            return types.Location(text.uri, self._units.range(text.lines, span))
        uri = uris.from_fs_path(str(self._directory / span.filename)) or self._document.uri
        return types.Location(uri, self._units.range(self._result.others[span.filename], span))


def offers(report: Report) -> tuple[Fix, ...]:
    """The fix and the suggestions of a report, in the order by which actions count them."""
    return (*filter(None, [report.found.fix]), *report.found.suggestions)


def _title(report: Report, fix: Fix) -> str:
    said = fix.message or report.found.help or "repair it"
    if fix.applicability is Applicability.SAFE:
        return f"{said} ({report.found.code})"
    if fix.applicability is Applicability.UNSAFE:
        return f"{said} ({report.found.code}; may change results)"
    return f"suggestion: {said} ({report.found.code}; may change results)"


def versions_of(data: Mapping[str, object], document: Document) -> bool:
    """Whether an action was offered for the document as it is now."""
    return data.get("versions") == [text.version for text in document.texts]
