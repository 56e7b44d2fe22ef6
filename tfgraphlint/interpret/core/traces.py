"""Whose graph is being built."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from tfgraphlint.interpret.core.joins import identity
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.values import Method, TracedCallable


def key_of(function: TracedCallable) -> Hashable:
    """What has traces of its own: a ``tf.function``, for each object that it is a method of."""
    inner = function.inner
    return (function.traced, identity(inner.receiver) if isinstance(inner, Method) else None)


@contextmanager
def building(m: Machine, trace: Hashable) -> Iterator[None]:
    """While the graph of ``trace`` is built: what is read now stays."""
    before, m.tracing = m.tracing, m.tracing or trace
    try:
        yield
    finally:
        m.tracing = before
