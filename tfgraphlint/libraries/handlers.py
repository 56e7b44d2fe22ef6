"""Library functions that are modelled by hand, by full name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Value

# Takes the machine, the full name, the arguments and the call; None where it has nothing to say about this call.
Handler = Callable[["Machine", str, "Arguments", cst.CSTNode], Optional["Value"]]


class Handlers(dict[str, Handler]):
    """Handlers by the full names that they model."""

    def handles(self, *names: str) -> Callable[[Handler], Handler]:
        """Register a function under these names."""

        def register(handler: Handler) -> Handler:
            self.update(dict.fromkeys(names, handler))
            return handler

        return register
