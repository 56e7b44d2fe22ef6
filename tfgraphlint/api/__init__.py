"""What other programs lint with. ``tfgraphlint`` itself hands these names on, so that importing it stays cheap."""

from __future__ import annotations

from tfgraphlint.api.functions import Fixed, Linted, LintError, fix_source, lint_paths, lint_source

__all__ = ["Fixed", "LintError", "Linted", "fix_source", "lint_paths", "lint_source"]
