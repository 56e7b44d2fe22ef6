"""Every fixture: what is reported, what repairs make of it, what stays silent, and that TensorFlow confirms it.

Adding a rule adds files under fixtures/ and nothing here.
"""

from __future__ import annotations

import ast
import inspect
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfgraphlint.project.settings import Settings
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load, shipped
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.run.lint import Request, Run, lint
from tfgraphlint.run.repair import repair
from tfgraphlint.verify.main import run as verify
from tfgraphlint.verify.programs import Program, find, fixtures_directory
from tfgraphlint.verify.versions import holds_for

FIXTURES = fixtures_directory()
PROGRAMS = find(FIXTURES)
CODES = {entry.code for entry in shipped()}
RULES = load().rules
EXPECT = re.compile(r"  # expect: ([A-Z0-9, ]+)$")
GAP = re.compile(r"  # todo-expect: ([A-Z0-9, ]+)$")  # what ought to be reported and is not yet
DOCSTRING = re.compile(r'\A(\ufeff?# -\*-[^\n]*\n)?\ufeff?"""(?P<text>.*?)"""\n', re.DOTALL)
MACHINE_READ = re.compile(r"^# (claim|holds|process): .*\n", re.MULTILINE)
# What programs are linted for, as far as they hold there.
VERSIONS = ({"tensorflow": "2.21", "keras": "3.15"}, {"tensorflow": "2.15", "keras": "2.15"})

Reported = set[tuple[str, int, str]]


@dataclass(frozen=True)
class Texts:
    """The files of one program by their paths from its folder."""

    program: Program

    @property
    def folder(self) -> Path:
        return self.program.entry.parent

    @property
    def paths(self) -> list[Path]:
        alone = self.program.entry.name != "main.py"
        return [self.program.entry] if alone else sorted(self.folder.rglob("*.py"))

    def read(self) -> dict[str, str]:
        return {path.relative_to(self.folder).as_posix(): _read(path) for path in self.paths}


def _read(path: Path) -> str:
    with path.open("rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
    return path.read_bytes().decode(encoding)


def runs_of(program: Program) -> list[Run]:
    """The program linted for each of the versions for which it holds, the newest first."""
    texts = Texts(program)
    held = [versions for versions in VERSIONS if all(holds_for(condition, versions) for condition in program.holds)]
    assert held, "a program holds for some TensorFlow that is known"
    settings = [Settings(FIXTURES, **versions) for versions in held]
    return [lint(Request(Path.cwd(), dict.fromkeys(texts.paths, each), roots=[texts.folder])) for each in settings]


def reported(run: Run, program: Program) -> Reported:
    names = {name: path.relative_to(program.entry.parent).as_posix() for name, path in run.request.names.items()}
    return {(names[each.span.filename], each.span.start.row, each.code) for each in run.diagnostics}


def expected(program: Program) -> Reported:
    return {
        (name, number, code)
        for name, text in Texts(program).read().items()
        for number, line in enumerate(text.split("\n"), 1)
        if (match := EXPECT.search(line.rstrip("\r")))
        for code in match[1].split(", ")
    }


def known_gaps(program: Program) -> bool:
    """Whether the program records reports still to come: one that comes fails the test until it is expected."""
    return any(
        GAP.search(line.rstrip("\r")) for text in Texts(program).read().values() for line in text.split("\n")
    )


def of_kind(*kinds: str) -> list[object]:
    return [pytest.param(program, id=program.label) for program in PROGRAMS if program.kind in kinds]


def code_of(text: str) -> str:
    """``text`` without what good.py does not share with bad.py: docstring, claims, expectations."""
    text = DOCSTRING.sub("", text, count=1)
    text = MACHINE_READ.sub("", text)
    text = "\n".join(EXPECT.sub("", line) for line in text.split("\n"))
    return re.sub(r"\n{2,}", "\n\n", text).strip("\n")


def remedy(program: Program) -> Program:
    """The good program that belongs to a bad one."""
    folder, name = program.entry.parent, program.entry.name
    entry = folder.parent / "good" / name if name == "main.py" else folder / "good.py"
    good = next((other for other in PROGRAMS if other.entry == entry), None)
    assert good is not None, "a bad program has a good one beside it"
    return good


class Repair(Enum):
    """How a bad program becomes a good one."""

    MADE = "good.py is exactly what the fixes make of bad.py"
    BY_HAND = "the rule builds fixes, and none is offered here"
    PARTLY = "fixes are made, and reports remain for which none is offered"
    NONE = "the rule builds no fixes"


def builds_fix(rule: Rule) -> bool:
    """Whether the rule gives any of its reports a fix, by its source."""
    tree = ast.parse(Path(inspect.getfile(type(rule))).read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(keyword.arg == "fix" for call in calls for keyword in call.keywords)


def kind_of_repair(program: Program) -> Repair:
    rule = next((rule for rule in RULES if rule.code == program.rule), None)
    if rule is None or not builds_fix(rule):
        return Repair.NONE
    match = DOCSTRING.match(_read(remedy(program).entry))
    words = " ".join(match["text"].casefold().split()) if match is not None else ""
    if "partly by hand" in words:
        return Repair.PARTLY
    return Repair.BY_HAND if "by hand" in words else Repair.MADE


def bad_programs() -> list[Program]:
    return [program for program in PROGRAMS if program.kind == "bad"]


def of_repair(kind: Repair) -> list[object]:
    return [pytest.param(each, id=each.label) for each in bad_programs() if kind_of_repair(each) is kind]


@pytest.mark.parametrize("program", of_kind("bad"))
def test_bad_is_reported_where_expected(program: Program) -> None:
    assert expected(program) or known_gaps(program), "a bad program expects a report"
    for run in runs_of(program):
        assert not run.errors
        assert reported(run, program) == expected(program)


@pytest.mark.parametrize("program", of_kind("good", "fine"))
def test_good_and_fine_are_silent(program: Program) -> None:
    for run in runs_of(program):
        assert not run.errors
        assert [f"{each.span.start.row} {each.code} {each.message}" for each in run.diagnostics] == []


# -- repairs: each bad program is of one kind ------------------------------------------------------


@pytest.mark.parametrize("program", of_repair(Repair.MADE))
def test_repairs_make_good_of_bad(program: Program) -> None:
    original = runs_of(program)[0]
    result = repair(original, unsafe=True)
    assert program.rule in {each.code for each in result.fixed}, "good.py says 'by hand' where no fix is made"
    assert not result.dropped
    texts = Texts(program).read()
    for path, source in result.changed.items():
        texts[path.relative_to(Texts(program).folder).as_posix()] = source.text
    good = remedy(program)
    wanted = Texts(good).read()
    if program.entry.name != "main.py":
        wanted = {program.entry.name: wanted[good.entry.name]}
    assert {name: code_of(text) for name, text in texts.items()} == {name: code_of(wanted[name]) for name in texts}


@pytest.mark.parametrize("program", of_repair(Repair.BY_HAND))
def test_nothing_is_repaired_that_is_repaired_by_hand(program: Program) -> None:
    for run in runs_of(program):
        result = repair(run, unsafe=True)
        assert not result.fixed, "a fix is made: good.py is what it makes, or says 'partly by hand'"
        assert not result.dropped, "a fix that does not hold is not offered"
        assert reported(result.run, program) == expected(program)


@pytest.mark.parametrize("program", of_repair(Repair.PARTLY))
def test_what_is_partly_repaired_by_hand_stays_reported(program: Program) -> None:
    result = repair(runs_of(program)[0], unsafe=True)
    assert result.fixed and not result.dropped
    remaining = {(row, code) for _, row, code in reported(result.run, program)}
    assert remaining and remaining < {(row, code) for _, row, code in expected(program)}


@pytest.mark.parametrize("program", of_repair(Repair.NONE))
def test_a_rule_without_fixes_offers_none(program: Program) -> None:
    assert remedy(program).claims, "good.py shows what to write instead, and TensorFlow confirms it"
    for run in runs_of(program):
        own = [each for each in run.diagnostics if each.code == program.rule]
        assert own or known_gaps(program)
        assert [each.fix for each in own if each.fix] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_claims_a_fix_where_one_is_built(rule: Rule) -> None:
    section = read_page(rule).partition("## Fix safety")[2].partition("\n## ")[0].strip()
    assert section, "each page has a section 'Fix safety'"
    assert section.startswith("No fix") != builds_fix(rule)


@pytest.mark.parametrize("rule", [rule for rule in RULES if builds_fix(rule)], ids=lambda rule: rule.code)
def test_a_rule_that_builds_fixes_shows_one(rule: Rule) -> None:
    assert [each for each in bad_programs() if each.rule == rule.code and kind_of_repair(each) is Repair.MADE]


# -- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(CODES | {program.rule for program in PROGRAMS}))
def test_a_rule_shows_bad_and_fine(rule: str) -> None:
    assert rule in CODES, "fixtures of a rule that there is not"
    kinds = Counter(program.kind for program in PROGRAMS if program.rule == rule)
    assert kinds["bad"] >= 3 and kinds["fine"] >= 3


def test_no_two_programs_are_the_same() -> None:
    texts = Counter(
        tuple(sorted((name, code_of(text)) for name, text in Texts(program).read().items()))
        for program in PROGRAMS
    )
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_tensorflow_confirms_all_claims(capsys: pytest.CaptureFixture[str]) -> None:
    status = verify([])  # all at once: every further start of TensorFlow takes seconds
    assert status == 0, capsys.readouterr().out
