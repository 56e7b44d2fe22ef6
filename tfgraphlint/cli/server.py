"""``tfgraphlint server``."""

from __future__ import annotations

import sys

import click

from tfgraphlint.cli.terminal import say_error
from tfgraphlint.syntax.deep_stack import say_process_ends_soon

NEEDED = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")


@click.command("server", short_help="Serve editors that speak the Language Server Protocol.")
@click.option("--stdio", is_flag=True, help="Speak through standard input and output; it is what is done anyway.")
def command(stdio: bool) -> None:
    """Be a language server for an editor: problems as you type, fixes, and the pages of rules.

    It speaks through standard input and output. docs/editors.md says how editors start it.
    """
    try:
        from tfgraphlint.server.protocol import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        say_error('the language server needs pygls: pip install "tfgraphlint[lsp]"')
        sys.exit(2)
    say_process_ends_soon(False)
    serve()
