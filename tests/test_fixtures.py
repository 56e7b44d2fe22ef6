"""Every fixture: what is reported, what repairs make of it, what stays silent, and that TensorFlow confirms it.

Adding a rule adds files under fixtures/ and nothing here.
"""

from __future__ import annotations

import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfgraphlint.project.settings import Settings
from tfgraphlint.rule_api.registry import shipped
from tfgraphlint.run.lint import Request, Run, lint
from tfgraphlint.run.repair import repair
from tfgraphlint.verify import table
from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.main import examine
from tfgraphlint.verify.programs import Program, find, fixtures_directory
from tfgraphlint.verify.versions import holds_for

FIXTURES = fixtures_directory()
PROGRAMS = find(FIXTURES)
CODES = {entry.code for entry in shipped()}
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
        if code in CODES
    }


def known_gaps(program: Program) -> bool:
    """Whether the program records reports still to come: one that comes fails the test until it is expected."""
    return any(
        GAP.search(line.rstrip("\r")) for text in Texts(program).read().values() for line in text.split("\n")
    )


def of_kind(*kinds: str) -> list[object]:
    missing = pytest.mark.skip(reason="not a rule yet")
    return [
        pytest.param(program, id=program.label, marks=() if program.rule in CODES else missing)
        for program in PROGRAMS
        if program.kind in kinds
    ]


def code_of(text: str) -> str:
    """``text`` without what good.py does not share with bad.py: docstring, claims, expectations."""
    text = DOCSTRING.sub("", text, count=1)
    text = MACHINE_READ.sub("", text)
    text = "\n".join(EXPECT.sub("", line) for line in text.split("\n"))
    return re.sub(r"\n{2,}", "\n\n", text).strip("\n")


def remedy(program: Program) -> Program | None:
    """The good program that belongs to a bad one."""
    folder, name = program.entry.parent, program.entry.name
    entry = folder.parent / "good" / name if name == "main.py" else folder / "good.py"
    return next((other for other in PROGRAMS if other.entry == entry), None)


def is_by_hand(program: Program) -> bool:
    match = DOCSTRING.match(_read(program.entry))
    return match is not None and "by hand" in " ".join(match["text"].split())


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


@pytest.mark.parametrize("program", of_kind("bad"))
def test_repairs_make_good_of_bad(program: Program) -> None:
    good = remedy(program)
    assert good is not None, "a bad program has a good one beside it"
    original = runs_of(program)[0]
    if is_by_hand(good):
        return
    if not any(diagnostic.fix for diagnostic in original.diagnostics):
        pytest.skip("no fixer yet")
    result = repair(original, unsafe=True)
    assert not result.dropped
    texts = Texts(program).read()
    for path, source in result.changed.items():
        texts[path.relative_to(Texts(program).folder).as_posix()] = source.text
    wanted = Texts(good).read()
    if program.entry.name != "main.py":
        wanted = {program.entry.name: wanted[good.entry.name]}
    assert {name: code_of(text) for name, text in texts.items()} == {name: code_of(wanted[name]) for name in texts}


@pytest.mark.parametrize("rule", sorted({program.rule for program in PROGRAMS}))
def test_a_rule_shows_bad_and_fine(rule: str) -> None:
    kinds = Counter(program.kind for program in PROGRAMS if program.rule == rule)
    assert kinds["bad"] >= 3 and kinds["fine"] >= 3


def test_no_two_programs_are_the_same() -> None:
    texts = Counter(
        tuple(sorted((name, code_of(text)) for name, text in Texts(program).read().items()))
        for program in PROGRAMS
    )
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest) -> dict[str, Answer]:
    """What TensorFlow says of the programs chosen, by their labels: it starts once for all of them."""
    asked = test_tensorflow_confirms_its_claims.__name__
    chosen = [item for item in request.session.items if getattr(item, "originalname", "") == asked]
    programs = [item.callspec.params["program"] for item in chosen]  # type: ignore[attr-defined]
    return {program.label: answer for program, answer in examine(programs)}


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
@pytest.mark.xdist_group("fixtures in TensorFlow")
@pytest.mark.parametrize("program", PROGRAMS, ids=[program.label for program in PROGRAMS])
def test_tensorflow_confirms_its_claims(program: Program, answers: dict[str, Answer]) -> None:
    answer = answers[program.label]
    if answer.elsewhere:
        pytest.skip(f"holds for {', '.join(program.holds)}")
    assert not table.refuted(answer), table.render([(program, answer)])
