"""Facts about a program, which the interpreter finds: all that rules know about the code."""

from __future__ import annotations
