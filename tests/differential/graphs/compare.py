"""Where TensorFlow and the linter do not tell the same of traced code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..gradients.compare import Finding
from .lint import Report, Said, built
from .run import SYMBOLIC, Truth, bodies

# What an error says, and the rules that tell of it.
ERRORS = (
    (r"has no attribute '(numpy|item|tolist|eval)'|numpy\(\) is only available", ("TFG401", "TFG402", "TFG403")),
    (r"Cannot convert a symbolic", ("TFG402",)),
    (r"as a Python `?bool|started as non-Tensor|return statement cannot be placed", ("TFG412", "TFG403", "TFG420")),
    (r"Iterating over a symbolic", ("TFG403", "TFG417", "TFG412", "TFG420")),
    (
        r"unsupported format string|must be real number|argument must be a (string|real)|complex\(\) first|unhashable"
        r"|has no attribute 'astype'|cannot be interpreted as an integer|divmod\(\)|object has no len"
        r"|indices must be integers",
        ("TFG403", "TFG415"),
    ),
    (
        r"singleton tf\.Variables|tf\.Variable that was not created on the first|Unknown variable",
        ("TFG407", "TFG408", "TFG410"),
    ),
    (r"out of scope|InaccessibleTensorError|cannot be accessed from", ("TFG406",)),
    (
        r"must also be initialized|None at the end of|must also have a return|has dtype .* in the|Substructure"
        r"|nested structure|return the same|both branches",
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
SILENT_HARM = frozenset({"TFG408", "TFG506"})  # nothing need be raised


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
    return [
        *_error(text, truth, said),
        *_effects(text, truth, said),
        *_rebuilt(text, truth, said),
        *_false(text, truth, said),
    ]


def differing(plain: Said, other: Said) -> list[Verdict]:
    """The reports that only one of two forms of a program has."""
    found = []
    for finding, reports in (
        (Finding.MISSED, [one for one in plain.reports if one not in other.reports]),
        (Finding.FALSE, [one for one in other.reports if one not in plain.reports]),
    ):
        found += [Verdict(finding, one.line, "reported elsewhere", (one.code,), (one,)) for one in reports]
    return found


def _matching(text: str, truth: Truth, codes: tuple[str, ...], said: Said) -> tuple[Report, ...]:
    spans = [truth.statement(line) for line in truth.error_path]
    spans.append(_block(text, truth.error_line))
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
    reports = _matching(text, truth, codes, said)
    if reports:
        yield Verdict(Finding.AGREED, truth.error_line, truth.error, codes, reports)
    elif set(codes) & built():
        missing = _missing(text, truth, said, truth.error_line)
        if codes[-1] == "TFG415" and "input_signature" not in text and not missing:
            missing = "whether a dimension is known"
        if "TFG407" in codes and not missing and _under_condition(text, truth.error_line):
            missing = "a condition of Python may guard it"
        if "TFG406" in codes and not missing and "add_n(" in _statement_at(text, truth.error_line):
            missing = "how often Keras traces" if "layers.Layer" in text else ""  # of one tensor, the sum is itself
        if "TFG406" in codes and not missing and _makes_variable(text, truth.error_line):
            missing = "a variable that a loop of the graph makes"  # no rule is about it
        yield Verdict(Finding.SILENT if missing else Finding.MISSED, truth.error_line, truth.error, codes, (), missing)


def _makes_variable(text: str, line: int) -> bool:
    return any(
        isinstance(node, (ast.For, ast.While)) and node.lineno == line and "tf.Variable(" in ast.unparse(node)
        for node in ast.walk(ast.parse(text))
    )


def _under_condition(text: str, line: int) -> bool:
    return any(
        isinstance(node, ast.If) and node.lineno < line <= (node.end_lineno or 0) for node in ast.walk(ast.parse(text))
    )


def _missing(text: str, truth: Truth, said: Said, line: int) -> str:
    """What the linter did not know at the statement at ``line``, or at the conditions around it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.If, ast.While)) and node.lineno < line <= (node.end_lineno or 0):
            around = said.missing(*truth.statement(node.lineno))
            if around.startswith("unknown"):
                return around
    return said.missing(*truth.statement(line))


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
        missing = _missing(text, truth, said, line)
        yield Verdict(Finding.SILENT if missing else Finding.MISSED, line, truth.effects[line], codes, (), missing)


def _expected(text: str, truth: Truth, line: int) -> tuple[str, ...]:
    effect = truth.effects[line]
    if effect == "print":
        return ("TFG404",) if SYMBOLIC.search(truth.printed.get(line, "")) else ()
    if effect == "draw":
        return ("TFG409",)
    if effect == "state":
        return ("TFG421",)
    statement = ast.parse(_statement_at(text, line)).body[0]
    constants = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.Constant)]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        constants = [node for node in statement.value.args if isinstance(node, ast.Constant)]
    if effect in ("append", "count") and constants:
        return ("TFG405",)
    return ()


def _false(text: str, truth: Truth, said: Said) -> Iterator[Verdict]:
    codes = codes_of(truth, text)
    matched = _matching(text, truth, codes, said)
    retraced = any(_retraced(text, truth))
    for report in said.reports:
        if report in matched or not _reached(text, truth, report.line) or _came_first(text, truth, report.line):
            continue
        if _ended_there(text, truth, report.line) or report.code == "TFG407" and _only_inferred(truth, report.line):
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
        if report.code == "TFG406" and ".write(" in _statement_at(text, report.line):
            false = False  # the array keeps its zeros, and nothing is raised
        elif report.code in ONCE:
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


def _came_first(text: str, truth: Truth, line: int) -> bool:
    """Whether the program may have ended before a graph came by: a Lambda layer's function stands at ``line``, or code
    that had only run eagerly till then."""
    first, _ = truth.statement(line)
    if not truth.error or truth.error_line == first:
        return False
    inside = range(first, _block(text, first)[1] + 1)  # of the header of a loop it is not noted how it ran
    only_eager = any(truth.eager[one] for one in inside) and not any(truth.traced[one] for one in inside)
    only_eager = only_eager and first not in truth.error_path
    return "Lambda(lambda" in _statement_at(text, line) or bool(only_eager and "layers." in text)


def _ended_there(text: str, truth: Truth, line: int) -> bool:
    """Whether a trace ended at the statement at ``line``, with an error that the program does not show: where a
    ``Sequential`` has an ``Input``, it takes NotImplementedError for a layer whose result nobody knows yet."""
    first, _ = truth.statement(line)
    for body in bodies(ast.parse(text)):
        for node, following in zip(body, body[1:]):
            after = following.body[0] if isinstance(following, ast.With) else following
            if node.lineno == first and not hasattr(node, "body") and not hasattr(after, "body"):
                return truth.traced[after.lineno] < truth.traced[first]
    return False


def _only_inferred(truth: Truth, line: int) -> bool:
    """Whether the statement was only run while Keras inferred shapes: of what comes when the model runs, that says
    nothing."""
    first, _ = truth.statement(line)
    return truth.inferred[first] == truth.traced[first] > 0 and not truth.eager[first]


def _rebuilt(text: str, truth: Truth, said: Said) -> Iterator[Verdict]:
    """Functions that are traced for each call, with arguments that they were not traced for, or made anew."""
    if truth.error or not REBUILT & built():
        return
    for line in _retraced(text, truth, decorated=True):
        codes = ("TFG410", "TFG411")
        reports = tuple(report for report in said.reports if report.code in codes)
        missing = "" if reports else said.missing(line, line) or _by_factory(text, line)
        finding = Finding.AGREED if reports else Finding.SILENT if missing else Finding.MISSED
        yield Verdict(finding, line, "retraced", codes, reports, missing)


def _by_factory(text: str, line: int) -> str:
    """Functions that a function returns may be kept by whoever calls it: the rule says nothing of them."""
    names = [
        node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.lineno < line
    ]
    return "made by a factory" if names and re.search(rf"return {names[-1]}$", text, re.M) else ""


def _retraced(text: str, truth: Truth, decorated: bool = False) -> Iterator[int]:
    """The first lines of functions that were traced more often than the two times that a first call may take."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = [one.lineno for one in node.body if not hasattr(one, "body") and truth.traced[one.lineno]]
            by_function = any("tf.function" in ast.unparse(one) for one in node.decorator_list)
            if lines and truth.traced[lines[0]] > 2 and (by_function or not decorated):
                yield lines[0]


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


def _block(text: str, line: int) -> tuple[int, int]:
    """All of the loop or condition whose header is at ``line``: AutoGraph says no more of some errors in its body."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.For, ast.While, ast.If)) and node.lineno == line:
            return line, node.end_lineno or line
    return line, line


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
