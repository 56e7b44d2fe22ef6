"""What AutoGraph makes of ``global`` and ``nonlocal`` names that conditions and loops assign.

What a condition of the graph assigns counts after it only if the function reads the name there: else the name is as it
was, also outside of the function. What it does give back, and what a loop does, are tensors of the graph. Where Python
decides, a ``global`` name is as it was that is neither read before nor afterwards.
"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.syntax import liveness

Outcome = Literal["assigned", "lost", "tensor"]


def is_outer(m: Machine, name: str) -> bool:
    """Whether the function that runs has declared the name ``global`` or ``nonlocal``."""
    return name in m.frame.global_names or name in m.frame.nonlocal_names


def outcome(m: Machine, name: str) -> Outcome | None:
    """What becomes of a ``global`` or ``nonlocal`` name that is assigned here; None where that is not certain."""
    found: Outcome = "assigned"
    for construct in reversed(m.frame.around):
        if construct.kind == "try":
            continue
        lost = is_lost(m, construct.node, name) if construct.tensor else _is_taken_for_local(m, construct.node, name)
        if lost:
            return "lost"
        if construct.tensor is None or construct.tensor and lost is None:
            return None
        found = "tensor" if construct.tensor else found
    if m.frame.half_returned:  # what follows is a branch of the condition that returned
        return "lost" if name in m.frame.global_names else None
    return found


def _is_taken_for_local(m: Machine, statement: cst.CSTNode, name: str) -> bool:
    """Whether AutoGraph takes a ``global`` name for one of a condition or loop alone, whoever decides that: it neither
    needs what the name held before, nor does anything afterwards read it."""
    if name not in m.frame.global_names or not is_converted(m):
        return False
    tree, use = m.frame.scope.tree, liveness.first_use([statement], name)
    if use in (liveness.Use.READ, liveness.Use.UNSURE):
        return False
    if isinstance(statement, cst.If):
        return _is_read_after(m, statement, name) is False
    return isinstance(statement, (cst.For, cst.While)) and liveness.is_used_by_loop(tree, statement, name) is False


def is_lost(m: Machine, statement: cst.CSTNode, name: str) -> bool | None:
    """Whether a name keeps the value that it had before a condition or loop of the graph, whatever that assigns."""
    tree = m.frame.scope.tree
    if isinstance(statement, (cst.For, cst.While)):
        used = name in m.frame.nonlocal_names or liveness.is_used_by_loop(tree, statement, name)
        return None if used is None else not used
    if not isinstance(statement, cst.If):
        return None
    read = _is_read_after(m, statement, name)
    if read is not False or name in m.frame.global_names:
        return None if read is None else not read
    return liveness.is_read_in(statement, name)  # of what is ``nonlocal``, only that comes back which went in


def _is_read_after(m: Machine, statement: cst.If, name: str) -> bool | None:
    """Whether the function reads the name after a condition; what follows one that returns is part of its branches."""
    if liveness.ends(statement.body) or liveness.ends(statement.orelse):
        return False
    if liveness.returns(statement):
        return None
    return liveness.is_read_after(m.frame.scope.tree, statement, name)
