"""Every fix and every suggestion that is offered for a bad program, made alone, and whether it helps.

What an offer makes of a program is run like any other one. It keeps the claims of the bad program, which have to be
false now: the error does not come, the gradient that was None is a number. Where a program has further faults and ends
with an error of theirs, it is run again with the fixes of the other reports.
"""

from __future__ import annotations

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


def offers_for(program: Program) -> Iterator[Offer]:
    """What is offered for a bad program, linted for the versions that are installed here."""
    versions = {name: found for name in ("tensorflow", "keras") if (found := _installed(name))}
    if program.kind != "bad" or not all(holds_for(condition, versions) for condition in program.holds):
        return
    run = _linted(program, Settings(program.entry.parent, **versions))
    for diagnostic in run.diagnostics:
        for fix in (*filter(None, [diagnostic.fix]), *diagnostic.suggestions):
            yield Offer(program, diagnostic, fix, run, _made(run, fix))


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


def _made(run: Run, fix: Fix) -> dict[Path, Source]:
    """The files of ``run`` with the edits of ``fix`` in them; empty where the edits do not fit."""
    texts = {name: readable(run.request, path) for name, path in run.request.names.items()}
    made = changes(fix, {name: source.lines for name, source in texts.items()})
    if made is None:
        return {}
    return {
        source.path: replace(source, text=applied(source.text, sorted(made.get(name, ()))))
        for name, source in texts.items()
    }


def with_others(offer: Offer) -> dict[Path, Source]:
    """The files with the offer made, and all fixes of the reports that remain."""
    request = replace(offer.run.request, overlay=offer.texts)
    return {**offer.texts, **repair(lint(request), unsafe=True).changed}


def written(offer: Offer, texts: Mapping[Path, Source], folder: Path) -> Program:
    """The program with ``texts`` as its files, below ``folder``: it claims what the bad one does, and gradients."""
    base = offer.program.entry.parent
    rule = next(parent.name for parent in (*offer.program.entry.parents, base) if parent.name.startswith("tfg"))
    target = folder / rule / base.name
    lost = [claim.partition(" ")[2] for claim in offer.program.claims if claim.startswith(LOST)]
    for path, source in texts.items():
        text = source.text
        if path == offer.program.entry:
            text += "".join(f"\n# claim: flows {expression}" for expression in dict.fromkeys(lost))
        place = target / path.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.encode(text))
    return read(target / offer.program.entry.relative_to(base))


def objection(program: Program, answer: Answer) -> str:
    """What speaks against an offer, from what was seen of the program that it makes; "" for nothing."""
    if answer.ended != RAN:
        return answer.problem if not answer.ended else f"the program ends with {answer.ended}"
    seen = {verdict["claim"]: verdict["status"] == "confirmed" for verdict in answer.verdicts}
    wrong = _wrong(program.claims)
    mended = [claim for claim in wrong if not seen.get(claim, False)]
    if wrong and not mended:
        return f"all is as before: {wrong[0]}"
    numbers = [claim for claim in mended if claim.startswith(LOST)]
    if numbers and not any(seen.get(f"flows {claim.partition(' ')[2]}", False) for claim in numbers):
        return f"no number comes of it: {numbers[0].partition(' ')[2]}"
    gone = [claim for claim in program.claims if claim.startswith("flows ") and not seen.get(claim, False)]
    return f"what flowed before does so no more: {gone[0]}" if gone else ""


def _wrong(claims: Sequence[str]) -> list[str]:
    """The claims that say what is wrong with a bad program."""
    found = [claim for claim in claims if claim.startswith(("raises", *LOST))]
    return found or [claim for claim in claims if claim.startswith(TOLD)]


def foreign_error(offer: Offer, answer: Answer) -> bool:
    """Whether the program has other reports, whose faults may be what remains."""
    return len({diagnostic.key for diagnostic in offer.run.diagnostics}) > 1 and bool(objection(offer.program, answer))
