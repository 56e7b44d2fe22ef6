"""TFG412 tensor-as-bool."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Fix
from tfgraphlint.facts.tracing import TensorTested
from tfgraphlint.fixes.graph_ops import asserted, converted_call, endless_in_graph, selected
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path
from tfgraphlint.syntax.parents import statement_of

IN_GRAPH = "use `tf.cond` or `tf.where`, or decorate the function with `@tf.function` for AutoGraph"
CONSTRUCTS = {"filter": "a comprehension filter"}
LOOPS = {
    "loop": "a tensor decides when this loop ends, but Python runs the loop: NotImplementedError",
    "return": "AutoGraph cannot convert a `return` inside a loop over tensors: NotImplementedError",
}
OPERATORS = ("and", "or", "not", "chain")
HELP = {
    "assert": "use an assertion of the graph: `tf.debugging.Assert(condition, [message])`",
    "in": "compare tensors: `tf.reduce_any(x == tf.constant([...]))`",
    "filter": "use a mask: `tf.where` or `tf.boolean_mask`",
    "loop": "make it a graph loop from the start: `while tf.constant(True)` or `for i in tf.range(n)`",
    "return": "assign the value to a name, `break`, and return after the loop",
    "conditional expression": "use `tf.where(condition, a, b)` or `tf.cond`",
    "while": "use `tf.while_loop`, or decorate the function with `@tf.function`",
    "and": "use `tf.logical_and(a, b)`",
    "chain": "use `tf.logical_and(a < b, b < c)`",
    "or": "use `tf.logical_or(a, b)`",
    "not": "use `tf.logical_not(a)`",
}


class TensorAsBool(Rule):
    """A symbolic tensor is used as a Python bool where AutoGraph does not convert the code.

    ## What it does

    Reports conditions on a tensor of a graph where AutoGraph does not help: `assert`, `in`, the filter of a
    comprehension, a loop of Python's own with a `break` under a tensor condition, `return` under a tensor condition
    inside a tensor loop; and every `if`, `while`, `and`, `or`, `not`, `a < b < c` and conditional expression in code
    that AutoGraph does not convert. `bool(t)` is TFG403.

    ## Why it matters

        OperatorNotAllowedInGraphError: Using a symbolic `tf.Tensor` as a Python `bool` is not allowed.
        NotImplementedError: The condition of while loop started as non-Tensor, then changed to Tensor.
        NotImplementedError: a return statement cannot be placed inside this TensorFlow loop

    Keras 3 applies no AutoGraph to `call`, losses, `train_step`, `compute_loss` and the helpers that they call; Keras 2
    does to `call` and losses, and not to `train_step`. AutoGraph leaves alone constructors, properties and operator
    methods, what `tf.custom_gradient` and `tf.recompute_grad` wrap, generators, context managers, functions with `:=`
    or a loop's `else`, lambdas with the same parameters on one line, and functions from elsewhere that a library calls:
    `tf.cond`, `tf.while_loop`, `tf.scan`, `sorted(key=f)`. What is defined inside of converted code is converted with
    it, and `tf.map_fn` and `Dataset.map` convert the functions that they receive.

    ## Known limits

    Conditions that Python decides (`is None`, `isinstance`, `training`, static shapes) are silent everywhere. What a
    Keras condition does depends on the Keras version that the project uses. `model.call(x)` and other methods of a
    model, called directly from a `tf.function`, are converted in Keras 3, too.

    ## Fix safety

    Unsafe: `assert` becomes `tf.debugging.Assert`, a conditional expression `tf.where`, which computes both sides,
    `while True` becomes `while tf.constant(True)`, and `@tf.function` on the `call` of a layer brings AutoGraph back.

    ## When to suppress

    When the code is never traced in your program.
    """

    code = "TFG412"
    name = "tensor-as-bool"

    def check(self, fact: TensorTested) -> Iterable[Diagnostic]:
        message = LOOPS.get(fact.how) or (
            f"`{brief(fact.place.code)}` is a symbolic tensor used as a Python bool: "
            + (fact.left_alone or f"AutoGraph does not convert {CONSTRUCTS.get(fact.how, f'`{fact.how}`')}")
        )
        yield self.report(
            fact.place.span,
            message,
            path=traced_path(fact),
            fix=_find_fix(fact),
            help=_advise(fact),
        )


def _advise(fact: TensorTested) -> str:
    """What to write instead; an operator in a condition that AutoGraph leaves alone is only half of what is wrong."""
    help_line = HELP.get(fact.how, IN_GRAPH)
    statement = statement_of(fact.place.tree, fact.place.node)
    if fact.how in OPERATORS and fact.left_alone and isinstance(statement, (cst.If, cst.While)):
        return f"{help_line}, and `tf.where` or `tf.cond` with it in the place of the condition"
    return help_line


def _find_fix(fact: TensorTested) -> Fix | None:
    forms = {"assert": asserted, "conditional expression": selected, "loop": endless_in_graph}
    if fact.how in forms:
        return forms[fact.how](fact.place)
    if fact.how in ("if", "while", *OPERATORS) and fact.left_alone.startswith("Keras"):
        return converted_call(fact.place)
    return None
