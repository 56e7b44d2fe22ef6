"""``tfgraphlint verify``: TensorFlow is asked whether the fixtures tell the truth."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tfgraphlint.verify import offers, record, session, table
from tfgraphlint.verify.programs import Program, find, fixtures_directory, select

MISSING = (
    "verify runs programs in TensorFlow, which is not installed here: pip install tensorflow "
    '(or, in a checkout of tfgraphlint: pip install ".[verify]")'
)
SECONDS = 180.0
MAX_PROCESSES = 4  # each holds a TensorFlow: half a gigabyte


def run(
    codes: list[str], paths: Sequence[Path] = (), seconds: float = SECONDS, record_file: Path | None = None
) -> int:
    """Run the fixtures of the rules named (all where none is) or those at ``paths``; print what was seen, and write it
    to ``record_file``.

    Each fix and each suggestion that is offered for a bad program is made alone, and the result is run as well.

    Returns 0 where TensorFlow confirms all claims, 1 where it does not, 2 where it cannot be asked.
    """
    if find_spec("tensorflow") is None:
        return _error(MISSING)
    try:
        programs = _gather(codes, paths)
    except (OSError, LookupError) as error:
        return _error(str(error))
    try:
        results = session.answers(programs, seconds, _processes(len(programs)))
        if record_file is not None:
            record.write(record_file, results, is_whole=not codes and not paths)
        made = offers.judged(programs, seconds, _processes(len(programs)))
    except session.StartError as error:
        return _error(f"TensorFlow does not start here: {error}")
    except record.RecordError as error:
        return _error(str(error))
    print(table.render(results))
    if made:
        print(table.render_offers(made))
    return int(any(table.refuted(answer) for _, answer in results) or any(objection for _, objection in made))


def _processes(programs: int) -> int:
    """One for every forty programs, which is what a second start is worth, and no more than there are processors."""
    return max(1, min(programs // 40, os.cpu_count() or 1, MAX_PROCESSES))


def _gather(codes: Sequence[str], paths: Sequence[Path]) -> list[Program]:
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"no such fixture: {path}")
    found = [program for path in (paths or [fixtures_directory()]) for program in find(path)]
    programs, unknown = select(found, codes)
    if unknown:
        raise LookupError(f"no fixture belongs to: {', '.join(unknown)}")
    if not programs:
        raise LookupError("there is no program to run here")
    return programs


def _error(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)
    return 2


def command(arguments: Sequence[str]) -> int:
    """The command line of ``python -m tfgraphlint.verify``."""
    parser = argparse.ArgumentParser("python -m tfgraphlint.verify", description=__doc__)
    parser.add_argument("codes", nargs="*", metavar="CODE", help="code, prefix or name of a rule (default: all)")
    parser.add_argument("--path", action="append", type=Path, default=[], help="a program or folder instead")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep what TensorFlow said in this file, as JSON")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time limit for one program")
    chosen = parser.parse_args(arguments)
    return run(chosen.codes, chosen.path, chosen.seconds, chosen.record)
