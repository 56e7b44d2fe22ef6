"""TFG209 variable-rebound."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut, VariableAugmented
from tfgraphlint.fixes.assign_in_place import keeps_variable, repaired
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class VariableRebound(Rule):
    """A name that held a variable now holds a tensor.

    ## What it does

    Reports an assignment that binds a name, an attribute or a list's item, which held a `tf.Variable`, to a tensor, and
    so hides the variable from the next step: `w = w - lr * g`, `self.w = self.w - ...`, `params[i] = params[i] - ...`,
    `image = tf.clip_by_value(image + ..., 0, 1)`. Also `w -= lr * g`, which raises an error for variables.

    ## Why it matters

    The first step is right, which is why a quick look does not find it. In the second, the name holds a plain
    tensor, which no tape watches: the gradient is `None`, and the update raises, for example

        TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'

    or, with `tf.sign(gradient)`, `ValueError: Attempt to convert a value (None) with an unsupported type`.
    Everything else that holds the variable (an optimizer, a checkpoint, a model) keeps the old value.
    `w -= g` raises at once:

        RuntimeError: `variable -= value` with `tf.Variable`s is not supported. Use
        `variable.assign_sub(value)` to modify the variable

    ## Known limits

    Reported only where a later step computes a gradient with respect to what the name then holds. Not reported: a new
    variable (`w = tf.Variable(w - lr * g)`), tensors that every step watches again, adapted weights of meta-learning
    that start from the variables in each task, local names made from a variable within a step, and names rebound after
    training.

    ## Fix safety

    `w = w - x` becomes `w.assign_sub(x)`, `w = w + x` becomes `w.assign_add(x)`, and any other expression becomes
    `w.assign(expression)`; the augmented forms alike. Safe where the variable was made for this name and nothing
    else is seen to hold it; unsafe where it is handed to others, who see the new value then. Where the name was
    given what another name holds (`fast = w`), or another tape is recording, the variable has to keep its value:
    there the fix is `inner.watch(fast)`, which computes nothing and changes no value.
    Assignments of several names at once, and values that a helper returns, are left to the reader.

    ## When to suppress

    Hardly ever: with a tensor as the source each step needs `tape.watch`, which ends the report.
    """

    code = "TFG209"
    name = "variable-rebound"
    kinds = (FaultKind.REBOUND,)

    def check(self, fact: GradientCut | VariableAugmented) -> Iterable[Diagnostic]:
        fix, suggestions = repaired(fact)
        if isinstance(fact, GradientCut):
            name, path = brief(fact.fault.value), trace_path(fact)
            message = f"{describe(fact.lost)}: the name is rebound to a tensor here"
        else:
            name, path = brief(fact.target.code), ()
            message = f"`{name} {fact.operator}= ...` on a variable raises RuntimeError"
        yield self.report(
            fact.place.span, message, path=path, help=self._advise(fact, name), fix=fix, suggestions=suggestions
        )

    def _advise(self, fact: GradientCut | VariableAugmented, name: str) -> str:
        if not keeps_variable(fact):
            return f"change the variable in place: `{name}.assign_sub(...)` or `{name}.assign(...)`"
        if isinstance(fact, VariableAugmented):
            return f"compute a new tensor: `{name} = {name} {fact.operator} ...`, and watch it in the next step"
        tape = fact.lost.tape.name or "tape"
        return f"watch it first in the block: `{tape}.watch({brief(fact.lost.source.code)})`"
