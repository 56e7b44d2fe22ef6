"""The events that interpretation yields: the only thing that rules see."""

from __future__ import annotations

