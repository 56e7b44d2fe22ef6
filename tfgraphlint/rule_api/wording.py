"""The words of reports: code shortened for a message, the path of a lost gradient, why code is traced."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Role, Step
from tfgraphlint.facts.common import Fault, FaultKind, Place, Traced
from tfgraphlint.facts.gradients import Cause, GradientLost
from tfgraphlint.libraries.words import TRACER_WORDS
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent

LABELS = {
    FaultKind.UNWATCHED: "no tape watches `{value}`",
    FaultKind.WATCHED_LATE: "`{value}` is watched only after it was used",
    FaultKind.NOTHING_WATCHED: "this tape watches no variables automatically",
    FaultKind.UNTRAINABLE: "`{value}` is not trainable: no tape watches it automatically",
    FaultKind.OUTSIDE: "computed while the tape was not recording",
    FaultKind.REPLICAS: "runs in threads of its own, where the tape does not record",
    FaultKind.INNER_GRADIENT: "computed while the outer tape was not recording",
    FaultKind.NUMPY_METHOD: "the value leaves TensorFlow here",
    FaultKind.NUMPY_CALL: "`{name}` runs outside TensorFlow",
    FaultKind.PYTHON_SCALAR: "becomes a plain Python number here",
    FaultKind.PREDICT: "`{name}` returns a NumPy array",
    FaultKind.REWRAP: "creates a new tensor that is not connected to the original",
    FaultKind.PY_FUNCTION: "`{name}` runs outside TensorFlow",
    FaultKind.ASSIGN: "assigned here: a tape does not record assignments",
    FaultKind.REBOUND: "rebound here: the name now holds a tensor, not the variable",
    FaultKind.NON_DIFFERENTIABLE: "`{name}` has no gradient",
    FaultKind.NON_FLOAT: "not a floating-point number",
}


def short_name(name: str) -> str:
    """A full library name as people write it: ``np.sum``, ``tf.argmax``."""
    for full, alias in (("numpy.", "np."), ("tensorflow.", "tf.")):
        if name.startswith(full):
            return alias + name[len(full) :]
    return name.removeprefix("builtins.")


# -- eager by default ----------------------------------------------------------------------------

BY_DEFAULT = "in eager execution, TensorFlow 2's default"


def supposed_path(uncalled: Iterable[Place]) -> tuple[Step, ...]:
    """Why code of functions that nobody calls is taken to run eagerly."""
    steps = []
    for place in uncalled:
        name = place.node.name if isinstance(place.node, cst.FunctionDef) else place.node
        said = f"nothing in the project traces `{place.tree.code(name)}`, so that it most likely runs eagerly"
        steps.append(Step(Role.MODE, said, place.tree.span(name)))
    return tuple(steps)


# -- gradients -----------------------------------------------------------------------------------


def describe(lost: GradientLost) -> str:
    """What the query gives: ``the gradient of `loss` with respect to `w` is None``."""
    if lost.partial and any(fault.outcome.startswith("zero") for fault in lost.faults):
        return f"{name_gradient(lost)} is incomplete or an InvalidArgumentError"
    return f"{name_gradient(lost)} is {_outcome(lost)}"


_OF_FIT = "'s loss"  # a model is fitted to its loss


def name_gradient(lost: GradientLost) -> str:
    """``the gradient of `loss` with respect to `w` ``."""
    target = f"`{brief(lost.target.code)}`{_OF_FIT if is_fitted(lost) else ''}"
    of = "for" if lost.source.kind == "part layer" else "with respect to"
    return f"the gradient of {target} {of} {name_source(lost)}"


def name_source(lost: GradientLost) -> str:
    """The source of a query as it is written: `` `w` ``."""
    if lost.source.kind in ("part layer", "part variable") and lost.source.made is not None:
        name = f"`{brief(_named(lost.source.made))}`"
        return f"the weights of {name}" if lost.source.kind == "part layer" else name
    if _is_compiled(lost):
        return "the weights"
    made = lost.source.made if lost.source.kind == "member" else None  # one of those that the source lists
    return f"`{brief(lost.source.code if made is None else made.code)}`"


def _named(made: Place) -> str:
    """What a layer or variable is called: by what it is assigned to, or by the call that makes it."""
    held_by = parent(made.tree, made.node)
    if isinstance(held_by, cst.Assign) and len(held_by.targets) == 1 and held_by.value is made.node:
        return made.tree.code(held_by.targets[0].target)
    return made.code


def _is_compiled(lost: GradientLost) -> bool:
    """Whether the model differentiates a loss that it was compiled with: no query names the sources."""
    return lost.source.written.node is lost.target.written.node


def is_fitted(lost: GradientLost) -> bool:
    """Whether this is what a model's ``fit`` computes, with the model for its target."""
    node = lost.place.node
    function = node.func if isinstance(node, cst.Call) else None
    return isinstance(function, cst.Attribute) and function.value is lost.target.written.node


def _outcome(lost: GradientLost) -> str:
    """What the query returns where nothing flows: ``batch_jacobian`` has zeros for what is not connected."""
    if lost.faults and all(fault.outcome == "zero" for fault in lost.faults):
        return "zero"
    if lost.faults and all(fault.outcome.startswith("zero") for fault in lost.faults):
        return "zero or an InvalidArgumentError"
    node = lost.place.node
    method = node.func.attr.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else ""
    return "zero" if method == "batch_jacobian" else "None"


def trace_path(found: GradientLost | Cause) -> tuple[Step, ...]:
    """The steps of a report on a lost gradient: the source, each fault in the order it happens, the consequence."""
    lost = found.lost if isinstance(found, Cause) else found
    steps: list[Step] = []
    if lost.source.made is not None:
        comes = "come" if _is_compiled(lost) or lost.source.kind == "part layer" else "comes"
        steps.append(Step(Role.SOURCE, f"{name_source(lost)} {comes} from here", lost.source.made.span))
    steps += [Step(Role.CUT, cut_label(fault), cut_place(fault, lost).span) for fault in lost.faults]
    consequence = f"{name_gradient(lost)} lacks this part" if lost.partial else describe(lost)
    steps.append(Step(Role.CONSEQUENCE, consequence, lost.place.span))
    return tuple(dict.fromkeys(steps))


def cut_label(fault: Fault) -> str:
    """What happens at the place of a fault."""
    if fault.name.endswith("__setitem__"):
        return "a NumPy array stores only the number"
    if is_operator(fault.name):
        return "NumPy computes this: it takes the variable for an array"
    return LABELS[fault.kind].format(value=brief(fault.value), name=short_name(fault.name))


OF_OPERATOR = "make a tensor of the variable first, or put it on the left"


def is_operator(name: str) -> bool:
    """Whether this is the name of an operator of NumPy's arrays, as a fault or a fact has it."""
    return name.startswith("numpy.ndarray.__") and not name.endswith("__setitem__")


def cut_place(fault: Fault, lost: GradientLost) -> Place:
    """Where a fault is shown: an unwatched source at the tape that does not watch it."""
    return lost.tape.made if fault.kind is FaultKind.UNWATCHED else fault.place


def traced_by(name: str) -> str:
    """What traces code, in words."""
    return TRACER_WORDS.get(name, f"`{short_name(name)}`" if name else "the trace")


def traced_path(fact: Traced) -> tuple[Step, ...]:
    """Why the code is traced, and the calls through which it is reached."""
    steps = []
    if fact.why is not None:
        steps.append(Step(Role.MODE, f"{traced_by(fact.by)} traces this", fact.why.span))
    return tuple(dict.fromkeys([*steps, *trace_calls(fact.calls, fact.place)]))


def trace_calls(calls: Iterable[Place], to: Place) -> tuple[Step, ...]:
    """The calls through which the code at ``to`` is reached, other than the one at ``to`` itself."""
    steps = [Step(Role.CALL, "called from here", call.span) for call in calls if call.node is not to.node]
    return tuple(dict.fromkeys(steps))
