"""``python -m tests.differential --count 20000``: run long, and print each disagreement and the silent rate."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time


def main() -> int:
    """The exit status is 1 when there was a disagreement."""
    options = _options()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    if options.graph:
        from .graphs import main as graphs

        return graphs.run(options)
    from .gradients.session import Session, Tally, recording
    from .operations import tried

    operations = tried()
    for line in operations.differing:
        print("the table differs:", line)
    tally = Tally()
    begun = time.monotonic()
    with recording() as recorder:
        session = Session(recorder, operations)
        for judged in session.judged(options.seed, range(options.start, options.start + options.count), options.only):
            tally.add(judged)
            for verdict in judged.disagreements[:1]:
                _show(session, judged, verdict, options.minimise)
            if options.silent:
                for verdict in judged.silent[:1]:
                    _show(session, judged, verdict, False)
            if tally.programs % 500 == 0:
                print(f"-- {time.monotonic() - begun:.0f} s: {tally}", flush=True)
    print(tally)
    print(f"{tally.untrained} queries by weights of which some have a gradient and some have none")
    for kind, counts in tally.kinds.items():
        print(f"{kind}:", dict(counts))
    for cause, count in tally.causes.most_common(40):
        print(f"{count:6}  {cause}")
    return 1 if tally.false or tally.missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many programs")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--graph", action="store_true", help="programs that are traced, instead of gradients")
    parser.add_argument("--only", help="programs of one grammar or form: models, script, notebook, ...")
    parser.add_argument("--minimise", action="store_true", help="make disagreeing programs smaller first")
    parser.add_argument("--silent", action="store_true", help="show the programs on which the linter was silent, too")
    return parser.parse_args()


def _show(session, judged, verdict, minimised: bool) -> None:  # type: ignore[no-untyped-def]
    from .gradients.compare import Finding

    made = judged.program
    text = made.text
    if minimised:
        text = session.minimised(made, verdict)
        again = session.judge(dataclasses.replace(made, text=text))
        verdict = next((one for one in again.verdicts if one.like(verdict)), verdict)
    print(f"==== {verdict.finding.value}: program {made.index} ({made.scene}, {made.form}), line {verdict.line}")
    print("TensorFlow:", ", ".join(verdict.truth), "| error:", judged.truth.error or "none")
    for report in verdict.reports:
        print(f"{report.code} at line {report.line}: {report.message}")
    if verdict.finding is Finding.SILENT:
        print("unknown:", verdict.cause)
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
