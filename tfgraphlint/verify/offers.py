"""Every fix and every suggestion that is offered for a bad program, made alone, and whether it helps.

What an offer makes of a program is run like any other one. It keeps the claims of the bad program, which have to be
false now: the error does not come, the gradient that was None is a number. Where a program has further faults and ends
with an error of theirs, it is run again with the fixes of the other reports.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tfgraphlint.diagnostic import Diagnostic, Fix
from tfgraphlint.fixes.apply import applied, changes
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import Source
from tfgraphlint.run.lint import Request, Run, lint, readable
from tfgraphlint.run.repair import repair
from tfgraphlint.verify import session
from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.programs import Program, read
from tfgraphlint.verify.versions import holds_for

RAN = "ran to its end"
LOST = ("none", "zero", "nan")  # claims about gradients that are numbers once the fault is gone
TOLD = ("true", "prints")  # claims that may say what is wrong where no other does


@dataclass(frozen=True)
class Offer:
    """A fix or a suggestion of one report on a bad program; ``texts`` are the program's files with it made."""

    program: Program
    diagnostic: Diagnostic
    fix: Fix
    run: Run = field(repr=False)
    texts: Mapping[Path, Source] = field(repr=False)

    @property
    def label(self) -> str:
        """What is shown of it."""
        start = self.diagnostic.span.start
        kind = self.fix.applicability.value
        kind = "suggestion" if kind == "display" else f"{kind} fix"
        return f"{self.program.label}:{start.row}:{start.column} {self.diagnostic.code} {kind}: {self.fix.message}"


def judged(programs: Sequence[Program], seconds: float, jobs: int = 1) -> list[tuple[Offer, str]]:
    """Each offer for the bad ones among ``programs``, and what speaks against it; "" where it helps."""
    return judge([offer for program in programs for offer in offers_for(program)], seconds, jobs)


def judge(offers: Sequence[Offer], seconds: float, jobs: int = 1) -> list[tuple[Offer, str]]:
    """Each of ``offers``, and what speaks against it."""
    with tempfile.TemporaryDirectory() as place:
        alone = _run(place, "alone", [(offer, offer.texts) for offer in offers], seconds, jobs)
        found = {id(offer): objection(offer, answer) for offer, answer in zip(offers, alone)}
        open_ones = [offer for offer in offers if found[id(offer)] and offer.texts and has_others(offer)]
        rest = [with_others(offer) for offer in open_ones]
        together = _run(
            place, "together", [(offer, texts) for offer, (texts, _) in zip(open_ones, rest)], seconds, jobs
        )
        for offer, (_, run), answer in zip(open_ones, rest, together):
            is_open = is_of_another(run, answer) and offer.diagnostic.message not in {
                each.message for each in run.diagnostics
            }
            found[id(offer)] = "" if is_open else objection(offer, answer)
    return [(offer, found[id(offer)]) for offer in offers]


def _run(
    place: str, name: str, made: Sequence[tuple[Offer, Mapping[Path, Source]]], seconds: float, jobs: int
) -> list[Answer]:
    """What TensorFlow says of the programs that offers make."""
    folders = (Path(place, name, str(index)) for index in range(len(made)))
    fitting = [written(offer, texts, folder) for (offer, texts), folder in zip(made, folders) if texts]
    answers = iter(session.answers(fitting, seconds, jobs))
    return [next(answers)[1] if texts else Answer([], "", "its edits do not fit the file") for _, texts in made]


def offers_for(program: Program) -> Iterator[Offer]:
    """What is offered for a bad program, linted for the versions that are installed here."""
    versions = {name: found for name in ("tensorflow", "keras") if (found := _installed(name))}
    if program.kind != "bad" or not all(holds_for(condition, versions) for condition in program.holds):
        return
    settings = Settings(
        program.entry.parent, tensorflow=versions.get("tensorflow", ""), keras=versions.get("keras", "")
    )
    run = _linted(program, settings)
    for diagnostic in run.diagnostics:
        for fix in (*filter(None, [diagnostic.fix]), *diagnostic.suggestions):
            yield Offer(program, diagnostic, fix, run, made(run, fix))


def _installed(name: str) -> str:
    for distribution in (name, f"{name}-cpu"):
        try:
            return ".".join(version(distribution).split(".")[:2])
        except PackageNotFoundError:
            continue
    return ""


def _linted(program: Program, settings: Settings) -> Run:
    folder, alone = program.entry.parent, program.entry.name != "main.py"
    files = [program.entry] if alone else sorted(folder.rglob("*.py"))
    return lint(Request(folder, dict.fromkeys(files, settings), roots=[folder], processes=1))


def made(run: Run, fix: Fix) -> dict[Path, Source]:
    """The files of ``run`` with the edits of ``fix`` in them; empty where the edits do not fit."""
    texts = {name: readable(run.request, path) for name, path in run.request.names.items()}
    edits = changes(fix, {name: source.lines for name, source in texts.items()})
    if edits is None:
        return {}
    return {
        source.path: replace(source, text=applied(source.text, sorted(edits.get(name, ()))))
        for name, source in texts.items()
    }


def with_others(offer: Offer) -> tuple[dict[Path, Source], Run]:
    """The files with the offer made and all fixes of the reports that remain, and what is reported then."""
    result = repair(lint(replace(offer.run.request, overlay=offer.texts)), unsafe=True)
    return {**offer.texts, **result.changed}, result.run


def written(offer: Offer, texts: Mapping[Path, Source], folder: Path) -> Program:
    """The program with ``texts`` as its files, below ``folder``: it claims what the bad one does, and gradients."""
    base = offer.program.entry.parent
    rule = next(parent.name for parent in (*offer.program.entry.parents, base) if parent.name.startswith("tfg"))
    target = folder / rule / base.name
    lost = [claim.partition(" ")[2] for claim in offer.program.claims if claim.startswith(LOST)]
    for path, source in texts.items():
        text = source.text
        if path == offer.program.entry:
            text += "".join(f"\n# claim: {_some_number(expression)}" for expression in dict.fromkeys(lost))
        place = target / path.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(replace(source, text=text).encode())
    return read(target / offer.program.entry.relative_to(base))


def _some_number(expression: str) -> str:
    """The claim that something in a nest of gradients is a number, and not zero; a gradient of some weight may be."""
    parts = f"each for each in tf.nest.flatten({expression})"
    return f"flows [{parts} if each is not None and np.any(tf.convert_to_tensor(each))]"


def objection(offer: Offer, answer: Answer) -> str:
    """What speaks against an offer, from what was seen of the program that it makes; "" for nothing."""
    program = offer.program
    if answer.ended != RAN:
        return answer.problem if not answer.ended else f"the program ends with {answer.ended}"
    seen = {verdict["claim"]: verdict["status"] == "confirmed" for verdict in answer.verdicts}
    wrong = _wrong(program, is_stated=any("stop_gradient" in edit.content for edit in offer.fix.edits))
    mended = [claim for claim in wrong if not seen.get(claim, False)]
    if wrong and not mended:
        return f"all is as before: {wrong[0]}"
    numbers = [claim for claim in mended if claim.startswith(LOST)]
    if numbers and not any(seen.get(_some_number(claim.partition(" ")[2]), False) for claim in numbers):
        return f"no number comes of it: {numbers[0].partition(' ')[2]}"
    gone = [claim for claim in program.claims if claim.startswith("flows ") and not seen.get(claim, False)]
    return f"what flowed before does so no more: {gone[0]}" if gone else ""


def _wrong(program: Program, is_stated: bool) -> list[str]:
    """The claims that say what is wrong with a bad program: those that the good one beside it does not make.

    ``is_stated``: that a term has no gradient is only said, and the program does what it did.
    """
    found = [claim for claim in program.claims if claim.startswith(("raises", *LOST))]
    if found or is_stated:
        return found
    good = program.entry.parent / "good.py"
    good = good if program.entry.name != "main.py" else program.entry.parent.parent / "good" / "main.py"
    kept = read(good).claims if good.is_file() else ()
    return [claim for claim in program.claims if claim.startswith(TOLD) and claim not in kept]


def has_others(offer: Offer) -> bool:
    """Whether the program has other reports, whose faults may be what remains."""
    return len({diagnostic.key for diagnostic in offer.run.diagnostics}) > 1


def is_of_another(run: Run, answer: Answer) -> bool:
    """Whether a program ends with an error at the place of a report in ``run``, which is what remains of them."""
    root = next(iter(run.request.roots))
    for diagnostic in run.diagnostics:
        file = run.request.names[diagnostic.span.filename].relative_to(root).as_posix()
        first, last = diagnostic.span.start.row, diagnostic.span.end.row
        if any(name == file and first <= int(row) <= last for name, row in answer.rows):
            return True
    return False
