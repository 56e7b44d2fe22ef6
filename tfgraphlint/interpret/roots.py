"""Where interpretation begins: a module's top level, then every function that nothing reached."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import libcst as cst

from tfgraphlint.facts.common import Fact, Mode, Place, Traced
from tfgraphlint.facts.gradients import GradientLost, LossNotCallable
from tfgraphlint.facts.graph_api import ApiUsed, GraphApiInEager
from tfgraphlint.facts.keras import UntrackedVariable
from tfgraphlint.facts.limits import ReadInPart
from tfgraphlint.interpret import started
from tfgraphlint.interpret.checks import eager_switches
from tfgraphlint.interpret.checks.api_uses import GRAPH_GRADIENTS
from tfgraphlint.interpret.core import class_hierarchy, effort
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.effort import LOOKS_PER_STEP, OutOfBudget
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import MAX_STEPS, Machine, Ports, Running
from tfgraphlint.interpret.core.objects import Network
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Class, Frame, Function, ModuleScope
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Library, Method, TracedCallable, Unknown
from tfgraphlint.interpret.listeners import listeners
from tfgraphlint.interpret.python import attributes, calls, expressions, statements
from tfgraphlint.interpret.python.modules import run_module
from tfgraphlint.interpret.root_budgets import Telling
from tfgraphlint.libraries import dispatch, switches
from tfgraphlint.libraries.keras import training
from tfgraphlint.libraries.python import at_exit
from tfgraphlint.libraries.tables import load
from tfgraphlint.project.modules import Project
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.conventional_names import taken_for_libraries
from tfgraphlint.syntax.parents import parent, scopes_of
from tfgraphlint.syntax.tree import Tree

MAX_STEPS_PER_FILE = 150_000


@lru_cache(maxsize=1)
def usual_ports() -> Ports:
    """What the parts of the interpreter need of each other, and who listens."""
    return Ports(
        evaluate=expressions.evaluate, execute=statements.suite, call=calls.call, attribute=attributes.find,
        libraries=dispatch, listeners=listeners(),
    )  # fmt: skip


def interpret(
    project: Project, tree: Tree, outline: Outline, path: str = "", called: Iterable[str] = (),
    ports: Ports | None = None,
) -> list[Fact]:
    """The facts that hold for the file: what certainly happens when its code runs.

    ``outline`` is the file's, and says which of its functions are worth running. ``called`` are its functions and
    classes that run without being called in the file: tests, and what commands of the project call. ``ports`` are
    others than the usual ones, for whoever wants to see what happens.
    """
    file = Path(path or tree.filename).resolve()
    effort.allow(effort.UNBOUNDED)
    m = Machine(project, load(), Running(switches.module_mode(project, tree, file)), ports or usual_ports())
    scope = ModuleScope(tree, str(file))
    known = m.scopes.get(scope.path)
    m.scopes[scope.path] = scope
    for name, module in taken_for_libraries(tree.text).items():
        scope.names[name] = Library(m.tables.canonical(module))
    mark = m.store.mark()
    try:
        _run_all(m, scope, Telling(outline), called)
    finally:
        m.store.rewind(mark)
        del m.scopes[scope.path]  # what ran with facts is taken back; others import it anew
        if known is not None:
            m.scopes[scope.path] = known
    if any(map(_needs_eager_program, m.facts)) and switches.switched_elsewhere(project, tree.text, file):
        m.facts = [fact for fact in m.facts if not _needs_eager_program(fact)]
    m.facts = [fact for fact in m.facts if runs_as_supposed(project, fact, tree, file)]
    m.end()
    return [fact for fact in eager_switches.gathered(m.facts) if not _expected(m, fact)]


def _run_all(m: Machine, scope: ModuleScope, telling: Telling, called: Iterable[str]) -> None:
    """The module's top level, what others start in it, then all that it defines and nothing reached."""
    m.frame = Frame(scope, scope.names)
    m.allow(telling.steps_of_top_level)
    with _noting(m, scope.tree.module):
        run_module(m, scope)
        at_exit.run(m)
    effort.allow(effort.UNBOUNDED)
    m.frame = Frame(scope, scope.names)
    m.functions_perhaps_eager = switches.runs_functions_eagerly_within(scope.tree)
    for name in sorted(called):
        for root, steps in started.roots(m, scope, name, telling):
            run_root(m, root, steps)
    for by_keras in (False, True):  # what other code calls itself, it may well call eagerly
        seen: set[Class] = set()
        values = [value for value in scope.names.values() if isinstance(value, Value)]
        for value in sorted(values, key=lambda value: not isinstance(value, TracedCallable)):
            _roots_of(m, scope, value, telling, by_keras, seen)


def _expected(m: Machine, fact: Fact) -> bool:
    """Whether somebody reckons with it: a gradient that is tested for None, a variable that is named to a tape."""
    if isinstance(fact, UntrackedVariable):
        return fact.place.node in m.named
    return isinstance(fact, GradientLost) and not fact.faults and fact.place.node in m.none_expected


def _needs_eager_program(fact: Fact) -> bool:
    """Whether the fact is certain, and only because the program as a whole runs eagerly."""
    match fact:
        case GraphApiInEager(uncalled=()):
            return True
        case ApiUsed(mode=Mode.EAGER, why=None, uncalled=()):
            return fact.name.endswith(GRAPH_GRADIENTS)
    return False


def _supposed_to_be_traced(fact: Traced, tree: Tree) -> str:
    """The class of a method that Keras traces since nobody calls it; "" where something else traces the code."""
    definition = parent(tree, fact.why.node) if fact.why is not None and fact.why.tree is tree else None
    if not isinstance(definition, cst.FunctionDef) or fact.by == "tensorflow.function":
        return ""
    return next((scope.name.value for scope in scopes_of(tree, definition) if isinstance(scope, cst.ClassDef)), "")


def runs_as_supposed(project: Project, fact: Fact, tree: Tree, file: Path) -> bool:
    """Whether nothing in the project speaks against it that the code of a fact runs eagerly, or is traced by Keras."""
    if isinstance(fact, Traced) and (name := _supposed_to_be_traced(fact, tree)):
        return switches.callers_of(project).may_be_traced(file, name)
    if not isinstance(fact, (ApiUsed, LossNotCallable, GraphApiInEager)) or not fact.uncalled:
        return True
    rows = []
    for place in fact.uncalled:
        definition = place.node
        if place.tree is not tree or not isinstance(definition, cst.FunctionDef):
            return False
        rows.append(tree.row(definition))
    needs_graph = isinstance(fact, GraphApiInEager)
    return switches.callers_of(project).runs_eagerly(file, tree.text, rows, needs_graph=needs_graph)


def _roots_of(
    m: Machine, scope: ModuleScope, value: Value, telling: Telling, by_keras: bool, seen: set[Class]
) -> None:
    if not by_keras:
        for called, function in list(callables_in(value)):
            wanted = function.scope is scope and function.owner is None and function.definition not in m.reached
            if wanted and (steps := telling.steps(function.name)):
                run_root(m, lambda called=called: root_call(m, called), steps, function.definition)  # type: ignore[misc]
    for held in within(value):
        if isinstance(held, Class) and held.scope is scope:
            class_roots(m, held, telling, by_keras, seen)


def class_roots(m: Machine, cls: Class, telling: Telling, by_keras: bool, seen: set[Class]) -> None:
    """Every method that nothing reached, on one instance made as the class makes it: those that Keras traces, or the
    others. Classes may hold each other: what was ``seen`` is not looked at again."""
    if cls in seen:
        return
    seen.add(cls)
    methods = []
    for value in list(cls.state.values()):
        if isinstance(value, Class):
            if value.scope is cls.scope:  # `config_class = Config` may name one of another file
                class_roots(m, value, telling, by_keras, seen)
        elif isinstance(value, Value):
            methods += [
                (value, held, steps)
                for held in within(value)
                if isinstance(held, Function) and held.owner is cls
                and training.is_traced_call(m, cls, held) is by_keras
                and (steps := telling.steps(held.name, cls.name))
            ]
    methods = [each for each in methods if each[1].definition not in m.reached]
    if not methods:
        return
    made: list[Instance] = []
    mark = m.store.mark()
    most = max(steps for _, _, steps in methods)
    run_root(m, lambda: made.append(make_instance(m, cls)), most, cls.definition, keep=True)
    for value in list(made[0].state.values()) if made else ():
        traced = _traced_method(value)
        if traced is not None and any(traced is function and traced.definition not in m.reached
                                      for _, function, _ in methods):  # fmt: skip
            of = traced.definition
            run_root(m, lambda f=traced, v=value: m.call(v, _unknown_arguments(m, f, 1), f.definition), most, of)  # type: ignore[misc]
    for value, function, steps in methods:
        if function.definition not in m.reached and made:
            run_root(m, lambda f=function, v=value: _method_root(m, cls, made[0], v, f), steps, function.definition)  # type: ignore[misc]
    m.store.rewind(mark)


def _traced_method(value: object) -> Function | None:
    """The method that an attribute is a ``tf.function`` of: ``self.step = tf.function(self._step)``."""
    inner = value.inner if isinstance(value, TracedCallable) else None
    return inner.function if isinstance(inner, Method) else None


@contextlib.contextmanager
def _noting(m: Machine, of: cst.CSTNode) -> Iterator[None]:
    """Around a root: say where there were not enough steps to see all of it."""
    scope, m.skipped = m.frame.scope, False
    try:
        yield
    except OutOfBudget:
        m.skipped = True
    if m.skipped:
        m.facts.append(ReadInPart(Place(scope.tree, of), _name_of(of)))


def _name_of(root: cst.CSTNode) -> str:
    return root.name.value if isinstance(root, (cst.FunctionDef, cst.ClassDef)) else ""


def run_root(
    m: Machine, root: Callable[[], object], steps: int, of: cst.CSTNode | None = None, *, keep: bool = False
) -> None:
    """Run so many steps of a root, the function or class ``of``, from the state after the top level; its effects are
    taken back, or kept."""
    of = of or m.frame.scope.tree.module
    if m.spent > MAX_STEPS_PER_FILE:
        m.facts.append(ReadInPart(Place(m.frame.scope.tree, of), _name_of(of)))
        return
    mark = m.store.mark()
    m.allow(steps)
    m.entries.clear()
    before = m.frame, m.running, m.active
    try:
        with _noting(m, of):
            root()
    finally:
        m.frame, m.running = before[0], before[1]
        m.calls.clear()
        m.stack.clear()
        m.chain = None
        looked = steps - effort.allow(effort.UNBOUNDED) // LOOKS_PER_STEP
        m.spent += max(m.steps - (MAX_STEPS - steps), looked)
        if keep:
            m.store.keep(mark)
        else:
            m.store.rewind(mark)


def root_call(m: Machine, value: Value) -> Value:
    """Call a function with arguments that nobody passed, and the functions that it makes and returns."""
    function = _function_of(value)
    if function is None:
        return m.external(m.frame.scope.tree.module)
    with m.run_as(m.uncalled(function)):
        result = m.call(value, _unknown_arguments(m, function), function.definition)
        call_returned(m, result)
    return result


def call_returned(m: Machine, result: Value) -> None:
    """Call the functions that were made by one that nobody calls, and that nobody calls either."""
    for value, function in callables_in(result):
        if function.closure is not None and function.owner is None and function.definition not in m.reached:
            root_call(m, value)


def callables_in(value: Value) -> Iterator[tuple[Value, Function]]:
    """The functions of the project that a value holds, each as it would be called: a ``tf.function`` as such."""
    wrapped: set[int] = set()
    for held in within(value):
        if isinstance(held, TracedCallable):
            function = _function_of(held)
            if function is not None and id(function) not in wrapped:
                yield held, function
            wrapped |= {id(inner) for inner in within(held)}
        elif isinstance(held, Function) and id(held) not in wrapped:
            yield held, held


def _function_of(value: Value) -> Function | None:
    for held in within(value):
        if isinstance(held, Function):
            return held
    return None


def _unknown_arguments(m: Machine, function: Function, skip: int = 0) -> Arguments:
    params = function.definition.params
    found = Arguments([])
    for param in (*params.posonly_params, *params.params)[skip:]:
        value: Value = m.external(param)
        if param.name.value in function.defaults:
            value = join([function.defaults[param.name.value], value])
        found.positional.append(value)
    for param in params.kwonly_params:
        value = m.external(param)
        if param.name.value in function.defaults:
            value = join([function.defaults[param.name.value], value])
        found.keywords[param.name.value] = value
    if isinstance(params.star_arg, cst.Param):
        found.starred = m.external(params.star_arg)
    if params.star_kwarg is not None:
        found.double_starred = m.external(params.star_kwarg)
    return found


def _method_root(m: Machine, cls: Class, instance: Instance, value: Value, function: Function) -> None:
    if function.wrapper == "staticmethod":
        root_call(m, value)
        return
    m.frame = Frame(function.scope, function.scope.names)  # a decorator of another file may have made it
    receiver: Value = cls if function.wrapper == "classmethod" else instance
    converts = m.keras_autograph and function.name == "call"
    with m.run_as(training.method_mode(m, cls, function, m.running)), m.called_by(converts):
        bound = _rebound(value, receiver)
        args = training.method_arguments(m, cls, instance, function) or _unknown_arguments(m, function, 1)
        call_returned(m, training.run_method(m, cls, bound, args, function))


def _rebound(value: Value, receiver: Value) -> Value:
    if isinstance(value, TracedCallable):
        return TracedCallable(_rebound(value.inner, receiver), value.traced)
    return Method(receiver, value) if isinstance(value, Function) else value


def make_instance(m: Machine, cls: Class) -> Instance:
    """An instance for a root: ``__init__`` run with unknown arguments; what other methods set, unknown."""
    instance = Instance(cls, m.leaf(Kind.OPAQUE, cls.definition), partial=True)
    if issubclass(class_hierarchy.kind_of(m, cls), Network):
        instance.node = m.leaf(Kind.VARIABLE, cls.definition)
        instance.node.trainable = True
    init = class_hierarchy.class_attribute(cls, "__init__")
    if isinstance(init, Function):
        with m.mute(), m.run_as(m.uncalled(init)):
            args = _unknown_arguments(m, init, 1)
            m.call(Method(instance, init), args, cls.definition)
        m.reached.discard(init.definition)
    for name in _set_elsewhere(cls):
        held = instance.state.get(name)
        made = m.leaf(Kind.OPAQUE, cls.definition)
        made.edges = (Edge(instance.node, Flow.UNKNOWN),)
        other = Unknown(made, external=True)
        m.store.write(instance.state, name, join([held, other]) if isinstance(held, Value) else other)
    return instance


def _set_elsewhere(cls: Class) -> set[str]:
    """Attributes of ``self`` that methods other than ``__init__`` assign."""
    found: set[str] = set()
    for value in cls.state.values():
        if not isinstance(value, Value):
            continue
        for held in within(value):
            if isinstance(held, Function) and held.owner is cls and held.name != "__init__":
                found |= held.scope.tree.assigned_attributes(held.definition)
    return found
