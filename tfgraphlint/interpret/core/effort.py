"""How much is looked through on the way: values within values, nodes of the graph, states that meet.

One step of the interpreter may have to look through thousands of them, so that steps alone bound nothing. What is
looked at is counted here, for the root that runs; a program that wants too much of it is read in part.
"""

from __future__ import annotations

import sys

LOOKS_PER_STEP = 100  # so many for each step that a root may take
UNBOUNDED = sys.maxsize  # while no root runs


class OutOfBudget(Exception):
    """A root took more steps than it may, or looked through too much; what was found so far stands."""


class _Allowance:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = UNBOUNDED


_ALLOWANCE = _Allowance()


def look(count: int = 1) -> None:
    """Count so many values, nodes or states as looked at.

    Raises:
        OutOfBudget: they are more than the root may look at.
    """
    _ALLOWANCE.left -= count
    if _ALLOWANCE.left < 0:
        raise OutOfBudget


def allow(looks: int) -> int:
    """From here on so many looks are left; gives how many were left before."""
    before, _ALLOWANCE.left = _ALLOWANCE.left, looks
    return before


def left() -> int:
    """How many looks are left."""
    return _ALLOWANCE.left
