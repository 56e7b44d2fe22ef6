"""What is started from outside of a file, eagerly: its tests, and the functions that the project's commands call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Class, Frame, Function, ModuleScope
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Method
from tfgraphlint.interpret.root_budgets import Telling
from tfgraphlint.syntax.tree import nodes_in

MAX_TEST_STEPS = 1_500  # of one test; most are short
# What unittest and pytest call before each test, in this order.
PREPARATIONS = ("setUpClass", "setup_class", "setUp", "setup_method", "setup")


def roots(m: Machine, scope: ModuleScope, name: str, telling: Telling) -> Iterator[tuple[Callable[[], object], int]]:
    """How to start the function, or the tests of the class, of this name, and the steps that each is worth."""
    value = scope.names.get(name)
    for held in within(value) if isinstance(value, Value) else ():
        if isinstance(held, Function) and held.scope is scope and held.definition not in m.reached:
            steps = telling.steps_of_started(name)
            if name.startswith("test"):
                steps = 0 if _may_be_skipped(held) else min(steps, MAX_TEST_STEPS)
            if steps:
                yield (lambda held=held: _start(m, held, held)), steps  # type: ignore[misc]
        elif isinstance(held, Class) and held.scope is scope:
            yield from _tests(m, held, telling)


def _tests(m: Machine, cls: Class, telling: Telling) -> Iterator[tuple[Callable[[], object], int]]:
    prepares = [class_hierarchy.class_attribute(cls, name) for name in PREPARATIONS]
    before = [each for each in prepares if isinstance(each, Function)]
    if _may_be_skipped(cls) or any(map(_may_be_skipped, before)):
        return
    steps = min(telling.steps_of_started(cls.name), MAX_TEST_STEPS)
    for value in list(cls.state.values()) if steps else ():
        for held in within(value) if isinstance(value, Value) else ():
            if isinstance(held, Function) and held.owner is cls and held.name.startswith("test"):
                if not _may_be_skipped(held):
                    yield (lambda held=held: _run_test(m, cls, before, held)), steps  # type: ignore[misc]


def _may_be_skipped(tested: Function | Class) -> bool:
    """Whether a test, its class, or what prepares it may say that it is not to run here.

    unittest, pytest and helpers of a project (``skip_without_gpu()``) do it by a decorator, by a call whose result
    nobody needs, or by an error. Their names are only a convention, so that the word is looked for there, and nowhere
    else: ``skip`` is a method of datasets as well, and networks have skip connections.
    """
    definition = tested.definition
    named = [] if isinstance(definition, cst.Lambda) else [each.decorator for each in definition.decorators]
    for node in nodes_in(definition) if isinstance(tested, Function) else ():
        if isinstance(node, (cst.Expr, cst.Return)) and isinstance(node.value, cst.Call):
            named.append(node.value.func)
        elif isinstance(node, cst.Raise) and node.exc is not None:
            named.append(node.exc)
    return any("skip" in tested.scope.tree.code(each).lower() for each in named)


def _run_test(m: Machine, cls: Class, before: Sequence[Function], test: Function) -> None:
    """A test method on an object of its own, after what prepares it."""
    instance = Instance(cls, m.leaf(Kind.OPAQUE, cls.definition))
    m.frame = Frame(test.scope, test.scope.names)
    for prepares in before:
        _start(m, Method(cls if prepares.wrapper == "classmethod" else instance, prepares), prepares, 1)
    _start(m, Method(instance, test), test, 1)


def _start(m: Machine, value: Value, function: Function, skip: int = 0) -> None:
    """Call a function as a program or a runner of tests does: eagerly, with arguments that nobody here knows."""
    with m.run_as(Running(m.module_mode)):
        params = function.definition.params
        wanted = [param for param in (*params.posonly_params, *params.params)[skip:] if param.default is None]
        m.call(value, Arguments([m.external(param) for param in wanted]), function.definition)
