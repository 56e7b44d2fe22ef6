"""What a rule is: one class in one file under ``rules/`` that turns facts into diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from tfgraphlint.diagnostic import Diagnostic, Fix, Severity, Span, Step


class Rule:
    """Base of all rules. The docstring is the page that ``tfgraphlint rule CODE`` prints.

    A subclass states ``code``, ``name`` and ``severity`` and defines ``check``, whose one argument is
    annotated with the kind of fact (or a union of kinds) that the rule wants to see. Rules keep no state.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR

    def check(self, fact: Any) -> Iterable[Diagnostic]:
        """The diagnostics that follow from ``fact``; most often none or one."""
        raise NotImplementedError

    def report(
        self,
        span: Span,
        message: str,
        *,
        path: Sequence[Step] = (),
        help: str | None = None,
        fix: Fix | None = None,
        suggestions: Sequence[Fix] = (),
    ) -> Diagnostic:
        """A diagnostic of this rule at ``span``."""
        return Diagnostic(
            self.code, self.name, message, self.severity, span,
            tuple(path), help, fix, tuple(suggestions),
        )
