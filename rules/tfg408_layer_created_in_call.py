"""TFG408 layer-created-in-call."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.keras import LayerCreated
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
    in `__init__` and `build`. A layer created in `call` behind `if self.dense is None` works with Keras 2; Keras 3
    raises "You cannot add new elements of state (variables or sub-layers) to a layer that is already built" when it
    is assigned.

    ## Fix safety

    No fix. Suggested: create the layer in `__init__`, or in `build` where its size depends on the input.

    ## When to suppress

    When you want a new random projection on each eager call.
    """

    code = "TFG408"
    name = "layer-created-in-call"

    def check(self, fact: LayerCreated) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` is created again on each call, with new untrained weights",
            path=traced_path(fact),
            help="create it once: in `__init__`, in `build`, or outside the function",
        )
