"""What a program has called when it ends: ``atexit.register``."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.scopes import Frame
from tfgraphlint.interpret.core.value import Value


@dataclass
class _AtExit:
    """What was registered by code that certainly ran, in this order."""

    calls: list[tuple[Frame, Value, Arguments, cst.CSTNode]] = field(default_factory=list)


@functions.handles("atexit.register")
def _register(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """The function, which is kept for the end of the program."""
    if not args.positional:
        return None
    rest = Arguments(args.positional[1:], args.keywords, args.starred, args.double_starred)
    m.memory(_AtExit).calls.append((m.frame, args.positional[0], rest, node))
    return args.positional[0]


def run(m: Machine) -> None:
    """Call what the top level has registered: the last one first."""
    waiting = m.memory(_AtExit).calls
    while waiting:
        m.frame, function, args, node = waiting.pop()
        m.call(function, args, node)
