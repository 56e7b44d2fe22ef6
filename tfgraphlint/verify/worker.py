"""The process that holds TensorFlow: reads the paths of programs, a line each, and answers with verdicts."""

from __future__ import annotations

import gc
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from tfgraphlint.verify import claims, execute, versions
from tfgraphlint.verify.answer import READY, Answer
from tfgraphlint.verify.gradients import agree
from tfgraphlint.verify.programs import Program, read
from tfgraphlint.verify.versions import holds_here


def main() -> None:
    """Serve until standard input ends. Answers go to a copy of standard output that no program can reach."""
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
    gc.freeze()  # garbage is collected for each program: not in all that was just imported


def examine(entry: Path) -> Answer:
    """Run the program and judge its claims."""
    program = read(entry)
    problem = _unfit(program)
    if problem:
        return Answer([], "", problem)
    if not all(holds_here(condition) for condition in program.holds):
        return Answer([], "", elsewhere=True)
    gc.collect()  # what the last program has left
    gc.freeze()  # what TensorFlow keeps of it is not searched again each time
    with execute.surroundings(entry):
        outcome = execute.run_program(entry)
        verdicts = [claims.judge(claim, outcome) for claim in program.claims if claim != "gradients"]
        problem = _unexpected(program, outcome)
    if "gradients" in program.claims:
        ended_badly = claims.Verdict("gradients", "denied", outcome.ended)
        verdicts.append(agree(entry) if outcome.error is None else ended_badly)
    rows = outcome.rows_below(entry.parent)
    return Answer([asdict(verdict) for verdict in verdicts], outcome.ended, problem, rows=rows)


def _unfit(program: Program) -> str:
    if not program.claims:
        return "makes no claim"
    unreadable = [text for text in program.claims if claims.unreadable(text)]
    unreadable += [text for text in program.holds if versions.unreadable(text)]
    return f"says what cannot be read: {unreadable[0]}" if unreadable else ""


def _unexpected(program: Program, outcome: claims.Outcome) -> str:
    import tensorflow as tf

    foreseen = any(claim.startswith(("raises", "runs")) for claim in program.claims)
    if outcome.error is not None and not foreseen:
        return f"ended with {outcome.ended}"
    if not tf.executing_eagerly() and not program.own_process:
        return "switches eager execution off for good: say `# process: own`"
    return ""


if __name__ == "__main__":
    main()
