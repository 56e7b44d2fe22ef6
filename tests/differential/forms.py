"""How a program is written down: in one file, in two of which the second starts the first, or in a notebook.

The lines of a program are numbered through, whatever files they stand in. TensorFlow is asked about these lines, and
what the linter says of a row of a file, or of a row of a cell, is taken back to them.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType, ModuleType
from typing import Any

from tfgraphlint.diagnostic import Diagnostic, Span
from tfgraphlint.project.source import Source, read
from tfgraphlint.rule_api.registry import Registry
from tfgraphlint.run.examine import Examiner

FILE, SCRIPT, NOTEBOOK = "file", "script", "notebook"
MODULE = "training"
IMPORTED = re.compile(rf"^(import|from) {MODULE}\b", re.MULTILINE)

# -- start scripts ---------------------------------------------------------------------------------

# What holds the code that runs, and what starts it. Without an import of the module it stands in the same file.
STARTS = (
    ("def main():", f"from {MODULE} import main\n\nmain()"),
    ("def main():", f'import {MODULE}\n\nif __name__ == "__main__":\n    {MODULE}.main()'),
    ("def main():", 'if __name__ == "__main__":\n    main()'),
    ("def main(verbose=False):", f"from {MODULE} import main as run\n\nrun(verbose=True)"),
    ("def main():", f"import {MODULE}\n\n\ndef start():\n    {MODULE}.main()\n\n\nraise SystemExit(start())"),
    ("class Job:\n    def run(self):", f"from {MODULE} import Job\n\njob = Job()\njob.run()"),
    ("class Job:\n    def run(self):", f'import {MODULE}\n\nif __name__ == "__main__":\n    {MODULE}.Job().run()'),
    ("class Job:\n    def __call__(self):", f"from {MODULE} import Job\n\nJob()()"),
    (
        "def main():",
        f"import {MODULE}\nimport threading\n\nworker = threading.Thread(target={MODULE}.main)\n"
        "worker.start()\nworker.join()",
    ),
    (
        "class Worker(threading.Thread):\n    def run(self):",
        f"from {MODULE} import Worker\n\nworker = Worker()\nworker.start()\nworker.join()",
    ),
    (
        "def main():",
        f"from {MODULE} import main\nfrom concurrent.futures import ThreadPoolExecutor\n\n"
        "with ThreadPoolExecutor(max_workers=1) as pool:\n    pool.submit(main).result()",
    ),
    (
        "def main():",
        f"import {MODULE}\nfrom concurrent import futures\n\npool = futures.ThreadPoolExecutor(1)\n"
        f"done = pool.submit({MODULE}.main)\nprint(done.result())",
    ),
)  # fmt: skip


def started(text: str, random: Random) -> str:
    """The program with what it does at its end in a function or method, and a script that starts it."""
    tree = ast.parse(text)
    first = _first_doing(tree)
    header, start = random.choice(STARTS)
    if first >= len(tree.body):
        return text
    at = _first_line(tree.body[first])
    before, after = text.splitlines()[: at - 1], text.splitlines()[at - 1 :]
    depth = "    " * (header.count("\n") + 1)
    shared = _shared(tree.body[:first], tree.body[first:])
    inside = [f"{depth}global {', '.join(shared)}"] if shared else []
    inside += [depth + line if line else "" for line in after]
    imports = ["import threading"] if "threading" in header else []
    whole = "\n".join([*imports, *before, header, *inside, "", "", start, ""])
    try:
        compile(whole, "", "exec")
    except SyntaxError:  # ``global`` after a use: such a program stays as it is
        return text
    return whole


def _first_doing(tree: ast.Module) -> int:
    """The index of the statement from which on the program defines nothing any more, and does something."""
    last = max((i for i, node in enumerate(tree.body) if isinstance(node, (ast.FunctionDef, ast.ClassDef))), default=-1)
    doing = (ast.With, ast.For, ast.While, ast.If, ast.Try, ast.Expr)
    for index in range(last + 1, len(tree.body)):
        if isinstance(tree.body[index], doing):
            return index
    return max(last + 1, len(tree.body) - 1)


def _shared(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> list[str]:
    """The names that ``after`` binds and that code before it binds or uses."""
    known = {node.id for part in before for node in ast.walk(part) if isinstance(node, ast.Name)}
    inside = [node for part in after for node in ast.walk(part)]
    declared = {name for node in inside if isinstance(node, ast.Global) for name in node.names}
    bound = {node.id for node in inside if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return sorted(known & bound - declared)


def parts(text: str) -> list[tuple[str, int, str]]:
    """The modules of a program: name, lines before it, text. The one that starts the others comes last."""
    split = IMPORTED.search(text)
    if split is None:
        return [("__main__", 0, text)]
    before, after = text[: split.start()], text[split.start() :]
    return [(MODULE, 0, before), ("__main__", before.count("\n"), after)]


def execute(text: str, filename: str, names: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """Run the modules of a program, the lines numbered through; its names at the end. ``names`` are there from the
    start. What is raised in a thread of the program is raised here."""
    raised: list[BaseException] = []
    hook, threading.excepthook = threading.excepthook, lambda given: raised.append(given.exc_value or SystemExit())
    space: dict[str, Any] = {}
    try:
        for name, lines, part in parts(text):
            module = ModuleType(name)
            module.__dict__.update(names)  # no ``__file__``: AutoGraph would look for it on the disk
            space = module.__dict__
            if name == MODULE:
                sys.modules[MODULE] = module
            exec(compile("\n" * lines + part, filename, "exec"), space)
        if raised:
            raise raised[0]
    except SystemExit:
        pass
    finally:
        sys.modules.pop(MODULE, None)
        threading.excepthook = hook
    return space


# -- notebooks -------------------------------------------------------------------------------------

LINES = ("%matplotlib inline", "!pip install -q tqdm", "%load_ext tensorboard", "files = !ls", "%time 1 + 1", "print?")
MAGICS = ("%%time", "%%capture captured")
OTHERS = (
    ("markdown", "# Training\n\nWhat follows is *not* Python."),
    ("code", "%%bash\nls -l | head\nfor f in *; do echo $f; done"),
    ("raw", "raw text"),
    ("code", ""),
    ("code", "# a remark"),
)


@dataclass(frozen=True)
class Written:
    """One file of a program. ``lines`` gives the line of the program for a cell (0: no notebook) and its row."""

    name: str
    content: str
    lines: dict[tuple[int, int], int]


def notebook(text: str) -> Written:
    """The program in cells, with magics between its lines; which ones depends on the text alone."""
    random = Random(text)
    rows = text.splitlines()
    starts = [_first_line(node) for node in ast.parse(text).body]
    cuts = [1, *(line for line in starts[1:] if random.random() < 0.4), len(rows) + 1]
    cells: list[dict[str, Any]] = []
    lines: dict[tuple[int, int], int] = {}
    for first, end in zip(cuts, cuts[1:]):
        if random.random() < 0.3:
            cells.append(_cell(*random.choice(OTHERS), random))
        written = []
        if random.random() < 0.15:
            written.append(random.choice(MAGICS))
        for line in range(first, end):
            if line in starts and random.random() < 0.12:
                written.append(random.choice(LINES))
            written.append(rows[line - 1])
            lines[len(cells) + 1, len(written)] = line
        cells.append(_cell("code", "\n".join(written), random))
    metadata = random.choice(({}, {"language_info": {"name": "python"}}, {"kernelspec": {"name": "python3"}}))
    held = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return Written("notebook.ipynb", json.dumps(held, indent=1), lines)


def _cell(kind: str, text: str, random: Random) -> dict[str, Any]:
    source = text if random.random() < 0.3 else text.splitlines(keepends=True)
    cell = {"cell_type": kind, "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


# -- what the linter says --------------------------------------------------------------------------


def written(form: str, text: str) -> list[Written]:
    """The files of a program."""
    if form == NOTEBOOK:
        return [notebook(text)]
    files = []
    for name, before, part in parts(text):
        count = part.count("\n") + 1
        rows = {(0, row): before + row for row in range(1, count + 1)}
        files.append(Written(f"{name.strip('_')}.py", part, rows))
    return files


class _Facts(Registry):
    """Stands where the rules stand, and remembers what they would be given."""

    def __init__(self) -> None:
        super().__init__(())
        self.facts: list[Any] = []

    def diagnostics(self, event: object) -> Iterator[Diagnostic]:
        self.facts.append(event)
        return iter(())


@dataclass
class OnDisk:
    """The files of a program, to be linted as a user lints them."""

    directory: Path
    files: list[Written]
    _sources: dict[str, Source] = field(default_factory=dict)

    def facts(self, file: Written) -> list[Any]:
        """The facts of one file, which the others may start or import."""
        facts = _Facts()
        examiner = Examiner(self.directory, [self.directory], registry=facts)
        examined = examiner.examine(self.directory / file.name)
        if examined.error:
            raise AssertionError(examined.error + examined.details)
        return facts.facts

    def line(self, span: Span) -> int:
        """The line of the program at which ``span`` starts."""
        file = next(file for file in self.files if file.name == Path(span.filename).name)
        if file.name not in self._sources:
            self._sources[file.name] = read(self.directory / file.name, file.name)
        place = self._sources[file.name].place(span)
        return file.lines.get((place.cell, place.start.row), 0)


@contextmanager
def on_disk(form: str, text: str) -> Iterator[OnDisk]:
    """The files of a program in a directory of their own."""
    with tempfile.TemporaryDirectory() as name:
        shown = OnDisk(Path(name).resolve(), written(form, text))
        for file in shown.files:
            (shown.directory / file.name).write_text(file.content, encoding="utf-8")
        yield shown
