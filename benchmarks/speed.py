"""Measure what a run costs.

    python benchmarks/speed.py [PATH …]

Prints the processor time (user and system, child processes included) of ``tfgraphlint`` and of ``flake8``
with its defaults over the same files (the corpus unless paths are given) and their ratio, and looks whether a
clean file of 400 lines that imports TensorFlow is linted without importing libcst.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import default_directory, python_files

TFGRAPHLINT = ("-m", "tfgraphlint", "--isolated", "--no-cache", "--exit-zero", "--quiet")
FLAKE8 = ("-m", "flake8", "--isolated", "--exit-zero", "--quiet")


@dataclass(frozen=True)
class Cost:
    """What one run took, in seconds."""

    processor: float
    elapsed: float


def measure(arguments: Sequence[str]) -> Cost:
    """Run this Python with ``arguments`` and say what it took; end the program when the run failed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments[:4])} … ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(processor, ended - started)


def cheapest(arguments: Sequence[str], repeats: int) -> Cost:
    """The cheapest of several runs: what disturbs a measurement only ever adds to it."""
    return min((measure(arguments) for _ in range(repeats)), key=lambda cost: cost.processor)


def compare(files: Sequence[str], repeats: int) -> float:
    """Print both linters' costs over ``files``; return tfgraphlint's processor time as a part of flake8's."""
    lines = sum(Path(file).read_bytes().count(b"\n") for file in files)
    print(f"{len(files)} files, {lines} lines; processor seconds, the cheapest of {repeats}")
    ours, theirs = (cheapest((*options, *files), repeats) for options in (TFGRAPHLINT, FLAKE8))
    for name, cost in (("tfgraphlint", ours), ("flake8", theirs)):
        print(f"{name:12}{cost.processor:9.2f} s{cost.elapsed:9.2f} s elapsed")
    ratio = ours.processor / theirs.processor
    print(f"tfgraphlint takes {ratio:.2f} of flake8's processor time")
    return ratio


def collect(paths: Sequence[Path]) -> list[str]:
    """The ``.py`` files named or below the folders named, the corpus when nothing is named."""
    if not paths:
        found = [str(file) for file in python_files(default_directory())]
        if not found:
            sys.exit("no corpus yet: run benchmarks/corpus.py, or name files or folders")
        return found
    nested = (sorted(path.rglob("*.py")) if path.is_dir() else [path] for path in paths)
    return [str(file) for group in nested for file in group]


def clean_module() -> str:
    """Four hundred lines of an ordinary module with TensorFlow in which nothing could be wrong."""
    head = [
        '"""Image classifiers of several sizes."""',
        "",
        "import numpy as np",
        "import tensorflow as tf",
        "",
        "",
    ]
    block = """\
def build_classifier_{n}(classes: int, width: int = {width}) -> tf.keras.Model:
    \"\"\"A classifier with {n} hidden layers.\"\"\"
    inputs = tf.keras.Input(shape=(32, 32, 3))
    hidden = tf.keras.layers.Rescaling(1 / 255)(inputs)
    hidden = tf.keras.layers.Conv2D(width, 3, padding="same", activation="relu")(hidden)
    hidden = tf.keras.layers.GlobalAveragePooling2D()(hidden)
    for _ in range({n}):
        hidden = tf.keras.layers.Dense(width, activation="relu")(hidden)
    outputs = tf.keras.layers.Dense(classes, activation="softmax")(hidden)
    model = tf.keras.Model(inputs, outputs, name="classifier_{n}")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracy_{n}(scores: np.ndarray, labels: np.ndarray) -> float:
    \"\"\"The part of the labels that the scores of classifier {n} get right.\"\"\"
    return float(np.mean(np.argmax(scores, axis=-1) == labels))


"""
    lines = head
    for number in range(1, 100):
        lines += block.format(n=number, width=16 * number).splitlines()
        if len(lines) >= 400:
            break
    return "\n".join(lines).rstrip() + "\n"


def imported_for(source: str) -> list[str]:
    """The modules that a run of tfgraphlint over a file with this text imports."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "classifiers.py"
        file.write_text(source, encoding="utf-8")
        command = [sys.executable, "-X", "importtime", *TFGRAPHLINT, str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(
            f"the run over the clean file ended with status {done.returncode}: {done.stderr.splitlines()[-1]}"
        )
    return [
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    ]


def check_clean_run() -> bool:
    """Print whether libcst stays unimported on the clean module."""
    source = clean_module()
    modules = imported_for(source)
    loaded = sum(module.split(".")[0] == "libcst" for module in modules)
    print(f"clean file of {source.count(chr(10))} lines: {len(modules)} modules imported, {loaded} of libcst")
    return loaded == 0


def main() -> None:
    """Measure, print, and end with status 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description="Compare tfgraphlint's processor time with flake8's.")
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--repeats", type=int, default=1, help="runs of each; the cheapest counts")
    parser.add_argument("--clean-only", action="store_true", help="only look at the imports on a clean file")
    options = parser.parse_args()
    clean = check_clean_run()
    cheaper = options.clean_only or compare(collect(options.paths), options.repeats) < 1
    sys.exit(0 if clean and cheaper else 1)


if __name__ == "__main__":
    main()
