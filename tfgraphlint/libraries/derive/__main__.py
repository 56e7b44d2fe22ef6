"""``python -m tfgraphlint.libraries.derive``: derives the tables of the installed TensorFlow anew."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[str, dict[str, Any]], None]

DATA = Path(__file__).resolve().parent.parent / "data"


def main() -> int:
    """Derives what is asked for and writes it; the exit status is 0 when all tables were written."""
    parser = argparse.ArgumentParser(prog="python -m tfgraphlint.libraries.derive", description=__doc__)
    parser.add_argument("--output", type=Path, default=DATA, help="folder for the tables (default: the package's own)")
    parser.add_argument("--only", nargs="*", choices=tuple(_TABLES), default=list(_TABLES), help="which tables")
    parser.add_argument("--functions", nargs="*", metavar="PREFIX", help="derive only these functions anew")
    parser.add_argument("--difference-to", metavar="VERSION", help="write what differs from the tables of this version")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    warnings.simplefilter("ignore")
    from tfgraphlint.libraries.derive.naming import Naming
    from tfgraphlint.libraries.derive.surface import public_modules
    from tfgraphlint.libraries.derive.writing import write

    modules = public_modules()
    naming = Naming(modules)
    head = versions()
    folder = options.output / f"tensorflow-{'.'.join(head['versions']['tensorflow'].split('.')[:2])}"
    if options.functions:
        from tfgraphlint.libraries.derive import functions

        functions.renew(folder / "functions.json", head, naming, tuple(options.functions))
        return 0
    from tfgraphlint.libraries.derive.differences import written_against

    keep = written_against(options.difference_to, folder, head) if options.difference_to else None
    for table in options.only:
        put = keep or (lambda name, sections: write(folder / f"{name}.json", head, sections))
        _TABLES[table](put, modules, naming, folder)
        print(f"wrote {table}", file=sys.stderr, flush=True)
    return 0


def versions() -> dict[str, Any]:
    """What the tables were derived from, and when."""
    import keras
    import numpy
    import tensorflow

    found = {"tensorflow": tensorflow.__version__, "keras": keras.__version__, "numpy": numpy.__version__}
    return {"versions": found, "date": datetime.date.today().isoformat()}


def _names(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import names

    write("names", names.derive(modules, naming))


def _functions(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import functions

    write("functions", {"functions": functions.derive(naming)})


def _classes(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import classes

    write("classes", {"layers": classes.derive_layers(naming), "losses": classes.derive_losses(naming)})


def _tensors(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import tensors

    write("tensors", {"attributes": tensors.derive_attributes(naming), "operators": tensors.derive_operators(naming)})


def _host(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import host

    sections = {"numpy": host.derive_numpy(naming), "math": host.derive_math(), "builtins": host.derive_builtins()}
    write("host", sections)


def _equivalents(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import equivalents

    write("equivalents", {"numpy": equivalents.derive(naming)})


def _keras(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import keras_ops
    from tfgraphlint.libraries.tables import Tables

    found = versions()["versions"]
    tables = Tables(folder)

    def tried(name: str) -> bool:
        record = tables.function(name)
        return record is not None and record.tried and record.returns.startswith(("tensor", "list", "tuple"))

    if int(found["keras"].partition(".")[0]) >= 3:
        write("keras", keras_ops.derive(naming, tried))


def _members(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import members, names

    write("members", members.derive(naming, names.classes(naming)))


def _removed(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import removed
    from tfgraphlint.libraries.tables import Tables, load

    old = load("2.15")
    if int(versions()["versions"]["keras"].partition(".")[0]) > old.keras:
        write("removed", removed.derive(old, Tables(folder)))


def _arguments(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import names, refusals
    from tfgraphlint.libraries.tables import Tables, load

    kinds = names.classes(naming)
    is_old = int(versions()["versions"]["keras"].partition(".")[0]) <= load("2.15").keras
    if is_old:
        write("taken", {"taken": refusals.derive_taken(naming, kinds)})
    write("arguments", refusals.derive_refused(Tables(folder) if is_old else load("2.15"), naming, kinds))


def _tf1(write: Write, modules: Any, naming: Any, folder: Path) -> None:
    from tfgraphlint.libraries.derive import tf1

    write("tf1", {"names": tf1.derive(modules), "keywords": tf1.derive_keywords(), "reorders": tf1.derive_reorders()})


_TABLES: dict[str, Any] = {
    "names": _names,
    "members": _members,
    "tf1": _tf1,
    "tensors": _tensors,
    "classes": _classes,
    "equivalents": _equivalents,
    "host": _host,
    "functions": _functions,
    "keras": _keras,
    "removed": _removed,
    "arguments": _arguments,
}


if __name__ == "__main__":
    sys.exit(main())
