"""What is recorded and how code runs, as far as paths can change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.fields import Bits, Field
from tfgraphlint.interpret.core.store import State


@dataclass(eq=False)
class Recording:
    """The tapes that record now, as bits, and switches of eager execution."""

    state: State = field(default_factory=dict)

    mask = Field(Bits(0))
    switch: ClassVar[Field[Any]] = Field(None)  # the ``Switch`` that is in force; None where paths disagree
    graph_used: ClassVar[Field[Place | None]] = Field(None)  # where a graph was first used after the switch
    functions_eager = Field(False)  # ``tf.config.run_functions_eagerly(True)`` is in force
