"""What statements do: bindings, branches, loops, ``with``, ``try``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from tfgraphlint.facts.gradients import VariableAugmented
from tfgraphlint.interpret.core import arguments, graph_state, operands
from tfgraphlint.interpret.core.autograph import inside
from tfgraphlint.interpret.core.events import (
    Assigned,
    Augmented,
    BlockEnded,
    BranchesJoined,
    ConditionTested,
    Dropped,
    Iterated,
    LoopLeft,
    Raised,
    Returned,
)
from tfgraphlint.interpret.core.joins import join_items
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import chosen
from tfgraphlint.interpret.core.store import Changes
from tfgraphlint.interpret.core.structures import truth
from tfgraphlint.interpret.core.value import Const
from tfgraphlint.interpret.core.values import Dict, Host, Items, Spread, Variable
from tfgraphlint.interpret.python import functions, imports, narrowing, operators, with_blocks
from tfgraphlint.interpret.python.branches import branch, meet, run_apart
from tfgraphlint.interpret.python.classes import define_class
from tfgraphlint.interpret.python.containers import extend_list, update_dict
from tfgraphlint.interpret.python.graph_outputs import give_back, take_back
from tfgraphlint.interpret.python.iteration import turns_of
from tfgraphlint.interpret.python.names import bind_name
from tfgraphlint.interpret.python.targets import bind, delete
from tfgraphlint.syntax.tree import children_of

# How control leaves a statement: it goes on, or this path has ended (return, raise, break, continue).
GOES_ON = True
ENDED = False
Executor = Callable[[Machine, Any], bool]


def execute(m: Machine, statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> bool:
    """Run statements one by one until the path ends."""
    goes_on = GOES_ON
    for statement in statements:
        m.step()
        if type(statement) is cst.SimpleStatementLine:
            goes_on = execute(m, statement.body)
        else:
            m.frame.statement = statement
            executor = EXECUTORS.get(type(statement))
            goes_on = executor is None or executor(m, statement)
        if not goes_on:
            break
    return goes_on


def suite(m: Machine, body: cst.BaseSuite | cst.Module) -> bool:
    """Run the body of a compound statement or of a module."""
    known, asked = len(m.frame.half_returned), m.kinds_asked
    try:
        goes_on = execute(m, body.body)
    finally:
        m.kinds_asked = asked
    if len(m.frame.half_returned) > known:
        m.tell(BlockEnded(known, goes_on))
    return goes_on


def _expression(m: Machine, node: cst.Expr) -> bool:
    m.tell(Dropped(node.value, m.evaluate(node.value)))
    return GOES_ON


def _assign(m: Machine, node: cst.Assign) -> bool:
    value = m.evaluate(node.value)
    m.tell(Assigned(node, value))
    for target in node.targets:
        with_blocks.assigned(m, target.target, value, node)
        bind(m, target.target, value)
    return GOES_ON


def _annotated(m: Machine, node: cst.AnnAssign) -> bool:
    if node.value is not None:
        bind(m, node.target, m.evaluate(node.value))
    return GOES_ON


def _augmented(m: Machine, node: cst.AugAssign) -> bool:
    left = m.evaluate(node.target)
    right = m.evaluate(node.value)
    name = type(node.operator).__name__.removesuffix("Assign").replace("MatrixMultiplyAssign", "")
    if name == "Add" and isinstance(left, Items):
        m.tell(Augmented(node, left, right, left))
        extend_list(m, left, right, node)
        return GOES_ON
    if name == "BitOr" and isinstance(left, Dict):
        m.tell(Augmented(node, left, right, left))
        update_dict(m, left, arguments.Arguments([right]), node)
        return GOES_ON
    if isinstance(left, Variable) and name in ("Add", "Subtract", "Multiply", "Divide", "Power") and not m.guards:
        sign = m.frame.scope.tree.code(node.operator).strip().rstrip("=")
        m.emit(VariableAugmented(m.place(node), m.place(node.target), sign, m.place(node.value), tuple(m.calls)))
    value = operators.binary(m, node, name, left, right)
    m.tell(Augmented(node, left, right, value))
    with_blocks.assigned(m, node.target, value, node)
    bind(m, node.target, value)
    return GOES_ON


def _return(m: Machine, node: cst.Return) -> bool:
    value = m.evaluate(node.value) if node.value is not None else Const(None)
    m.tell(Returned(node, value))
    m.frame.returns.append((value, m.store.changes(m.frame.marks[0]) if m.frame.marks else {}))
    return ENDED


def _raise(m: Machine, node: cst.Raise) -> bool:
    if node.exc is not None:
        m.evaluate(node.exc)
    m.tell(Raised(node))
    return ENDED


def _break(m: Machine, node: cst.Break) -> bool:
    m.tell(LoopLeft(node))
    m.frame.breaks.append(m.store.changes(m.frame.marks[-1]))
    return ENDED


def _continue(m: Machine, node: cst.Continue) -> bool:
    m.frame.continues.append(m.store.changes(m.frame.marks[-1]))
    return ENDED


def _assert(m: Machine, node: cst.Assert) -> bool:
    m.tell(ConditionTested(node.test, m.evaluate(node.test), "assert", always=True))
    narrowing.narrow(m, node.test, True)
    return GOES_ON


def _delete(m: Machine, node: cst.Del) -> bool:
    delete(m, node.target)
    return GOES_ON


def _global(m: Machine, node: cst.Global) -> bool:
    m.frame.global_names.update(item.name.value for item in node.names)
    return GOES_ON


def _nonlocal(m: Machine, node: cst.Nonlocal) -> bool:
    m.frame.nonlocal_names.update(item.name.value for item in node.names)
    return GOES_ON


def _if(m: Machine, node: cst.If) -> bool:
    test = m.evaluate(node.test)
    certain = truth(test)

    def then() -> bool:
        narrowing.narrow(m, node.test, True)
        return suite(m, node.body)

    def otherwise() -> bool:
        narrowing.narrow(m, node.test, False)
        if isinstance(node.orelse, cst.If):
            return _if(m, node.orelse)
        return GOES_ON if node.orelse is None else suite(m, node.orelse.body)

    m.tell(ConditionTested(node.test, test, "if"))
    by_tensor = graph_state.decides(m, test)
    with inside(m, node, "if", by_tensor, certain is not None):
        if certain is not None:
            return then() if certain else otherwise()
        before = len(m.frame.returns)
        with narrowing.of_some_kind(m, node.test, certain):
            ends = run_apart(m, [then, otherwise])
    if None in ends and m.frame.function is not None and narrowing.asks_kind(node.test):
        m.kinds_asked += 1  # until the block ends: what follows runs for one kind only
    if by_tensor:
        m.tell(BranchesJoined(node, ends, before))
        take_back(m, node, [*ends, *(changes for _, changes in m.frame.returns[before:])])
    goes_on = meet(m, ends)
    if by_tensor and None not in ends:
        give_back(m, node)
    return goes_on


def _for(m: Machine, node: cst.For) -> bool:
    value = m.evaluate(node.iter)
    m.tell(Iterated(node.iter, value, "for"))
    by_tensor = graph_state.iterates(m, value)
    with inside(m, node, "loop", by_tensor), with_blocks.loop(m, by_tensor):
        turns, exact = turns_of(m, value, node.iter)
        goes_on = _loop(m, node, [lambda item=item: bind(m, node.target, item) for item in turns], exact)  # type: ignore[misc]
    if by_tensor and goes_on:
        give_back(m, node)
    return goes_on


def _while(m: Machine, node: cst.While) -> bool:
    test = m.evaluate(node.test)
    if truth(test) is False:
        return GOES_ON if node.orelse is None else suite(m, node.orelse.body)

    def again() -> None:
        m.evaluate(node.test)

    m.tell(ConditionTested(node.test, test, "while"))
    endless = truth(test) is True
    by_tensor = graph_state.decides(m, test)
    with inside(m, node, "loop", by_tensor), with_blocks.loop(m, by_tensor):
        goes_on = _loop(m, node, [lambda: None, again], False, endless)
    if by_tensor and goes_on:
        give_back(m, node)
    return goes_on


def _loop(
    m: Machine, node: cst.For | cst.While, turns: Sequence[Callable[[], object]], exact: bool,
    endless: bool = False,
) -> bool:
    """The turns of a loop. An inexact one stands for any number: lists then have any length."""
    frame = m.frame
    outer = frame.breaks, frame.continues
    frame.breaks, frame.continues = [], []
    mark = m.store.mark()
    frame.marks.append(mark)
    ends: list[Changes] = []
    goes_on = True
    try:
        with m.loop(len(turns) if exact else 1) as turn:
            for begin in turns:
                if ends and not exact:
                    _forget_numbers(m, node, m.store.before(mark))
                turn()
                begin()
                goes_on = _turn(m, node, mark)
                if not goes_on:
                    break
                ends.append(m.store.changes(mark))
        breaks = frame.breaks
    finally:
        frame.breaks, frame.continues = outer
        frame.marks.pop()
    if goes_on and not exact:
        _forget_lengths(m, ends)
    finished = [m.store.changes(mark)] if goes_on and not (endless and breaks) else []
    m.store.rewind(mark)
    if finished and node.orelse is not None:
        second = m.store.mark()
        m.store.merge(finished)
        finished = [m.store.changes(second)] if suite(m, node.orelse.body) else []
        m.store.rewind(second)
    m.store.merge([*finished, *breaks])
    return bool(finished or breaks)


def _turn(m: Machine, node: cst.For | cst.While, mark: int) -> bool:
    """One turn of a loop: its end joins those of the paths that a ``continue`` ended."""
    frame = m.frame
    goes_on = suite(m, node.body)
    if not frame.continues:
        return goes_on
    now = [m.store.changes(mark)] if goes_on else []
    paths = [*now, *frame.continues]
    m.store.rewind(mark)
    m.store.mark()
    m.store.merge(paths)
    frame.continues = []
    return GOES_ON


def _forget_numbers(m: Machine, node: cst.For | cst.While, before: Changes) -> None:
    """Numbers that a turn of a loop changed are others in a later one: counters."""
    for state, key, old in before.values():
        new = state.get(key)
        if isinstance(new, Const) and isinstance(old, Const) and type(new.value) in (int, float):
            if type(old.value) in (int, float) and new.value != old.value:
                number = Host(m.leaf(Kind.CONSTANT, node), "scalar", operands.dtype_of(new), counts=True)
                m.store.write(state, key, number)


def _forget_lengths(m: Machine, ends: Sequence[Changes]) -> None:
    """Lists that grew in a loop of unknown length have an unknown length after it."""
    if len(ends) < 2:
        return
    for entry, (state, key, last) in ends[-1].items():
        first = ends[0].get(entry)
        if first is None or not isinstance(last, tuple) or not isinstance(first[2], (tuple, Spread)):
            continue
        if isinstance(first[2], Spread) or len(first[2]) != len(last):
            m.store.write(state, key, join_items([first[2], last]))


SURE_TO_BE_THERE = frozenset({"tensorflow", "numpy"})


def _imports_framework(node: cst.Try | cst.TryStar) -> bool:
    """Whether a ``try`` only imports what is there wherever code for TensorFlow does anything."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    small = [statement for line in lines for statement in line.body]
    return bool(small) and len(lines) == len(node.body.body) and all(
        isinstance(each, cst.Import) and all(
            isinstance(alias.name, cst.Name) and alias.name.value in SURE_TO_BE_THERE for alias in each.names
        )
        for each in small
    )


def _try(m: Machine, node: cst.Try | cst.TryStar) -> bool:
    def body() -> bool:
        with with_blocks.guarded(m, node):
            goes_on = suite(m, node.body)
        if goes_on and node.orelse is not None:
            return suite(m, node.orelse.body)
        return goes_on

    def handle(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Callable[[], bool]:
        def path() -> bool:
            if handler.name is not None:
                bind(m, handler.name.name, m.opaque(handler))
            return suite(m, handler.body)

        return path

    handlers = () if _imports_framework(node) else node.handlers
    goes_on = branch(m, [body, *(handle(handler) for handler in handlers)])
    if node.finalbody is not None:
        final = suite(m, node.finalbody.body)
        return goes_on and final
    return goes_on


def _match(m: Machine, node: cst.Match) -> bool:
    m.evaluate(node.subject)
    chosen(m.frame, False)

    def case(body: cst.BaseSuite, pattern: cst.CSTNode) -> Callable[[], bool]:
        def path() -> bool:
            for name in _captured(pattern):
                bind_name(m, name, m.opaque(pattern))
            return suite(m, body)

        return path

    return branch(m, [*(case(c.body, c.pattern) for c in node.cases), lambda: GOES_ON])


def _captured(pattern: cst.CSTNode) -> list[str]:
    found = []
    stack: list[cst.CSTNode] = [pattern]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            found.append(node.name.value)
        stack.extend(children_of(node))
    return found


def _function(m: Machine, node: cst.FunctionDef) -> bool:
    bind_name(m, node.name.value, functions.define_function(m, node))
    return GOES_ON


def _alias(m: Machine, node: cst.TypeAlias) -> bool:
    """``type X = …``: what it stands for is looked at when somebody asks, if ever."""
    bind_name(m, node.name.value, m.opaque(node))
    return GOES_ON


def _class(m: Machine, node: cst.ClassDef) -> bool:
    bind_name(m, node.name.value, define_class(m, node))
    return GOES_ON


EXECUTORS: dict[type, Executor] = {
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Import: imports.import_names,
    cst.ImportFrom: imports.import_from,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: with_blocks.with_statement,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.TypeAlias: _alias,
}
