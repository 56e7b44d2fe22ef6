"""What facts say of a tape."""

from __future__ import annotations

from tfgraphlint.facts.common import TapeUse
from tfgraphlint.interpret.core.values import Tape


def use_of(tape: Tape) -> TapeUse:
    """What rules are told of a tape."""
    entered = tape.state.get("entered_at")
    return TapeUse(tape.made, str(tape.state.get("name") or ""), entered, tape.persistent, tape.watch_accessed)
