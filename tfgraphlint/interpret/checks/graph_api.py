"""The API of TensorFlow 1 that wants a graph: what it does where code runs eagerly."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.graph_api import GraphApiInEager
from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import LibraryCalled, MethodCalled, OperationBuilt
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Session
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Tensor, Variable
from tfgraphlint.libraries.tables import FunctionRecord
from tfgraphlint.libraries.words import DATASET_ITERATORS, TAKES_EAGER_TENSORS

QUEUES = "Input pipelines based on Queues are not supported when eager execution is enabled."
# Functions below ``tensorflow.compat.v1`` and what they raise eagerly, as TensorFlow 2.15 and 2.21 did.
REFUSED = {
    "placeholder": "RuntimeError: tf.placeholder() is not compatible with eager execution.",
    "sparse_placeholder": "RuntimeError: `sparse_placeholder` is not compatible with eager execution.",
    "ragged.placeholder": "RuntimeError: tf.placeholder() is not compatible with eager execution.",
    "data.make_initializable_iterator": "RuntimeError: `make_initializable_iterator()` is not supported in eager mode.",
    "summary.merge_all": "RuntimeError: Merging tf.summary.* ops is not compatible with eager execution.",
    "summary.FileWriter": "RuntimeError: v1.summary.FileWriter is not compatible with eager execution.",
    "train.start_queue_runners": "RuntimeError: Queues are not compatible with eager execution.",
    "train.string_input_producer": f"RuntimeError: {QUEUES}",
    "train.batch": f"ValueError: {QUEUES}",
    "train.shuffle_batch": f"ValueError: {QUEUES}",
    "train.import_meta_graph": "RuntimeError: Exporting/importing meta graphs is not supported when eager execution "
    "is enabled.",
    "metrics.accuracy": "RuntimeError: tf.metrics.accuracy is not supported when eager execution is enabled.",
    "metrics.mean": "RuntimeError: tf.metrics.mean is not supported when eager execution is enabled.",
}
EMPTY = "RuntimeError: The Session graph is empty. Add operations to the graph before calling run()."
NO_GRAPH = "AttributeError: Tensor.graph is undefined when eager execution is enabled."
NO_EVAL = "NotImplementedError: eval is not supported when eager execution is enabled"
NO_VARIABLE_EVAL = "RuntimeError: This operation is not supported when eager execution is enabled."


def called(m: Machine, event: LibraryCalled) -> None:
    """Report functions of TensorFlow 1 that refuse to run eagerly; others build a graph where eager is off."""
    name, args, node = event
    if not name.startswith(("tensorflow.", "keras.")):
        return
    if (m.mode is Mode.EAGER or eagerness.supposed(m)) and name.startswith("tensorflow.compat.v1."):
        error = REFUSED.get(name.removeprefix("tensorflow.compat.v1."))
        if error is not None:
            report(m, node, name, error)
    elif m.switching and name not in TAKES_EAGER_TENSORS:
        record = m.tables.function(name)
        builds = record is not None and record.returns in ("tensor", "variable") or name.endswith(".placeholder")
        m.tell(OperationBuilt(node, _made_tensors(name, record, args), builds))


def _made_tensors(name: str, record: FunctionRecord | None, args: Arguments) -> list[Value]:
    """The arguments that a function makes tensors of the graph of."""
    if name.rpartition(".")[2] in DATASET_ITERATORS:
        return args.positional[:1]
    if record is None:
        return []
    given = [(record.parameter(index) or "", value) for index, value in enumerate(args.positional)]
    return [value for parameter, value in [*given, *args.keywords.items()] if record.outcome(parameter) is not None]


def report(m: Machine, node: cst.CSTNode, name: str, error: str) -> None:
    """Say that this fails, where it certainly does."""
    if m.module_mode is Mode.EAGER and eagerness.is_certain(m):
        m.emit(GraphApiInEager(m.place(node), name, error, 0, tuple(m.calls), eagerness.supposed(m)))


def method_called(m: Machine, event: MethodCalled) -> None:
    """Report methods that sessions, tensors and datasets only have, or only answer, in graphs."""
    receiver, name, args, node = event
    match receiver:
        case Tensor() | Variable() if name == "eval":
            _evaluated(m, receiver, node)
        case Dataset():
            _dataset_method(m, receiver, name, node)
        case Session(cls="tensorflow.compat.v1.Session" | "tensorflow.compat.v1.InteractiveSession") if name == "run":
            _session_run(m, receiver, args, node)


def _session_run(m: Machine, session: Session, args: Arguments, node: cst.CSTNode) -> None:
    """``session.run(fetches)`` of what was made eagerly."""
    fetched = args.get(0, "fetches")
    if fetched is None or not _is_known(m) or m.switching:
        return
    held = [value for value in within(fetched) if isinstance(value, (Tensor, Variable))]
    eager = [value for value in held if eagerness.is_eager(m, value)]
    in_other = Session.graph.is_set(session)
    if eager and (not in_other or any(isinstance(value, Tensor) for value in eager)):
        report(m, node, "Session.run", NO_GRAPH if in_other else EMPTY)


def _is_known(m: Machine) -> bool:
    """Whether it is known, or likely, how the code runs."""
    return m.mode is not Mode.UNKNOWN or bool(eagerness.supposed(m))


def _evaluated(m: Machine, value: Value, node: cst.CSTNode) -> None:
    """``value.eval()`` of a tensor or variable that was made eagerly."""
    if _is_known(m) and not m.switching and eagerness.is_eager(m, value):
        if isinstance(value, Tensor):
            report(m, node, "Tensor.eval", NO_EVAL)
        elif m.mode is not Mode.GRAPH:
            report(m, node, "Variable.eval", NO_VARIABLE_EVAL)


def _dataset_method(m: Machine, dataset: Dataset, name: str, node: cst.CSTNode) -> None:
    """A method of a dataset: iterators of TensorFlow 1, or any use of a dataset from before a switch."""
    if m.switching:
        m.tell(OperationBuilt(node, [dataset]))
        return
    eager = m.mode is Mode.EAGER or eagerness.supposed(m)
    if name in DATASET_ITERATORS and eager and eagerness.is_eager(m, dataset) and _is_of_2(dataset):
        report(m, node, name, f"AttributeError: the datasets of TensorFlow 2 have no attribute '{name}'")


def _is_of_2(dataset: Dataset) -> bool:
    return dataset.cls.startswith("tensorflow.data.")
