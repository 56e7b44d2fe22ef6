"""The abstract interpreter: runs the roots of a file on abstract values and yields facts."""

from __future__ import annotations

from tfgraphlint.interpret.roots import interpret

__all__ = ["interpret"]
