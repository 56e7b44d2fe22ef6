"""What IPython adds to Python in a cell: magics, shell lines, help lines. They are passed over.

What is passed over becomes Python of the same length, so that every row and column of a cell stays where it is. What
such a line binds (``files = !ls``) is a value that nobody knows.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.text import Lines

# Cell magics whose body IPython runs as Python in the notebook's own names.
PYTHON_CELL_MAGICS = frozenset({
    "capture", "debug", "ipytest", "memit", "notify", "prun", "pyinstrument", "scalene", "snakeviz", "time", "timeit",
    "wandb",
})  # fmt: skip
# A name that nobody binds. One character, since `x = !l` leaves room for no more.
UNKNOWN = "\N{RUNIC LETTER FEHU FEOH FE F}"

_CELL_MAGIC = re.compile(r"\s*%%(\w+)(.*)")
_SPECIAL = re.compile(r"[%!?]|[,;/]\w")  # the latter call a function without brackets
_HELP = re.compile(r"[^#'\"]*[\w*\]]\?{1,2}")
_ASSIGNED = re.compile(r"(\s*(?=\S)(?:[^=#'\"\[\]()!<>]|\[[^\]]*\]|\([^)]*\))+=\s*)([%!][^=].*)", re.DOTALL)
# Line magics that run the rest of the line as Python.
_RUNS_PYTHON = re.compile(r"%(time|timeit|prun|memit)(?:\s+-\w+(?:[ \t]+\d+)?)*\s+(?=[^\s-])")
_RUN_FILE = re.compile(r"%run\s+(?:-\w+\s+)*(?P<quote>['\"]?)(?P<file>[\w./-]+)(?P=quote)")
_ENVIRONMENT = re.compile(r"%(?:set_)?env\s+(?P<name>\w+)(?:\s+|\s*=\s*)(?P<value>\S+)")
_INSTALL = re.compile(
    r"(?:[!%]{0,2}\s*(?:\S{0,200}python\S{0,200}\s+-m\s+)?)(?:uv\s+)?pip3?\s+install\s+(?P<words>.*)", re.DOTALL
)
_COLAB_VERSION = re.compile(r"%tensorflow_version\s+1(?:\.x)?\b")
# Magics that IPython knows without their `%`, where what follows cannot be Python.
_AUTOMATIC = re.compile(
    r"(?:alias|autoreload|bookmark|cat|cd|clear|conda|cp|dirs|env|head|hist|history|ldir|less|ll|load|load_ext|ls|lsmagic"
    r"|magic|mamba|man|matplotlib|mkdir|more|mv|pdoc|pinfo|pip|popd|psource|pushd|pwd|pylab|reload_ext|reset|rm|rmdir"
    r"|run|set_env|system|unload_ext|uv|who|whos)(?:\s+[\w./~*{$'\"-].*)?\s*",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"#.*|\"\"\"|'''|\"(?:\\.|[^\"\\\r\n])*\"?|'(?:\\.|[^'\\\r\n])*'?|[\[\](){}]", re.DOTALL
)  # fmt: skip
_PROMPT = re.compile(r"\s*(?:>>> |In \[\d*\]: )")


class Row(NamedTuple):
    """One row of what is linted. ``number`` is its row in the cell, 0 for a row that was added."""

    text: str
    number: int


@dataclass
class Python:
    """The Python of one cell: its rows, what IPython says it is made for, and what stands against it."""

    rows: list[Row]
    installs: list[str] = field(default_factory=list)  # what `pip install` was told
    fault: UnparsableFile | None = None  # its place is one in the cell


def python_of(text: str, python_cell_magics: Iterable[str] = ()) -> Python:
    """What of a cell is Python. A cell that IPython could not run has blank rows and a ``fault``."""
    rows = _rows(text)
    if not isinstance(parse(text, ""), UnparsableFile):
        return Python([Row(row, number) for number, row in enumerate(rows, 1)])
    first = next((index for index, row in enumerate(rows) if row.strip()), 0)
    magic = _CELL_MAGIC.match(rows[first])
    if magic is None:
        return _Reader(rows).read()
    found = Python(_blank(rows), _installs_of_cell(magic[1], rows[first + 1 :]))
    if magic[1] in PYTHON_CELL_MAGICS or magic[1] in python_cell_magics:
        found = _Reader([*rows[:first], _blanked(rows[first]), *rows[first + 1 :]]).read()
    # `%%capture out` and `%%bigquery frame` bind what they name.
    named = [word for word in magic[2].split() if word.isidentifier()]
    if magic[1] in ("timeit", "memit"):
        named += _bound_in(found.rows)  # in a function of their own: what the notebook's names hold is as before
    found.rows += [Row(f"{name} = {UNKNOWN}\n", 0) for name in dict.fromkeys(named) if _is_name(name)]
    return found


def _rows(text: str) -> list[str]:
    """The rows of a text with their line ends; the last one gets one."""
    lines = Lines(text)
    rows = lines.with_ends()
    return [*rows[:-1], f"{rows[-1]}\n"] if rows and not rows[-1].endswith(("\n", "\r")) else [*rows, "\n"]


def _blank(rows: Iterable[str]) -> list[Row]:
    return [Row(_blanked(row), number) for number, row in enumerate(rows, 1)]


def _blanked(row: str) -> str:
    return re.sub(r"[^\r\n]", " ", row)


def _is_name(word: str) -> bool:
    return not isinstance(parse(f"{word} = 0", ""), UnparsableFile)


class _Reader:
    """Reads a cell that is not plain Python, row by row."""

    def __init__(self, rows: list[str]) -> None:
        self._given = rows
        self._rows: list[str] = []  # as many as were given, each as long
        self._added: dict[int, list[str]] = {}  # rows to add, by the number of the row that they come after
        self._installs: list[str] = []
        self._quote = ""  # of a string that goes over several rows
        self._depth = 0  # of brackets

    def read(self) -> Python:
        """The Python in it."""
        first = next((row for row in self._given if row.strip()), "")
        if _PROMPT.match(first):  # copied from a session: IPython takes the prompts off
            return Python(_blank(self._given))
        self._translate()
        text = "".join(self._rows)
        fault = parse(text, "")
        lead = "if True:\n" if first[:1] in (" ", "\t") else ""
        if lead and isinstance(fault, UnparsableFile):  # IPython takes off what all rows are indented by
            fault = parse(lead + text, "")
        if isinstance(fault, UnparsableFile):
            gone = [Row(f"{name} = {UNKNOWN}\n", 0) for name in _seemingly_bound(self._given)]
            return Python([*_blank(self._given), *gone], self._installs, fault)
        rows = [Row(lead, 0)] if lead else []
        for number, row in enumerate(self._rows, 1):
            rows.append(Row(row, number))
            rows += [Row(added, 0) for added in self._added.get(number, ())]
        return Python(rows, self._installs)

    def _translate(self) -> None:
        while len(self._rows) < len(self._given):
            row = self._given[len(self._rows)]
            starts = not self._quote and not self._depth and not self._is_continued()
            statement = row.strip()
            if starts and self._is_special(statement, row):
                self._pass_over(row)
                continue
            self._rows.append(row)
            self._scan(row)

    def _is_continued(self) -> bool:
        return bool(self._rows) and self._rows[-1].rstrip("\r\n").endswith("\\")

    def _is_special(self, statement: str, row: str) -> bool:
        if _SPECIAL.match(statement) or _ASSIGNED.fullmatch(row) or _HELP.fullmatch(statement):
            return True
        return _AUTOMATIC.fullmatch(statement) is not None and isinstance(parse(statement, ""), UnparsableFile)

    def _pass_over(self, row: str) -> None:
        """Put Python in the place of a special row, and of the rows that a backslash joins to it."""
        number = len(self._rows) + 1
        joined = [row]
        while joined[-1].rstrip("\r\n").endswith("\\") and number + len(joined) <= len(self._given):
            joined.append(self._given[number + len(joined) - 1])
        command = "".join(each.rstrip("\r\n").removesuffix("\\") + " " for each in joined).strip()
        ends = row[len(row.rstrip("\r\n")) :]
        indent = row[: len(row) - len(row.lstrip())]
        content = row[len(indent) :].rstrip("\r\n")
        self._rows.append(indent + self._instead(content, len(joined) == 1).ljust(len(content)) + ends)
        self._rows += [_blanked(each) for each in joined[1:]]
        self._added[number + len(joined) - 1] = [f"{indent}{each}\n" for each in self._consequences(command)]

    def _instead(self, content: str, alone: bool) -> str:
        """Python that is no longer than ``content``."""
        assigned = _ASSIGNED.fullmatch(content)
        if assigned is not None and not _SPECIAL.match(content):
            return assigned[1] + UNKNOWN
        runs = _RUNS_PYTHON.match(content) if alone else None
        if runs is not None and not isinstance(parse("0;" + content[runs.end() :], ""), UnparsableFile):
            return "0".ljust(runs.end() - 1) + ";" + content[runs.end() :]
        return "0"

    def _consequences(self, command: str) -> Iterator[str]:
        """What a special line does to the program, as statements."""
        install = _INSTALL.fullmatch(command)
        if install is not None:
            self._installs += _words(install["words"])
        if _COLAB_VERSION.match(command):
            self._installs.append("tensorflow==1.15")
        timed = _RUNS_PYTHON.match(command)
        if timed is not None and timed[1] == "timeit":
            for name in _bound_in([Row(command[timed.end() :], 1)]):
                yield f"{name} = {UNKNOWN}"
        run = _RUN_FILE.match(command)
        if run is not None:
            yield f"from {_module(run['file'])} import *"
        environment = _ENVIRONMENT.match(command)
        if environment is not None and environment["name"] == "TF_USE_LEGACY_KERAS":
            yield f'__import__("os").environ["TF_USE_LEGACY_KERAS"] = {environment["value"].strip(chr(34))!r}'

    def _scan(self, row: str) -> None:
        """Keep in mind whether the next row is inside of a string or of brackets."""
        at = 0
        while at < len(row):
            if self._quote:
                end = re.compile(rf"(?:\\.|[^\\])*?{self._quote}", re.DOTALL).match(row, at)
                if end is None:
                    return
                self._quote, at = "", end.end()
                continue
            token = _TOKEN.search(row, at)
            if token is None:
                return
            at = token.end()
            if token[0] in ('"""', "'''"):
                self._quote = token[0]
            elif token[0] in "([{":
                self._depth += 1
            elif token[0] in ")]}":
                self._depth = max(self._depth - 1, 0)


def _module(file: str) -> str:
    """How a file that `%run` runs would be imported; a name that there is not where it cannot be."""
    dotted = file.removeprefix("./").removesuffix(".py").replace("/", ".")
    is_module = file.endswith(".py") and all(part.isidentifier() for part in dotted.split("."))
    return dotted if is_module else UNKNOWN


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _installs_of_cell(magic: str, body: Iterable[str]) -> list[str]:
    """What `pip install` is told in a shell cell."""
    if magic not in ("bash", "sh", "shell", "script", "system"):
        return []
    commands = (_INSTALL.fullmatch(row.strip()) for row in body)
    return [word for command in commands if command for word in _words(command["words"])]


def _bound_in(rows: Iterable[Row]) -> list[str]:
    """The names that rows bind at their top level; what they import is the same for everybody."""
    tree = parse("".join(row.text for row in rows), "")
    if isinstance(tree, UnparsableFile):
        return []
    names = (node.id for node in walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [*dict.fromkeys(names), *(node.name for node in tree.body if isinstance(node, kinds))]


def _seemingly_bound(rows: Iterable[str]) -> list[str]:
    """The names that a cell binds which cannot be parsed, as far as one can see."""
    found = (re.match(r"\s*(?:def\s+|class\s+)?(\w+)\s*(?:\(|:|[-+*/]?=[^=])", row) for row in rows)
    names = dict.fromkeys(match[1] for match in found if match)
    return [name for name in names if name.isidentifier() and _is_name(name)]
