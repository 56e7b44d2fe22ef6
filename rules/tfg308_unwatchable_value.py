"""TFG308 unwatchable-value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tfgraphlint.diagnostic import Diagnostic, Fix
from tfgraphlint.facts.gradients import SYMBOLIC, Unwatchable
from tfgraphlint.fixes.make_watchable import converted, watched_inside, with_variables, without_watch
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief


@dataclass(frozen=True)
class Case:
    """What is said of one kind of value, with `{value}` for its code, and what repairs it."""

    message: str
    help: str
    fix: Callable[[Unwatchable], Fix | None] = lambda fact: None


class UnwatchableValue(Rule):
    """A tape receives a value that is neither a tensor nor a variable.

    ## What it does

    Reports values that a tape cannot deal with: a NumPy array, a Python number, a model, a layer or a symbolic tensor
    of Keras (`model.inputs`) given to `tape.watch`, also in a list; an array, `model.get_weights()`, a model, a layer
    or a symbolic tensor as a source; a symbolic tensor as the target; and `tape.watch` before the tape is entered. The
    report is at the call of `watch`, or at the argument of the query.

    ## Why it matters

    `watch` takes tensors, variables and extension types, alone or nested in lists, tuples, dicts and named
    tuples. Anything else raises:

        ValueError: Passed in object [1. 2.] of type 'ndarray', not tf.Tensor or tf.Variable or ExtensionType.

    A query does not check its sources and stumbles over an attribute instead:

        AttributeError: 'numpy.ndarray' object has no attribute '_id'
        AttributeError: 'Sequential' object has no attribute '_id'
        AttributeError: 'KerasTensor' object has no attribute '_id'
        AttributeError: 'float' object has no attribute 'dtype'

    A tape that is not entered yet, or whose query is done, has nothing to watch with: `AttributeError:
    'NoneType' object has no attribute '_tape'`. Weights of Keras 3 (`model.trainable_variables`, `layer.kernel`) are
    valid sources, but `watch` refuses them (`of type 'Variable'`); this is reported for Keras 3 only, since weights
    of Keras 2 can be watched.

    ## Known limits

    Silent where the value is not known for certain, for arrays converted under the same name, for ragged
    tensors, and for methods `watch` and `gradient` of classes that are not tapes. A tensor of integers or
    strings is watched with a warning only; that is TFG210.

    ## Fix safety

    Unsafe. `x = tf.convert_to_tensor(x)` goes before the block, a `model` as a source becomes
    `model.trainable_variables`, a `watch` before the block moves into it, a `watch` of weights goes. A model that is
    watched is left to you: a tape watches its weights automatically. An array of float64 becomes a tensor of float64,
    which does not mix with float32; a result that was an array is a tensor.

    ## When to suppress

    Inside `with pytest.raises(ValueError)` nothing is reported. There is hardly another reason.
    """

    code = "TFG308"
    name = "unwatchable-value"

    def check(self, fact: Unwatchable) -> Iterable[Diagnostic]:
        case = CASES.get((fact.how, fact.what)) or CASES[fact.how, ""]
        place = fact.query if fact.how == "watched-before-entering" else fact.place
        what = NOUNS.get(fact.what, fact.what)
        words = {"value": brief(fact.place.code), "query": brief(fact.query.code), "what": what}
        yield self.report(place.span, case.message.format(**words), help=case.help.format(**words), fix=case.fix(fact))


NOUNS = {"array": "a NumPy array", "number": "a number", "model": "a model", "layer": "a layer",
         SYMBOLIC: "a symbolic Keras tensor"}  # fmt: skip
NOT_WATCHED = "`{value}` is {what}: `watch` raises ValueError"
NOT_DIFFERENTIATED = "`{value}` is {what}: `gradient` raises AttributeError"
AUTOMATIC = "remove the call: a tape watches the trainable variables of `{value}` automatically"
CONVERT = "convert it first: `{value} = tf.convert_to_tensor({value})`"
VARIABLES = "use its variables: `{value}.trainable_variables`"
ON_DATA = "watch the tensor on which the model is called, and use it as the source"

CASES = {
    ("watched-before-entering", ""): Case(
        "`{query}` runs before the tape is entered: AttributeError", "watch inside the `with` block", watched_inside),
    ("watched", "weights"): Case(
        "`watch` does not accept Keras 3 weights, which `{value}` holds: ValueError",
        "remove the call: a tape watches the trainable variables of a model automatically", without_watch),
    ("watched", "model"): Case(NOT_WATCHED, AUTOMATIC),
    ("watched", "layer"): Case(NOT_WATCHED, AUTOMATIC),
    ("watched", SYMBOLIC): Case(NOT_WATCHED, ON_DATA),
    ("watched", ""): Case(NOT_WATCHED, CONVERT, converted),
    ("source", "model"): Case(NOT_DIFFERENTIATED, VARIABLES, with_variables),
    ("source", "layer"): Case(NOT_DIFFERENTIATED, VARIABLES, with_variables),
    ("source", SYMBOLIC): Case(NOT_DIFFERENTIATED, ON_DATA),
    ("source", ""): Case(NOT_DIFFERENTIATED, CONVERT, converted),
    ("target", ""): Case(NOT_DIFFERENTIATED, "call the model on a tensor in the block; the result is the target"),
}  # fmt: skip
