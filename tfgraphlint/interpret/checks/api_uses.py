"""Every function of TensorFlow and Keras that is called, for rules that only need its name and the mode."""

from __future__ import annotations

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.graph_api import ApiUsed
from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.events import LibraryCalled
from tfgraphlint.interpret.core.machine import Machine

GRAPH_GRADIENTS = (".gradients", ".hessians")  # what differentiates a graph, and no other functions of these names


def called(m: Machine, event: LibraryCalled) -> None:
    """Yield the call of a function that exists in the version in use."""
    if event.name.startswith(("tensorflow.", "keras.")) and m.tables.exists(event.name) is not False:
        uncalled = eagerness.supposed(m) if event.name.endswith(GRAPH_GRADIENTS) else ()
        mode = Mode.EAGER if uncalled else m.mode
        m.emit(ApiUsed(m.place(event.node), event.name, mode, m.running.why, tuple(m.calls), uncalled))
