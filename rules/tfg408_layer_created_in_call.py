"""TFG408 layer-created-in-call."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.keras import LayerCreated
from tfgraphlint.libraries.words import ALWAYS_SEEDED_LAYERS, SEEDED_LAYERS
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class LayerCreatedInCall(Rule):
    """A layer or model with weights is created in `call`, a loss or a traced step.

    ## What it does

    Reports the creation of Keras layers and models that have weights, inside a layer's or model's `call` and the
    methods that it uses, inside a compiled loss, and inside a traced step.

    ## Why it matters

    Each call makes a new layer with new random weights. Eagerly nothing is raised: two calls on one input differ, the
    weights belong to no layer (`trainable_weights` is empty) and are never trained. While tracing, TensorFlow raises:

        ValueError: tf.function only supports singleton tf.Variables created on the first call.

    ## Known limits

    Layers without weights (`ReLU`, `Flatten`, `Softmax`, `Concatenate`, pooling) may be made on the spot and are
    silent. So are functions that run while a functional model is built, even if one is named `call`, and layers made
    in `__init__` and `build`. In Keras 3, layers that draw random numbers (`Dropout(0.5)`, `RandomFlip()`) have a
    variable for their seed and are reported in traced code. A layer created in `call` behind `if self.dense is None` or
    `if not hasattr(self, "dense")` works with Keras 2; Keras 3 raises "You cannot add new elements of state (variables
    or sub-layers) to a layer that is already built", which is reported where nothing else decides. In models, and in
    layers without `build` that hold other layers, Keras 3 allows it.

    ## Fix safety

    No fix. Suggested: create the layer in `__init__`, or in `build` where its size depends on the input.

    ## When to suppress

    When you want a new random projection on each eager call.
    """

    code = "TFG408"
    name = "layer-created-in-call"

    def check(self, fact: LayerCreated) -> Iterable[Diagnostic]:
        made = f"`{brief(fact.place.code)}`"
        if fact.late:
            said = f"{made} is created in `call` and kept: Keras 3 raises ValueError on the first call"
        elif fact.name.rpartition(".")[2] in SEEDED_LAYERS | ALWAYS_SEEDED_LAYERS:
            said = f"{made} is created again on each call, with a variable for its seed: ValueError in traced code"
        else:
            said = f"{made} is created again on each call, with new untrained weights"
        yield self.report(
            fact.place.span,
            said,
            path=traced_path(fact),
            help="create it once: in `__init__`, in `build`, or outside the function",
        )
