"""What is known of one line of a file: who was looked on at while the file was interpreted, put into words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Position, Span
from tfgraphlint.errors import RunError
from tfgraphlint.facts.limits import ReadInPart
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.interpret.core.values import Tensor, Variable
from tfgraphlint.interpret.explaining.observer import Observer
from tfgraphlint.interpret.explaining.stories import stories as told
from tfgraphlint.interpret.explaining.stories import stories_at
from tfgraphlint.interpret.explaining.story import Outcome, Stop, Story
from tfgraphlint.interpret.explaining.ways import Teller, holds
from tfgraphlint.interpret.explaining.words import Words
from tfgraphlint.project.source import Source
from tfgraphlint.rule_api.registry import Registry, load
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.run.examine import Examined, parsed_tree
from tfgraphlint.run.facts import asked_for, placing
from tfgraphlint.run.lint import Request, readable
from tfgraphlint.screen.triggers import mentions_framework
from tfgraphlint.syntax.deep_stack import LimitReached
from tfgraphlint.syntax.parents import ancestors
from tfgraphlint.syntax.tree import Tree, nodes_in

PLACE = re.compile(r"(?P<file>.+?)(?::cell (?P<cell>\d+))?:(?P<row>\d+)(?::\d+)?")
MAX_NEAREST = 3  # lines with something to explain that are named where there is nothing
Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement


@dataclass(frozen=True)
class Reported:
    """A report at the line, or one whose path leads over it."""

    code: str
    name: str
    message: str
    span: Span


@dataclass(frozen=True)
class Explanation:
    """What is known of the line ``row`` of ``where``, a file or a cell; ``code`` is what is written there.

    Where there is nothing, ``nearest`` are lines of which something is known. ``error`` is why the file could not be
    read to its end.
    """

    where: str
    row: int
    code: str
    stories: tuple[Story, ...]
    reported: tuple[Reported, ...]
    nearest: tuple[tuple[str, int, str], ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    details: str = ""


class Witness(Registry):
    """The rules, and all that they are given."""

    def __init__(self, rules: Registry) -> None:
        super().__init__(rules.rules)
        self.facts: list[object] = []

    def diagnostics(self, event: object) -> Iterator[Diagnostic]:
        """What the rules say, as always."""
        self.facts.append(event)
        return super().diagnostics(event)


def explain(asked: str, directory: Path) -> Explanation:
    """What is known of ``asked``: ``FILE:LINE``, or ``FILE:cell N:LINE`` in a notebook.

    Raises:
        RunError: this names no line of a file that can be read.
    """
    match = PLACE.fullmatch(asked)
    if match is None:
        raise RunError(f"{asked!r} names no line: give FILE:LINE, or FILE:cell N:LINE in a notebook")
    request, errors = asked_for([match["file"]], directory)
    for error in errors:
        raise error
    if len(request.files) != 1:
        raise RunError(f"{match['file']} is not one file: name the file that the line is in")
    (file,) = request.files
    source = readable(request, file)
    row = _row_in(source, int(match["cell"] or 0), int(match["row"]), asked)
    return _Explainer(request, file, source, row).explained()


def explain_at(request: Request, file: Path, cell: int, place: Position) -> Explanation | None:
    """What is known of the expression around a place in ``file``, which is one of the request's.

    None where no program is that names TensorFlow, where it cannot be parsed, and where there is nothing to tell.

    Raises:
        RunError: the file cannot be read.
    """
    source = readable(request, file)
    row = _row_of_text(source, cell, place.row) if mentions_framework(source.text) else None
    if row is None:
        return None
    explainer = _Explainer(request, file, source, row, Position(row, place.column))
    found = explainer.explained() if explainer.is_code else None
    return found if found is not None and found.stories else None


def _row_in(source: Source, cell: int, row: int, asked: str) -> int:
    """The row of the text that is linted; rows of a notebook are counted in its cells."""
    found = _row_of_text(source, cell, row)
    if found is not None:
        return found
    if source.document is None and not cell:
        raise RunError(f"{asked}: the file has {len(source.lines)} lines")
    hint = "" if cell or source.path.suffix != ".ipynb" else ": name the cell as well, as in FILE:cell 2:LINE"
    raise RunError(f"{asked}: there is no such line of Python{hint}")


def _row_of_text(source: Source, cell: int, row: int) -> int | None:
    if source.document is None and not cell:
        return row if 1 <= row <= len(source.lines) else None
    for number in range(1, len(source.lines) + 1):
        position = Position(number, 1)
        placed = source.place(Span(source.filename, position, position))
        if (placed.cell, placed.start.row) == (cell, row):
            return number
    return None


@dataclass(frozen=True)
class _Explainer:
    """Explains ``row`` of the text of ``source``, which is one of the request's files; of it only what is around
    ``place``, where one is given."""

    request: Request
    file: Path
    source: Source
    row: int
    place: Position | None = None

    def explained(self) -> Explanation:
        tree = self._tree
        if isinstance(tree, UnparsableFile):
            raise RunError(f"{tree.span.filename}:{tree.span.start.row}: this cannot be parsed: {tree.message}")
        statement = self._statement
        rows = self._rows_of(statement) if statement is not None else range(self.row, self.row + 1)
        observer = Observer(os.path.realpath(self.file), rows)
        witness = Witness(load(self.request.plugins, self.request.roots))
        results = self._run(observer, witness)
        words = Words(observer.last, self._where)
        span = Span(self.source.filename, Position(self.row, 1), Position(self.row, 1))
        teller = Teller(observer, words, rows, witness.facts, self._written(statement))
        stories = stories_at(teller, self.place) if self.place is not None else told(teller)
        reported = self._reported(results, rows)
        if statement is not None and not stories and not self._is_reached(observer, rows):
            stories = [self._unreached(observer, statement, witness.facts)]
        nearest = () if stories or reported else self._nearest(observer)
        placed = self._placed(span)
        own = next((result for result in results if result.file == self.file), None)
        return Explanation(
            placed.where, placed.start.row, self.source.lines.row(self.row).strip(),
            tuple(map(self._story_placed, stories)), reported, nearest,
            error=own.error if own is not None else "", details=own.details if own is not None else "",
        )  # fmt: skip

    def _run(self, observer: Observer, witness: Witness) -> list[Examined]:
        """Interpret the file, and those that start what is in it."""
        examiner = replace(self.request.examiner(), screened=False, registry=witness, ports=observer.ports())
        return [examiner.examine(file) for file in self.request.examined_files]

    @cached_property
    def is_code(self) -> bool:
        """Whether there is a statement at the place: no comment, and no space before or behind one."""
        if isinstance(self._tree, UnparsableFile) or self._statement is None or self.place is None:
            return False
        return holds(self._tree.span(self._statement), self.place)

    # -- the place -------------------------------------------------------------------------------

    @cached_property
    def _tree(self) -> Tree | UnparsableFile:
        try:
            programs = self.source.programs
        except LimitReached as reached:
            raise RunError(f"{self.source.filename}: not linted to its end: {reached}") from reached
        texts = [text for text in programs if _row_of(text, self.row).strip()] or [self.source.text]
        return parsed_tree(replace(self.source, text=texts[0]))

    @cached_property
    def _statement(self) -> Statement | None:
        """The innermost statement that the row belongs to. Between the statements of a body there is none."""
        assert isinstance(self._tree, Tree)
        written = self.source.lines.row(self.row).strip()
        found: Statement | None = None
        for node in nodes_in(self._tree.module):
            if isinstance(node, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                span = self._tree.span(node)
                if span.start.row <= self.row <= span.end.row:
                    found = node  # what comes later lies within what came before
        is_between = isinstance(found, cst.BaseCompoundStatement) and (not written or written.startswith("#"))
        return None if is_between else found

    def _rows_of(self, statement: Statement) -> range:
        """The rows of a statement; of one with a body those of its head, or the asked one where it is in the body."""
        assert isinstance(self._tree, Tree)
        span = self._tree.span(statement)
        first, last = span.start.row, span.end.row
        if isinstance(statement, cst.BaseCompoundStatement):
            body = self._tree.span(statement.body)
            last = max(body.start.row - 1, first) if body.start.row > first else first
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                last = max(last, self._tree.span(statement.name).start.row)
        return range(first, last + 1) if first <= self.row <= last else range(self.row, self.row + 1)

    def _written(self, statement: Statement | None) -> str:
        """What the value at the place is called: by what it is assigned to."""
        assert isinstance(self._tree, Tree)
        match statement:
            case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target):
                return f"`{brief(self._tree.code(target))}`"
            case cst.AugAssign(target=target):
                return f"`{brief(self._tree.code(target))}`"
            case cst.Return():
                return "what is returned"
        return ""

    # -- what was not reached --------------------------------------------------------------------

    def _is_reached(self, observer: Observer, rows: range) -> bool:
        assert isinstance(self._tree, Tree)
        statement = self._statement
        begun = any(place.span.start.row in rows for place in observer.begun.values())
        # Statements without an expression (`pass`, `def`, `import`) are as reached as those around them.
        plain = (cst.Pass, cst.Break, cst.Continue, cst.Import, cst.ImportFrom, cst.Global, cst.Nonlocal, cst.ClassDef)
        if isinstance(statement, cst.FunctionDef):
            return statement.name.value in self._entered_names(observer)
        return begun or isinstance(statement, plain) or _is_docstring(statement)

    def _entered_names(self, observer: Observer) -> set[str]:
        rows = {place.span.start.row for place in observer.begun.values()}
        assert isinstance(self._tree, Tree)
        found = set()
        for node in nodes_in(self._tree.module):
            if isinstance(node, cst.FunctionDef) and not rows.isdisjoint(self._body_rows(node)):
                found.add(node.name.value)
        return found

    def _body_rows(self, node: cst.BaseCompoundStatement) -> range:
        assert isinstance(self._tree, Tree)
        span = self._tree.span(node.body)
        return range(span.start.row, span.end.row + 1)

    def _unreached(self, observer: Observer, statement: Statement, facts: Sequence[object]) -> Story:
        assert isinstance(self._tree, Tree)
        span = self._tree.span(statement)
        notes = [self._why_unreached(observer, statement)]
        for fact in facts:
            if isinstance(fact, ReadInPart):
                what = f"`{fact.name}`" if fact.name else "this file"
                notes.append(f"{what} takes too many steps and was read in part")
        title = "nothing that was read comes to this line"
        return Story("unreached", Outcome.UNREACHED, title, span, notes=tuple(dict.fromkeys(notes)))

    def _why_unreached(self, observer: Observer, statement: Statement) -> str:
        assert isinstance(self._tree, Tree)
        rows = {place.span.start.row for place in observer.begun.values()}
        for above in (statement, *ancestors(self._tree, statement)):
            where = self._where(self._tree.span(above))
            if isinstance(above, cst.FunctionDef) and rows.isdisjoint(self._body_rows(above)):
                return f"`{above.name.value}` ({where}) is called by nothing, and nobody gets hold of it"
            if isinstance(above, (cst.If, cst.While)) and above is not statement:
                test = self._tree.span(above.test).start.row
                if test in rows:
                    never = "never true" if rows.isdisjoint(self._body_rows(above)) else "never false"
                    return f"the condition `{brief(self._tree.code(above.test))}` ({where}) is {never}"
        return "the code before it always ends in `return`, `raise`, `break` or `continue`"

    # -- the rest --------------------------------------------------------------------------------

    def _reported(self, results: Sequence[Examined], rows: range) -> tuple[Reported, ...]:
        found = []
        for diagnostic in dict.fromkeys(each for result in results for each in result.diagnostics):
            spans = [diagnostic.span, *(step.span for step in diagnostic.path)]
            if any(span.filename == self.source.filename and span.start.row in rows for span in spans):
                span = self._placed(diagnostic.span)
                found.append(Reported(diagnostic.code, diagnostic.name, diagnostic.message, span))
        return tuple(dict.fromkeys(found))

    def _nearest(self, observer: Observer) -> tuple[tuple[str, int, str], ...]:
        """The lines next to the one that was asked about of which there is something to tell."""
        places = [each.place for each in observer.asked]
        places += [each.place for each in (*observer.called, *observer.made)]
        places += [each.place for each in observer.seen if isinstance(each.value, (Tensor, Variable))]
        rows = {place.span.start.row for place in places}
        nearest = sorted(sorted(rows, key=lambda row: (abs(row - self.row), row))[:MAX_NEAREST])
        found = []
        for row in nearest:
            placed = self._placed(Span(self.source.filename, Position(row, 1), Position(row, 1)))
            found.append((placed.where, placed.start.row, self.source.lines.row(row).strip()))
        return tuple(found)

    @cached_property
    def _placed(self) -> Callable[[Span], Span]:
        return placing(self.request)

    def _where(self, span: Span) -> str:
        placed = self._placed(span)
        return f"{placed.where}:{placed.start.row}"

    def _story_placed(self, story: Story) -> Story:
        path = tuple(_stop_placed(stop, self._placed) for stop in story.path)
        return replace(story, span=self._placed(story.span), path=path)


def _stop_placed(stop: Stop, place: Callable[[Span], Span]) -> Stop:
    return replace(stop, span=place(stop.span))


def _row_of(text: str, row: int) -> str:
    rows = text.splitlines()
    return rows[row - 1] if row <= len(rows) else ""


def _is_docstring(statement: Statement | None) -> bool:
    match statement:
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString() | cst.Ellipsis()):
            return True
    return False
