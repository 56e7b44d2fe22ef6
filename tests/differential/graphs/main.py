"""``python -m tests.differential --graph``: run long, and print each disagreement and the silent rate."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from ..gradients.compare import Finding
from .compare import Verdict
from .session import Judged, Session, Tally


def run(options: argparse.Namespace) -> int:
    """The exit status is 1 when there was a disagreement."""
    tally, session = Tally(), Session()
    begun = time.monotonic()
    for judged in session.judged(options.seed, range(options.start, options.start + options.count), options.only):
        tally.add(judged)
        for verdict in judged.disagreements[:1]:
            _show(session, judged, verdict, options.minimise)
        if options.silent:
            for verdict in judged.of(Finding.SILENT)[:1]:
                _show(session, judged, verdict, False)
        if tally.programs % 500 == 0:
            print(f"-- {time.monotonic() - begun:.0f} s: {tally}", flush=True)
    print(tally)
    for kind, counts in tally.kinds.items():
        print(f"{kind}:", dict(counts))
    print("agreed:", dict(tally.agreed.most_common()))
    for cause, count in tally.causes.most_common(60):
        print(f"{count:6}  {cause}")
    return 1 if tally.false or tally.missed else 0


def _show(session: Session, judged: Judged, verdict: Verdict, minimised: bool) -> None:
    made, truth = judged.program, judged.truth
    text = made.text
    if minimised:
        text = session.minimised(made, verdict)
        again = session.judge(replace(made, text=text))
        verdict = next((one for one in again.verdicts if one.like(verdict)), verdict)
        truth = again.truth
    codes = "/".join(verdict.codes)
    where = f"program {made.index} ({made.scene}, {made.form}), line {verdict.line}"
    print(f"==== {verdict.finding.value}: {where}, {codes}")
    print("TensorFlow:", verdict.truth[:200], "| error:", truth.error[:200] or "none", "at line", truth.error_line)
    for report in verdict.reports:
        print(f"{report.code} at line {report.line}: {report.message}")
    if verdict.cause:
        print("unknown:", verdict.cause)
    print(text, flush=True)
