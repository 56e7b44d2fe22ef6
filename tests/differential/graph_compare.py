"""Where TensorFlow and the linter do not tell the same of traced code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .compare import Finding
from .graph_lint import Report, Said, built
from .graph_run import SYMBOLIC, Truth

# What an error says, and the rules that tell of it.
ERRORS = (
    (r"has no attribute '(numpy|item|tolist|eval)'|numpy\(\) is only available", ("TFG401", "TFG402", "TFG403")),
    (r"Cannot convert a symbolic", ("TFG402",)),
    (r"as a Python `?bool|started as non-Tensor|return statement cannot be placed", ("TFG412", "TFG403", "TFG420")),
    (r"Iterating over a symbolic", ("TFG403", "TFG417", "TFG412", "TFG420")),
    (
        r"unsupported format string|must be real number|argument must be a (string|real)|complex\(\) first|unhashable"
        r"|has no attribute 'astype'|cannot be interpreted as an integer|divmod\(\)|object has no len",
        ("TFG403", "TFG415"),
    ),
    (
        r"singleton tf\.Variables|tf\.Variable that was not created on the first|Unknown variable",
        ("TFG407", "TFG408", "TFG410"),
    ),
    (r"out of scope|InaccessibleTensorError|cannot be accessed from", ("TFG406",)),
    (
        r"must also be initialized|None at the end of|must also have a return|has dtype .* in the|Substructure"
        r"|nested structure|must be defined|return the same|both branches",
        ("TFG413",),
    ),
    (r"support item assignment", ("TFG416",)),
    (r"NoneType|None values|\(None\)|got None|partially known|value \(?None", ("TFG415",)),
    (r"Detected unsupported operations|not XLA|XLA compilation", ("TFG419",)),
    (r"valid (root )?scope name|not a valid.*name|should be string|bytes or unicode", ("TFG420",)),
    (r"RecursionError|maximum recursion", ("TFG422",)),
    (r"A KerasTensor", ("TFG501",)),
    (r"should not modify its Python input", ("TFG405",)),
)
# Rules whose report stands where something is made, kept or decided, not where TensorFlow raises.
ELSEWHERE = frozenset({"TFG406", "TFG407", "TFG408", "TFG410", "TFG413", "TFG415", "TFG419", "TFG412"})
ONCE = frozenset({"TFG404", "TFG405", "TFG409", "TFG421"})
REBUILT = frozenset({"TFG410", "TFG411"})
SILENT_HARM = frozenset({"TFG408", "TFG506", "TFG406"})  # nothing need be raised


@dataclass(frozen=True)
class Verdict:
    """One thing that happened, or that a report says, with what both sides told of it."""

    finding: Finding
    line: int
    truth: str
    codes: tuple[str, ...]
    reports: tuple[Report, ...] = ()
    cause: str = ""

    def like(self, other: Verdict) -> bool:
        """Whether it is the same disagreement, though perhaps at another place."""
        return (
            self.finding is other.finding
            and self.codes == other.codes
            and (re.sub(r"\W.*", "", self.truth) == re.sub(r"\W.*", "", other.truth))
        )


def codes_of(truth: Truth, text: str) -> tuple[str, ...]:
    """The rules that tell of the program's error; none for errors that no rule is about."""
    if not truth.error:
        return ()
    if _statement_at(text, truth.error_line).startswith("raise "):
        return ("TFG414",) if truth.traced[truth.error_line] else ()
    for pattern, codes in ERRORS:
        if re.search(pattern, truth.error):
            return codes
    return ()


def verdicts(text: str, truth: Truth, said: Said) -> list[Verdict]:
    """What came of the program's error, of each effect that happened only once, and of each report."""
    return [*_error(text, truth, said), *_effects(text, truth, said), *_false(text, truth, said)]


def _matching(truth: Truth, codes: tuple[str, ...], said: Said) -> tuple[Report, ...]:
    spans = [truth.statement(line) for line in truth.error_path]
    return tuple(
        report
        for report in said.reports
        if report.code in codes
        and (report.code in ELSEWHERE or any(first <= report.line <= last for first, last in spans))
    )


def _error(text: str, truth: Truth, said: Said) -> Iterator[Verdict]:
    codes = codes_of(truth, text)
    if not codes:
        return
    reports = _matching(truth, codes, said)
    if reports:
        yield Verdict(Finding.AGREED, truth.error_line, truth.error, codes, reports)
    elif set(codes) & built():
        first, last = truth.statement(truth.error_line)
        missing = said.missing(first, last)
        yield Verdict(Finding.SILENT if missing else Finding.MISSED, truth.error_line, truth.error, codes, (), missing)


def _effects(text: str, truth: Truth, said: Said) -> Iterator[Verdict]:
    for line in truth.effects:
        codes = _expected(text, truth, line)
        if not codes or not set(codes) & built() or not truth.once(line):
            continue
        first, last = truth.statement(line)
        reports = tuple(report for report in said.reports if first <= report.line <= last)
        if reports:
            yield Verdict(Finding.AGREED, line, truth.effects[line], codes, reports)
            continue
        missing = said.missing(first, last)
        yield Verdict(Finding.SILENT if missing else Finding.MISSED, line, truth.effects[line], codes, (), missing)


def _expected(text: str, truth: Truth, line: int) -> tuple[str, ...]:
    effect = truth.effects[line]
    if effect == "print":
        return ("TFG404",) if SYMBOLIC.search(truth.printed.get(line, "")) else ()
    if effect == "draw":
        return ("TFG409",)
    statement = ast.parse(_statement_at(text, line)).body[0]
    constants = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.Constant)]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        constants = [node for node in statement.value.args if isinstance(node, ast.Constant)]
    if effect in ("append", "count") and constants:
        return ("TFG405",)
    return ()


def _false(text: str, truth: Truth, said: Said) -> Iterator[Verdict]:
    codes = codes_of(truth, text)
    matched = _matching(truth, codes, said)
    retraced = _retraced(text, truth)
    for report in said.reports:
        if report in matched or not _reached(text, truth, report.line):
            continue
        first, last = truth.statement(report.line)
        if any(first <= line <= last for line in truth.error_path):
            if (
                report.error
                and (codes or not truth.error)
                and report.code not in codes
                and report.code not in SILENT_HARM
            ):
                yield Verdict(Finding.FALSE, report.line, "other error: " + truth.error, (report.code,), (report,))
            continue
        if report.code in ONCE:
            false = not any(truth.traced[line] for line in range(first, last + 1)) and not _compound(text, report.line)
        elif report.code == "TFG420" and truth.eager[first]:
            false = False  # said of eager code too, where it is ignored
        elif report.code in REBUILT:
            false = not truth.error and not retraced
        elif report.code in ELSEWHERE:
            false = not truth.error and report.code not in SILENT_HARM
        else:
            false = report.error and report.code not in SILENT_HARM
        if false:
            yield Verdict(Finding.FALSE, report.line, "runs", (report.code,), (report,))


def _retraced(text: str, truth: Truth) -> bool:
    """Whether a function was traced more often than the two times that a first call may take."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = [one.lineno for one in node.body if not hasattr(one, "body")]
            if any(truth.traced[line] > 2 for line in lines):
                return True
    return False


def _reached(text: str, truth: Truth, line: int) -> bool:
    """Whether Python came by the statement at ``line``: for the header of a block, into the block or beyond it."""
    first, _ = truth.statement(line)
    if truth.eager[first] or truth.traced[first]:
        return True
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt) and node.lineno == first and hasattr(node, "body"):
            inside = range(first + 1, (node.end_lineno or first) + 1)
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                return any(truth.eager[one] or truth.traced[one] for one in inside)
            return True
    return False


def _compound(text: str, line: int) -> bool:
    return any(
        isinstance(node, ast.stmt) and node.lineno == line and hasattr(node, "body")
        for node in ast.walk(ast.parse(text))
    )


def _statement_at(text: str, line: int) -> str:
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.stmt)
            and not hasattr(node, "body")
            and node.lineno <= line <= (node.end_lineno or line)
        ):
            return ast.unparse(node)
    return ""
