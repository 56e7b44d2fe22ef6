"""What a script hands its main function to: ``app.run(main)``, ``fire.Fire(main)``, commands of click."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import OptionParser, Options
from tfgraphlint.interpret.core.overlay import attributes, functions, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Unknown, sequence
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
    """Arguments that nobody knows, for every parameter: texts, numbers or settings, but no tensors."""
    params = function.definition.params

    def made(param: cst.Param) -> Value:
        return Unknown(m.leaf(Kind.CONSTANT, param))

    found = Arguments([made(param) for param in (*params.posonly_params, *params.params)])
    found.keywords = {param.name.value: made(param) for param in params.kwonly_params}
    return found


@functions.handles("argparse.ArgumentParser")
def _parser(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return OptionParser(name, m.leaf(Kind.OPAQUE, node))


@methods.handles(OptionParser, "parse_args", "parse_known_args")
def _parse_args(m: Machine, value: OptionParser, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    options = Options("argparse.Namespace", m.leaf(Kind.CONSTANT, node))
    return options if name == "parse_args" else sequence("tuple", [options, m.opaque(node)])


@attributes.handles(Options)
def _option(m: Machine, value: Options, name: str, node: cst.CSTNode) -> Value:
    """Texts, numbers and flags that nobody knows, the same each time, but no tensors."""
    found = Unknown(m.leaf(Kind.CONSTANT, node))
    m.store.write(value.state, name, found)
    return found


def call_command(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """``main()`` of a function that click or hydra made a command of."""
    return enter(m, function, from_command_line(m, function), node)
