"""Statements in the block of a tape."""

from __future__ import annotations

from ..writer import Scope, Value, Writer, together
from .constructs import construct
from .cuts import cut, stored, traced_cut
from .expressions import expression, pick, scalar

WORDS = ("h", "hidden", "features", "z", "u", "score", "mixed", "out")


def statements(w: Writer, scope: Scope, tape: str | None, count: int) -> None:
    """A few statements, each of which computes something from what is at hand."""
    for _ in range(count):
        if tape is not None and w.chance(0.03):
            w.choose((_paused, _watched_result))(w, scope, tape)
        else:
            w.choose(WAYS)(w, scope)


def _assign(w: Writer, scope: Scope) -> None:
    w.bind(scope, expression(w, scope), *WORDS)


def _construct(w: Writer, scope: Scope) -> None:
    if w.zeros or construct(w, scope) is None:
        _assign(w, scope)


def _own(w: Writer, scope: Scope) -> Value | None:
    """A tensor bound in this very function, which can be bound anew."""
    own = [v for v in scope.values if v.home == w.home and v.sort == "tensor" and v.text.isidentifier()]
    return w.random.choice(own[-3:]) if own else None


def _cut(w: Writer, scope: Scope) -> None:
    value = pick(w, scope, "svm", framework=True)
    made = cut(w, value) if value is not None else None
    if made is None:
        return _assign(w, scope)
    own = _own(w, scope)
    if own is not None and value is own and w.chance(0.4):
        w.rebind(scope, own, made)
    elif w.chance(0.5) and value is not None:
        shape, sort = together(value, made)
        w.bind(scope, Value(f"{value.text} {w.choose('+*')} {made.text}", shape, sort), *WORDS)
    else:
        w.bind(scope, made, *WORDS)
    return None


def _stored(w: Writer, scope: Scope) -> None:
    value = pick(w, scope, "svm", framework=True)
    if value is None or w.chance(0.6):
        return _assign(w, scope)
    return stored(w, scope, value)


def _augmented(w: Writer, scope: Scope) -> None:
    own = _own(w, scope)
    other = pick(w, scope, "s")
    if own is None or other is None:
        return _assign(w, scope)
    w.line(f"{own.text} {w.choose(('+=', '*=') if w.zeros else ('+=', '*=', '-='))} {other.text}")
    return None


def _updated(w: Writer, scope: Scope, own: Value) -> str | None:
    """``own = …own…`` that keeps its shape."""
    other = pick(w, scope, {"v": "sv", "m": "svm"}.get(own.shape, "s"))
    if other is None:
        return None
    form = w.choose(("{0} = tf.tanh({0} * {1})", "{0} = 0.5 * {0} + {1}", "{0} += {1}", "{0} = {0} * {1}", "{0} = {1}"))
    if form == "{0} = {1}" and (other.shape != own.shape or not other.framework):
        form = "{0} = {0} + {1}" if w.zeros else "{0} = {0} - {1}"
    return form.format(own.text, other.text)


def _loop(w: Writer, scope: Scope) -> None:
    own = _own(w, scope)
    update = _updated(w, scope, own) if own is not None else None
    if update is None or own is None:
        return _assign(w, scope)
    others = [v.text for v in scope.values if v.shape == own.shape and v.framework][-2:]
    item = w.name("item", "part")
    header, use = w.random.choice(
        (
            ("for _ in range(3):", ""),
            (f"for i, {item} in enumerate([{', '.join(others)}]):", f"{own.text} = {own.text} + float(i) * {item}"),
            (f"for {item} in [{', '.join(others)}]:", f"{own.text} = {own.text} * {item}"),
            (f"for rate, {item} in zip((0.1, 0.2), ({', '.join(others)},)):", f"{own.text} += rate * {item}"),
            ("for step in range(4):", ""),
        )
    )
    with w.block(header):
        if use and w.chance(0.7):
            w.line(use)
        else:
            w.line(update)
        if header.startswith("for step") and w.chance(0.7):
            with w.block("if step > 1:"):
                w.line(w.choose(("break", "continue")))
            w.line(f"{own.text} = {own.text} * 0.9")
    return None


def _while(w: Writer, scope: Scope) -> None:
    own = _own(w, scope)
    update = _updated(w, scope, own) if own is not None else None
    if update is None:
        return _assign(w, scope)
    count = w.name("count", "turn")
    w.line(f"{count} = 0")
    with w.block(f"while {count} < 2:"):
        w.line(update)
        w.line(f"{count} += 1")
    return None


def _branch(w: Writer, scope: Scope) -> None:
    own = _own(w, scope)
    if own is None:
        return _assign(w, scope)
    first, second = _updated(w, scope, own), _updated(w, scope, own)
    condition = w.choose(
        ("USE_BONUS", "not USE_BONUS", "DEPTH > 2", f"{own.text}.shape.rank == 1", "VERBOSE and USE_BONUS")
    )
    with w.block(f"if {condition}:"):
        w.line(first or "pass")
    if w.chance(0.5) and second:
        with w.block("else:"):
            w.line(second)
    return None


def _gather_list(w: Writer, scope: Scope) -> None:
    name = w.name("terms", "losses", "outputs")
    w.line(f"{name} = []")
    if w.chance(0.5):
        for _ in range(w.random.randint(1, 3)):
            w.line(f"{name}.append({scalar(w, expression(w, scope, 1)).text})")
    else:
        with w.block("for factor in (0.5, 1.0, 2.0):"):
            w.line(f"{name}.append(factor * {scalar(w, expression(w, scope, 1)).text})")
    form = w.choose(("sum({})", "tf.add_n({})", "tf.reduce_sum(tf.stack({}))", "tf.reduce_mean({})", "{}[0]", "{}[-1]"))
    w.bind(scope, Value(form.format(name), "s"), "total", "combined")


def _comprehension(w: Writer, scope: Scope) -> None:
    values = [v for v in scope.values if v.framework][-3:]
    items = ", ".join(v.text for v in values)
    form = w.choose(
        (
            "sum(tf.reduce_sum(t ** 2) for t in [{}])",
            "tf.add_n([tf.reduce_mean(t) for t in ({},)])",
            "tf.stack([tf.norm(t) for t in [{}]])[0]",
            "sum([tf.reduce_sum(t) for t in [{}] if t.shape.rank is not None])",
            "functools.reduce(lambda a, b: a + b, [tf.reduce_sum(t) for t in [{}]])",
            "sum(map(tf.reduce_sum, [{}]))",
        )
    )
    if values:
        w.bind(scope, Value(form.format(items), "s"), "penalty_term", "regulariser")


def _dictionary(w: Writer, scope: Scope) -> None:
    name = w.name("losses_by_name", "parts", "state_of")
    first, second = expression(w, scope), scalar(w, expression(w, scope, 1))
    w.line(f"{name} = {{'first': {first.text}, 'second': {second.text}}}")
    if w.chance(0.4):
        w.line(f"{name}['third'] = {second.text} * 0.5")
    form = w.random.choice(
        (
            Value(f"{name}['first']", first.shape, first.sort),
            Value(f"{name}['second']", "s", second.sort),
            Value(f"sum(tf.reduce_sum(v) for v in {name}.values())", "s"),
            Value(f"tf.add_n([tf.reduce_mean(v) for k, v in {name}.items()])", "s"),
            Value(f"{name}.get('second')", "s", second.sort),
        )
    )
    w.bind(scope, form, *WORDS)


def _unpacked(w: Writer, scope: Scope) -> None:
    first, second = expression(w, scope, 1), expression(w, scope, 1)
    one, two = w.name("left", "mean"), w.name("right", "deviation")
    w.line(f"{one}, {two} = {first.text}, {second.text}")
    for name, value in ((one, first), (two, second)):
        scope.values.append(Value(name, value.shape, value.sort, w.home))


def _log(w: Writer, scope: Scope) -> None:
    """The value leaves for a log, which takes no part in the target."""
    value = pick(w, scope, "svm", framework=True)
    if value is not None:
        form = w.choose(
            ("HISTORY.append(float(tf.reduce_mean({})))", "HISTORY.append(np.sum({}))", "HISTORY.append({}.numpy())")
        )
        w.line(form.format(value.text))


def _attempt(w: Writer, scope: Scope) -> None:
    own = _own(w, scope)
    update = _updated(w, scope, own) if own is not None else None
    if update is None:
        return _assign(w, scope)
    with w.block("try:"):
        w.line(update)
    with w.block("except ValueError:"):
        w.line("pass" if w.chance(0.5) else f"{own.text} = {own.text} * 0.0" if own else "pass")
    return None


def _paused(w: Writer, scope: Scope, tape: str) -> None:
    with w.block(f"with {tape}.stop_recording():"):
        w.bind(scope, expression(w, scope), *WORDS)


def _watched_result(w: Writer, scope: Scope, tape: str) -> None:
    value = w.bind(scope, expression(w, scope), *WORDS)
    if value.framework:
        w.line(f"{tape}.watch({value.text})")


WAYS = (
    [_assign] * 5
    + [_construct] * 6
    + [_cut] * 4
    + [_loop, _loop, _branch, _gather_list, _dictionary, _log, _comprehension, _attempt]
    + [_augmented, _stored, _unpacked, _while]
)

# In the ``call`` of a layer, which Keras runs with symbolic tensors first.
TRACED_WAYS = [_assign] * 5 + [_loop, _branch, _gather_list, _dictionary, _comprehension, _augmented, _unpacked]


def traced_statements(w: Writer, scope: Scope, count: int) -> None:
    """A few statements that Keras can run on symbolic tensors, with a cut that a graph can hold now and then."""
    for _ in range(count):
        value = pick(w, scope, "svm", framework=True)
        if value is not None and w.chance(0.15):
            w.bind(scope, traced_cut(w, value), *WORDS)
        else:
            w.choose(TRACED_WAYS)(w, scope)
