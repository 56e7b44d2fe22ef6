"""TFG307 swapped-grads-and-vars."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Span, Step
from tfgraphlint.facts.gradients import PairsSwapped, PairsWalked
from tfgraphlint.fixes.add_watch import bindings_in
from tfgraphlint.fixes.edits import has_comment, swapped
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import scopes_of


class SwappedGradsAndVars(Rule):
    """`apply_gradients` receives pairs in the wrong order, or none at all.

    ## What it does

    Reports pairs for `optimizer.apply_gradients` that are the wrong way round, `zip(variables, gradients)`, and a `zip`
    that is already exhausted (by a log, a sum, a comprehension) when it is applied. The report is at the call of
    `zip`.

    ## Why it matters

    The optimizer expects (gradient, variable). It takes the tensor for a variable and raises:

        AttributeError: 'tensorflow.python.framework.ops.EagerTensor' object has no attribute '_unique_id'

    optimizers of `tf.compat.v1.train` say `NotImplementedError: ('Trying to update a Tensor ', ...)`. In a traced step
    the class is `SymbolicTensor`. A `zip` is an iterator that can be used once. Used before, it is empty. Keras 3 then
    raises

        ValueError: not enough values to unpack (expected 2, got 0)

    and Keras 2 applies nothing, without a warning: the program runs to its end and the weights never change.

    ## Known limits

    Silent for `zip(variables, gradients)` in your own loops, for lists of pairs other than `list(zip(...))`, for a
    fresh `zip` beside an exhausted one, for optimizers that are classes of the project, and wherever it is not certain
    which of the two lists holds the gradients. A `zip` that is used only in part, or passed to an unknown function, is
    silent.

    ## Fix safety

    Safe. The arguments of `zip` are swapped. A `zip` used twice becomes `list(zip(...))`; with Keras 2 the weights then
    begin to change, which is what the program means.

    ## When to suppress

    There is no known reason to.
    """

    code = "TFG307"
    name = "swapped-grads-and-vars"

    def check(self, fact: PairsSwapped | PairsWalked) -> Iterable[Diagnostic]:
        if isinstance(fact, PairsSwapped):
            first, second = brief(fact.first.code), brief(fact.second.code)
            yield self.report(
                fact.place.span,
                f"`apply_gradients` expects (gradient, variable) pairs, got (`{first}`, `{second}`)",
                path=(Step(Role.CONSEQUENCE, "AttributeError is raised here", fact.apply.span),),
                help=f"gradients first: `zip({second}, {first})`",
                fix=_swap(fact),
            )
        else:
            yield self.report(
                fact.place.span,
                "this `zip` is already exhausted when `apply_gradients` receives it",
                path=(
                    Step(Role.CUT, "iterated here", fact.walked.span),
                    Step(Role.CONSEQUENCE, "no pairs are left to apply", fact.apply.span),
                ),
                help=f"keep the pairs: `list({brief(fact.place.code)})`",
                fix=_keep_pairs(fact),
            )


def _swap(fact: PairsSwapped) -> Fix | None:
    tree, first, second = fact.place.tree, fact.first.node, fact.second.node
    if not isinstance(first, cst.BaseExpression) or not isinstance(second, cst.BaseExpression):
        return None
    if fact.first.tree is not tree or fact.second.tree is not tree:
        return None
    kind = Applicability.UNSAFE if has_comment(tree, fact.place.node) else Applicability.SAFE
    return Fix("swap the arguments of `zip`", kind, swapped(tree, first, second))


def _keep_pairs(fact: PairsWalked) -> Fix | None:
    tree, span = fact.place.tree, fact.place.span
    homes = (*(scope.body for scope in scopes_of(tree, fact.place.node)), tree.module)
    if any(True for home in homes for _ in bindings_in(tree, home, ("list",))):
        return None
    edits = (
        Edit(Span(span.filename, span.start, span.start), "list("),
        Edit(Span(span.filename, span.end, span.end), ")"),
    )
    return Fix("keep the pairs in a list", Applicability.SAFE, edits)
