"""TFG604 removed-argument."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Span
from tfgraphlint.facts.keras import RefusedArgument
from tfgraphlint.facts.names import RefusedKeyword
from tfgraphlint.fixes.edits import start_of, without_keyword
from tfgraphlint.libraries.words import ARGUMENTS_OF_LOADERS
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import trace_calls

LOADERS = "leave it out: a `keras.utils.PyDataset` takes it, other data needs none"
REMEDIES = {
    **dict.fromkeys(ARGUMENTS_OF_LOADERS, LOADERS),
    "batch_input_shape": "put `keras.Input(batch_shape=...)` before the layer",
    "weights": "call `set_weights` once the layer is built",
    "dynamic": "leave it out, and give `run_eagerly=True` to `compile`",
    "decay": "use `keras.optimizers.schedules.InverseTimeDecay` as the learning rate",
    "fused": "leave it out: there is one implementation",
    "time_major": "transpose what goes in and what comes out",
    "jit_compile": "give it to `compile`",
    "save_format": "leave it out: the ending of the file name says the format",
    "period": "use `save_freq`",
    "sample_weight_mode": "leave it out: weights may have the shape of the targets",
    "experimental_aggregate_gradients": "leave it out; sum gradients with `tf.distribute`'s `all_reduce`",
    "skip_gradients_aggregation": "leave it out; sum gradients with `tf.distribute`'s `all_reduce`",
}


class RemovedArgument(Rule):
    """An argument that a class or method of Keras 2 took is refused by the Keras in use.

    ## What it does

    Reports arguments that an older Keras took by name and the Keras in use refuses: `Adam(lr=...)`,
    `Dense(batch_input_shape=..., weights=...)`, `LSTM(time_major=...)`, `BatchNormalization(fused=...)`,
    `model.fit(workers=...)`, `model.compile(sample_weight_mode=...)`,
    `apply_gradients(..., experimental_aggregate_gradients=...)`, and a name as the first argument of
    `add_weight("w", ...)`. With TensorFlow 2.15 it reports what its new optimizers refuse: `SGD(decay=...)`. The
    arguments come from tables that were derived by giving each of them to the installed Keras.

    ## Why it matters

        ValueError: Argument(s) not recognized: {'lr': 0.01}
        ValueError: Unrecognized keyword arguments passed to Dense: {'weights': ...}
        TypeError: TensorFlowTrainer.fit() got an unexpected keyword argument 'workers'
        ValueError: `name` must be passed as a keyword argument. Received: add_weight('w', ...)
        ValueError: decay is deprecated in the new Keras optimizer

    ## Known limits

    Silent where a test of the version or of `inspect.signature` keeps the call from being reached, where an `except`
    for TypeError or ValueError stands around it, and for what arrives in `**arguments`. Arguments that are ignored with
    a warning (`decay` in Keras 3) are not reported. Classes and functions are found by their imports, methods where the
    object's class is certain; of classes of the project only methods that they do not define. Which arguments
    TensorFlow 2.14 and older refuse is not known.

    ## Fix safety

    Safe for `lr`, which is `learning_rate`, where nothing in the file reads `lr` of an optimizer or gives `decay`;
    unsafe there, since that has to follow. Safe for `workers`, `use_multiprocessing` and `max_queue_size`, which are
    left out: they say how data is read, not what is learned. Safe for a name that stands first: `add_weight` gets all
    arguments by name. The others are left to you.

    ## When to suppress

    When the file is meant for Keras 2; better, set `keras = 2` in the configuration.
    """

    code = "TFG604"
    name = "removed-argument"

    def check(self, fact: RefusedKeyword | RefusedArgument) -> Iterable[Diagnostic]:
        if isinstance(fact, RefusedKeyword):
            callee, span, fix = fact.callee.rpartition(".")[2], fact.span, _renamed(fact)
        else:
            callee, span = f"{fact.owner.rpartition('.')[2]}.{fact.method}", fact.given.span
            fix = _named(fact) if fact.order else _left_out(fact)
        stands_first = isinstance(fact, RefusedArgument) and fact.order
        refused = "name as the first argument" if stands_first else f"argument `{fact.argument}`"
        yield self.report(
            span,
            f"`{callee}` takes no {refused} in {fact.keras}: {fact.error}",
            help=fix.message if fix is not None else REMEDIES.get(fact.argument),
            path=trace_calls(fact.calls, fact.place) if isinstance(fact, RefusedArgument) else (),
            fix=fix,
        )


def _renamed(fact: RefusedKeyword) -> Fix | None:
    if not fact.edits:
        return None
    return Fix(f"use `{fact.replacement}`", Applicability.SAFE if fact.safe else Applicability.UNSAFE, fact.edits)


def _left_out(fact: RefusedArgument) -> Fix | None:
    """The call without an argument that says how data is read."""
    call, tree = fact.place.node, fact.place.tree
    if fact.argument not in ARGUMENTS_OF_LOADERS or not isinstance(call, cst.Call):
        return None
    edits = without_keyword(tree, call, fact.argument)
    return Fix(f"leave `{fact.argument}` out", Applicability.SAFE, edits) if edits else None


def _named(fact: RefusedArgument) -> Fix | None:
    """All positional arguments by the names that they have."""
    call, tree = fact.place.node, fact.place.tree
    if not isinstance(call, cst.Call):
        return None
    positional = [arg for arg in call.args if arg.keyword is None]
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    names = fact.order[: len(positional)]
    if any(arg.star for arg in call.args) or len(names) < len(positional) or not keywords.isdisjoint(names):
        return None
    edits = []
    for name, arg in zip(names, positional):
        start = start_of(tree, arg.value)
        edits.append(Edit(Span(tree.filename, start, start), f"{name}="))
    return Fix(f"give {'them' if len(names) > 1 else 'it'} by name: `name={tree.code(positional[0].value)}`",
               Applicability.SAFE, tuple(edits))
