"""``--fix --ask``: each fix is shown before it is made, and a person decides."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from tfgraphlint.cli import output
from tfgraphlint.cli.options import Options
from tfgraphlint.cli.session import Asked
from tfgraphlint.cli.terminal import columns, has_colour
from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.errors import RunError
from tfgraphlint.report.findings import Look
from tfgraphlint.report.formats import render
from tfgraphlint.run.lint import Run

QUESTION = "Apply this fix? [y]es, [n]o, [r]ule: all of {code}, [a]ll, [q]uit: "
HELP = "y: apply it; n: leave it; r: apply this and all further fixes of the rule; a: apply all; q: no further fix"


def check_terminal() -> None:
    """See that somebody can be asked.

    Raises:
        RunError: standard input is no terminal.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise RunError("--ask needs a terminal to ask on: leave it out, or look at the fixes with --diff")


@dataclass
class Decisions:
    """Asks about one fix after the other; what was said of all is not asked again."""

    asked: Asked
    options: Options
    everything: bool = False
    rules: set[str] = field(default_factory=set)
    has_quit: bool = False

    def decide(self, diagnostic: Diagnostic, run: Run) -> bool:
        """Whether the fix of a report of ``run`` is to be made."""
        if self.has_quit or self.everything or diagnostic.code in self.rules:
            return not self.has_quit
        stream = sys.stderr
        look = Look(has_colour(stream), columns(stream), self.options.unsafe_fixes)
        text = render("full", output.findings(self.asked, run, [diagnostic]), look)
        click.echo(text, nl=False, err=True, color=look.colour)
        return self._answer(diagnostic.code)

    def _answer(self, code: str) -> bool:
        while True:
            click.echo(QUESTION.format(code=code), nl=False, err=True)
            line = sys.stdin.readline()
            word = line.strip().lower() if line else "q"  # the end of the input is the end of the answers
            if word in ("y", "yes", "n", "no"):
                return word.startswith("y")
            if word in ("a", "all", "r", "rule"):
                self.everything = self.everything or word.startswith("a")
                self.rules.add(code)
                return True
            if word in ("q", "quit"):
                self.has_quit = True
                if not line:
                    click.echo(err=True)
                return False
            click.echo(HELP, err=True)
