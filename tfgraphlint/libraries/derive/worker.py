"""One process that tries functions, told by ``batches.py``: a function that crashes ends only this process."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main(folder: str) -> None:
    """Reads ``work.json``, appends a line per function to ``done.jsonl``, says in ``now`` what is being tried."""
    os.chdir(folder)
    from tfgraphlint.libraries.derive.naming import Naming
    from tfgraphlint.libraries.derive.probe import Probe
    from tfgraphlint.libraries.derive.surface import public_modules

    naming = Naming(public_modules())
    functions = naming.functions()
    work: dict[str, Any] = json.loads(Path("work.json").read_text())
    now = os.open("now", os.O_WRONLY | os.O_CREAT)

    with open("done.jsonl", "a") as done:
        for name in work["names"]:

            def announce(number: int, name: str = name) -> None:
                os.pwrite(now, f"{name} {number}".ljust(200).encode(), 0)

            announce(-2)
            skip = frozenset(work["skip"].get(name, []))
            try:
                record = Probe(name, functions[name], naming.of_class, skip, announce).record()
            except Exception as error:  # a result that cannot be looked at: say so, go on with the next
                record = {"params": [], "untried": f"{type(error).__name__}: {str(error)[:120]}"}
            done.write(json.dumps([name, record]) + "\n")
            done.flush()


if __name__ == "__main__":
    main(sys.argv[1])
