"""What facts say of a tape."""

from __future__ import annotations

from tfgraphlint.facts.common import TapeUse
from tfgraphlint.interpret.core.values import Tape


def use_of(tape: Tape) -> TapeUse:
    """What rules are told of a tape."""
    entered = tape.entered_at
    return TapeUse(tape.made, tape.name, entered, tape.persistent, tape.watch_accessed)
