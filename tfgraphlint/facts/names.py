"""Names that a version of TensorFlow or Keras lacks. Imports no libcst."""

from __future__ import annotations

from dataclasses import dataclass

from tfgraphlint.diagnostic import Edit, Span

OLD_LAYERS = "tensorflow.compat.v1.layers"


@dataclass(frozen=True)
class RemovedName:
    """A name at ``span`` that the Keras in use does not have, which raises ``error``.

    ``replacement`` is how the file would write what does the same, with the ``edits`` that make it so.
    """

    span: Span
    name: str  # "tensorflow.keras.losses.mean_squared_error"
    error: str
    replacement: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class LegacySymbol:
    """A name of TensorFlow 1 at ``span``, written ``spelled``, which raises ``error``.

    ``replacement`` is how the file would write what there is instead: the same thing when ``how`` is "same", what
    only ``compat.v1`` has for "compat", what TensorFlow's upgrade script says for "upgrade". ``others`` counts the
    further ones of a whole program, for which this one stands.
    """

    span: Span
    name: str  # "tensorflow.train.AdamOptimizer"
    spelled: str
    error: str
    how: str = ""
    replacement: str = ""
    edits: tuple[Edit, ...] = ()
    others: int = 0
