"""TFG413 undefined-in-branch."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import BranchesDisagree
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path

HELP = {
    "undefined": "define it before the `if`, so that it has a value on both paths",
    "none": "give it a tensor in both branches; use zeros, or a flag beside it, for \"no value\"",
    "dtype": "give it one dtype: `tf.cast(...)`, `1.0` instead of `1`",
    "structure": "give it the same structure in both branches: the same length and type",
    "return": "return a value in both branches, or one value after the `if`",
}


class UndefinedInBranch(Rule):
    """The branches of an `if` on a tensor leave a name undefined or with different types.

    ## What it does

    Reports an `if` on a tensor, in code that AutoGraph converts, of which one branch alone defines a name that is
    used later, sets it to None, returns, or gives it another dtype or structure than the other branch. What follows
    an `if` that returns is its other branch. Also a conditional expression whose sides do not fit.

    ## Why it matters

    Both branches become part of the graph, and each name must have one kind of value after them:

        ValueError: 'penalty' must also be initialized in the else branch
        ValueError: 'bonus' is None at the end of the else branch.
        ValueError: the else branch must also have a return statement.
        TypeError: 'level' has dtype int32 in the main branch, but dtype float32 in the else branch
        TypeError: 'outputs' must have the same nested structure in the main and else branches

    ## Known limits

    Silent where Python decides the condition, for names that are used in their branch only, for shapes that differ,
    Python numbers of one kind, a `return` that is followed by another one after the `if`, and names that are first
    defined in a `for` over a tensor, which AutoGraph allows.

    ## Fix safety

    No fix: which value the other branch should have is not in the code. Suggested: define the name before the `if`,
    return in both branches, cast to one dtype.

    ## When to suppress

    When the function is never traced in your program.
    """

    code = "TFG413"
    name = "undefined-in-branch"

    def check(self, fact: BranchesDisagree) -> Iterable[Diagnostic]:
        name = f"`{brief(fact.name)}`" if fact.name and " it " not in fact.name else fact.name
        what = {
            "undefined": f"{name} is used later and defined in only one branch",
            "none": f"{name} is None in only one branch",
            "dtype": f"{name} has a different dtype in each branch",
            "structure": f"{name} has a different structure in each branch",
            "return": "no value is returned in one branch",
        }[fact.how]
        yield self.report(
            fact.place.span,
            f"{what} of a tensor `if`: the graph holds both branches",
            path=traced_path(fact),
            help=HELP[fact.how],
        )
