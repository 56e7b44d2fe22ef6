"""TFG421 frozen-python-state."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Severity, Step
from tfgraphlint.facts.tracing import FrozenState
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class FrozenPythonState(Rule):
    """A Python value that the program changes later is read only while tracing.

    ## What it does

    Reports an attribute, a global, a dictionary entry or a closure variable that holds a Python value, is read in
    traced code, and is certainly changed by the program after the first trace and before another call.

    ## Why it matters

    The trace keeps the value that it saw. A penalty that `self.step` should switch on after some steps is never
    built, a learning rate that is lowered between epochs stays as it was, a callback that anneals a layer's strength
    does nothing. Nothing is raised; the loss simply does not change as written.

    ## Known limits

    Silent for values that are set once or before the first call, for variables, tensors and arguments (a Python
    argument with a new value makes a new trace), and for state that only eager code reads. A change within the
    traced code itself is TFG405. For `fit`, changes by callbacks of the same program are known. A new trace for
    another reason, such as another shape, reads the new value; then the result depends on the order of the calls. A
    dataset that each turn of a loop makes keeps the values of its turn, as it should.

    ## Fix safety

    No fix. Suggested: a `tf.Variable` that is assigned (in Keras `add_weight(trainable=False)`), or an argument. A
    variable in a condition makes the condition a tensor condition: in Keras 3's `call` that needs `tf.cond` or
    `tf.where`.

    ## When to suppress

    When freezing the first value is what you want.
    """

    code = "TFG421"
    name = "frozen-python-state"
    severity = Severity.WARNING

    def check(self, fact: FrozenState) -> Iterable[Diagnostic]:
        changed = Step(Role.CONSEQUENCE, "changed here: the graph keeps the old value", fact.changed.span
                       ) if fact.changed is not None else None
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` is read once per trace: the graph does not see later values",
            path=(*traced_path(fact), *([changed] if changed else ())),
            help="store it in a `tf.Variable` and assign new values, or pass it as an argument",
        )
