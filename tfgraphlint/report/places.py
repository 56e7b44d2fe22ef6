"""Places as a person reads them: in a notebook, the cell and the row in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tfgraphlint.diagnostic import Diagnostic, Fix, Span


def placed(diagnostic: Diagnostic, place: Callable[[Span], Span]) -> Diagnostic:
    """``diagnostic`` with all its places as ``place`` gives them."""
    return replace(
        diagnostic,
        span=place(diagnostic.span),
        path=tuple(replace(step, span=place(step.span)) for step in diagnostic.path),
        fix=None if diagnostic.fix is None else _placed(diagnostic.fix, place),
        suggestions=tuple(_placed(suggestion, place) for suggestion in diagnostic.suggestions),
    )


def _placed(fix: Fix, place: Callable[[Span], Span]) -> Fix:
    return replace(fix, edits=tuple(replace(edit, span=place(edit.span)) for edit in fix.edits))
