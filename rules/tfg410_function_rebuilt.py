"""TFG410 function-rebuilt."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Role, Severity, Step
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.tracing import FunctionRebuilt
from tfgraphlint.fixes.value_uses import loads
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent, scopes_of
from tfgraphlint.syntax.tree import Tree


class RebuiltFunction(Rule):
    """A new `tf.function` is created for each call, so each call traces again.

    ## What it does

    Reports a `tf.function` that is created in a loop or in a function that is called repeatedly, and used there and
    thrown away: a decorated nested function, `tf.function(lambda ...)(x)`, `tf.function(f)` called on the spot, and a
    factory whose result is called on the spot, `make_step(model)(x)`.

    ## Why it matters

    Each `tf.function` object has a cache of traces of its own, and a new object has an empty one. Four epochs with the
    step defined inside the loop traced four times. TensorFlow warns at run time, after five of them:

        WARNING:tensorflow:5 out of the last 5 calls to <function train_step at 0x...> triggered tf.function
        retracing. Tracing is
        expensive and the excessive number of tracings could be due to (1) creating @tf.function repeatedly in a
        loop, ...

    ## Known limits

    Factories whose result is kept (a variable, an attribute, a dictionary, a list that is called later) are silent,
    also when they are called in a loop, once for each configuration. So is a function that runs once, such as `main`,
    and a `tf.function` that is created while another one is traced.

    ## Fix safety

    No fix; the place is shown. Suggested: define the function once, before the loop or as a method, and pass as
    arguments what it took from the enclosing scope.

    ## When to suppress

    When the loop runs a handful of times and each turn really needs another graph.
    """

    code = "TFG410"
    name = "function-rebuilt"
    severity = Severity.WARNING

    def check(self, fact: FunctionRebuilt) -> Iterable[Diagnostic]:
        if not _is_only_called(fact.place, _is_thrown_away(fact.call)):
            return
        is_decorator = isinstance(parent(fact.place.tree, fact.place.node), cst.Decorator)
        what = "this decorator" if is_decorator else f"`{brief(fact.place.code)}`"
        yield self.report(
            fact.place.span,
            f"{what} creates a new `tf.function` on each call, so each call traces again",
            path=(Step(Role.CONSEQUENCE, "called here: traces each time", fact.call.span),),
            help="define it once, before the loop or as a method, and pass what changes as an argument",
        )


def _is_thrown_away(call: Place) -> bool:
    """Whether what is called is the result of a call, ``make_step(model)(x)``: nobody keeps it."""
    return isinstance(call.node, cst.Call) and isinstance(call.node.func, cst.Call)


def _is_only_called(place: Place, thrown_away: bool) -> bool:
    """Whether the function is called where it is made and then forgotten: not kept, returned or passed on.

    ``thrown_away``: whoever it was returned to calls it and forgets it.
    """
    tree, node = place.tree, place.node
    holder = parent(tree, node)
    name, made = "", node
    match holder:
        case cst.Call(func=func) if func is node:
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))]):
            name = target
        case cst.Decorator():
            function = parent(tree, holder)
            if isinstance(function, cst.FunctionDef):
                name, made = function.name.value, function
    scope = next(iter(scopes_of(tree, made)), None)
    if not name or isinstance(scope, (cst.ClassDef, cst.Lambda)):
        return False
    found = list(loads(tree, scope.body if scope is not None else tree.module, name))
    return bool(found) and all(
        _is_called(tree, load) or thrown_away and isinstance(parent(tree, load), cst.Return) for load in found
    )


def _is_called(tree: Tree, load: cst.Name) -> bool:
    holder = parent(tree, load)
    return isinstance(holder, cst.Call) and holder.func is load
