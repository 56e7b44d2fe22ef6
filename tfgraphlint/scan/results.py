"""What a scan has found so far, on the disk: one line of JSON for each project that is done.

A line is written whole and at once, and a scan that goes on reads which projects are done. The rest, the table for
data tools and the overview, is made from it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tfgraphlint.disk import journal
from tfgraphlint.errors import RunError
from tfgraphlint.scan.sources import Project

RESULTS = "projects.jsonl"
TABLE = "reports.parquet"
OVERVIEW = "index.html"
Result = dict[str, Any]


class Results:
    """The results of a scan in a folder, which is made where it is not there.

    Raises:
        RunError: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / RESULTS
        try:
            journal.begin(self.file)
        except OSError as error:
            raise RunError(f"{folder}: {error.strerror or error}") from error

    def __iter__(self) -> Iterator[Result]:
        """What is known of each project, the latest of each."""
        latest: dict[str, Result] = {}
        for number, row in enumerate(journal.rows(self.file), start=1):
            try:
                result = json.loads(row)
                latest.pop(result["key"], None)
                latest[result["key"]] = result
            except (ValueError, TypeError, KeyError) as error:
                raise RunError(f"{self.file}:{number}: no result of a scan; name another --output") from error
        yield from latest.values()

    def add(self, project: Project, result: Mapping[str, Any]) -> None:
        """Write what came of a project.

        Raises:
            RunError: it cannot be written.
        """
        try:
            journal.append(self.file, json.dumps({"key": project.key, **result}, ensure_ascii=False))
        except OSError as error:
            raise RunError(f"{self.file}: {error.strerror or error}") from error


def write_table(results: Iterable[Result], file: Path) -> bool:
    """Write one row for each report as Parquet; False where pyarrow is not installed."""
    try:
        import pyarrow as arrow  # the extra `scan`
        import pyarrow.parquet as parquet
    except ImportError:
        return False
    text, number = arrow.string(), arrow.int32()
    step = arrow.struct([("role", text), ("message", text), ("file", text), ("cell", number), ("row", number),
                         ("column", number)])  # fmt: skip
    schema = arrow.schema([
        ("project", text), ("source", text), ("revision", text), ("version", text), ("file", text), ("cell", number),
        ("row", number), ("column", number), ("code", text), ("rule", text), ("severity", text), ("message", text),
        ("fix", text), ("path", arrow.list_(step)),
    ])  # fmt: skip
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with parquet.ParquetWriter(unfinished, schema) as writer:
            for result in results:
                rows = [_row(result, report) for report in result["reports"]]
                if rows:
                    writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    return True


def _row(result: Result, report: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: result[key] for key in ("project", "source", "revision", "version")}, **report}
