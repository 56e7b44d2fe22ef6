"""TFG601 tf1-symbol."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix
from tfgraphlint.facts.names import LegacySymbol
from tfgraphlint.rule_api.rule import Rule


class Tf1Symbol(Rule):
    """A name of TensorFlow 1, or of early versions of TensorFlow 2, does not exist any more.

    ## What it does

    Reports names of TensorFlow 1 that the TensorFlow in use does not have, as attributes and in imports:
    `tf.placeholder`, `tf.log`, `tf.train.AdamOptimizer`, `from tensorflow.contrib import ...`. Of a whole program of
    that time (placeholders, a session) one report is made, at the first place, with the count of the others; single
    leftovers are reported each. What TensorFlow 2 had for a while and lost is reported as well, once for each module:
    `tf.estimator`, `tf.compat.v1.estimator`. With `each-tf1-symbol = true` in the configuration every name is reported.

    ## Why it matters

        AttributeError: module 'tensorflow' has no attribute 'placeholder'
        AttributeError: module 'tensorflow._api.v2.train' has no attribute 'AdamOptimizer'
        ModuleNotFoundError: No module named 'tensorflow.contrib'
        ImportError: cannot import name 'placeholder' from 'tensorflow'
        AttributeError: module 'tensorflow' has no attribute 'estimator'

    Of 1,447 paths of TensorFlow 1 that were tried 1,110 are missing; 814 live on in `tf.compat.v1`.

    ## Known limits

    Silent where a test of the version keeps the name from being reached, or may do so (`IS_TF_1` of another module),
    where `hasattr` or an `except` stands around the name or around every use of the function that it is in, where `tf`
    is not always the same module in the file (`import tensorflow.compat.v1 as tf` in one place), where the file sets
    the name in TensorFlow itself, and in projects that are made for TensorFlow 1 by their requirements. Names that
    stayed (`tf.gradients`, `tf.name_scope`, `tf.random_normal_initializer`, `tf.test.TestCase`) are not reported, nor
    are names below `tf.keras` (TFG505). Of what TensorFlow 2 lost, what went after 2.15 is known. Arguments that were
    renamed (`keep_dims`, `dimension`, `tf.concat(0, xs)`) are not the matter of this rule. Names of TensorFlow 1 are
    reported for all versions of TensorFlow 2, others for those that lack them.

    ## Fix safety

    Safe where a name of TensorFlow 2 is the same function (`tf.log` → `tf.math.log`), for `tf.to_float` and similar
    functions, which become `tf.cast`, and for `tf.set_random_seed`. Unsafe where only `tf.compat.v1` has the name: it
    may need a graph; and where TensorFlow's upgrade script names a relative. For a whole program no fix: `import
    tensorflow.compat.v1 as tf` with `tf.disable_v2_behavior()` at the top keeps it alive, a rewrite for eager execution
    makes it new.

    ## When to suppress

    In files that only run under TensorFlow 1; better, exclude them.
    """

    code = "TFG601"
    name = "tf1-symbol"

    def check(self, fact: LegacySymbol) -> Iterable[Diagnostic]:
        yield self.report(
            fact.span,
            f"`{fact.spelled}` was removed {_say_when(fact)}{_count_others(fact)}: {fact.error.partition(':')[0]}",
            help=_advise(fact),
            fix=_replace(fact),
        )


def _say_when(fact: LegacySymbol) -> str:
    return f"after TensorFlow {fact.after}" if fact.after else "in TensorFlow 2"


def _count_others(fact: LegacySymbol) -> str:
    if not fact.others:
        return ""
    if fact.after:
        return f" (used {fact.others + 1} times in this file)"
    return f" ({fact.others} more removed {'names' if fact.others > 1 else 'name'} in this file)"


def _advise(fact: LegacySymbol) -> str | None:
    if "estimator" in fact.name.split("."):
        return "train a `keras.Model` with `compile` and `fit`; `input_fn` becomes a `tf.data.Dataset`"
    if fact.others and not fact.after:
        return (
            "to run it as it is: `import tensorflow.compat.v1 as tf` and `tf.disable_v2_behavior()` at the top; "
            "eager execution needs neither placeholders nor sessions"
        )
    match fact.how:
        case "same":
            return f"use `{fact.replacement}`, which does the same"
        case "compat":
            return f"use `{fact.replacement}`, which may need a graph"
        case "upgrade":
            return f"use `{fact.replacement}`, as TensorFlow's upgrade script does"
    if "contrib" in fact.name:
        return "TensorFlow 2 has no `tf.contrib`; parts of it are in `tf_slim`, `tensorflow_addons` and Keras"
    return None


def _replace(fact: LegacySymbol) -> Fix | None:
    if not fact.edits:
        return None
    applicability = Applicability.SAFE if fact.how == "same" else Applicability.UNSAFE
    return Fix(f"use `{fact.replacement}`", applicability, fact.edits)
