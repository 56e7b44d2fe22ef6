"""TFG308 unwatchable-value."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Span
from tfgraphlint.facts.gradients import SYMBOLIC, Unwatchable
from tfgraphlint.fixes.add_watch import bindings_between, bindings_in, block_of, names_in, path_to, watch
from tfgraphlint.fixes.edits import before
from tfgraphlint.fixes.imports import spell
from tfgraphlint.fixes.move_into_tape import line_into
from tfgraphlint.fixes.remove_tape import own_rows, without_rows
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import brief
from tfgraphlint.syntax.parents import parent, scopes_of, statement_of
from tfgraphlint.syntax.tree import Tree

OWNERS = ("model", "layer")
WEIGHTS = "trainable_variables"


REDUNDANT = "leave the call out: a tape watches the trainable variables of a model by itself"


class UnwatchableValue(Rule):
    """A tape is asked about something that is neither tensor nor variable.

    ## What it does

    Reports values that a tape cannot deal with: a NumPy array, a Python number, a model, a layer or a symbolic tensor
    of Keras (`model.inputs`) given to `tape.watch`, also in a list; an array, `model.get_weights()`, a model, a layer
    or a symbolic tensor as a source; a symbolic tensor as the target; and `tape.watch` before the tape is entered. The
    report stands at the call of `watch`, or at the argument of the query.

    ## Why it matters

    `watch` takes tensors, variables and extension types, alone or nested in lists, tuples, dicts and named
    tuples. Anything else raises:

        ValueError: Passed in object [1. 2.] of type 'ndarray', not tf.Tensor or tf.Variable or ExtensionType.

    A query does not check its sources and stumbles over an attribute instead:

        AttributeError: 'numpy.ndarray' object has no attribute '_id'
        AttributeError: 'Sequential' object has no attribute '_id'
        AttributeError: 'KerasTensor' object has no attribute '_id'
        AttributeError: 'float' object has no attribute 'dtype'

    A tape that is not entered yet, or whose query is done, has nothing to watch with: `AttributeError:
    'NoneType' object has no attribute '_tape'`. Weights of Keras 3 (`model.trainable_variables`, `layer.kernel`) are
    valid sources, but `watch` refuses them (`of type 'Variable'`); this is reported for Keras 3 only, since weights
    of Keras 2 can be watched.

    ## Known limits

    Silent where the value is not known for certain, for arrays converted under the same name, for ragged
    tensors, and for methods `watch` and `gradient` of classes that are not tapes. A tensor of integers or
    strings is watched with a warning only; that is TFG210.

    ## Fix safety

    Unsafe. `x = tf.convert_to_tensor(x)` goes before the block, a `model` as a source becomes
    `model.trainable_variables`, a `watch` before the block moves into it, a `watch` of weights goes. A model that is
    watched is left to you: no tape needs to be told of its weights. An array of
    float64 becomes a tensor of float64, which does not mix with float32; a result that was an array is a
    tensor.

    ## When to suppress

    Inside `with pytest.raises(ValueError)` nothing is reported. There is hardly another reason.
    """

    code = "TFG308"
    name = "unwatchable-value"

    def check(self, fact: Unwatchable) -> Iterable[Diagnostic]:
        value = brief(fact.place.code)
        if fact.how == "watched-before-entering":
            message = f"`{brief(fact.query.code)}` stands before the tape is entered: AttributeError"
            fix = _moved_in(fact)
            yield self.report(fact.query.span, message, help="watch inside the `with` block", fix=fix)
            return
        if fact.what == "weights":
            message = f"`watch` does not take weights of Keras 3, which `{value}` holds: ValueError"
            yield self.report(fact.place.span, message, help=REDUNDANT, fix=_left_out(fact))
            return
        called = "watch" if fact.how == "watched" else "gradient"
        error = "ValueError" if fact.how == "watched" else "AttributeError"
        article = "an" if fact.what == "array" else "a"
        yield self.report(
            fact.place.span,
            f"`{value}` is {article} {fact.what}: `{called}` raises {error}",
            help=_remedy(fact, value),
            fix=_fix(fact),
        )


def _fix(fact: Unwatchable) -> Fix | None:
    if fact.what == SYMBOLIC:
        return None
    return _of_model(fact) if fact.what in OWNERS else _converted(fact)


def _remedy(fact: Unwatchable, value: str) -> str:
    if fact.how == "target":
        return "compute it in the block: call the model on a tensor"
    if fact.what == SYMBOLIC:
        return "watch the tensor that the model is called on, and ask for its gradient"
    if fact.what not in OWNERS:
        return f"convert it first: `{value} = tf.convert_to_tensor({value})`"
    if fact.how == "watched":
        return f"leave the call out: a tape watches the trainable variables of `{value}` by itself"
    return f"ask for `{value}.trainable_variables`"


def _of_model(fact: Unwatchable) -> Fix | None:
    """The model's variables in its place as a source. What is watched has no repair that Keras 2 and 3 both take."""
    node, tree = fact.place.node, fact.place.tree
    if fact.how == "watched" or not path_to(node):
        return None
    end = tree.span(node).end
    edit = Edit(Span(tree.filename, end, end), f".{WEIGHTS}")
    return Fix(f"ask for `{brief(fact.place.code)}.{WEIGHTS}`", Applicability.UNSAFE, (edit,))


def _left_out(fact: Unwatchable) -> Fix | None:
    """The row of the watch goes, where the tape watches by itself and something else stands in the block."""
    call, tree = fact.query.node, fact.query.tree
    line = parent(tree, parent(tree, call) or call)
    holder = parent(tree, line) if line is not None else None
    rows = own_rows(tree, call) if isinstance(call, cst.Call) else None
    if fact.tape.watch_accessed is not True or rows is None or not isinstance(line, cst.SimpleStatementLine):
        return None
    if not isinstance(holder, cst.IndentedBlock) or len(holder.body) < 2:
        return None
    return Fix("leave the watch out", Applicability.UNSAFE, (without_rows(tree, *rows),))


def _converted(fact: Unwatchable) -> Fix | None:
    """A local name is bound anew to a tensor before the block; a source is watched in it as well."""
    node, tree = fact.place.node, fact.place.tree
    block = block_of(fact.tape, fact.query)
    if block is None or not isinstance(node, cst.Name) or not _is_local(tree, block, node.value):
        return None
    if any(bindings_between(tree, block, fact.query.node, (node.value,))) or _are_saved(tree, block, node.value):
        return None
    spelled = spell(tree, "tensorflow.convert_to_tensor", block)
    edits = before(tree, block, f"{node.value} = {spelled.text}({node.value})")
    watches = watch(fact.tape, fact.place, fact.query) if fact.how == "source" else ()
    if edits is None or watches is None:
        return None
    message = f"convert `{node.value}` to a tensor before the block"
    return Fix(message, Applicability.UNSAFE, (*spelled.edits, *edits, *watches))


def _are_saved(tree: Tree, block: cst.With, name: str) -> bool:
    """Whether ``name`` holds copies of a model's weights: a tensor of them is not what anybody wants."""
    homes = [*(scope.body for scope in scopes_of(tree, block)), tree.module]
    lines = (statement_of(tree, node) for home in homes for node in bindings_in(home, (name,)))
    return any("get_weights" in tree.code(line) for line in lines if isinstance(line, cst.Assign))


def _is_local(tree: Tree, block: cst.With, name: str) -> bool:
    """Whether the function in which ``block`` stands binds ``name`` itself; the module, where it stands in none."""
    scope = next(iter(scopes_of(tree, block)), None)
    if scope is None:
        return True
    if not isinstance(scope, cst.FunctionDef):
        return False
    params = (*scope.params.posonly_params, *scope.params.params, *scope.params.kwonly_params)
    return name in {param.name.value for param in params} or any(True for _ in bindings_in(scope.body, (name,)))


def _moved_in(fact: Unwatchable) -> Fix | None:
    """The line of the watch becomes the first of the block that stands behind it and enters the tape."""
    call, tree = fact.query.node, fact.query.tree
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    line = parent(tree, statement_of(tree, call))
    holder = parent(tree, line) if line is not None else None
    if not isinstance(holder, (cst.IndentedBlock, cst.Module)) or not isinstance(parent(tree, call), cst.Expr):
        return None
    behind = [each for each in holder.body if tree.span(each).start > tree.span(call).end]
    block = next((each for each in behind if _enters(each, path_to(call.func.value))), None)
    words = tuple(word for name in names_in(call) for word in path_to(name))
    between = behind[: behind.index(block)] if block is not None else behind
    if not isinstance(block, cst.With) or any(True for each in between for _ in bindings_in(each, words)):
        return None
    edits = line_into(tree, block, statement_of(tree, call))
    return Fix("move the watch into the block", Applicability.UNSAFE, edits) if edits is not None else None


def _enters(statement: cst.CSTNode, tape: tuple[str, ...]) -> bool:
    return isinstance(statement, cst.With) and any(
        path_to(item.item) == tape and item.asname is None for item in statement.items
    )
