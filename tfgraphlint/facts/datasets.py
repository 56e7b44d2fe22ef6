"""Facts about ``tf.data`` datasets."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, Place


@dataclass(frozen=True, eq=False)
class DatasetDropped(Fact):
    """A statement that makes a new dataset of one, by ``method``, and throws it away.

    ``functions`` are the functions of the project that are given to the methods of the chain, which trace them.
    """

    place: Place  # the whole call
    receiver: Place  # what stands before the last method
    method: str
    functions: tuple[Place, ...] = ()
    calls: tuple[Place, ...] = field(default=())
