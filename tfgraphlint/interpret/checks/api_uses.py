"""Every function of TensorFlow and Keras that is called, for rules that only need its name and the mode."""

from __future__ import annotations

from tfgraphlint.facts.graph_api import ApiUsed
from tfgraphlint.interpret.core.events import LibraryCalled
from tfgraphlint.interpret.core.machine import Machine


def called(m: Machine, event: LibraryCalled) -> None:
    """Yield the call of a function that exists in the version in use."""
    if event.name.startswith(("tensorflow.", "keras.")) and m.tables.exists(event.name) is not False:
        m.emit(ApiUsed(m.place(event.node), event.name, m.mode, m.running.why, tuple(m.calls)))
