"""TFG505 removed-backend-function."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.keras import SymbolicLossAdded
from tfgraphlint.facts.names import OLD_LAYERS, RemovedName
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name

REMEDIES = {
    "function": "build a model with these outputs: `keras.Model(model.input, outputs)`",
    "learning_phase": "use the `training` argument of `call`",
    "set_learning_phase": "use the `training` argument of `call`",
    "in_train_phase": "use the `training` argument of `call`",
    "in_test_phase": "use the `training` argument of `call`",
}


class RemovedBackendFunction(Rule):
    """A name of Keras 2 does not exist in the Keras version in use.

    ## What it does

    Reports names of Keras that the Keras in use does not have: functions of `keras.backend` and `tf.keras.backend`,
    long names in `tf.keras.losses` and `tf.keras.metrics`, `model.add_loss` with a symbolic tensor, the layers of
    `tf.compat.v1` under Keras 3. The names come from a table derived from installed versions.

    ## Why it matters

        AttributeError: module 'keras.backend' has no attribute 'mean'
        AttributeError: module 'keras._tf_keras.keras.backend' has no attribute 'function'
        AttributeError: module 'keras._tf_keras.keras.losses' has no attribute 'mean_squared_error'
        AttributeError: `dense` is not available with Keras 3.
        ImportError: cannot import name 'set_learning_phase' from 'tensorflow.keras.backend'
        NotImplementedError (of `model.add_loss`, without a text)

    The three places differ: `keras.backend` of Keras 3 keeps 14 names; `tf.keras.backend` keeps `mean`, `sum`,
    `square` and most others for tensors and lacks 15; `keras.losses` has only the long names that `tf.keras.losses`
    lacks.

    ## Known limits

    Silent on names behind `hasattr`, `try`/`except`, a test of the version or of `backend()`, and in files that are
    meant for Keras 2. Arguments that were renamed are not checked. `model.add_loss` is reported for functional
    models.

    ## Fix safety

    Safe, where the name was another name of the same object (`tf.keras.losses.mean_squared_error` becomes
    `tf.keras.losses.mse`), or where a function of `keras.ops` gave the same when both were called with these
    arguments (`K.mean` becomes `keras.ops.mean`). Functions that differ, as `K.sqrt` does for negative numbers, or
    in a default, are left to you, as are imports by name. No fix for `function`, `learning_phase`,
    `in_train_phase`: a model over the wanted outputs, and the `training` argument of `call`, are their remedies.

    ## When to suppress

    When the file is meant for Keras 2; better, set `keras = 2` in the configuration.
    """

    code = "TFG505"
    name = "removed-backend-function"

    def check(self, fact: RemovedName | SymbolicLossAdded) -> Iterable[Diagnostic]:
        if isinstance(fact, RemovedName):
            yield self._report_removed(fact)
            return
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` raises NotImplementedError: Keras 3 has no `add_loss` on a functional model",
            help="call `self.add_loss(...)` in the `call` method of a layer",
        )

    def _report_removed(self, fact: RemovedName) -> Diagnostic:
        last = fact.name.rpartition(".")[2]
        fix = None
        if fact.edits:
            fix = Fix(f"use `{fact.replacement}`", Applicability.SAFE, fact.edits)
        return self.report(
            fact.span,
            f"`{short_name(fact.name)}` was removed in Keras 3: {fact.error.partition(':')[0]}",
            help=f"use `{fact.replacement}`" if fact.replacement else _advise(fact.name, last),
            fix=fix,
        )


def _advise(name: str, last: str) -> str | None:
    if name.startswith(OLD_LAYERS):
        return "use `keras.layers`, or `tf.compat.v1.get_variable` and TensorFlow operations"
    return REMEDIES.get(last) if ".backend." in name else None
