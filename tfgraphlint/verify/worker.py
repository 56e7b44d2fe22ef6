"""The process that holds TensorFlow: reads the paths of programs, a line each, and answers with verdicts."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

READY = "ready"


@dataclass(frozen=True)
class Answer:
    """What the worker says of one program."""

    verdicts: list[dict[str, str]]
    ended: str
    problem: str  # why the program cannot be judged, "" where it can
    elsewhere: bool  # it does not hold for the versions that are installed
    seconds: float


def main() -> None:
    """Serve until standard input ends. The answers go to a copy of standard output that no program can reach."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd())]
    _import_tensorflow()

    def say(text: str) -> None:
        answers.write(text + "\n")
        answers.flush()

    say(READY)
    for line in sys.stdin:
        say(json.dumps(asdict(examine(Path(line.rstrip("\n"))))))


def _import_tensorflow() -> None:
    import tensorflow

    tensorflow.keras.backend.clear_session()  # Keras is imported lazily: do it before any program counts
    gc.freeze()  # each end of a Keras session collects garbage: not in all that was just imported


def examine(entry: Path) -> Answer:
    """Run the program and judge its claims."""
    from tfgraphlint.verify import claims, execute
    from tfgraphlint.verify.gradients import agree
    from tfgraphlint.verify.programs import read
    from tfgraphlint.verify.versions import holds_here

    program = read(entry)
    started = time.perf_counter()

    def answer(verdicts: list[claims.Verdict], ended: str = "", problem: str = "", elsewhere: bool = False) -> Answer:
        found = [{"claim": one.claim, "status": one.status, "seen": one.seen} for one in verdicts]
        return Answer(found, ended, problem, elsewhere, time.perf_counter() - started)

    unreadable = [claim for claim in program.claims if claims.unreadable(claim)]
    if not program.claims:
        return answer([], problem="makes no claim")
    if unreadable:
        return answer([], problem=f"makes a claim that cannot be read: {unreadable[0]}")
    if not all(holds_here(condition) for condition in program.holds):
        return answer([], elsewhere=True)
    with execute.surroundings(entry):
        outcome = execute.run_program(entry)
        verdicts = [claims.judge(claim, outcome) for claim in program.claims if claim != "gradients"]
        problem = _unexpected(program.claims, outcome, program.own_process)
    if "gradients" in program.claims and outcome.error is None:
        verdicts.append(agree(entry))
    return answer(verdicts, outcome.ended, problem)


def _unexpected(claimed: tuple[str, ...], outcome: object, own_process: bool) -> str:
    import tensorflow as tf

    ended = getattr(outcome, "ended")
    if getattr(outcome, "error") is not None and not any(claim.startswith(("raises", "runs")) for claim in claimed):
        return f"ended with {ended}"
    if not tf.executing_eagerly() and not own_process:
        return "switches eager execution off for good: say `# process: own`"
    return ""


if __name__ == "__main__":
    main()
