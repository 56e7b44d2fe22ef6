"""Names that a version of TensorFlow or Keras lacks. Imports no libcst."""

from __future__ import annotations

from dataclasses import dataclass

from tfgraphlint.diagnostic import Edit, Span

# What ``tensorflow.compat.v1`` takes from Keras 2, and says of itself that Keras 3 does not have it.
OLD_PARTS = ("tensorflow.compat.v1.layers", "tensorflow.compat.v1.nn.rnn_cell")


@dataclass(frozen=True)
class RemovedName:
    """A name at ``span`` that the Keras in use does not have, which raises ``error``.

    ``replacement`` is how the file would write its equivalent, with the ``edits`` for it.
    """

    span: Span
    name: str  # "tensorflow.keras.losses.mean_squared_error"
    error: str
    replacement: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class LegacySymbol:
    """A name of TensorFlow 1 at ``span``, written ``spelled``, which raises ``error``.

    ``replacement`` is how the file would write its replacement: an equivalent when ``how`` is "same", a name of
    ``compat.v1`` for "compat", what TensorFlow's upgrade script writes for "upgrade". ``others`` counts the further
    removed names of the file, which get no report of their own. ``after`` is the version that had it last, where that
    is a TensorFlow 2.
    """

    span: Span
    name: str  # "tensorflow.train.AdamOptimizer"
    spelled: str
    error: str
    how: str = ""
    replacement: str = ""
    edits: tuple[Edit, ...] = ()
    others: int = 0
    after: str = ""


@dataclass(frozen=True)
class RefusedKeyword:
    """The name of an argument at ``span`` that the class or function ``callee`` took in an older Keras and refuses.

    ``replacement`` is the name that it has now, with the ``edits`` for it, which are ``safe`` where nothing else in the
    file has to follow.
    """

    span: Span
    callee: str  # "tensorflow.optimizers.Adam"
    argument: str
    error: str  # the class of the exception
    keras: str  # "Keras 3"
    replacement: str = ""
    edits: tuple[Edit, ...] = ()
    safe: bool = False
