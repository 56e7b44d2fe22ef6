"""What shows something or ends the program: ``print``, loggers, ``exit``."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import Printed
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Logger
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.libraries.words import LOG_METHODS


@functions.handles("builtins.print")
def _print(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.tell(Printed(node, args.all(), name))
    return Const(None)


@functions.handles("logging.getLogger")
def _logger(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Logger("logging.Logger", m.leaf(Kind.CONSTANT, node))


@functions.handles("builtins.exit", "builtins.quit", "sys.exit")
def _exit(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const(None)


@methods.handles(Logger)
def _logged(m: Machine, value: Logger, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in LOG_METHODS:
        m.tell(Printed(node, args.all(), f"logging.{name}"))
    return Const(None)
