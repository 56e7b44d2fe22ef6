"""TFG308 unwatchable-value."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts import Unwatchable
from tfgraphlint.rule import Rule
from tfgraphlint.story import brief


class UnwatchableValue(Rule):
    """A tape is asked about something that is neither tensor nor variable.

    ## What it does

    Reports values that a tape cannot deal with: a NumPy array, a Python number, a model or a layer given to
    `tape.watch`; an array, `model.get_weights()`, a model or a layer as a source; and `tape.watch` before
    the tape is entered. The report stands at the call of `watch`, or at the argument of the query.

    ## Why it matters

    `watch` takes tensors, variables and extension types, alone or nested in lists, tuples, dicts and named
    tuples. Anything else raises:

        ValueError: Passed in object [1. 2.] of type 'ndarray', not tf.Tensor or tf.Variable or ExtensionType.

    A query does not check its sources and stumbles over an attribute instead:

        AttributeError: 'numpy.ndarray' object has no attribute '_id'
        AttributeError: 'Sequential' object has no attribute '_id'
        AttributeError: 'float' object has no attribute 'dtype'

    A tape that is not entered yet, or whose query is done, has nothing to watch with: `AttributeError:
    'NoneType' object has no attribute '_tape'`. Keras 3 weights are valid sources, but `watch` refuses them
    (`of type 'Variable'`); Keras 2 weights can be watched.

    ## Known limits

    Silent where the value is not known for certain, for arrays converted under the same name, for ragged
    tensors, and for methods `watch` and `gradient` of classes that are not tapes. A tensor of integers or
    strings is watched with a warning only; that is TFG210.

    ## Fix safety

    Unsafe. `x = tf.convert_to_tensor(x)` goes before the block, `model` becomes
    `model.trainable_variables`, a `watch` before the block moves into it. An array of float64 becomes a
    tensor of float64, which does not mix with float32; a result that was an array is a tensor.

    ## When to suppress

    Inside `with pytest.raises(ValueError)` nothing is reported. There is hardly another reason.
    """

    code = "TFG308"
    name = "unwatchable-value"

    def check(self, fact: Unwatchable) -> Iterable[Diagnostic]:
        value = brief(fact.place.code)
        if fact.how == "watched-before-entering":
            message = f"`{brief(fact.query.code)}` stands before the tape is entered: AttributeError"
            yield self.report(fact.query.span, message, help="watch inside the `with` block")
            return
        called = "watch" if fact.how == "watched" else "gradient"
        error = "ValueError" if fact.how == "watched" else "AttributeError"
        remedy = f"ask for `{value}.trainable_variables`" if fact.what in ("model", "layer") else "convert it first: "
        if fact.what not in ("model", "layer"):
            remedy += f"`{value} = tf.convert_to_tensor({value})`"
        article = "an" if fact.what == "array" else "a"
        yield self.report(
            fact.place.span, f"`{value}` is {article} {fact.what}: `{called}` raises {error}", help=remedy
        )
