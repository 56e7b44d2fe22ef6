"""What a rule is: one class in one file under ``rules/`` that turns facts into diagnostics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar

from tfgraphlint.diagnostic import Diagnostic, Fix, Severity, Span, Step
from tfgraphlint.rule_api.shortening import fit


class Rule:
    """Base of all rules. The docstring is the page that ``tfgraphlint rule CODE`` prints.

    A subclass states ``code``, ``name`` and ``severity`` and defines ``check``, whose one argument is annotated with
    the class of facts (or a union of classes) that the rule reports. Where these facts have a ``kind``, ``kinds`` says
    which of them it reports; without it all. Rules keep no state.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR
    kinds: ClassVar[Collection[object]] = ()

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
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A diagnostic of this rule at ``span``; long code in ``message`` is shortened. ``severity``: other than the
        rule's own."""
        return Diagnostic(
            self.code, self.name, fit(message), severity or self.severity, span,
            tuple(path), help, fix, tuple(suggestions),
        )
