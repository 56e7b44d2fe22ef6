"""TFG418 eager-debugging-left-on."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Severity, Span
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.graph_api import ApiUsed
from tfgraphlint.facts.tracing import CompiledEagerly
from tfgraphlint.fixes.eager_needs import is_last_of, is_needed, is_unconditional
from tfgraphlint.fixes.edits import without_keyword
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent, statement_of

SWITCHES = {
    "tensorflow.config.run_functions_eagerly": "each `tf.function` runs as Python",
    "tensorflow.config.experimental_run_functions_eagerly": "each `tf.function` runs as Python",
    "tensorflow.data.experimental.enable_debug_mode": "dataset functions run as Python",
}


class EagerDebuggingLeftOn(Rule):
    """Eager debugging was left switched on.

    ## What it does

    Reports `run_eagerly=True` in `compile`, `tf.config.run_functions_eagerly(True)` and
    `tf.data.experimental.enable_debug_mode()` that are unconditional, are not switched off again, and that nothing in
    the project needs.

    ## Why it matters

    Nothing is traced then: the Python of each loss, layer and mapped function runs again for each batch or example.
    `experimental_get_tracing_count()` stays 0, and the Python of a loss runs once a batch, without a warning.

    ## Known limits

    Silent where something needs it: `.numpy()`, NumPy or Python values of tensors in `train_step`, `call`, losses or
    metrics that would raise in a graph. Silent where the value is an option (`run_eagerly=args.debug`) or is switched
    back. Bugs that only show in a graph are hidden by the switch: remove it and run tfgraphlint again.

    ## Fix safety

    Unsafe: the argument or the call is removed. The program then traces for the first time.

    ## When to suppress

    While you are debugging.
    """

    code = "TFG418"
    name = "eager-debugging-left-on"
    severity = Severity.WARNING

    def check(self, fact: ApiUsed | CompiledEagerly) -> Iterable[Diagnostic]:
        tree, node = fact.place.tree, fact.place.node
        if isinstance(fact, ApiUsed) and (fact.name not in SWITCHES or not _is_left_on(fact.place)):
            return
        if not isinstance(node, cst.Call) or not is_unconditional(tree, node) or is_needed(tree):
            return
        compiled = isinstance(fact, CompiledEagerly)
        what = SWITCHES[fact.name] if isinstance(fact, ApiUsed) else "the model runs as Python for each batch"
        code = "run_eagerly=True" if compiled else brief(fact.place.code)
        yield self.report(
            fact.place.span,
            f"`{code}` is left on and nothing here needs it: {what}",
            help="remove it: traced code runs faster",
            fix=_remove_argument(fact.place) if compiled else _remove_call(fact.place),
        )


def _is_left_on(place: Place) -> bool:
    """Whether the call switches on, with a literal, and nothing switches off after it."""
    node = place.node
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    if node.func.attr.value == "enable_debug_mode":
        return not node.args
    literal = len(node.args) == 1 and isinstance(node.args[0].value, cst.Name) and node.args[0].value.value == "True"
    return literal and is_last_of(place.tree, node, "run_functions_eagerly")


def _remove_argument(place: Place) -> Fix | None:
    assert isinstance(place.node, cst.Call)
    edits = without_keyword(place.tree, place.node, "run_eagerly")
    return Fix("remove `run_eagerly=True`", Applicability.UNSAFE, edits) if edits else None


def _remove_call(place: Place) -> Fix | None:
    """Take out the row of the statement, where it has one of its own and is not alone in its block."""
    tree = place.tree
    line = statement_of(tree, place.node)
    line = parent(tree, line) if isinstance(line, cst.BaseSmallStatement) else line  # type: ignore[assignment]
    block = parent(tree, line)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    if not isinstance(block, (cst.Module, cst.IndentedBlock)) or len(block.body) < 2:
        return None
    span = tree.span(line)
    rows = Span(span.filename, Position(span.start.row, 1), Position(span.end.row + 1, 1))
    return Fix("remove the call", Applicability.UNSAFE, (Edit(rows, ""),))
