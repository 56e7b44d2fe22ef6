"""Functions that programs define for themselves."""

from __future__ import annotations

from ..writer import Helper, Scope, Value, Writer
from .cuts import cut
from .expressions import REDUCTIONS, expression

WORDS = ("penalty", "scaled", "normalise", "activation", "transform", "distance", "mix", "energy", "residual", "score")


def helper(w: Writer, scope: Scope, receiver: str = "") -> Helper:
    """Define one; ``receiver`` is ``self`` for a method."""
    forms = [_function, _function, _function, _early, _with_default, _decorated]
    if not receiver:
        forms += [_lambda, _nested, _partial, _callable_object]
    made = w.random.choice(forms)(w, scope, receiver)
    w.line("")
    scope.helpers.append(made)
    return made


def _parameters(w: Writer) -> list[Value]:
    words = w.random.choice((["x"], ["t"], ["x", "y"], ["a", "b"], ["prediction", "target"], ["values"]))
    return [Value(word, "p", "tensor") for word in words]


def _body(w: Writer, scope: Scope, parameters: list[Value]) -> tuple[Value, bool]:
    """Statements of a body and what it returns; whether that is reduced to a scalar."""
    outer = [v for v in scope.values if v.shape == "s" and v.framework] if w.chance(0.4) else []
    inner = Scope(
        values=[*outer, *parameters], helpers=[h for h in scope.helpers if w.chance(0.3) and "." not in h.text]
    )
    here = parameters[0]
    for _ in range(w.random.randint(0, 2)):
        value = expression(w, Scope([*inner.values, here], inner.helpers))
        if value.shape == "p" and value.sort == "tensor":
            here = w.bind(inner, value, "h", "u", "z", "scale")
    if w.chance(0.12):
        changed = cut(w, here)
        if changed is not None and changed.shape == "p":
            here = changed if w.chance(0.3) else w.bind(inner, changed, "h", "u", "z")
    value = expression(w, Scope([here]))
    if w.chance(0.3) and value.framework:
        return Value(f"{w.choose(REDUCTIONS)}({value.text})", "s", value.sort), True
    return value, False


def _header(w: Writer, name: str, parameters: list[Value], receiver: str, extra: str = "") -> str:
    names = [*([receiver] if receiver else []), *(parameter.text for parameter in parameters)]
    return f"def {name}({', '.join(names)}{extra}):"


def _spelled(receiver: str, name: str) -> str:
    return f"{receiver}.{name}" if receiver else name


def _function(w: Writer, scope: Scope, receiver: str) -> Helper:
    name, parameters = w.name(*WORDS), _parameters(w)
    with w.function(_header(w, name, parameters, receiver)):
        value, reduces = _body(w, scope, parameters)
        w.line(f"return {value.text}")
    return Helper(_spelled(receiver, name), len(parameters), reduces, value.sort)


def _decorated(w: Writer, scope: Scope, receiver: str) -> Helper:
    """Traced, with nothing in it that cannot be."""
    if w.chance(0.8) or w.zeros:
        return _function(w, scope, receiver)
    name, parameters = w.name(*WORDS), _parameters(w)
    w.line("@tf.function")
    with w.function(_header(w, name, parameters, receiver)):
        value = expression(w, Scope(list(parameters)))
        w.line(f"return {value.text}")
    return Helper(_spelled(receiver, name), len(parameters), False, "tensor")


def _early(w: Writer, scope: Scope, receiver: str) -> Helper:
    """Returns early under a Python condition."""
    name, parameters = w.name(*WORDS), _parameters(w)
    with w.function(_header(w, name, parameters, receiver, ", training=True")):
        with w.block(f"if {w.choose(('not training', 'training'))}:"):
            w.line(f"return {expression(w, Scope(list(parameters))).text}")
        value = expression(w, Scope(list(parameters)))
        w.line(f"return {value.text}")
    return Helper(_spelled(receiver, name), len(parameters), False, "tensor")


def _with_default(w: Writer, scope: Scope, receiver: str) -> Helper:
    name, parameters = w.name(*WORDS), _parameters(w)
    with w.function(_header(w, name, parameters, receiver, ", rate=0.5, steps=2")):
        w.line(f"total = {parameters[0].text}")
        with w.block("for _ in range(steps):"):
            inner = Scope([*parameters, Value("total", "p")])
            value = expression(w, inner)
            w.line(f"total = total + rate * {value.text}" if w.chance(0.5) else f"total = {value.text}")
        w.line("return total")
    return Helper(_spelled(receiver, name), len(parameters), False, "tensor")


def _lambda(w: Writer, scope: Scope, receiver: str) -> Helper:
    name, parameters = w.name(*WORDS), _parameters(w)
    value = expression(w, Scope(list(parameters)))
    if w.chance(0.12):
        value = cut(w, value) or value
        if value.shape != "p":
            value = Value(f"{value.text} * tf.ones_like({parameters[0].text})", "p", "tensor")
    w.line(f"{name} = lambda {', '.join(p.text for p in parameters)}: {value.text}")
    return Helper(name, len(parameters), False, value.sort)


def _nested(w: Writer, scope: Scope, receiver: str) -> Helper:
    """A factory, and what it made."""
    factory, name, parameters = w.name("make_loss", "build", "factory"), w.name(*WORDS), _parameters(w)
    with w.function(f"def {factory}(scale):"):
        with w.function(_header(w, "inner", parameters, "")):
            value, reduces = _body(w, scope, parameters)
            w.line(f"return scale * {value.text}")
        w.line("return inner")
    w.line("")
    w.line(f"{name} = {factory}({w.choose(('0.5', '2.0'))})")
    return Helper(name, len(parameters), reduces, value.sort)


def _partial(w: Writer, scope: Scope, receiver: str) -> Helper:
    function, name, parameters = w.name("blend", "weighted"), w.name(*WORDS), _parameters(w)
    with w.function(_header(w, function, parameters, "", ", rate")):
        value, reduces = _body(w, scope, parameters)
        w.line(f"return rate * {value.text}")
    w.line("")
    w.line(f"{name} = functools.partial({function}, rate=0.5)")
    return Helper(name, len(parameters), reduces, value.sort)


def _callable_object(w: Writer, scope: Scope, receiver: str) -> Helper:
    cls, name, parameters = w.name("Penalty", "Gate", "Block"), w.name("gate", "block"), _parameters(w)
    base = w.choose(("", "(tf.Module)"))
    with w.block(f"class {cls}{base}:"):
        with w.function("def __init__(self, scale):"):
            if base:
                w.line("super().__init__()")
            w.line(f"self.scale = {w.choose(('scale', 'tf.Variable(scale)', 'tf.constant(scale)'))}")
        w.line("")
        with w.function(_header(w, "__call__", parameters, "self")):
            value, reduces = _body(w, Scope(), parameters)
            w.line(f"return self.scale * {value.text}")
    w.line("")
    w.line(f"{name} = {cls}(0.7)")
    return Helper(name, len(parameters), reduces, "tensor" if value.framework else value.sort)
