"""Where a file reckons with a TensorFlow that lacks a name: tests of its version, ``hasattr``, ``except``.

What stands there is not reached under that TensorFlow, or its absence is dealt with. A test of the version whose result
is known guards only what it keeps from being reached: ``assert tf.__version__.startswith("2.")`` guards nothing where
TensorFlow 2 is meant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from tfgraphlint.libraries.words import EXPECTS_FAILURE
from tfgraphlint.names.version_values import VersionValues
from tfgraphlint.syntax.ast_names import imported_names, last_name
from tfgraphlint.syntax.ast_walk import node_fields, walk

# Names of flags and functions that say which TensorFlow or Keras it is, or whether Keras runs on TensorFlow at all.
_TELLS_VERSION = re.compile(
    r"(?:^|_)(?:is_?|use_?|has_?|in_?)?(?:tf|tensorflow|keras)_?v?[123](?:$|_|x)"
    r"|(?:^|_)v[12](?:_|$)|version|compat(?:$|_)|^backend$",
    re.IGNORECASE,
)
_ASKS = frozenset({"hasattr", "getattr", "dir", "find_spec", "executing_eagerly", "TYPE_CHECKING"})
_FAILURES = frozenset({
    "AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "Exception", "BaseException",
})  # fmt: skip
_LEAVES = frozenset({"exit", "_exit", "skip", "skipTest", "fail", "abort"})
# Functions by whose names one knows that they do not come back.
_RAISES = re.compile(r"(?:^|_)(?:raise|fail|abort|exit|die|error)", re.IGNORECASE)


class Verdict(Enum):
    """What is known of a condition: its result, or whether it depends on the version at all."""

    TRUE = True
    FALSE = False
    TELLS = "depends on the version, nobody knows how"
    SAYS_NOTHING = "has nothing to do with the version"


@dataclass(frozen=True)
class Signs:
    """By what code shows that it reckons with what a version lacks: the exceptions that it catches for it, and the
    names of what it asks."""

    failures: frozenset[str]
    asks: frozenset[str]


OF_NAMES = Signs(_FAILURES, _ASKS)
# A call that gives an argument which its function does not take raises one of these.
OF_ARGUMENTS = Signs(
    _FAILURES | {"TypeError", "ValueError"},
    _ASKS | {"signature", "getfullargspec", "getargspec", "co_varnames"},
)

Noted = ast.Attribute | ast.Name | ast.Import | ast.ImportFrom
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Guards:
    """The guarded attributes and imports of a file."""

    def __init__(self, tree: ast.Module, values: VersionValues, signs: Signs = OF_NAMES) -> None:
        self._values = values
        self._failures = signs.failures
        self._telling = _telling_names(tree, signs.asks)
        self._deferred = any(
            isinstance(node, ast.ImportFrom) and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )  # fmt: skip
        self._covered: set[int] = set()
        self._inside: dict[int, tuple[str, ...]] = {}  # the functions around an attribute or import
        self._uses: dict[str, list[tuple[bool, tuple[str, ...]]]] = {}
        self._block(tree.body, False, ())
        self._unreached = self._used_behind_guards({n.name for n in walk(tree) if isinstance(n, _FUNCTIONS)})

    def covers(self, node: ast.AST) -> bool:
        """Whether ``node``, an attribute or import, is guarded itself, or by all the calls of its function."""
        return id(node) in self._covered or not self._unreached.isdisjoint(self._inside.get(id(node), ()))

    def _used_behind_guards(self, functions: set[str]) -> set[str]:
        """The functions that are only ever named behind guards, or by such functions."""
        found: set[str] = set()
        while True:
            more = {
                name
                for name in functions - found
                if (uses := self._uses.get(name))
                and all(guarded or not found.isdisjoint(within) or name in within for guarded, within in uses)
                and any(guarded or not found.isdisjoint(within) for guarded, within in uses)
            }
            if not more:
                return found
            found |= more

    # -- the walk --------------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt], guarded: bool, within: tuple[str, ...]) -> None:
        for statement in body:
            self._visit(statement, guarded, within)
            guarded = guarded or self._decides(statement)

    def _visit(self, node: ast.AST, guarded: bool, within: tuple[str, ...]) -> None:
        match node:
            case ast.Attribute() | ast.Import() | ast.ImportFrom() | ast.Name():
                self._note(node, guarded, within)
                self._children(node, guarded, within)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, guarded, (*within, node.name))
            case ast.If() | ast.While():
                self._branches(node, guarded, within)
            case ast.Try():
                self._attempt(node, guarded, within)
            case ast.AnnAssign() | ast.arg(annotation=ast.expr()):
                self._annotated(node, guarded, within)
            case ast.IfExp():
                self._choice(node, guarded, within)
            case ast.BoolOp():
                self._parts(node, guarded, within)
            case ast.Assert(test=test):
                self._children(node, guarded or self._verdict(test) is Verdict.TELLS, within)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                fails = any(last_name(item.context_expr) in EXPECTS_FAILURE for item in items)
                self._children(node, guarded or fails, within)
            case _:
                self._children(node, guarded, within)

    def _branches(self, node: ast.If | ast.While, guarded: bool, within: tuple[str, ...]) -> None:
        verdict = self._verdict(node.test)
        self._visit(node.test, guarded or verdict is Verdict.TELLS, within)
        self._block(node.body, guarded or verdict in (Verdict.FALSE, Verdict.TELLS), within)
        if isinstance(node, ast.If) and verdict is Verdict.SAYS_NOTHING:
            self._covered.update(map(id, _alternatives(node)))
        other = (Verdict.TRUE, Verdict.TELLS) if isinstance(node, ast.If) else (Verdict.TELLS,)
        self._block(node.orelse, guarded or verdict in other, within)

    def _choice(self, node: ast.IfExp, guarded: bool, within: tuple[str, ...]) -> None:
        verdict = self._verdict(node.test)
        self._visit(node.test, guarded or verdict is Verdict.TELLS, within)
        self._visit(node.body, guarded or verdict in (Verdict.FALSE, Verdict.TELLS), within)
        self._visit(node.orelse, guarded or verdict in (Verdict.TRUE, Verdict.TELLS), within)

    def _parts(self, node: ast.BoolOp, guarded: bool, within: tuple[str, ...]) -> None:
        """``a and b``: what follows a part that decides is not reached."""
        decides = Verdict.FALSE if isinstance(node.op, ast.And) else Verdict.TRUE
        guarded = guarded or any(self._verdict(value) is Verdict.TELLS for value in node.values)
        for value in node.values:
            self._visit(value, guarded, within)
            guarded = guarded or self._verdict(value) is decides

    def _attempt(self, node: ast.Try, guarded: bool, within: tuple[str, ...]) -> None:
        inside = guarded or any(_catches(handler, self._failures) for handler in node.handlers)
        for body in (node.body, *(handler.body for handler in node.handlers), node.orelse):
            self._block(body, inside, within)
        self._block(node.finalbody, guarded, within)

    def _annotated(self, node: ast.AnnAssign | ast.arg, guarded: bool, within: tuple[str, ...]) -> None:
        if node.annotation is not None:
            self._visit(node.annotation, guarded or self._deferred, within)
        if isinstance(node, ast.AnnAssign):
            for child in filter(None, (node.target, node.value)):
                self._visit(child, guarded, within)

    def _children(self, node: ast.AST, guarded: bool, within: tuple[str, ...]) -> None:
        for name in node_fields(type(node)):
            value = getattr(node, name, None)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self._block(value, guarded, within)
            else:
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        self._visit(child, guarded, within)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, guarded: bool, within: tuple[str, ...]) -> None:
        inside = guarded or any(self._tells(decorator) or _skips(decorator) for decorator in node.decorator_list)
        for part in (*node.decorator_list, node.args):
            self._visit(part, inside, within[:-1])
        if node.returns is not None:
            self._visit(node.returns, guarded or self._deferred, within[:-1])
        self._block(node.body, inside, within)

    def _note(self, node: Noted, guarded: bool, within: tuple[str, ...]) -> None:
        if guarded:
            self._covered.add(id(node))
        self._inside[id(node)] = within
        if isinstance(node, (ast.Attribute, ast.Name)):
            self._uses.setdefault(last_name(node), []).append((guarded, within))

    # -- what tells ------------------------------------------------------------------------------

    def _tells(self, test: ast.AST) -> bool:
        return _tells(test, self._telling)

    def _verdict(self, test: ast.expr) -> Verdict:
        match test:
            case ast.Constant(value=value):
                return Verdict(bool(value))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                verdict = self._verdict(operand)
                return Verdict(not verdict.value) if verdict in (Verdict.TRUE, Verdict.FALSE) else verdict
            case ast.BoolOp(op=joined, values=values):
                verdicts = set(map(self._verdict, values))
                decides = Verdict.FALSE if isinstance(joined, ast.And) else Verdict.TRUE
                order = (decides, Verdict.TELLS, Verdict.SAYS_NOTHING, Verdict(not decides.value))
                return next(verdict for verdict in order if verdict in verdicts)
        if not self._tells(test) and not self._values.mentions_version(test):
            return Verdict.SAYS_NOTHING
        known = self._values.truth(test)
        return Verdict.TELLS if known is None else Verdict(known)

    def _decides(self, statement: ast.stmt) -> bool:
        """Whether what follows ``statement`` is not reached, or only under some versions and nobody knows which."""
        match statement:
            case ast.Assert(test=test):
                return self._verdict(test) in (Verdict.FALSE, Verdict.TELLS)
            case ast.If(test=test, body=body, orelse=other):
                verdict = self._verdict(test)
                leaves = {Verdict.TRUE: _leaves(body), Verdict.FALSE: _leaves(other)}
                return leaves.get(verdict, verdict is Verdict.TELLS and any(leaves.values()))
            case ast.Expr(value=ast.BoolOp(op=joined, values=[*tests, ast.Call() as last])) if _raises(last):
                goes_on = Verdict.TRUE if isinstance(joined, ast.Or) else Verdict.FALSE
                verdicts = set(map(self._verdict, tests))
                return goes_on not in verdicts and verdicts != {Verdict.SAYS_NOTHING}
        return False


def _alternatives(node: ast.If) -> Iterator[ast.AST]:
    """The imports in ``if`` and ``else`` that bind the same name: the program chooses where it comes from."""
    imports = [
        [(each, {imported.bound for imported in imported_names(each)})
         for part in branch for each in walk(part) if isinstance(each, (ast.Import, ast.ImportFrom))]
        for branch in (node.body, node.orelse)
    ]  # fmt: skip
    for branch, other in (imports, imports[::-1]):
        elsewhere = set[str]().union(*(bound for _, bound in other))
        yield from (each for each, bound in branch if not elsewhere.isdisjoint(bound))


def _telling_names(tree: ast.Module, asks: frozenset[str]) -> frozenset[str]:
    """``asks``, the names that are given something that tells the version, and the functions that return such."""
    found = asks
    for _ in range(3):
        more = found.union(*(_told_by(node, found) for node in walk(tree)))
        if more == found:
            break
        found = more
    return found


def _told_by(node: ast.AST, known: frozenset[str]) -> Iterable[str]:
    """The names that ``node`` binds to what tells the version, where ``known`` do."""
    match node:
        case ast.Assign(targets=targets, value=value) if _tells(value, known):
            return [name for target in targets for name in _assigned(target)]
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _tells(value, known):
            return _assigned(target)
        case ast.FunctionDef(name=name, body=body) if _returns_telling(body, known):
            return (name,)
        case ast.Try(handlers=handlers) if any(_catches(handler, _FAILURES) for handler in handlers):
            return _flags_of(node)
    return ()


def _returns_telling(body: Sequence[ast.stmt], known: frozenset[str]) -> bool:
    returned = (each.value for part in body for each in walk(part) if isinstance(each, ast.Return))
    return any(value is not None and _tells(value, known) for value in returned)


def _flags_of(node: ast.Try) -> Iterator[str]:
    """``has_x`` of ``try: import x; has_x = True`` and ``except ImportError: has_x = False``."""
    for part in (*node.body, *(each for handler in node.handlers for each in handler.body)):
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant):
            yield from (name for target in part.targets for name in _assigned(target))


def _assigned(target: ast.expr) -> Iterable[str]:
    return [
        last_name(each)
        for each in walk(target)
        if isinstance(each, (ast.Name, ast.Attribute)) and isinstance(each.ctx, ast.Store)
    ]


def _tells(test: ast.AST, telling: frozenset[str]) -> bool:
    for node in walk(test):
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = last_name(node)
            if name in telling or _TELLS_VERSION.search(name):
                return True
    return False


def _catches(handler: ast.ExceptHandler, failures: frozenset[str]) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or last_name(kind) in failures for kind in kinds)


def _skips(decorator: ast.expr) -> bool:
    return "skip" in last_name(decorator).lower() or "xfail" in last_name(decorator).lower()


def _raises(call: ast.Call) -> bool:
    """Whether a call does not come back, by the name of the function."""
    return last_name(call) in _LEAVES or _RAISES.search(last_name(call)) is not None


def _leaves(body: Sequence[ast.stmt]) -> bool:
    last = body[-1] if body else None
    if isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and last_name(last.value) in _LEAVES
