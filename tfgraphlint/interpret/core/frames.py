"""Which frame a name belongs to, and how a function that is called runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.scopes import Frame, Traced


def traced_mode(m: Machine, traced: Traced) -> Running:
    """The mode inside a function that is traced, unless functions run eagerly here."""
    if m.functions_run_eagerly:
        return m.running
    if m.functions_perhaps_eager:
        return Running(Mode.UNKNOWN)
    outer = m.running.traced
    if m.mode is Mode.GRAPH and outer is not None:
        if traced.jit and not outer.jit:
            outer = replace(outer, jit=True)
        return Running(Mode.GRAPH, m.running.why, outer, traced.autograph, m.running.by)
    return Running(Mode.GRAPH, traced.place, traced, traced.autograph, traced.by)


def running_frames(m: Machine) -> Iterator[Frame]:
    """The frame of the running code, that of its caller, and so on."""
    frame: Frame | None = m.frame
    while frame is not None:
        yield frame
        frame = frame.caller


def frame_of(m: Machine, name: str) -> Frame | None:
    """The frame in which an assignment to ``name`` binds it; None for the module's globals."""
    frame = m.frame
    if name in frame.global_names:
        return None
    if name in frame.nonlocal_names:
        outer = frame.parent
        while outer is not None and name not in outer.names:
            outer = outer.parent
        return outer or frame
    return frame
