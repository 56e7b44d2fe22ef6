"""A few hundred cases of the fuzzer; ``python -m tests.fuzz`` runs as many as anybody has time for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.cases import ROOT, cases, faults_of, seeds

TEXTS = seeds([ROOT / "fixtures"])


@pytest.mark.parametrize("seed", range(4))
def test_changed_files_break_nothing(tmp_path: Path, seed: int) -> None:
    faults = {case.name: found for case in cases(seed, 60, TEXTS, fix_each=12) if (found := faults_of(case, tmp_path))}
    assert not faults, "\n".join(f"{name}:\n{''.join(found)}" for name, found in faults.items())


@pytest.mark.skipif(os.name == "nt", reason="the traps are those of other systems")
def test_hostile_repositories_break_nothing(tmp_path: Path) -> None:
    from tests.fuzz.hostile import repositories

    faults = {each.name: found for each in repositories(1, 15, TEXTS) if (found := list(each.faults(tmp_path)))}
    assert not faults, "\n".join(f"{name}:\n{''.join(found)}" for name, found in faults.items())
