"""TFG423 dropped-dataset-transformation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Severity, Span, Step
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.datasets import DatasetDropped
from tfgraphlint.fixes.edits import start_of
from tfgraphlint.libraries.words import CHANGING_METHODS, DATASET_TRANSFORMATIONS
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.bindings import names_in, parameters
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of, nodes_in

# Context managers in whose body an error, a warning or a log line is what a call is made for.
LISTENING = re.compile(r"(assert\w*|raises|warns|catch_warnings|deprecated_call|suppress|patch|capture\w*)\Z")
# The errors that end a program from outside: whoever catches these expects nothing of the dataset.
INTERRUPTIONS = frozenset({"KeyboardInterrupt", "SystemExit", "GeneratorExit"})
# What begins a cell in a script that is run, or was made, as a notebook. Its last expression is shown.
CELL = re.compile(r"#\s*(%%|In\s*\[|COMMAND -----|<codecell>)")
# Methods that a traced function changes Python's state with.
CHANGING = CHANGING_METHODS | {"setdefault", "write", "put", "info", "debug", "warning"}
Home = cst.FunctionDef | cst.ClassDef | cst.Module


class DroppedDatasetTransformation(Rule):
    """A dataset is transformed, and the dataset that comes of it is thrown away.

    ## What it does

    Reports a statement that is nothing but a call of `map`, `batch`, `shuffle`, `repeat`, `prefetch`, `cache`,
    `with_options` or another transformation of a `tf.data.Dataset`, alone or in a chain, where the dataset goes on to
    be used: it is an attribute, a parameter, or a name that is read later.

    ## Why it matters

    Datasets cannot be changed. Each of these methods returns a new dataset, as TensorFlow says of `map`,

        Returns:
          A new `Dataset` with the transformation applied as described above.

    and leaves the one that it is called on as it was: examples stay in their order, there are no batches,
    `cache(filename)` and `snapshot(path)` write no file. Only `map` and its kin call their function, once, to trace it.
    Nothing is said, or something else much later, where Keras gets single examples instead of batches:

        ValueError: Input 0 with name 'None' of layer 'dense' is incompatible with the layer: expected min_ndim=2,
        found ndim=1. Full shape received: (2,)

    ## Known limits

    Reported only where the value is certainly a dataset of `tf.data`. Silent where the statement may be meant as it is:
    in a `try` that expects an error, in `pytest.raises`, `assertLogs` and their like, where the function that is given
    changes state of Python's or prints while it is traced, for a layer given to `map`, which this builds, at the end
    of a notebook's cell, which shows the value, and for a dataset that nothing reads afterwards. `_ = ds.map(f)` is
    silent as well, and so are `zip` and the other static methods, which have nothing to do with the dataset that they
    are called on.

    ## Fix safety

    Unsafe: `ds.batch(32)` becomes `ds = ds.batch(32)`, which changes what the program trains on. Only for a name, or an
    attribute like `self.dataset`, that the same function (or the module, at its top level) binds, parameters included.
    No fix where the line runs again and again on what it made (loops), where the new dataset would not be read either
    (the caller of a function has the old one: return the new one), or where the same method is applied later: then the
    line can go.

    ## When to suppress

    When a function is given to `map` only to see whether it can be traced.
    """

    code = "TFG423"
    name = "dropped-dataset-transformation"
    severity = Severity.WARNING

    def check(self, fact: DatasetDropped) -> Iterable[Diagnostic]:
        tree, call = fact.place.tree, fact.place.node
        root, methods = _unchained(call)
        if root is None or _is_meant(tree, call) or any(map(_changes_state, fact.functions)):
            return
        if not _lives_on(tree, call, root):
            return
        name, fix = brief(tree.code(root)), _kept(tree, call, root, methods)
        yield self.report(
            fact.place.span,
            f"`{name}` stays as it was: the new dataset that `{fact.method}` returns is thrown away",
            path=tuple(Step(Role.CALL, "reached from here", each.span) for each in fact.calls),
            help=f"go on with the new dataset: `{name} = {brief(fact.place.code)}`" if fix is not None else
            f"go on with the dataset that `{fact.method}` returns, or delete the line",
            fix=fix,
        )


def _unchained(node: cst.CSTNode) -> tuple[cst.BaseExpression | None, list[str]]:
    """What a chain of transformations begins with, and their names, the last one first; None for other calls."""
    methods: list[str] = []
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if node.func.attr.value not in DATASET_TRANSFORMATIONS:
            return None, methods
        methods.append(node.func.attr.value)
        node = node.func.value
    if methods and isinstance(node, cst.Name | cst.Attribute | cst.Subscript):
        return node, methods
    return None, methods


# -- meant as it is ------------------------------------------------------------------------------


def _is_meant(tree: Tree, call: cst.CSTNode) -> bool:
    """Whether the call may be made for what happens besides: an error, a warning, a cell's output."""
    inner = call
    for above in ancestors(tree, call):
        match above:
            case cst.FunctionDef() | cst.ClassDef():
                return False
            case cst.Try(body=body, handlers=handlers) if body is inner and any(map(_expects_errors, handlers)):
                return True
            case cst.With(items=items) if any(LISTENING.match(_called(item.item)) for item in items):
                return True
            case cst.Module():
                return _is_shown(above, inner)
        inner = above
    return False


def _expects_errors(handler: cst.ExceptHandler) -> bool:
    kinds = handler.type
    each = [element.value for element in kinds.elements] if isinstance(kinds, cst.Tuple) else [kinds]
    return any(not isinstance(kind, cst.Name) or kind.value not in INTERRUPTIONS for kind in each)


def _called(manager: cst.BaseExpression) -> str:
    """The last name of what makes a context manager; of ``mock.patch.object`` the one before."""
    function = manager.func if isinstance(manager, cst.Call) else manager
    if isinstance(function, cst.Attribute) and function.attr.value in ("object", "dict"):
        function = function.value
    match function:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return name
    return ""


def _is_shown(module: cst.Module, statement: cst.CSTNode) -> bool:
    """Whether a statement of the top level is the last one of a notebook's cell."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    index = next(index for index, each in enumerate(module.body) if each is statement)
    if index + 1 < len(module.body):
        return _begins_cell(getattr(module.body[index + 1], "leading_lines", ()))
    lines = [*module.header, *module.footer]
    return _begins_cell(lines) or any(_begins_cell(getattr(each, "leading_lines", ())) for each in module.body)


def _begins_cell(lines: Sequence[cst.EmptyLine]) -> bool:
    return any(line.comment is not None and CELL.match(line.comment.value) for line in lines)


def _changes_state(function: Place) -> bool:
    """Whether a function does something to Python's state, which happens when it is traced: that may be its purpose."""
    definition = function.node
    own = {name for node in nodes_in(definition) for name in _bound_by(node)}
    for node in nodes_in(definition):
        match node:
            case cst.Global() | cst.Nonlocal() | cst.AssignTarget(target=cst.Attribute() | cst.Subscript()):
                return True
            case cst.AugAssign(target=cst.Attribute() | cst.Subscript()):
                return True
            case cst.Call(func=cst.Name(value="print" | "next" | "breakpoint")):
                return True
            case cst.Call(func=cst.Attribute(value=holder, attr=cst.Name(value=method))) if method in CHANGING:
                if not isinstance(holder, cst.Name) or holder.value not in own:
                    return True
    return False


# -- who reads the dataset afterwards ------------------------------------------------------------


def _lives_on(tree: Tree, call: cst.CSTNode, root: cst.BaseExpression) -> bool:
    """Whether what the chain begins with is used after it, by this function or, for all that we see, by others.

    A test that ends so only tries whether the transformation is possible.
    """
    home = _home(tree, call)
    is_test = isinstance(home, cst.FunctionDef) and home.name.value.startswith("test")
    if not isinstance(root, cst.Name):
        return not is_test
    is_own = root.value in _bound_in(home)
    is_parameter = isinstance(home, cst.FunctionDef) and root.value in _parameters(home)
    if not is_test and (is_parameter or not is_own):  # the caller has it, what is around, or the loop over its holder
        return True
    return _is_read_later(tree, call, home, root.value)


def _home(tree: Tree, node: cst.CSTNode) -> Home:
    """The function, class or module in which an assignment at ``node`` binds."""
    scopes = scopes_of(tree, node)
    return scopes[0] if scopes and not isinstance(scopes[0], cst.Lambda) else tree.module


def _parameters(function: cst.FunctionDef) -> set[str]:
    return {param.name.value for param in parameters(function)}


def _bound_in(home: Home) -> set[str]:
    """The names that a function, class or module binds by assignments, ``with`` or as its parameters."""
    found = {name for node in _own_nodes(home) for name in _bound_by(node)}
    return found | _parameters(home) if isinstance(home, cst.FunctionDef) else found


def _bound_by(node: cst.CSTNode) -> Iterator[str]:
    match node:
        case cst.AssignTarget(target=target) | cst.AsName(name=target):
            yield from names_in(target)
        case cst.AnnAssign(target=target, value=cst.BaseExpression()):
            yield from names_in(target)


def _own_nodes(home: Home) -> Iterator[cst.CSTNode]:
    """What belongs to a function, class or module itself, without the functions and classes in it."""
    pending: list[cst.CSTNode] = [home.body] if not isinstance(home, cst.Module) else list(home.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            pending += children_of(node)


def _is_read_later(tree: Tree, call: cst.CSTNode, home: Home, name: str) -> bool:
    """Whether something reads ``name`` when the statement has run: what stands below it, a loop around it, a function.

    Other statements that drop what they make do not count.
    """
    end = tree.span(call).end
    loop = _outermost_loop(tree, call, home)
    for node in nodes_in(home):
        if isinstance(node, cst.Name) and node.value == name and _is_read(tree, node):
            is_below = tree.span(node).start >= end
            if is_below or _home(tree, node) is not home or loop is not None and loop in ancestors(tree, node):
                return True
    return False


def _is_read(tree: Tree, name: cst.Name) -> bool:
    holder = parent(tree, name)
    match holder:
        case cst.Attribute(attr=attribute):
            if attribute is name:
                return False
        case cst.Arg(keyword=keyword):
            return keyword is not name
        case cst.AssignTarget() | cst.Param(name=cst.Name()):
            return False
    return not _is_dropped(tree, name)


def _is_dropped(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether ``node`` begins, or is part of, a chain of transformations that is a statement."""
    for above in ancestors(tree, node):
        if isinstance(above, cst.Expr):
            return _unchained(above.value)[0] is not None
        if not isinstance(above, cst.Attribute | cst.Call):
            return False
    return False


def _outermost_loop(tree: Tree, node: cst.CSTNode, home: Home) -> cst.CSTNode | None:
    loops = list(_loops(tree, node, home))
    return loops[-1] if loops else None


def _loops(tree: Tree, node: cst.CSTNode, home: Home) -> Iterator[cst.CSTNode]:
    for above in ancestors(tree, node):
        if above is home:
            return
        if isinstance(above, cst.For | cst.While):
            yield above


# -- the fix -------------------------------------------------------------------------------------


def _kept(tree: Tree, call: cst.CSTNode, root: cst.BaseExpression, methods: Sequence[str]) -> Fix | None:
    """``ds = ds.batch(32)``, where the same function binds ``ds``."""
    assert isinstance(call, cst.Call)
    home, name = _home(tree, call), tree.code(root)
    if not _can_be_bound(tree, call, home, root) or _is_applied_later(tree, call, home, name, methods):
        return None
    start = start_of(tree, call)
    edit = Edit(Span(tree.filename, start, start), f"{name} = ")
    return Fix(f"bind the new dataset to `{name}`", Applicability.UNSAFE, (edit,))


def _can_be_bound(tree: Tree, call: cst.Call, home: Home, root: cst.BaseExpression) -> bool:
    """Whether to assign to ``root`` there changes what is read afterwards, once."""
    match root:
        case cst.Name(value=name):
            is_declared = _declares(home, name)
            if not is_declared and (name not in _bound_in(home) or not _is_read_later(tree, call, home, name)):
                return False
            is_given = isinstance(home, cst.FunctionDef) and name in _parameters(home)
        case cst.Attribute(value=cst.Name() | cst.Attribute()):
            is_declared = is_given = False
        case _:
            return False
    begin = tree.span(call).start
    written = [
        node for node in _own_nodes(home)
        if _assigns(tree, node, tree.code(root)) and tree.span(node).start < begin
    ]
    if not (is_declared or is_given or written):
        return False
    return all(any(loop in ancestors(tree, node) for node in written) for loop in _loops(tree, call, home))


def _declares(home: Home, name: str) -> bool:
    """Whether a function says that a name which it assigns is one from around it."""
    return any(
        item.name.value == name
        for node in _own_nodes(home) if isinstance(node, cst.Global | cst.Nonlocal) for item in node.names
    )


def _assigns(tree: Tree, node: cst.CSTNode, code: str) -> bool:
    """Whether ``node`` binds ``code``, a name or an attribute; among the targets of an unpacking as well."""
    match node:
        case cst.AssignTarget(target=target) | cst.AsName(name=target):
            return code in _targets(tree, target)
        case cst.AnnAssign(target=target, value=cst.BaseExpression()):
            return code in _targets(tree, target)
    return False


def _targets(tree: Tree, target: cst.BaseExpression) -> list[str]:
    if isinstance(target, cst.Tuple | cst.List):
        return [code for element in target.elements for code in _targets(tree, element.value)]
    return [tree.code(target)]


def _is_applied_later(tree: Tree, call: cst.Call, home: Home, name: str, methods: Sequence[str]) -> bool:
    """Whether one of these methods is applied to the dataset below, in something that keeps the result."""
    end = tree.span(call).end
    return any(
        isinstance(node, cst.Call) and tree.span(node).start >= end and _applies(tree, node, name, methods)
        for node in _own_nodes(home)
    )


def _applies(tree: Tree, node: cst.Call, name: str, methods: Sequence[str]) -> bool:
    root, applied = _unchained(node)
    if root is None or tree.code(root) != name or set(methods).isdisjoint(applied):
        return False
    return not _is_dropped(tree, node)
