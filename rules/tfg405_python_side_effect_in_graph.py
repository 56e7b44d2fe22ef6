"""TFG405 python-side-effect-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.tracing import StateChanged
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path
from tfgraphlint.syntax.parents import scopes_of
from tfgraphlint.syntax.tree import children_of, nodes_in

CONSEQUENCES = {
    "counter": "`{code}` runs once per trace, not once per call",
    "tensor": "`{code}` leaves a symbolic tensor there, not a number: a tensor decides whether it runs",
    "lost": "`{code}` has no effect: AutoGraph keeps the old value of a name that the function does not read later",
    "container": "`{code}` runs once per trace, not once per call",
    "argument": "`{code}` modifies an argument of the traced function: ValueError",
    "iterator": "`{code}` runs once per trace: every call gets the same item",
}
HELP = {
    "counter": "use a `tf.Variable` and `assign_add`, or change it in the code that calls the function",
    "tensor": "use a `tf.Variable` and `assign_add`, or change it in the code that calls the function",
    "lost": "use a `tf.Variable` and `assign` or `assign_add`, or return the new value",
    "container": "change it in the code that calls the function, or keep the values in a `tf.Variable`",
    "argument": "create a new list: `[*items, new]`",
    "iterator": "pass the item as an argument, or iterate over a `tf.data.Dataset`",
}


class PythonSideEffectInGraph(Rule):
    """Python state is changed in traced code, which happens once per trace and not once per call.

    ## What it does

    Reports counters (`self.steps += 1`, `global`, `nonlocal`), values appended to lists that live outside the trace,
    mutated default arguments and `next()` of Python iterators, in code that is certainly traced.

    ## Why it matters

    The statement runs while the graph is built and is not part of it. After five steps the counter is 1, and `next()`
    returns the first batch in all of them. In a tensor `if` the statements of both branches run, whichever is taken
    later. Under such an `if`, or in a loop over a tensor, AutoGraph makes a tensor of the graph of an attribute or item
    that is counted: `self.steps` holds no number any more, and whoever computes with it later gets an error (TFG406).
    A `global` or `nonlocal` name that such an `if` assigns becomes a tensor as well if the same function reads it
    afterwards. If it does not, the name keeps the value that it had: a counter stays at 0. So does a `global` name that
    any `if` or loop assigns and that the function never reads. Otherwise nothing is raised, save for a changed
    argument:

        ValueError: smooth(value, scales=[]) should not modify its Python input arguments. Modifying a copy is
        allowed.

    ## Known limits

    Lists and dictionaries that are created and used within one trace are normal in graph code, and not reported; so are
    plain assignments of configuration (`self.width = x.shape[-1]`), changes inside `tf.py_function`, and iterators of
    `tf.data`, which the graph advances. A tensor that is kept outside is TFG406. How often a function is traced is not
    counted: Keras traces `call` two or three times. A counter that becomes part of a name or text in the same function
    numbers what is traced, and is silent, as is what the same function or class takes back (`+= 1` and `-= 1`, `append`
    and `pop`): it counts only while something runs.

    ## Fix safety

    No fix. Suggested: a `tf.Variable` with `assign_add` (of a Keras layer: `add_weight(trainable=False)`), or the
    change moved to the eager code that calls the traced function.

    ## When to suppress

    When counting traces is the purpose, as in a test for retracing.
    """

    code = "TFG405"
    name = "python-side-effect-in-graph"
    severity = Severity.WARNING

    def check(self, fact: StateChanged) -> Iterable[Diagnostic]:
        if fact.how in ("counter", "tensor") and _names_things(fact.place) or _is_taken_back(fact.place):
            return
        yield self.report(
            fact.place.span,
            CONSEQUENCES[fact.how].format(code=brief(fact.place.code)),
            path=traced_path(fact),
            help=HELP[fact.how],
        )


OPPOSITES = {"append": {"pop"}, "add": {"remove", "discard"}, "pop": {"append"}, "remove": {"add"}, "discard": {"add"}}


def _is_taken_back(place: Place) -> bool:
    """Whether the same function or class also makes the opposite change: what counts while something runs."""
    tree, node = place.tree, place.node
    scopes = scopes_of(tree, node)
    return bool(scopes) and any(_is_opposite(node, other) for other in nodes_in(scopes[-1]))


def _is_opposite(node: cst.CSTNode, other: cst.CSTNode) -> bool:
    match node, other:
        case cst.AugAssign(target=one, operator=plus), cst.AugAssign(target=two, operator=minus):
            signs = {type(plus), type(minus)}
            return signs == {cst.AddAssign, cst.SubtractAssign} and one.deep_equals(two)
        case (
            cst.Call(func=cst.Attribute(value=one, attr=cst.Name(value=does))),
            cst.Call(func=cst.Attribute(value=two, attr=cst.Name(value=undoes))),
        ):
            return undoes in OPPOSITES.get(does, ()) and one.deep_equals(two)
    return False


def _names_things(place: Place) -> bool:
    """Whether the counter becomes part of a name in the same function: one name for each call that is traced."""
    node = place.node
    target = node.target if isinstance(node, cst.AugAssign) else node.targets[0].target  # type: ignore[attr-defined]
    functions = [scope for scope in scopes_of(place.tree, node) if isinstance(scope, cst.FunctionDef)]
    pending: list[cst.CSTNode] = list(functions[0].body.body) if functions else []
    while pending:
        here = pending.pop()
        match here:
            case cst.Call(func=cst.Name(value="print")) | cst.Call(func=cst.Attribute(value=cst.Name(value="logging"))):
                continue
            case cst.FormattedStringExpression(expression=shown) if shown.deep_equals(target):
                return True
            case cst.Call(func=cst.Name(value="str") | cst.Attribute(attr=cst.Name(value="format")), args=args):
                if any(arg.value.deep_equals(target) for arg in args):
                    return True
        pending += children_of(here)
    return False
