"""The base of all abstract values, and Python constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Value:
    """Base of all abstract values."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Const(Value):
    """A Python constant: number, string, bytes, bool, None or Ellipsis."""

    value: Any
