"""TFG204 non-differentiable-op."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes import gradient_cuts
from tfgraphlint.fixes.suggestions import is_of_use
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, name_gradient, trace_path

DIFFERENTIABLE = "use a differentiable form, or pass the gradient straight through"
RELAXED = (
    "draw noise, and compute with it: `tf.nn.softmax((logits + noise) / temperature)` with Gumbel noise; or weigh "
    "`tf.nn.log_softmax(logits)` of what was drawn with the loss"
)
ANOTHER_LOSS = "train on a loss that has a gradient, and use this one as a metric only"


class NonDifferentiableOp(Rule):
    """An operation without a gradient is the only way from source to target.

    ## What it does

    Reports an operation of TensorFlow that has no gradient where it stands on the only way from a source to
    the target: `argmax`, `round`, `floor`, `sign`, `//`, comparisons, casts to integers or booleans,
    `one_hot`, and the others of the table that `tfgraphlint` derives by running each of them. A tape may take the
    gradient, or `fit` of a compiled model whose `call` or layers contain the operation. The report is at the first
    such operation on the way; what follows it is a consequence.

    ## Why it matters

    There are three outcomes, and only one of them raises an error. For most operations `tape.gradient` returns `None`,
    and the optimizer says `ValueError: No gradients provided for any variable.` if nothing else has a gradient. For
    `tf.sign` and a few more the gradient is zero: training runs, the loss is printed, and the weights never move.
    Operations without a registered gradient (`unique`, `image.adjust_contrast`, `linalg.lu`, `bitcast`,
    `math.in_top_k`) raise:

        LookupError: gradient registry has no entry for: AdjustContrastv2

    ## Known limits

    Only where every path from the source goes through such an operation. Among the weights of a model, each layer and
    variable counts by itself: those that get no gradient are reported though others train. Not those that are frozen
    (`trainable = False`), and not where something else adds to the loss (`add_loss`, regularizers of these weights).
    Masks and indices that choose among live values (`gather`, `where`, `boolean_mask`, a product with a cast
    comparison) are not reported, but for a layer of a model all of whose outputs are cast comparisons; nor are
    `x - tf.floor(x)` and anything inside `tf.custom_gradient` or behind `tf.stop_gradient`. The table says what one
    version of TensorFlow did with one call of each operation; for some the arguments decide.

    ## Fix safety

    No fix, only suggestions, since what is right depends on the model: `tf.nn.softmax` for the `one_hot` of an
    `argmax`, `tf.sigmoid` for a comparison, `tf.tanh` for `sign`, a quotient for `//`, or the straight-through form
    `x + tf.stop_gradient(tf.round(x) - x)`, which keeps the value and passes the gradient on as it is. They are
    offered where a gradient comes through all that follows, and so not where `tf.equal` takes the value: then train
    on a loss that has a gradient, and keep this one as a metric.

    ## When to suppress

    When the missing gradient is known and handled. `tf.stop_gradient` around the operation states the same to the
    reader and needs no suppression.
    """

    code = "TFG204"
    name = "non-differentiable-op"
    kinds = (FaultKind.NON_DIFFERENTIABLE,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        raises = fact.fault.outcome == "raises"
        outcome = f"{name_gradient(fact.lost)} raises LookupError" if raises else describe(fact.lost)
        yield self.report(
            fact.place.span,
            f"{outcome}: `{brief(fact.place.code)}` has no gradient",
            path=trace_path(fact),
            help=DIFFERENTIABLE if is_of_use(fact.fault) else RELAXED if _is_drawn(fact) else ANOTHER_LOSS,
            suggestions=gradient_cuts.suggest(fact, None),
        )


def _is_drawn(fact: GradientCut) -> bool:
    """Whether numbers are drawn that depend on the tensor: no loss has a gradient through them."""
    return "random" in fact.fault.name.split(".")
