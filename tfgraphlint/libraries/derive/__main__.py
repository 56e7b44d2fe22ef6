"""``python -m tfgraphlint.libraries.derive``: derives the tables of the installed TensorFlow anew."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"


def main() -> int:
    """Derives what is asked for and writes it; the exit status is 0 when all tables were written."""
    parser = argparse.ArgumentParser(prog="python -m tfgraphlint.libraries.derive", description=__doc__)
    parser.add_argument("--output", type=Path, default=DATA, help="folder for the tables (default: the package's own)")
    parser.add_argument("--only", nargs="*", choices=tuple(_TABLES), default=list(_TABLES), help="which tables")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from tfgraphlint.libraries.derive.naming import Naming
    from tfgraphlint.libraries.derive.surface import public_modules

    modules = public_modules()
    naming = Naming(modules)
    head = versions()
    folder = options.output / f"tensorflow-{'.'.join(head['versions']['tensorflow'].split('.')[:2])}"
    for table in options.only:
        _TABLES[table](folder, head, modules, naming)
        print(f"wrote {table}", file=sys.stderr, flush=True)
    return 0


def versions() -> dict[str, Any]:
    """What the tables were derived from, and when."""
    import keras
    import numpy
    import tensorflow

    found = {"tensorflow": tensorflow.__version__, "keras": keras.__version__, "numpy": numpy.__version__}
    try:
        import scipy

        found["scipy"] = scipy.__version__
    except ImportError:
        pass
    return {"versions": found, "date": datetime.date.today().isoformat()}


def _names(folder: Path, head: Any, modules: Any, naming: Any) -> None:
    from tfgraphlint.libraries.derive import names
    from tfgraphlint.libraries.derive.writing import write

    write(folder / "names.json", head, names.derive(modules, naming))


def _functions(folder: Path, head: Any, modules: Any, naming: Any) -> None:
    from tfgraphlint.libraries.derive import functions
    from tfgraphlint.libraries.derive.writing import write

    write(folder / "functions.json", head, {"functions": functions.derive(naming)})


_TABLES: dict[str, Any] = {"names": _names, "functions": _functions}


if __name__ == "__main__":
    sys.exit(main())
