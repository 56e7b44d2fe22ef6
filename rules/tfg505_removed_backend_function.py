"""TFG505 removed-backend-function."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix
from tfgraphlint.facts.keras import LostMember, SymbolicLossAdded
from tfgraphlint.facts.names import OLD_PARTS, RemovedName
from tfgraphlint.fixes.edits import has_comment
from tfgraphlint.libraries.words import EARLY_MODULES
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name
from tfgraphlint.syntax.parents import parent

REMEDIES = {
    "function": "build a model with these outputs: `keras.Model(model.input, outputs)`",
    "learning_phase": "use the `training` argument of `call`",
    "set_learning_phase": "use the `training` argument of `call`",
    "in_train_phase": "use the `training` argument of `call`",
    "in_test_phase": "use the `training` argument of `call`",
}
ON_TAPE = "compute the loss under `with tf.GradientTape() as tape:` and call `apply_gradients`"
# What to do instead of reading a lost member.
MEMBER_REMEDIES = {
    "get_slot": "make variables in `build` with `add_variable_from_reference`, and use them in `update_step`",
    "get_slot_names": "the variables of an optimizer are in `optimizer.variables`",
    "set_weights": "call `build`, and assign to each of `optimizer.variables`",
    "minimize": ON_TAPE,
    "compute_gradients": ON_TAPE,
    "get_gradients": ON_TAPE,
    "get_updates": ON_TAPE,
    "get_unscaled_gradients": "give the scaled gradients to `apply_gradients`, which divides them by the scale",
    "add_metric": "keep a metric of `keras.metrics` as an attribute and call its `update_state`",
    "predict_classes": "use `np.argmax(model.predict(x), axis=-1)`, or `model.predict(x) > 0.5` of one output",
    "predict_proba": "use `predict`",
    "add_update": "assign to the variable in `call`",
    "get_weights": "use `variables`",
    "weights": "use `variables`",
    "input_shape": "use `input.shape`",
    "output_shape": "use `output.shape`",
    "get_input_at": "use `input`",
    "get_output_at": "use `output`",
    "to_yaml": "use `to_json`",
    "reset_states": "call `reset_state` of its metrics, or `reset_states` of its recurrent layers",
    "output_shapes": "use `element_spec`",
    "output_types": "use `element_spec`",
    "output_classes": "use `element_spec`",
}
# Members that are there under another name and do the same.
RENAMED = {"lr": "learning_rate", "get_scaled_loss": "scale_loss", "experimental_run_v2": "run"}
RENAMED_OF_METRICS = {"reset_states": "reset_state"}
RENAMED_OF_MODELS = {"fit_generator": "fit", "evaluate_generator": "evaluate", "predict_generator": "predict"}
# Arguments of the generator methods that their successors do not take.
GONE_ARGUMENTS = frozenset({"workers", "use_multiprocessing", "max_queue_size"})


class RemovedBackendFunction(Rule):
    """A name or method of Keras 2 does not exist in the Keras version in use.

    ## What it does

    Reports names of Keras that the Keras in use does not have: functions of `keras.backend` and `tf.keras.backend`,
    long names in `tf.keras.losses` and `tf.keras.metrics`, `model.add_loss` with a symbolic tensor, the layers of
    `tf.compat.v1` under Keras 3. So it does with methods and attributes that objects had in Keras 2 or TensorFlow 1
    and lack: `minimize`, `get_gradients` and `lr` of optimizers, `get_scaled_loss` of a `LossScaleOptimizer`,
    `add_metric` of layers and models, `fit_generator` of models, `reset_states` of metrics, `output_shapes` of
    datasets; modules that older versions of Keras had (`keras.layers.core`, `keras.utils.np_utils`),
    `predict_classes` of models and `experimental_run_v2` of strategies; and optimizers of
    `tf.keras.optimizers.legacy`, which cannot be made. Optimizers of Keras 2.11 and later lack what only the legacy
    ones have: `get_updates`, `get_weights`, `weights`, `get_slot`. Nearly all names come from tables derived by asking
    installed versions.

    ## Why it matters

        AttributeError: module 'keras.backend' has no attribute 'mean'
        AttributeError: module 'keras._tf_keras.keras.backend' has no attribute 'function'
        AttributeError: module 'keras._tf_keras.keras.losses' has no attribute 'mean_squared_error'
        AttributeError: `dense` is not available with Keras 3.
        ImportError: cannot import name 'set_learning_phase' from 'tensorflow.keras.backend'
        NotImplementedError (of `model.add_loss`, without a text)
        AttributeError: 'Adam' object has no attribute 'minimize'
        AttributeError: 'LossScaleOptimizer' object has no attribute 'get_scaled_loss'
        ModuleNotFoundError: No module named 'keras.layers.core'
        AttributeError: 'Mean' object has no attribute 'reset_states'
        NotImplementedError: Layer `add_metric()` method is deprecated.
        ImportError: `keras.optimizers.legacy` is not supported in Keras 3.

    The three places differ: `keras.backend` of Keras 3 keeps 14 names; `tf.keras.backend` keeps `mean`, `sum`,
    `square` and most others for tensors and lacks 15; `keras.losses` has only the long names that `tf.keras.losses`
    lacks.

    ## Known limits

    Silent on names behind `hasattr`, `try`/`except`, `backend()` or a test of the version that keeps them from being
    reached, and in files that are meant for Keras 2. Arguments are TFG604. `model.add_loss` is
    reported for functional models. Members are reported where the object's class is certain; of classes of the project
    only methods, and none that they define or that `__getattr__` may give. An optimizer's method that is given a loss
    tensor is TFG102.

    ## Fix safety

    Safe, where a module around the one that is gone has all that is used of it (`keras.layers` for
    `keras.layers.core`), where the name was another name of the same object (`tf.keras.losses.mean_squared_error`
    becomes `tf.keras.losses.mse`), or where a function of `keras.ops` gave the same when both were called with these
    arguments (`K.mean` becomes `keras.ops.mean`). Functions that differ, as `K.sqrt` does for negative numbers, or in a
    default, are left to you, as are other imports by name. No fix for `function`, `learning_phase`, `in_train_phase`: a
    model over the wanted outputs, and the `training` argument of `call`, are their remedies.

    ## When to suppress

    When the file is meant for Keras 2; better, set `keras = 2` in the configuration.
    """

    code = "TFG505"
    name = "removed-backend-function"

    def check(self, fact: RemovedName | SymbolicLossAdded | LostMember) -> Iterable[Diagnostic]:
        if isinstance(fact, RemovedName):
            yield self._report_removed(fact)
            return
        if isinstance(fact, LostMember):
            yield self._report_member(fact)
            return
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` raises NotImplementedError: Keras 3 has no `add_loss` on a functional model",
            help="call `self.add_loss(...)` in the `call` method of a layer",
        )

    def _report_member(self, fact: LostMember) -> Diagnostic:
        fix = _replace_member(fact)
        if not fact.name:
            message = f"`{brief(fact.place.code)}` cannot be made in Keras 3: {fact.error}"
            advice = "use the optimizer of the same name in `keras.optimizers`"
            return self.report(fact.place.span, message, help=advice)
        owner = fact.owner.rpartition(".")[2]
        library = "TensorFlow 2" if fact.owner.startswith(("tensorflow.data.", "tensorflow.distribute.")) else "Keras 3"
        if fact.legacy:
            library = "Keras 2.11 and later"
        verb = "has no" if fact.error == "AttributeError" else "refuses"
        return self.report(
            fact.place.span,
            f"`{owner}` {verb} `{fact.name}` in {library}: {fact.error}",
            help=fix.message if fix is not None else MEMBER_REMEDIES.get(fact.name),
            fix=fix,
        )

    def _report_removed(self, fact: RemovedName) -> Diagnostic:
        last = fact.name.rpartition(".")[2]
        fix = None
        if fact.edits:
            fix = Fix(f"use `{fact.replacement}`", Applicability.SAFE, fact.edits)
        gone = "does not exist any more" if _is_early(fact.name) else "was removed in Keras 3"
        return self.report(
            fact.span,
            f"`{short_name(fact.name)}` {gone}: {fact.error.partition(':')[0]}",
            help=f"use `{fact.replacement}`" if fact.replacement else _advise(fact.name, last),
            fix=fix,
        )


def _replace_member(fact: LostMember) -> Fix | None:
    """The member by its other name, where that does the same with the same arguments."""
    node, tree = fact.place.node, fact.place.tree
    if not isinstance(node, cst.Attribute):
        return None
    call = parent(tree, node)
    if fact.name == "get_unscaled_gradients":
        return _without_call(fact, call)
    if fact.name == "lr" and isinstance(call, cst.Arg):
        setting = parent(tree, call)
        if isinstance(setting, cst.Call) and _last_name(setting.func) == "set_value":
            return _assigned(fact, node, setting)
    new = RENAMED.get(fact.name) or (RENAMED_OF_METRICS if "metric" in fact.owner.lower() else {}).get(fact.name)
    if new is None and fact.name in RENAMED_OF_MODELS and isinstance(call, cst.Call) and _is_taken(call):
        new = RENAMED_OF_MODELS[fact.name]
    if new is None:
        return None
    applicability = Applicability.UNSAFE if fact.name == "get_scaled_loss" else Applicability.SAFE
    return Fix(f"use `{new}`", applicability, (Edit(tree.span(node.attr), new),))


def _assigned(fact: LostMember, rate: cst.Attribute, setting: cst.Call) -> Fix | None:
    """`K.set_value(optimizer.lr, value)` as an assignment to the learning rate: Keras 3 has no `set_value` for it."""
    tree = fact.place.tree
    if len(setting.args) != 2 or any(arg.star or arg.keyword for arg in setting.args):
        return None
    if setting.args[0].value is not rate or has_comment(tree, setting):
        return None
    content = f"{tree.code(rate.value)}.learning_rate.assign({tree.code(setting.args[1].value)})"
    return Fix("use `learning_rate.assign(...)`", Applicability.SAFE, (Edit(tree.span(setting), content),))


def _last_name(function: cst.BaseExpression) -> str:
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""


def _without_call(fact: LostMember, call: cst.CSTNode | None) -> Fix | None:
    """What `get_unscaled_gradients` is given in the place of its call."""
    if not isinstance(call, cst.Call) or len(call.args) != 1 or call.args[0].star:
        return None
    tree = fact.place.tree
    edit = Edit(tree.span(call), tree.code(call.args[0].value))
    return Fix("`apply_gradients` unscales: use the scaled gradients", Applicability.UNSAFE, (edit,))


def _is_taken(call: cst.Call) -> bool:
    """Whether `fit` and its like take the arguments that a generator method was given."""
    positional = [arg for arg in call.args if arg.keyword is None]
    names = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    starred = any(arg.star for arg in call.args)
    return not starred and len(positional) <= 1 and "generator" not in names and names.isdisjoint(GONE_ARGUMENTS)


def _is_early(name: str) -> bool:
    """Whether it is, or lies in, a module that was gone before Keras 3."""
    parts = name.removeprefix("tensorflow.").split(".")
    return any(part in EARLY_MODULES.get(".".join(parts[:at]), "").split() for at, part in enumerate(parts))


def _advise(name: str, last: str) -> str | None:
    if name.startswith(OLD_PARTS):
        return "use `keras.layers`, or `tf.compat.v1.get_variable` and TensorFlow operations"
    module = name.rpartition(".")[0]
    if last in EARLY_MODULES.get(module.removeprefix("tensorflow."), "").split() and "." in module:
        return f"import it from `{module}`"
    if name.endswith(".layers.experimental"):
        return "use `keras.layers`: nearly all that was in `experimental.preprocessing` is there"
    return REMEDIES.get(last) if ".backend." in name else None
