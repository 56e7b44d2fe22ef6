"""A page for each rule: what it says of itself, a program of its fixtures, and what TensorFlow did with all of them."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from sitepages.markdown import cell, fenced, outside_code
from tfgraphlint.rule_api.catalogue import Entry, entries_of, render_markdown
from tfgraphlint.rule_api.pages import find_example, read_page, read_program
from tfgraphlint.rule_api.registry import load
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.verify import record
from tfgraphlint.verify.programs import Program, find, fixtures_directory

VERIFIED = "docs/verified"
PACKAGES = {"keras": "Keras", "numpy": "NumPy"}
_ARROW = re.compile(r"^ *--> (\w+)\.py:(\d+)", re.MULTILINE)
_START = re.compile(r"^TFG\d{3} ", re.MULTILINE)
_LIMITS = re.compile(r"^## Known limits\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def pages(root: Path) -> dict[str, str]:
    """The page of each rule and their list, by their paths on the site."""
    loaded = _rules()
    programs: dict[str, list[Program]] = {}
    for program in find(fixtures_directory()):
        programs.setdefault(program.rule, []).append(program)
    records = _records(root)
    reports = _reports(loaded)
    found = {"rules/index.md": _index(entries_of(loaded))}
    for rule, entry in zip(loaded, entries_of(loaded)):
        own = programs.get(rule.code, [])
        text = _linked(read_page(rule).partition("\n")[2].strip(), rule.code)
        meaning, mark, more = text.partition("## Known limits")
        example = _example(rule, reports.get(rule.code.lower(), ""))
        parts = [_head(entry), meaning, example, mark + more, *_verified(own, records), *_others(own)]
        found[_path(rule.code)] = "\n\n".join(part for part in parts if part) + "\n"
    return found


def limits() -> str:
    """What each rule says that it does not see, for the page on limits."""
    parts = []
    for rule in _rules():
        said = _LIMITS.search(read_page(rule))
        if said:
            link = f"### [{rule.code} {rule.name}](../rules/{rule.code.lower()}_{rule.name.replace('-', '_')}.py)"
            parts += [link.replace("`", ""), _linked(said[1].strip(), "", "rules/")]
    return "\n\n".join(parts)


def at_run_time(root: Path) -> str:
    """How the faulty programs end when they run, for the page that compares."""
    parts = []
    bad = [program for program in find(fixtures_directory()) if program.kind == "bad"]
    for each in _records(root):
        said = [told for program in bad if (told := each.of(program)) is not None and not told.elsewhere]
        raised = sum(bool(told.ended) for told in said)
        parts.append(
            f"Of {len(said)} faulty programs that were run with TensorFlow {each.versions['tensorflow']}, {raised} end "
            f"with an error; the other {len(said) - raised} run to their end."
        )
    return "\n\n".join(parts)


@cache
def _rules() -> tuple[Rule, ...]:
    return load().rules


def _records(root: Path) -> list[record.Record]:
    """What ``verify`` has kept, the newest TensorFlow first."""
    return [record.read(file) for file in sorted((root / VERIFIED).glob("*.json"), reverse=True)]


def _path(code: str) -> str:
    return f"rules/{code.lower()}.md"


def _index(entries: Sequence[Entry]) -> str:
    table = re.sub(r"\(rules/(tfg\d+)_\w+\.py\)", r"(\1.md)", render_markdown(entries))
    text = re.sub(r"^\*\*(.*)\*\*$", r"## \1", table, flags=re.MULTILINE)
    return f"""# Rules

*fix*: whether a fix is offered and is safe; rules without one suggest what to write. *versions*: where the fault does
not exist in other versions. `tfgraphlint rule` prints this list, `tfgraphlint rule TFG301` the page of a rule.

{text}"""


def _head(entry: Entry) -> str:
    facts = [entry.family, entry.severity, "no fix" if entry.fix == "no" else f"{entry.fix} fix"]
    facts += [] if entry.versions == "all" else [f"`{entry.versions}`"]
    return f"# {entry.code} {entry.name}\n\n*{' · '.join(facts)}*\n\n**{entry.summary}**"


def _linked(text: str, own: str, folder: str = "") -> str:
    """``text`` with each code of a rule as a link to its page."""
    known = {rule.code for rule in _rules()} - {own}

    def link(match: re.Match[str]) -> str:
        code = match[0]
        return f"[{code}]({folder}{code.lower()}.md)" if code in known else code

    return outside_code(text, lambda prose: re.sub(r"\bTFG\d{3}\b", link, prose))


def _example(rule: Rule, report: str) -> str:
    """The first case of the fixtures in three tabs: the faulty program, what is printed of it, and the repaired one."""
    case = find_example(rule)
    before = read_program(case, "bad.py")
    if case is None or before is None:
        return ""
    rows = sorted({int(row) for name, row in _ARROW.findall(report)})
    after = read_program(case, "good.py")
    tabs = [_tab("Reported", fenced(before, "python", _marked(rows)))]
    tabs += [_tab("What tfgraphlint prints", fenced(report, "text"))] if report else []
    tabs += [_tab("Repaired", fenced(after, "python"))] if after else []
    return "\n\n".join(["## An example", *tabs])


def _tab(title: str, block: str) -> str:
    return f'=== "{title}"\n\n{textwrap.indent(block, "    ")}'


def _marked(rows: Sequence[int]) -> str:
    return f'hl_lines="{" ".join(map(str, rows))}"' if rows else ""


def _reports(rules: Sequence[Rule]) -> dict[str, str]:
    """What tfgraphlint prints of the example of each rule, by the rule's code in small letters."""
    with tempfile.TemporaryDirectory() as folder:
        for rule in rules:
            text = read_program(find_example(rule), "bad.py")
            if text is not None:
                (Path(folder) / f"{rule.code.lower()}.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "tfgraphlint", "--isolated", "--no-cache", "--quiet", "--exit-zero", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=_environment())
    starts = [match.start() for match in _START.finditer(done.stdout)]
    found: dict[str, str] = {}
    for start, end in zip(starts, [*starts[1:], len(done.stdout)]):
        text = done.stdout[start:end]
        place = _ARROW.search(text)
        if place:
            found[place[1]] = found.get(place[1], "") + text
    return {name: text.replace(f"{name}.py", "train.py").rstrip() + "\n" for name, text in found.items()}


def _environment() -> Mapping[str, str]:
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def _verified(programs: Sequence[Program], records: Sequence[record.Record]) -> Iterator[str]:
    for each in records:
        said = [(program, told) for program in programs if (told := each.of(program)) is not None]
        asked = [(program, told) for program, told in said if not told.elsewhere]
        if asked:
            yield f"## What TensorFlow {each.versions['tensorflow']} said"
            yield _summary(asked, each, len(programs) - len(said))
            bad = [(program, told) for program, told in asked if program.kind == "bad"]
            yield _table(bad) if bad else ""


def _summary(asked: Sequence[tuple[Program, record.Said]], each: record.Record, others: int) -> str:
    day = max(told.date for _, told in asked)
    claims = sum(told.confirmed + len(told.denied) for _, told in asked)
    confirmed = sum(told.confirmed for _, told in asked)
    packages = " and ".join(f"{PACKAGES[name]} {number}" for name, number in each.versions.items() if name in PACKAGES)
    verdict = "all true" if confirmed == claims else f"{confirmed} of them true"
    missing = f" Not run since they were written or changed: {others}." if others else ""
    return (
        f"Programs of the rule's fixtures that were run, with {packages}, on {day} at the latest: {len(asked)}. Claims "
        f"that they make about what happens: {claims}, {verdict}.{missing}"
    )


def _table(rows: Sequence[tuple[Program, record.Said]]) -> str:
    lines = ["| faulty program | what happens | how it ends |", "| --- | --- | --- |"]
    for program, told in rows:
        claims = "<br>".join(f"`{cell(claim)}`" for claim in program.claims if not claim.startswith("raises"))
        case = program.label.split("/")[1].replace("_", " ")
        ended = f"`{cell(told.ended)}`" if told.ended else "runs to its end"
        lines.append(f"| {case} | {claims or '-'} | {ended} |")
    return "\n".join(lines)


def _others(programs: Sequence[Program]) -> Iterator[str]:
    fine = [program for program in programs if program.kind == "fine"]
    if fine:
        yield "## What is not reported"
        yield "Similar programs of the fixtures that are fine, of which nothing is said:"
        yield "\n".join(f"- {_told(program)}" for program in fine)


@cache
def _told(program: Program) -> str:
    """What a program says of itself, in its docstring."""
    try:
        text = ast.get_docstring(ast.parse(program.entry.read_bytes())) or ""
    except (SyntaxError, ValueError):  # a program of TFG900
        text = ""
    return " ".join(text.split()) or program.entry.stem.removeprefix("fine_").replace("_", " ")
