"""TFG502 loss-over-symbolic-tensor."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.keras import KerasTensorUsed
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import trace_calls

RUNNERS = {
    "keras.Model.compile": "the compiled model",
    "keras.Model.fit": "`fit`",
    "keras.Model.evaluate": "`evaluate`",
    "keras.Model.predict": "`predict`",
    "keras.callbacks.Callback": "`fit`",
}


class LossOverSymbolicTensor(Rule):
    """A symbolic tensor of a model's definition is used where Keras passes a batch.

    ## What it does

    Reports a symbolic tensor of a functional model (an `Input`, `layer.output`, the result of a layer) that is used
    inside a compiled loss, a metric, a callback or a `train_step`, whether it comes there by closure,
    `functools.partial`, an attribute, a factory's argument or a global name. The report is where the tensor is
    used.

    ## Why it matters

    When Keras calls the function there is a batch, but the symbolic tensor still belongs to the definition of the
    model:

        Keras 3: ValueError: A KerasTensor cannot be used as input to a TensorFlow function.
        Keras 2: TypeError: You are passing KerasTensor(...), an intermediate Keras symbolic input/output, to a TF
                 API that does not allow registering custom dispatchers
        in a callback, both: AttributeError: 'KerasTensor' object has no attribute 'numpy'

    `run_eagerly=True` does not help; `keras.ops` in the loss does not help either.

    ## Known limits

    One report for each function, at the first use; it covers everything computed from it. Losses and metrics are
    seen where `compile` gets them, callbacks where `fit` does or as a class. Silent on what is static
    (`z.shape[-1]`, `layer.name`), on weights (`layer.kernel`), and on a model built over `layer.output` and called
    on data, which is a remedy. Silent on Keras 2 without eager execution, where all tensors are in one graph. On
    Keras 3 `K.eval(symbolic)` raises nothing and returns the symbolic tensor again.

    ## Fix safety

    No fix. The term has to move to where the tensor of the batch is: into a layer with `self.add_loss(...)`, into a
    second output of the model with its own loss, or into a `train_step` that gets it from the call of the model.

    ## When to suppress

    When the function is never compiled or called; then it had better go.
    """

    code = "TFG502"
    name = "loss-over-symbolic-tensor"

    def check(self, fact: KerasTensorUsed) -> Iterable[Diagnostic]:
        if not fact.by:
            return
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` uses a symbolic Keras tensor, which has no value when this runs",
            path=_trace_path(fact),
            help=_advise(fact),
        )


def _advise(fact: KerasTensorUsed) -> str:
    if fact.by == "keras.callbacks.Callback":
        return "compute the layer's output for data: `keras.Model(model.input, layer.output)(batch)`"
    return "add the term with `self.add_loss(...)` in the `call` method of a layer, or make it a model output"


def _trace_path(fact: KerasTensorUsed) -> tuple[Step, ...]:
    made = [Step(Role.SOURCE, "the symbolic tensor is created here", fact.made.span)] if fact.made is not None else []
    why = [Step(Role.MODE, f"{RUNNERS[fact.by]} runs this", fact.why.span)] if fact.why is not None else []
    return tuple(dict.fromkeys([*made, *why, *trace_calls(fact.calls, fact.place)]))
