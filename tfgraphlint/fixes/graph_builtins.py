"""Repairs of Python builtins that are given symbolic tensors: the TensorFlow operation that computes the same.

What Python walks over becomes ``tf.unstack(t)``, which needs a length that is known while tracing, as Python does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.tracing import Given, HostRead
from tfgraphlint.fixes import graph_numpy
from tfgraphlint.fixes.as_tensor import unwrapped
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of, swapped
from tfgraphlint.fixes.graph_uses import can_be_symbolic
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_after
from tfgraphlint.fixes.value_uses import uses_of
from tfgraphlint.libraries.words import OF_ANY_LENGTH
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree

REDUCTIONS = {"builtins.max": "reduce_max", "builtins.min": "reduce_min"}
PAIRWISE = {"builtins.max": "maximum", "builtins.min": "minimum"}
TRUTHS = {"builtins.any": "reduce_any", "builtins.all": "reduce_all"}
WALKING = {  # which argument they walk over
    "builtins.enumerate": 0, "builtins.list": 0, "builtins.tuple": 0, "builtins.reversed": 0, "builtins.map": 1,
}  # fmt: skip
# Where a whole number may stand that is a tensor: other uses mix it with floating-point numbers, which raises.
TAKING_LENGTHS = ("tensorflow.cast", "tensorflow.range")


@dataclass(frozen=True)
class _Call:
    """A call of a builtin, by what it was given."""

    tree: Tree
    node: cst.Call
    name: str
    given: tuple[Given, ...]

    @property
    def values(self) -> list[cst.BaseExpression]:
        return [argument.value for argument in self.node.args]

    def renamed(self, full: str, more: str = "") -> list[Edit]:
        """The same call of TensorFlow's ``full``, with ``more`` behind the arguments."""
        spelled = spell_tensorflow(self.tree, f"tensorflow.{full}", self.node)
        edits = [in_place_of(self.tree, self.node.func, spelled.text), *spelled.edits]
        return [*edits, *_inserted(self.tree, self.values[-1], "", more)] if more else edits


def repair_of(fact: HostRead) -> Fix | None:
    """TensorFlow's operation in the place of Python's; None where it cannot be said for certain."""
    tree, node = fact.place.tree, fact.place.node
    if fact.name.startswith("math."):
        return graph_numpy.repair_of(fact)
    if fact.name == "builtins.iter":
        return _unstacked(tree, node, fact.given)
    build = BUILDERS.get(fact.name)
    if build is None or not isinstance(node, cst.Call) or not _is_plain(tree, node, fact.name):
        return None
    edits = build(_Call(tree, node, fact.name, fact.given))
    if edits is None:
        return None
    if fact.name not in WALKING and not can_be_symbolic(tree, node, converted=fact.converted):
        return None
    return Fix(f"write `{brief(text_after(tree, node, edits))}`", Applicability.UNSAFE, tuple(edits))


def _is_plain(tree: Tree, call: cst.Call, name: str) -> bool:
    """Whether the builtin is called by its own name, with positional arguments that are no generators."""
    return (
        isinstance(call.func, cst.Name) and call.func.value == name.removeprefix("builtins.")
        and full_name(tree, call.func) is None and bool(call.args)
        and all(argument.keyword is None and not argument.star for argument in call.args)
        and not any(isinstance(argument.value, cst.GeneratorExp) for argument in call.args)
    )  # fmt: skip


def _inserted(tree: Tree, node: cst.BaseExpression, head: str, tail: str) -> list[Edit]:
    """``head`` before an expression and ``tail`` behind it, outside of its parentheses."""
    start, end = start_of(tree, node), end_of(tree, node)
    edits = [Edit(Span(tree.filename, start, start), head), Edit(Span(tree.filename, end, end), tail)]
    return [edit for edit in edits if edit.content]


# -- one tensor, or two --------------------------------------------------------------------------


def _sum(call: _Call) -> list[Edit] | None:
    """Python adds along the first axis, whatever the rank."""
    return call.renamed("reduce_sum", ", axis=0") if len(call.values) == 1 and call.given[0].tensor else None


def _extreme(call: _Call) -> list[Edit] | None:
    """Of a tensor the largest element, which Python finds for one axis only; of two values the larger one."""
    if len(call.values) == 1:
        return call.renamed(REDUCTIONS[call.name]) if call.given[0].tensor and call.given[0].rank in (None, 1) else None
    kinds = {(given.tensor, given.dtype) for given in call.given}
    if len(call.values) != 2 or (True, "int") in kinds and (False, "float") in kinds:
        return None  # no integer tensor is compared with 0.5
    if any(isinstance(value, (cst.List, cst.Tuple)) for value in call.values):
        return None
    # TensorFlow takes the dtype of the first, so a number comes second.
    turned = () if call.given[0].tensor else swapped(call.tree, call.values[0], call.values[1])
    return [*call.renamed(PAIRWISE[call.name]), *turned]


def _truth(call: _Call) -> list[Edit] | None:
    is_truth = len(call.values) == 1 and call.given[0].tensor and call.given[0].dtype == "bool"
    return call.renamed(TRUTHS[call.name]) if is_truth and call.given[0].rank in (None, 1) else None


def _rounded(call: _Call) -> list[Edit] | None:
    """Both round halves to the even number; TensorFlow's result keeps the dtype."""
    return call.renamed("round") if len(call.values) == 1 and call.given[0].dtype == "float" else None


def _length(call: _Call) -> list[Edit] | None:
    """``tf.shape(t)[0]`` where an integer tensor may stand."""
    if not call.given[0].tensor:
        return None
    for use in uses_of(call.tree, call.node).found:
        taker = parent(call.tree, use.holder) if isinstance(use.holder, cst.Arg) else None
        if not isinstance(taker, cst.Call) or full_name(call.tree, taker.func) not in TAKING_LENGTHS:
            return None
    spelled = spell_tensorflow(call.tree, "tensorflow.shape", call.node)
    end = call.tree.span(call.node).end
    index = Edit(Span(call.tree.filename, end, end), "[0]")
    return [in_place_of(call.tree, call.node.func, spelled.text), index, *spelled.edits]


def _number(call: _Call) -> list[Edit] | None:
    """``float(t)`` is ``t`` where that holds floats, else a cast; ``int(t)`` cuts off the fraction, as a cast does."""
    short, dtype = call.name.removeprefix("builtins."), call.given[0].dtype
    if not call.given[0].tensor or len(call.values) != 1:
        return None
    if (short, dtype) in (("float", "float"), ("bool", "bool")):
        return unwrapped(call.tree, call.node, call.values[0])
    if dtype in ("string", "complex") or short == "int" and dtype != "float":
        return None  # ``int`` of an integer has no upper end, the integer itself has
    target = {"float": "float32", "int": "int32", "bool": "bool"}[short]
    named = spell_tensorflow(call.tree, f"tensorflow.{target}", call.node)
    return [*call.renamed("cast", f", {named.text}"), *named.edits]


# -- what is walked over -------------------------------------------------------------------------


def _walked(call: _Call) -> list[Edit] | None:
    index = WALKING[call.name]
    if len(call.values) != index + 1 or not call.given[index].tensor or call.given[index].open:
        return None
    spelled = spell_tensorflow(call.tree, "tensorflow.unstack", call.node)
    if call.name == "builtins.list":
        return [in_place_of(call.tree, call.node.func, spelled.text), *spelled.edits]
    return [*_inserted(call.tree, call.values[index], f"{spelled.text}(", ")"), *spelled.edits]


def _unstacked(tree: Tree, node: cst.CSTNode, given: tuple[Given, ...]) -> Fix | None:
    """``tf.unstack(t)`` for what a loop walks over or what is unpacked."""
    if not isinstance(node, cst.BaseExpression) or not given or given[0].open:
        return None
    value, count = node, ""
    if isinstance(node, cst.Call) and full_name(tree, node.func) in OF_ANY_LENGTH:
        if not all(isinstance(argument.value, cst.Integer) for argument in node.args):
            return None
    if isinstance(node, (cst.Tuple, cst.List)):
        target = parent(tree, node)
        assignment = parent(tree, target) if isinstance(target, cst.AssignTarget) else None
        if not isinstance(assignment, cst.Assign) or len(assignment.targets) != 1:
            return None
        if not all(isinstance(each, cst.Element) and isinstance(each.value, cst.Name) for each in node.elements):
            return None
        value, count = assignment.value, f", num={len(node.elements)}"
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "iter":
        return None
    spelled = spell_tensorflow(tree, "tensorflow.unstack", value)
    edits = [*_inserted(tree, value, f"{spelled.text}(", f"{count})"), *spelled.edits]
    return Fix(f"write `{brief(text_after(tree, value, edits))}`", Applicability.UNSAFE, tuple(edits))


BUILDERS: dict[str, Callable[[_Call], list[Edit] | None]] = {
    "builtins.sum": _sum,
    "builtins.max": _extreme,
    "builtins.min": _extreme,
    "builtins.any": _truth,
    "builtins.all": _truth,
    "builtins.round": _rounded,
    "builtins.len": _length,
    "builtins.float": _number,
    "builtins.int": _number,
    "builtins.bool": _number,
    **dict.fromkeys(WALKING, _walked),
}
