"""Names: what they are bound to where code runs."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.events import EntryWritten, NameBound, NameRead
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.scopes import Frame
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.python.modules import global_name, resolved


def lookup(m: Machine, name: str, node: cst.CSTNode) -> Value:
    """What ``name`` is bound to here: local, enclosing, global, builtin, else unknown."""
    frame: Frame | None = m.frame
    if name in m.frame.global_names:
        frame = None
    while frame is not None:
        if name in frame.names:
            if name in frame.unsettled and frame.function is m.frame.function:
                m.tell(NameRead(frame, name))
            return resolved(m, frame.names, name, node)
        frame = frame.parent
    return global_name(m, m.frame.scope, name, node)


def bind_name(m: Machine, name: str, value: Value) -> None:
    """Bind a plain name in the frame where it belongs."""
    frame = frame_of(m, name)
    if frame is not None and name in frame.unsettled:
        m.tell(NameBound(frame, name))
    names = m.frame.scope.names if frame is None else frame.names
    if EntryWritten in m.awake:
        m.tell(EntryWritten(names, name, value, None))
    m.store.write(names, name, value)
