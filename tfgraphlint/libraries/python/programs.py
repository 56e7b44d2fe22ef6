"""What a script hands its main function to: ``app.run(main)``, ``fire.Fire(main)``, commands of click."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.python.functions import enter


@functions.handles("tensorflow.compat.v1.app.run", "absl.app.run")
def _run_app(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``app.run(main)`` calls ``main(argv)`` and ends the program."""
    main = args.get(0, "main")
    return m.call(main, Arguments([m.opaque(node)]), node) if main is not None else m.opaque(node)


@functions.handles("fire.Fire", "typer.run", "timeit.timeit", "timeit.repeat")
def _run(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What calls a function with arguments of the command line, or with none."""
    main = args.positional[0] if args.positional else None
    if not isinstance(main, Function):
        return None
    given = Arguments([]) if name.startswith("timeit") else from_command_line(m, main)
    m.call(main, given, node)
    return m.opaque(node)


def from_command_line(m: Machine, function: Function) -> Arguments:
    """Arguments that nobody knows, for every parameter."""
    params = function.definition.params
    found = Arguments([m.external(param) for param in (*params.posonly_params, *params.params)])
    found.keywords = {param.name.value: m.external(param) for param in params.kwonly_params}
    return found


def call_command(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """``main()`` of a function that click or hydra made a command of."""
    return enter(m, function, args if args.all() else from_command_line(m, function), node)
