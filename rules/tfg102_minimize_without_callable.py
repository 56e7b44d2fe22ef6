"""TFG102 minimize-without-callable."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity, Span
from tfgraphlint.facts.gradients import LossNotCallable
from tfgraphlint.fixes.numpy_calls import text_of
from tfgraphlint.fixes.wrap_in_tape import Query, fresh, recording_for, written
from tfgraphlint.libraries.words import LOSS_TENSOR_METHODS
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import BY_DEFAULT, supposed_path
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree


class MinimizeWithoutCallable(Rule):
    """An optimizer's `minimize` receives a tensor instead of a function.

    ## What it does

    Reports `optimizer.minimize(loss, ...)` and `optimizer.compute_gradients(loss, ...)` where `loss` is a
    tensor and the code runs eagerly; and `get_gradients` and `get_updates` given a tensor, which optimizers of Keras
    2.11 and later do not have at all. A tensor that is already computed carries nothing that an optimizer
    could differentiate: eagerly the gradient needs a tape that watched the computation, or a function that
    the optimizer can call under a tape of its own.

    Code that nothing in the project calls is reported as a warning if nothing shows that it runs in a graph: TensorFlow
    2 runs everything eagerly by default. `tfgraphlint rule TFG101` says what counts as showing it.

    ## Why it matters

    It raises in the first step, with three different texts. Optimizers of `tf.compat.v1.train`:

        RuntimeError: `loss` passed to Optimizer.compute_gradients should be a function when eager execution
        is enabled.

    Keras 2 optimizers (also those of `tf.keras.optimizers.legacy`):

        ValueError: `tape` is required when a `Tensor` loss is passed.

    Keras 3 optimizers have none of these methods:

        AttributeError: 'SGD' object has no attribute 'minimize'
        AttributeError: 'RMSprop' object has no attribute 'get_updates'

    ## Known limits

    `minimize` of a function and `minimize(loss, variables, tape=tape)` are not reported: Keras 2 accepts both, and for
    `compat.v1` a function is the right form. With Keras 3 they fail as well, which TFG505 reports. Silent
    inside a `tf.function`, a `tf.Graph` or a session, where `compat.v1` optimizers take tensors, and for classes of the
    program or of other libraries that have a method of that name.

    ## Fix safety

    Unsafe. The statements that compute the loss move into `with tf.GradientTape() as tape:`, and the call
    becomes `optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))`. This works with
    Keras 2, Keras 3 and `compat.v1`. Where the loss is computed far from the call, look at what has moved.

    ## When to suppress

    Where the code is known to run in graph mode and this is not visible to the analysis, for example because
    another program switches eager execution off.
    """

    code = "TFG102"
    name = "minimize-without-callable"

    def check(self, fact: LossNotCallable) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            _say(fact),
            path=supposed_path(fact.uncalled),
            severity=Severity.WARNING if fact.uncalled else None,
            help="compute the loss inside `with tf.GradientTape() as tape:` and call `apply_gradients`",
            fix=_record_on_tape(fact),
        )


def _say(fact: LossNotCallable) -> str:
    if fact.missing and fact.method in LOSS_TENSOR_METHODS:
        return f"optimizers of Keras 2.11 and later have no `{fact.method}`: AttributeError"
    if fact.uncalled:
        return f"`{fact.method}` got a tensor: {BY_DEFAULT}, it needs a function or a tape"
    return f"`{fact.method}` got a tensor: in eager mode it needs a function, or a tape and `apply_gradients`"


def _record_on_tape(fact: LossNotCallable) -> Fix | None:
    """The loss is computed under a tape, and its gradients are applied."""
    tree, call = fact.place.tree, fact.place.node
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    if fact.method in LOSS_TENSOR_METHODS:
        return None
    given = _read_arguments(call, "v1" in fact.optimizer)
    if given is None:
        return None
    loss, variables = given
    recording = recording_for(tree, Query(call, loss, variables))
    if recording is None or recording.watched:
        return None
    tape, target = fresh(tree, call, "tape", "loss_tape"), fresh(tree, call, "target", "loss_value")
    moved = written(tree, recording, tape, target)
    name = target if recording.inline is not None else tree.code(loss)
    call_of_tape = _rewrite_call(tree, call, f"{tape}.gradient({name}, {tree.code(variables)})", tree.code(variables))
    if moved is None or call_of_tape is None:
        return None
    return Fix("use `tf.GradientTape`", Applicability.UNSAFE, (*moved, call_of_tape))


def _read_arguments(call: cst.Call, is_v1: bool) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """The loss and the variables; what stands second in `compat.v1` is the global step."""
    found: dict[str, cst.BaseExpression] = {}
    positions = ("loss",) if is_v1 and _name_method(call) == "minimize" else ("loss", "var_list")
    for index, argument in enumerate(call.args):
        if argument.star or (argument.keyword is None and index >= len(positions)):
            return None
        found[argument.keyword.value if argument.keyword is not None else positions[index]] = argument.value
    if set(found) - {"loss", "var_list", "name"} or "loss" not in found or "var_list" not in found:
        return None
    return found["loss"], found["var_list"]


def _name_method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _rewrite_call(tree: Tree, call: cst.Call, gradients: str, variables: str) -> Edit | None:
    """What stands in the place of the call: two statements for `minimize`, the pairs for `compute_gradients`."""
    span = tree.span(call)
    if "#" in text_of(tree, span):
        return None
    if _name_method(call) == "compute_gradients":
        return Edit(span, f"list(zip({gradients}, {variables}))")
    statement = parent(tree, call)
    row = tree.lines.row(span.start.row)
    indent = row[: span.start.column - 1]
    if not isinstance(statement, cst.Expr) or indent.strip() or not isinstance(call.func, cst.Attribute):
        return None
    name = fresh(tree, call, "gradients", "loss_gradients")
    apply = f"{tree.code(call.func.value)}.apply_gradients(zip({name}, {variables}))"
    return Edit(Span(tree.filename, span.start, span.end), f"{name} = {gradients}\n{indent}{apply}")
