"""Functions: how they are made, decorated, called and entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from tfgraphlint.bindings import parameters
from tfgraphlint.facts import Mode, Place
from tfgraphlint.interpret.frames import Frame, Spread, join
from tfgraphlint.interpret.inspect import elements, tapes_within
from tfgraphlint.interpret.machine import MOST_DEPTH, MOST_ENTRIES, Machine, Running
from tfgraphlint.interpret.provenance import Calls, Kind
from tfgraphlint.interpret.store import State
from tfgraphlint.interpret.values import (
    OTHER,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Nothing,
    Object,
    Partial,
    Traced,
    TracedCallable,
    Unknown,
    Value,
    sequence,
)
from tfgraphlint.tree import Tree, children_of, once_per_node


@dataclass
class Arguments:
    """The values of a call, with the nodes they were written as where there are any."""

    positional: list[Value]
    keywords: dict[str, Value] = field(default_factory=dict)
    starred: Value | None = None  # ``*args`` of unknown length
    double_starred: Value | None = None  # ``**kwargs`` with unknown keys
    nodes: list[cst.BaseExpression | None] = field(default_factory=list)
    keyword_nodes: dict[str, cst.BaseExpression] = field(default_factory=dict)

    def all(self) -> list[Value]:
        """Every value that is passed."""
        more = [value for value in (self.starred, self.double_starred) if value is not None]
        return [*self.positional, *self.keywords.values(), *more]

    def get(self, index: int, name: str) -> Value | None:
        """The argument at this position or of this name."""
        if name in self.keywords:
            return self.keywords[name]
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return None

    def node(self, index: int, name: str) -> cst.BaseExpression | None:
        """The expression written for the argument at this position or of this name."""
        if name in self.keyword_nodes:
            return self.keyword_nodes[name]
        if 0 <= index < len(self.nodes):
            return self.nodes[index]
        return None

    @property
    def certain(self) -> bool:
        """Whether it is known which arguments there are."""
        return self.starred is None and self.double_starred is None

    def after(self, first: Value) -> Arguments:
        """The same arguments behind a first one: the receiver of a method."""
        return Arguments([first, *self.positional], self.keywords, self.starred, self.double_starred,
                         [None, *self.nodes], self.keyword_nodes)


def arguments_of(m: Machine, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call in the order they stand."""
    from tfgraphlint.interpret import python_values
    from tfgraphlint.interpret.expressions import evaluate, iterate

    found = Arguments([])
    for arg in node.args:
        value = evaluate(m, arg.value)
        if arg.star == "*":
            items = value.state["items"] if isinstance(value, Items) else None
            if isinstance(items, tuple) and found.starred is None:
                found.positional.extend(items)
                found.nodes.extend([None] * len(items))
            else:
                python_values.walked(m, arg.value, value)
                found.starred = join(list(iterate(m, value, arg.value)[0]) or [m.opaque(arg)])
        elif arg.star == "**":
            _double_star(found, value)
        elif arg.keyword is not None:
            found.keywords[arg.keyword.value] = value
            found.keyword_nodes[arg.keyword.value] = arg.value
        else:
            found.positional.append(value)
            found.nodes.append(arg.value)
    return found


def _double_star(found: Arguments, value: Value) -> None:
    if isinstance(value, Dict):
        for key, held in value.state.items():
            if isinstance(key, str):
                found.keywords[key] = held
            else:
                found.double_starred = held
    else:
        found.double_starred = value


def call_expression(m: Machine, node: cst.Call) -> Value:
    """Evaluate ``f(...)``."""
    from tfgraphlint.interpret.expressions import evaluate

    function = evaluate(m, node.func)
    if isinstance(function, Library) and function.name == "builtins.super":
        from tfgraphlint.interpret.classes import make_super

        return make_super(m, node)
    return call(m, function, arguments_of(m, node), node)


def call(m: Machine, function: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling ``function``; ``node`` is where the call stands."""
    from tfgraphlint.interpret import classes, methods, tracing
    from tfgraphlint.libraries import calls as library

    m.step()
    match function:
        case Choice():
            with m.one_of_several():
                return join([call(m, option, args, node) for option in function.options])
        case Function():
            return call_function(m, function, args, node)
        case Method():
            return call_function(m, function.function, args.after(function.receiver), node)
        case Partial():
            merged = Arguments(
                [*function.arguments, *args.positional], {**function.keywords, **args.keywords},
                args.starred, args.double_starred,
                [*([None] * len(function.arguments)), *args.nodes], args.keyword_nodes,
            )
            return call(m, function.function, merged, node)
        case TracedCallable():
            return tracing.call_traced(m, function, args, node)
        case Class():
            return classes.instantiate(m, function, args, node)
        case Instance():
            return classes.call_instance(m, function, args, node)
    with m.called_by(False):
        match function:
            case Library():
                return library.call(m, function.name, args, node)
            case LibraryMethod():
                return methods.call(m, function, args, node)
            case Object():
                return library.call_object(m, function, args, node)
    return unknown_call(m, [function], args, node)


def unknown_call(m: Machine, holders: Sequence[Value], args: Arguments, node: cst.CSTNode) -> Unknown:
    """The result of a call that we cannot follow. Tapes given to it may be asked or told anything."""
    from tfgraphlint.interpret import tapes

    given = args.all()
    for value in given:
        for tape in tapes_within(value):
            tapes.escape(m, tape)
        _forget_lists(m, value)
    return m.opaque(node, [*holders, *given])


def _forget_lists(m: Machine, value: Value) -> None:
    """A list given away may come back longer."""
    if isinstance(value, Items) and value.kind == "list" and not elements(value):
        m.store.write(value.state, "items", Spread(m.external(m.frame.scope.tree.module)))


def traced_mode(m: Machine, traced: Traced) -> Running:
    """The mode inside a function that is traced, unless functions run eagerly here."""
    if m.functions_run_eagerly:
        return m.running
    outer = m.running.traced
    if m.mode is Mode.GRAPH and outer is not None:
        if traced.jit and not outer.jit:
            outer = replace(outer, jit=True)
        return Running(Mode.GRAPH, m.running.why, outer, traced.autograph, m.running.by)
    return Running(Mode.GRAPH, traced.place, traced, traced.autograph, traced.by)


# -- making functions ----------------------------------------------------------------------------


def make_function(m: Machine, node: cst.FunctionDef | cst.Lambda) -> Function:
    """The function object of a ``def`` or ``lambda`` that is evaluated here."""
    from tfgraphlint.interpret.expressions import evaluate

    defaults: dict[str, Value] = {}
    for param in parameters(node):
        if param.default is not None:
            defaults[param.name.value] = evaluate(m, param.default)
    closure = m.frame if m.frame.function is not None or m.frame.parent is not None else None
    return Function(node, m.frame.scope, closure, defaults)


def define_function(m: Machine, node: cst.FunctionDef) -> Value:
    """The value that a ``def`` binds: the function as its decorators leave it."""
    from tfgraphlint.interpret.expressions import evaluate
    from tfgraphlint.libraries import decorators

    function = make_function(m, node)
    m.defined.append(function)
    value: Value = function
    for decorator in reversed(node.decorators):
        value = decorators.apply(m, evaluate(m, decorator.decorator), value, decorator.decorator)
    return value


# -- entering functions --------------------------------------------------------------------------


def call_function(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """Follow a call into a function of the project."""
    key = id(function.definition)
    m.reached.add(function.definition)
    if m.graphs:
        from tfgraphlint.interpret import recursion

        recursion.entered(m, function, args, node)
    depth = sum(1 for running in m.stack if running.definition is function.definition)
    if depth > 1 or len(m.stack) >= MOST_DEPTH or m.entries[key] >= MOST_ENTRIES:
        return unknown_call(m, [function], args, node)
    if function.wrapper is not None:
        from tfgraphlint.libraries import decorators

        wrapped = decorators.call_wrapped(m, function, args, node)
        if wrapped is not None:
            return wrapped
    if is_generator(function.scope.tree, function.definition):
        return generator(m, function, args, node)
    return enter(m, function, args, node)


def enter(m: Machine, function: Function, args: Arguments, node: cst.CSTNode,
          on_yield: Callable[[Value], None] | None = None) -> Value:
    """Run the body of a function with these arguments; the join of what it returns."""
    m.entries[id(function.definition)] += 1
    running = traced_mode(m, function.traced) if function.traced is not None else m.running
    if function.traced is None and m.mode is Mode.GRAPH and not _converted(function):
        running = Running(m.running.mode, m.running.why, m.running.traced, False, m.running.by)
    caller = m.frame
    frame = Frame(function.scope, {}, function.closure, function)
    frame.owner = function.owner
    frame.caller, frame.autograph = caller, running.autograph
    frame.via, m.via = m.via, None
    place = Place(caller.scope.tree, node)
    mark = m.store.mark()
    frame.marks.append(mark)
    frame.on_yield = on_yield
    m.calls.append(place)
    chain, m.chain = m.chain, Calls(place, m.chain)
    m.stack.append(function)
    m.frame = frame
    try:
        bind_parameters(m, function, args, node)
        with m.run_as(running):
            value = _run_body(m, function, frame, mark)
    finally:
        m.frame, m.via = caller, frame.via
        m.stack.pop()
        m.calls.pop()
        m.chain = chain
        if len(m.store) > mark:
            m.store.keep(mark)
    return value


def _converted(function: Function) -> bool:
    """Whether AutoGraph goes on into this function when code that it converted calls it."""
    return function.wrapper != "do_not_convert"


def _run_body(m: Machine, function: Function, frame: Frame, mark: int) -> Value:
    from tfgraphlint.interpret.expressions import evaluate
    from tfgraphlint.interpret.statements import suite

    definition = function.definition
    if isinstance(definition, cst.Lambda):
        return evaluate(m, definition.body)
    goes_on = suite(m, definition.body)
    returns = frame.returns
    if not returns:
        # A body that only raises is left to subclasses: what theirs returns, nobody knows here.
        return _end_of_body(function, frame) if goes_on else m.opaque(definition, list(frame.names.values()))
    if not goes_on and len(returns) == 1 and not _differs(m, mark, returns[0][1]):
        return returns[0][0]
    values = [value for value, _ in returns]
    ends = [changes for _, changes in returns]
    if goes_on:
        values.append(Const(None))
        ends.append(m.store.changes(mark))
    m.store.rewind(mark)
    m.store.mark()
    m.store.merge(ends)
    return join(values)


def _end_of_body(function: Function, frame: Frame) -> Const:
    """The None of a body that ends. A method that a subclass may have in its own way says nothing by it."""
    params = function.definition.params.params
    receiver = frame.names.get(params[0].name.value) if params and function.owner is not None else None
    if isinstance(receiver, Instance) and receiver.partial and not _ends_with_value(function.definition):
        return Const(None)
    return Nothing(None, function)


def _ends_with_value(definition: cst.CSTNode) -> bool:
    """Whether the last statement binds a local name, for nobody to read."""
    match definition:
        case cst.FunctionDef(body=cst.IndentedBlock(body=[*_, cst.SimpleStatementLine(body=[*_, cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name())]
        )])])):  # fmt: skip
            return True
    return False


def _differs(m: Machine, mark: int, end: object) -> bool:
    """Whether the state at the only return is not the present one (it was in a branch, taken back)."""
    return m.store.changes(mark) != end


def bind_parameters(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> None:
    """Bind arguments to parameters; what nobody passes is its default or unknown."""
    params = function.definition.params
    positional = list(args.positional)
    keywords = dict(args.keywords)
    for param in (*params.posonly_params, *params.params):
        name = param.name.value
        if positional:
            value = positional.pop(0)
        elif name in keywords:
            value = keywords.pop(name)
        elif args.starred is not None:
            value = args.starred
        else:
            value = _default(m, function, args, param)
        bind_parameter(m, name, value)
    if isinstance(params.star_arg, cst.Param):
        rest = sequence("tuple", positional)
        if args.starred is not None:
            rest = Items("tuple", {"items": Spread(join([*positional, args.starred]))})
        bind_parameter(m, params.star_arg.name.value, rest)
    for param in params.kwonly_params:
        name = param.name.value
        passed = keywords.pop(name, None)
        bind_parameter(m, name, passed if passed is not None else _default(m, function, args, param))
    if params.star_kwarg is not None:
        state: State = {**keywords}
        if args.double_starred is not None:
            state[OTHER] = args.double_starred
        bind_parameter(m, params.star_kwarg.name.value, Dict(state))


def bind_parameter(m: Machine, name: str, value: Value) -> None:
    """Bind a parameter in the frame of the call."""
    m.store.write(m.frame.names, name, value)


def _default(m: Machine, function: Function, args: Arguments, param: cst.Param) -> Value:
    name = param.name.value
    if args.double_starred is not None:
        return m.external(param)
    if name in function.defaults:
        return function.defaults[name]
    return m.external(param)


# -- generators ----------------------------------------------------------------------------------


@once_per_node
def is_generator(tree: Tree, definition: cst.FunctionDef | cst.Lambda) -> bool:
    """Whether the body yields (in the function itself, not in one nested in it)."""
    return "yield" in tree.text and _yields(definition)


def _yields(definition: cst.CSTNode) -> bool:
    stack: list[cst.CSTNode] = children_of(definition)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            return True
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            stack.extend(children_of(node))
    return False


def generator(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """A call of a generator function: a list of what it yields, run at once."""
    if function.wrapper == "contextmanager":
        state: State = {"function": function, "arguments": args}
        return Object("contextlib.contextmanager", m.leaf(Kind.OPAQUE, node), "generator_manager", state)
    found: list[Value] = []
    enter(m, function, args, node, found.append)
    return Items("generator", {"items": Spread(join(found))}) if found else sequence("generator", ())


def run_to_yield(m: Machine, manager: Object, at_yield: Callable[[Value], None]) -> None:
    """Run a ``@contextmanager`` function; ``at_yield`` runs the body of the ``with``."""
    function, args = manager.state["function"], manager.state["arguments"]
    place = manager.node.place
    assert isinstance(function, Function) and isinstance(args, Arguments) and place is not None
    enter(m, function, args, place.node, at_yield)


def yielded(m: Machine, value: Value) -> None:
    """The running function yields ``value``."""
    frame: Frame | None = m.frame
    while frame is not None and frame.on_yield is None:
        frame = frame.parent if frame.function is m.frame.function else None
    if frame is not None and frame.on_yield is not None:
        frame.on_yield(value)


