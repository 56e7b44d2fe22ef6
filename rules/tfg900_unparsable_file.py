"""TFG900 unparsable-file."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.rule_api.rule import Rule


class UnparsableFileRule(Rule):
    """A file cannot be parsed.

    ## What it does

    Reports a file that Python cannot parse, with Python's own message and place: a syntax error, null bytes, bytes
    that are not text in the file's encoding, a notebook that is not valid JSON. Code that is nested too deeply to be
    followed is reported as well. In a notebook or a Markdown file, only the cell or code block is reported.

    ## Why it matters

    Nothing else is reported about such a file or cell, whatever is wrong in it. For a `with` line without its colon,
    Python says:

        SyntaxError: expected ':'

    ## Known limits

    The Python that runs tfgraphlint decides what is valid. Type parameters, `type` statements, f-strings with anything
    inside and `except A, B` are known to older ones, too; of other syntax that is newer, the report names the Python
    that is needed.

    ## Fix safety

    No fix.

    ## When to suppress

    Leave the file out instead: `exclude` in the configuration. A comment in a file that cannot be parsed may not be
    found.
    """

    code = "TFG900"
    name = "unparsable-file"

    def check(self, fact: UnparsableFile) -> Iterable[Diagnostic]:
        yield self.report(fact.span, f"this {fact.what or 'file'} cannot be parsed: {fact.message}")
