"""The path of a report on a lost gradient: from the source over each cut to the consequence."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.diagnostic import Role, Step
from tfgraphlint.facts.common import Fault, FaultKind, Place, Traced
from tfgraphlint.facts.gradients import GradientLost

MOST_TEXT = 60

LABELS = {
    FaultKind.UNWATCHED: "no tape watches `{value}`",
    FaultKind.WATCHED_LATE: "`{value}` is watched only after it was used",
    FaultKind.NOTHING_WATCHED: "this tape watches nothing by itself",
    FaultKind.UNTRAINABLE: "`{value}` is not trainable: no tape watches it by itself",
    FaultKind.OUTSIDE: "computed while the tape was not recording",
    FaultKind.INNER_GRADIENT: "asked for while the outer tape was not recording",
    FaultKind.NUMPY_METHOD: "the value leaves TensorFlow here",
    FaultKind.NUMPY_CALL: "`{name}` works outside TensorFlow",
    FaultKind.PYTHON_SCALAR: "becomes a plain Python number here",
    FaultKind.PREDICT: "`{name}` returns a NumPy array",
    FaultKind.REWRAP: "`{name}` makes a new leaf of the value",
    FaultKind.PY_FUNCTION: "`{name}` runs outside TensorFlow",
    FaultKind.ASSIGN: "assigned here: the tape does not follow assignments",
    FaultKind.REBOUND: "rebound here: the variable becomes a plain tensor",
    FaultKind.NON_DIFFERENTIABLE: "`{name}` has no gradient",
    FaultKind.NON_FLOAT: "not a floating-point number",
}


def brief(text: str) -> str:
    """Source text on one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_TEXT else line[: MOST_TEXT - 1] + "…"


def short_name(name: str) -> str:
    """A full library name as people write it: ``np.sum``, ``tf.argmax``."""
    for full, alias in (("numpy.", "np."), ("tensorflow.", "tf.")):
        if name.startswith(full):
            return alias + name[len(full) :]
    return name.removeprefix("builtins.")


def label(fault: Fault) -> str:
    """What happens at the place of a fault."""
    if fault.name.endswith("__setitem__"):
        return "a NumPy array takes the number only"
    return LABELS[fault.kind].format(value=brief(fault.value), name=short_name(fault.name))


def gradient_of(fact: GradientLost) -> str:
    """``the gradient of `loss` with respect to `w` ``."""
    loss = "the loss " if _is_compiled(fact) else ""
    return f"the gradient of {loss}`{brief(fact.target.code)}` with respect to {source_of(fact)}"


def lost(fact: GradientLost) -> str:
    """``the gradient of `loss` with respect to `w` is None``: what the query gives where nothing flows."""
    return f"{gradient_of(fact)} is {'zero' if _is_batch_jacobian(fact) else 'None'}"


def _is_batch_jacobian(fact: GradientLost) -> bool:
    """Whether the query is ``batch_jacobian``, which has zeros for what is not connected."""
    node = fact.place.node
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and (
        node.func.attr.value == "batch_jacobian")


def source_of(fact: GradientLost) -> str:
    """What the gradient was asked for, as it is written: `` `w` ``."""
    return "the model's weights" if _is_compiled(fact) else f"`{brief(fact.source.code)}`"


def _is_compiled(fact: GradientLost) -> bool:
    """Whether the model differentiates a loss that it was compiled with: no query names the sources."""
    return fact.source.written.node is fact.target.written.node


def path_of(fact: GradientLost, of: Fault | None = None) -> tuple[Step, ...]:
    """The steps of a report on ``of``: source, every fault in the order it happens, consequence."""
    steps: list[Step] = []
    if fact.source.made is not None:
        comes = "come" if _is_compiled(fact) else "comes"
        steps.append(Step(Role.SOURCE, f"{source_of(fact)} {comes} from here", fact.source.made.span))
    for fault in fact.faults:
        if fault.kind is FaultKind.UNWATCHED:
            steps.append(Step(Role.CUT, label(fault), fact.tape.made.span))
        else:
            steps.append(Step(Role.CUT, label(fault), fault.place.span))
    consequence = f"{gradient_of(fact)} lacks this part" if fact.partial else lost(fact)
    if not fact.partial and outcome(fact.faults) == "zero":
        consequence = f"{gradient_of(fact)} is zero"
    steps.append(Step(Role.CONSEQUENCE, consequence, fact.place.span))
    return tuple(dict.fromkeys(steps))


def outcome(faults: Sequence[Fault]) -> str:
    """What TensorFlow gives: ``None``, zero, or an error."""
    kinds = {fault.outcome for fault in faults}
    if kinds == {"zero"}:
        return "zero"
    return "None"


def places(faults: Sequence[Fault], *kinds: FaultKind) -> list[tuple[Fault, Place]]:
    """The faults of these kinds with the places to change."""
    return [(fault, fault.place) for fault in faults if fault.kind in kinds]


TRACERS = {
    "tensorflow.function": "`tf.function`",
    "keras.Model.compile": "the compiled model",
    "keras.Model.fit": "Keras' `fit`",
    "keras.Layer.call": "Keras",
    "tensorflow.data.Dataset.map": "`Dataset.map`",
}


def traced_by(name: str) -> str:
    """What traces code, in words."""
    return TRACERS.get(name, f"`{short_name(name)}`" if name else "the trace")


def traced_path(fact: Traced) -> tuple[Step, ...]:
    """Why the code is traced, and the calls through which it is reached."""
    steps = []
    if fact.why is not None:
        steps.append(Step(Role.MODE, f"{traced_by(fact.by)} traces this", fact.why.span))
    calls = [call for call in fact.calls if call.node is not fact.place.node]
    steps += [Step(Role.CALL, "reached from here", call.span) for call in calls]
    return tuple(dict.fromkeys(steps))
