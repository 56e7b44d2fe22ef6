"""Layers that are told not to train: nobody misses their gradient."""

from __future__ import annotations

from tfgraphlint.interpret.core.events import AttributeSet
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.gradients import lost_parts


def told(m: Machine, event: AttributeSet) -> None:
    """``layer.trainable = False``."""
    if event.name == "trainable":
        lost_parts.freeze(m, event.owner, event.value)
