"""The command line: click commands that ask, print and exit. No logic, and nothing imports it."""

from __future__ import annotations

from tfgraphlint.cli.group import main

__all__ = ["main"]
