"""Repairs where a tape is given what it cannot watch or differentiate by: an array, a number, a model, a layer."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.gradients import Unwatchable
from tfgraphlint.fixes.add_watch import bindings_between, bindings_in, block_of, names_in, path_to, watch
from tfgraphlint.fixes.edits import before
from tfgraphlint.fixes.imports import spell
from tfgraphlint.fixes.move_into_tape import line_into
from tfgraphlint.fixes.remove_tape import own_rows, without_rows
from tfgraphlint.syntax.parents import parent, scopes_of, statement_of
from tfgraphlint.syntax.tree import Tree


def with_variables(fact: Unwatchable) -> Fix | None:
    """``tape.gradient(loss, model)`` with the model's trainable variables in its place."""
    if not path_to(fact.place.node):
        return None
    end = fact.place.span.end
    edit = Edit(Span(fact.place.tree.filename, end, end), ".trainable_variables")
    return Fix(f"use `{fact.place.code}.trainable_variables`", Applicability.UNSAFE, (edit,))


def without_watch(fact: Unwatchable) -> Fix | None:
    """The row of the watch goes, where the tape watches variables automatically and something else is in the block."""
    call, tree = fact.query.node, fact.query.tree
    line = parent(tree, parent(tree, call) or call)
    holder = parent(tree, line) if line is not None else None
    rows = own_rows(tree, call) if isinstance(call, cst.Call) else None
    if fact.tape.watch_accessed is not True or rows is None or not isinstance(line, cst.SimpleStatementLine):
        return None
    if not isinstance(holder, cst.IndentedBlock) or len(holder.body) < 2:
        return None
    return Fix("remove the call of `watch`", Applicability.UNSAFE, (without_rows(tree, *rows),))


def converted(fact: Unwatchable) -> Fix | None:
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
    lines = (statement_of(tree, node) for home in homes for node in bindings_in(tree, home, (name,)))
    return any("get_weights" in tree.code(line) for line in lines if isinstance(line, cst.Assign))


def _is_local(tree: Tree, block: cst.With, name: str) -> bool:
    """Whether the function in which ``block`` stands binds ``name`` itself; the module, where it stands in none."""
    scope = next(iter(scopes_of(tree, block)), None)
    if scope is None:
        return True
    if not isinstance(scope, cst.FunctionDef):
        return False
    params = (*scope.params.posonly_params, *scope.params.params, *scope.params.kwonly_params)
    return name in {param.name.value for param in params} or any(True for _ in bindings_in(tree, scope.body, (name,)))


def watched_inside(fact: Unwatchable) -> Fix | None:
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
    if not isinstance(block, cst.With) or any(True for each in between for _ in bindings_in(tree, each, words)):
        return None
    edits = line_into(tree, block, statement_of(tree, call))
    return Fix("move the watch into the block", Applicability.UNSAFE, edits) if edits is not None else None


def _enters(statement: cst.CSTNode, tape: tuple[str, ...]) -> bool:
    return isinstance(statement, cst.With) and any(
        path_to(item.item) == tape and item.asname is None for item in statement.items
    )
