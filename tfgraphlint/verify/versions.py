"""Whether a fixture's ``# holds: tensorflow>=2.16`` is true of what is installed."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Mapping
from importlib import import_module

_CONDITION = re.compile(r"(\w+) *(==|!=|<=|>=|<|>) *([\d.]+)")
_COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def installed(name: str) -> str:
    """The version of ``tensorflow``, ``keras``, ``numpy`` or ``python`` that programs get here."""
    if name == "python":
        return ".".join(map(str, sys.version_info[:3]))
    return str(import_module(name).__version__)


def unreadable(condition: str) -> bool:
    """Whether ``condition`` is not a list of comparisons."""
    return any(_CONDITION.fullmatch(part.strip()) is None for part in condition.split(","))


def holds_here(condition: str) -> bool:
    """Whether all of the comma-separated comparisons are true."""
    return all(_one(part.strip()) for part in condition.split(","))


def holds_for(condition: str, versions: Mapping[str, str]) -> bool:
    """Whether all comparisons are true of these versions; what they do not name may be any."""
    return all(_one(part.strip(), versions) for part in condition.split(","))


def _one(condition: str, versions: Mapping[str, str] | None = None) -> bool:
    match = _CONDITION.fullmatch(condition)
    if match is None:
        raise ValueError(f"cannot read the condition: {condition}")
    if versions is not None and match[1] not in versions:
        return True
    wanted = _numbers(match[3])
    found = _numbers(installed(match[1]) if versions is None else versions[match[1]])[: len(wanted)]
    return bool(_COMPARE[match[2]](found, wanted))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
