"""TFG602 graph-api-in-eager."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.graph_api import GraphApiInEager
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import BY_DEFAULT, supposed_path, trace_calls


class GraphApiInEagerRule(Rule):
    """A TensorFlow 1 function that needs a graph is called while TensorFlow runs eagerly.

    ## What it does

    Reports calls of the graph API of TensorFlow 1 (`compat.v1.placeholder`, `Session.run` and `eval` of eager tensors,
    iterators of datasets, queues, `summary.merge_all`) where the code certainly runs eagerly.

    Code that nothing in the project calls is reported as a warning if nothing shows that it runs in a graph: TensorFlow
    2 runs everything eagerly by default. `tfgraphlint rule TFG101` says what counts as showing it; sessions and
    placeholders do not count here.

    ## Why it matters

        RuntimeError: tf.placeholder() is not compatible with eager execution.
        RuntimeError: The Session graph is empty. Add operations to the graph before calling run().
        AttributeError: Tensor.graph is undefined when eager execution is enabled.
        NotImplementedError: eval is not supported when eager execution is enabled, is .numpy() what you're looking
        for?
        RuntimeError: `make_initializable_iterator()` is not supported in eager mode. Use Python-style iteration
        instead.
        AttributeError: '_BatchDataset' object has no attribute 'make_one_shot_iterator'
        ValueError: Input pipelines based on Queues are not supported when eager execution is enabled.

    `import tensorflow.compat.v1 as tf` changes names only; it does not switch eager execution off. Of several such
    calls in one program the first is reported, with the count of the others.

    ## Known limits

    Silent inside `Graph().as_default()`, inside `with Session()` (what is built there goes into its graph), in
    functions given to `wrap_function`, after `disable_eager_execution` or `disable_v2_behavior`, in projects that
    switch eager execution off in another file of the same program, in functions that nothing calls in programs that
    import `tensorflow.compat.v1` as a whole, and in projects made for TensorFlow 1. `InteractiveSession` switches
    nothing. `make_one_shot_iterator` of compat.v1, `get_variable`, `placeholder_with_default` and
    `global_variables_initializer` run eagerly and are not reported. Holds for TensorFlow 2, all versions.

    ## Fix safety

    No fix. Either switch eager execution off at the top, or build in `with tf.Graph().as_default():`, or drop the
    session and read values with `.numpy()`.

    ## When to suppress

    When the file is only imported by a program that has switched eager execution off before.
    """

    code = "TFG602"
    name = "graph-api-in-eager"

    def check(self, fact: GraphApiInEager) -> Iterable[Diagnostic]:
        error = fact.error.partition(":")[0]
        message = f"`{brief(fact.place.code)}` needs a graph and runs eagerly{_count_others(fact.others)}: {error}"
        if fact.uncalled:
            message = f"`{brief(fact.place.code)}` needs a graph: {error} {BY_DEFAULT}"
        called = [call for call in fact.calls if call.node not in {place.node for place in fact.uncalled}]
        yield self.report(
            fact.place.span,
            message,
            path=[*supposed_path(fact.uncalled), *trace_calls(called, fact.place)],
            help=_advise(fact),
            severity=Severity.WARNING if fact.uncalled else None,
        )


def _count_others(count: int) -> str:
    return f" ({count} more such call{'s' if count > 1 else ''} in this program)" if count else ""


def _advise(fact: GraphApiInEager) -> str:
    if fact.name in ("Session.run", "Tensor.eval", "Variable.eval"):
        return "read the value of an eager tensor with `.numpy()`; no session is needed"
    if "iterator" in fact.name:
        return "iterate over the dataset with `for`, or use `iter(dataset)`"
    return "call `tf.compat.v1.disable_eager_execution()` at the top, or use `with tf.Graph().as_default():`"
