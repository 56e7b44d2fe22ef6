"""TFG101 graph-gradients-in-eager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Severity, Span, Step
from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.graph_api import ApiUsed
from tfgraphlint.fixes.edits import end_of, start_of, without_keyword
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_kinds import held
from tfgraphlint.fixes.wrap_in_tape import Query, Recording, fresh, joined, nodes_in, recording_for, written
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import BY_DEFAULT, short_name, supposed_path
from tfgraphlint.syntax.parents import scopes_of
from tfgraphlint.syntax.tree import Tree

NAMES = frozenset({
    "tensorflow.gradients", "tensorflow.compat.v1.gradients", "tensorflow.hessians", "tensorflow.compat.v1.hessians",
    "tensorflow.keras.backend.gradients", "keras.backend.gradients", "keras.legacy.backend.gradients",
})

# How the parameters of these functions, and of ``tape.gradient``, are called.
WORDS = {
    "ys": "target", "xs": "sources", "loss": "target", "variables": "sources", "grad_ys": "output_gradients",
    "unconnected_gradients": "unconnected_gradients",
}  # fmt: skip
POSITIONS = ("target", "sources", "output_gradients")


class GraphGradientsInEager(Rule):
    """`tf.gradients` is called while TensorFlow runs eagerly.

    ## What it does

    Reports `tf.gradients`, `tf.compat.v1.gradients`, `tf.hessians`, `tf.compat.v1.hessians` and
    `tf.keras.backend.gradients` in code that is known to run eagerly: at module level, in functions called
    from there, in the body of a `tf.py_function`, in the body of an eager `tf.map_fn` or `tf.while_loop`,
    and in a loss of a model compiled with `run_eagerly=True`. `import tensorflow.compat.v1 as tf` alone
    does not switch eager execution off.

    A function, a method, or a function that another one returns, is reported as a warning if nothing in the project
    shows that it runs in a graph, as TensorFlow 2 runs everything eagerly by default. See *Known limits*.

    ## Why it matters

    These functions differentiate a graph, and eager execution builds none. The first call raises:

        RuntimeError: tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.

    In a `tf.py_function` inside a graph the same failure appears as `UnknownError` without that sentence.

    ## Known limits

    A function that nothing calls is not reported if it, or what calls it, is decorated by something unknown, is passed
    on as an argument or kept in a table, is a method that Keras or an unknown base class may call, or takes `y_true`
    and `y_pred`. Nor is it if a file of the same program (what it imports and what imports it) switches eager
    execution off, builds or asks for a `tf.Graph`, uses sessions, placeholders, estimators or other parts of
    TensorFlow 1, or asks `tf.executing_eagerly()`, or if the requirements ask for TensorFlow 1.

    Silent where a caller is traced as well as called eagerly. Silent in `tf.function` and what it
    calls, `Dataset.map`, `wrap_function`, `with tf.Graph().as_default()`, `with tf.compat.v1.Session()`, after
    `disable_eager_execution()` or `disable_v2_behavior()`, and in losses and `train_step` of models that Keras traces.
    Your own functions and methods named `gradients` are not reported.

    ## Fix safety

    Unsafe. The statements from the source to the target move into `with tf.GradientTape() as tape:`, plain
    tensors are watched first, and `tape.gradient(y, [x])` keeps the list that `tf.gradients` returns;
    `grad_ys` becomes `output_gradients`; several calls share one persistent tape. Where `tf.gradients` sums
    over several targets the tape does the same. Look at what now runs inside the block: all of it is
    recorded.

    ## When to suppress

    When the file is only ever run by a program that switches eager execution off, or traces it, and is not part of the
    project.
    """

    code = "TFG101"
    name = "graph-gradients-in-eager"

    def check(self, fact: ApiUsed) -> Iterable[Diagnostic]:
        if fact.name not in NAMES or fact.mode is not Mode.EAGER:
            return
        made = {place.node for place in fact.uncalled}
        path = [Step(Role.CALL, "called from here", call.span) for call in fact.calls if call.node not in made]
        if fact.why is not None:
            path.append(Step(Role.MODE, "runs eagerly because of this", fact.why.span))
        called = short_name(fact.name)
        path.append(Step(Role.CONSEQUENCE, f"`{called}` raises RuntimeError here", fact.place.span))
        message = f"`{called}` raises RuntimeError: TensorFlow runs eagerly here"
        if fact.uncalled:
            message = f"`{called}` raises RuntimeError {BY_DEFAULT}"
        yield self.report(
            fact.place.span,
            message,
            path=[*supposed_path(fact.uncalled), *path],
            severity=Severity.WARNING if fact.uncalled else None,
            help="compute the target inside `with tf.GradientTape() as tape:` and call `tape.gradient`",
            fix=_record_on_tape(fact.place.tree, fact.place.node),
        )


def _record_on_tape(tree: Tree, call: cst.CSTNode) -> Fix | None:
    """The statements up to the target move under a tape, whose `gradient` is called; calls beside it share the tape."""
    own = _plan_recording(tree, call)
    if own is None:
        return None
    together = [own, *(other for other in _find_others(tree, call) if _overlap(own[1], other[1]))]
    recording = joined([each for _, each in together])
    if recording is None:
        together, recording = [own], own[1]
    tape = fresh(tree, call, "tape", "outer_tape", "second_tape")
    target = fresh(tree, call, "target", "differentiated")
    edits = written(tree, recording, tape, target)
    if edits is None:
        return None
    calls = [edit for query, each in together for edit in _rewrite_query(tree, query, each, tape, target)]
    return Fix("use `tf.GradientTape`", Applicability.UNSAFE, (*edits, *calls))


def _plan_recording(tree: Tree, call: cst.CSTNode) -> tuple[Query, Recording] | None:
    given = _read_arguments(call) if isinstance(call, cst.Call) else None
    if given is None or not isinstance(call, cst.Call) or full_name(tree, call.func) not in NAMES:
        return None
    if "hessians" in tree.code(call.func) or "target" not in given or "sources" not in given:
        return None
    query = Query(call, given["target"].value, given["sources"].value)
    recording = recording_for(tree, query)
    return (query, recording) if recording is not None else None


def _read_arguments(call: cst.Call) -> Mapping[str, cst.Arg] | None:
    """The arguments under the names that `tape.gradient` has for them; None where it has none for one."""
    found: dict[str, cst.Arg] = {}
    for index, argument in enumerate(call.args):
        if argument.keyword is not None and argument.keyword.value == "name":
            continue
        word = WORDS.get(argument.keyword.value) if argument.keyword is not None else None
        if argument.keyword is None and index < len(POSITIONS):
            word = POSITIONS[index]
        if argument.star or word is None or word in found:
            return None
        found[word] = argument
    return found


def _find_others(tree: Tree, call: cst.CSTNode) -> Sequence[tuple[Query, Recording]]:
    """The other calls of the same function that a tape can replace."""
    scopes = scopes_of(tree, call)
    home = scopes[0] if scopes else tree.module
    calls = [node for node in nodes_in(home) if isinstance(node, cst.Call) and node is not call]
    found = [_plan_recording(tree, node) for node in calls if scopes_of(tree, node)[:1] == scopes[:1]]
    return [each for each in found if each is not None]


def _overlap(one: Recording, other: Recording) -> bool:
    return one.block is other.block and one.first <= other.query and other.first <= one.query


def _rewrite_query(tree: Tree, query: Query, recording: Recording, tape: str, target: str) -> Iterable[Edit]:
    """`tf.gradients(y, x)` as `tape.gradient(y, [x])`."""
    yield tree.replace(query.call.func, f"{tape}.gradient")
    kind = held(tree, query.sources)
    if kind is not None and not kind.is_list:
        start, end = start_of(tree, query.sources), end_of(tree, query.sources)
        yield Edit(Span(tree.filename, start, start), "[")
        yield Edit(Span(tree.filename, end, end), "]")
    if recording.inline is not None:
        whole = Span(tree.filename, start_of(tree, query.target), end_of(tree, query.target))
        yield Edit(whole, target)
    yield from without_keyword(tree, query.call, "name") or ()
    for index, argument in enumerate(query.call.args):
        if argument.keyword is not None and argument.keyword.value == "name":
            continue
        if argument.keyword is not None and argument.keyword.value != WORDS[argument.keyword.value]:
            yield tree.replace(argument.keyword, WORDS[argument.keyword.value])
        elif argument.keyword is None and index == 2:
            start = start_of(tree, argument.value)
            yield Edit(Span(tree.filename, start, start), "output_gradients=")
