"""Names of libraries that are not derived and that several parts need: each list stands here, once."""

from __future__ import annotations

# Attributes of layers, models and modules that list variables.
TRAINABLE_LISTS = frozenset({"trainable_variables", "trainable_weights"})
NON_TRAINABLE_LISTS = frozenset({"non_trainable_variables", "non_trainable_weights"})
ALL_WEIGHTS = frozenset({"variables", "weights"})
WEIGHT_LISTS = TRAINABLE_LISTS | NON_TRAINABLE_LISTS | ALL_WEIGHTS
PRIVATE_LISTS = frozenset({"_trainable_variables", "_trainable_weights"})  # of versions of Keras, and of projects
