"""Where traced code stands: functions, methods, layers, training steps, losses, pipelines; and their eager doubles."""

from __future__ import annotations

from collections.abc import Callable

from ..writer import Writer
from .bodies import calls, faulty, result, statements
from .keras_code import layer, loss, train_step
from .scope import Body, Where, pick

ROWS = "[[0.2, 0.5, 0.8], [0.6, 0.3, 0.9], [0.4, 0.1, 0.7], [0.9, 0.6, 0.2]]"
POINT = "[0.3, 0.6, 0.9]"


# -- tf.function ------------------------------------------------------------------------------------


def _options(w: Writer, arguments: str) -> tuple[str, Where]:
    """A decorator (or none) and how the body runs under it."""
    draw = w.random.random()
    specs = {
        "batch": "tf.TensorSpec([None, 3], tf.float32)",
        "point": "tf.TensorSpec([3], tf.float32)",
        "level": "tf.TensorSpec([], tf.float32)",
    }
    if draw < 0.45:
        return "@tf.function", Where()
    if draw < 0.60 and "power" not in arguments:
        listed = ", ".join(specs[name] for name in arguments.split(", "))
        return f"@tf.function(input_signature=[{listed}])", Where(signature=True)
    if draw < 0.66:
        return "@tf.function(reduce_retracing=True)", Where()
    if draw < 0.76:
        return "@tf.function(autograph=False)", Where(autograph=False)
    if draw < 0.82:
        return "@tf.function(jit_compile=True)", Where(jit=True)
    if draw < 0.86:
        return "@tf.autograph.experimental.do_not_convert", Where(graph=False)
    if draw < 0.90:
        return "@tf.function()", Where()
    return "", Where(graph=False)


def _given(arguments: str) -> str:
    return (
        arguments.replace("batch", "rows")
        .replace("point", "origin")
        .replace("level", "tf.constant(0.7)")
        .replace("power", "2")
    )


def _arguments(w: Writer) -> str:
    return w.choose(
        ("batch", "batch, point", "batch, level", "point, level", "batch, point, level", "batch, power", "point")
    )


def _body(where: Where, arguments: str) -> Body:
    kinds = {"batch": "m", "point": "v", "level": "s", "power": "k"}
    body = Body(where)
    for name in arguments.split(", "):
        body.add(kinds[name], name)
    return body


def _helper(w: Writer, body: Body, wrong: bool) -> str:
    """A helper on a vector, called in the traced body: AutoGraph goes into it, too."""
    name = w.name("measure", "penalty_of", "transform", "describe")
    with w.aside(0):
        if w.chance(0.12):
            w.line("@tf.function")
        with w.function(f"def {name}(value{w.choose(('', '', ', scale=0.5'))}):"):
            inner = Body(body.where)
            inner.add("v", "value")
            statements(w, inner, wrong, 3)
            w.line(f"return {pick(w, inner, 's')}")
        w.line("")
    return name


def function(w: Writer) -> None:
    arguments = _arguments(w)
    decorator, where = _options(w, arguments)
    name = w.name("step", "train_step", "compute", "evaluate_loss")
    later = decorator == "@tf.function" and w.chance(0.2)
    body = _body(where, arguments)
    wrong = faulty(w)
    in_helper = w.chance(0.25)
    if decorator and not later:
        w.line(decorator)
    with w.function(f"def {name}({arguments}):"):
        if w.chance(0.2):
            w.line(f'"""{name.capitalize()} of the points."""')
        place = len(w.lines)
        statements(w, body, wrong and not in_helper)
        result(w, body)
    if in_helper:
        helper = _helper(w, body, wrong)
        w.lines[-1] = f"{w.lines[-1]} + {helper}({pick(w, body, 'v')})"
    del place
    if later:
        w.line(f"{name} = tf.function({name})")
    w.line("")
    calls(w, f"{name}({_given(arguments)})")


def nested(w: Writer) -> None:
    """A function that is not decorated, called by one that is; or one traced within another."""
    arguments = _arguments(w)
    decorator, where = _options(w, arguments)
    inner, outer = w.name("inner_loss", "body_of", "forward"), w.name("step", "update")
    wrong = faulty(w)
    if w.chance(0.3):
        w.line("@tf.function")
    with w.function(f"def {inner}({arguments}):"):
        body = _body(where, arguments)
        statements(w, body, wrong)
        result(w, body)
    w.line("")
    if decorator:
        w.line(decorator)
    with w.function(f"def {outer}({arguments}):"):
        body = _body(where, arguments)
        statements(w, body, False, 2)
        w.line(f"value = {inner}({arguments})")
        w.line(w.choose(("return value * 2.0", "return value", f"return value + {pick(w, body, 's')}")))
    w.line("")
    calls(w, f"{outer}({_given(arguments)})")


def method(w: Writer) -> None:
    arguments = _arguments(w)
    decorator, where = _options(w, arguments)
    if "do_not_convert" in decorator:
        decorator = ""
    name, base = w.name("Trainer", "Agent", "Estimator"), w.choose(("", "", "(tf.Module)"))
    with w.block(f"class {name}{base}:"):
        with w.function("def __init__(self, limit=0.5):"):
            if base:
                w.line("super().__init__()")
            for line in (
                "self.limit = limit",
                "self.steps = 0",
                "self.history = []",
                "self.made = None",
                "self.last = None",
                "self.scale = tf.Variable(1.5)",
            ):
                w.line(line)
        w.line("")
        body = _body(Where(where.graph, where.autograph, where.jit, method=True, signature=where.signature), arguments)
        body.add("n", "self.limit")
        body.add("s", "self.scale")
        wrong, split = faulty(w), w.chance(0.3)
        if decorator:
            w.line(decorator)
        with w.function(f"def step(self, {arguments}):"):
            statements(w, body, wrong and not split)
            if split:
                w.line(f"return self.measure({pick(w, body, 'v')}) + {pick(w, body, 's')}")
            else:
                result(w, body)
        if split:
            w.line("")
            with w.function("def measure(self, value):"):
                inner = Body(body.where)
                inner.add("v", "value")
                inner.add("n", "self.limit")
                statements(w, inner, wrong, 3)
                w.line(f"return {pick(w, inner, 's')}")
    w.line("")
    w.line(f"holder = {name}()")
    calls(w, f"holder.step({_given(arguments)})")


def called_back(w: Writer) -> None:
    """An eager body although it is called from a graph: ``tf.py_function``; or eager by a switch."""
    name, outer = w.name("on_host", "measure"), w.name("step", "compute")
    with w.function(f"def {name}(point):"):
        body = _body(Where(graph=False), "point")
        statements(w, body, faulty(w), 3)
        w.line(f"return {pick(w, body, 's')}")
    w.line("")
    w.line("@tf.function")
    with w.function(f"def {outer}(point):"):
        if w.chance(0.6):
            w.line(f"value = tf.py_function({name}, [point], tf.float32)")
        else:
            w.line(f"value = {name}(point)")
        w.line("return tf.reshape(value, []) * 2.0")
    w.line("")
    if "tf.py_function(" + name not in "\n".join(w.lines):
        w.line("tf.config.run_functions_eagerly(True)")
    calls(w, f"{outer}(origin)")


def built_in_loop(w: Writer) -> None:
    """A traced closure made where it is needed: once, or for each turn."""
    maker = w.name("make_step", "build")
    with w.function(f"def {maker}(rate):"):
        w.line(w.choose(("@tf.function", "@tf.function(autograph=False)")))
        with w.function("def step(point):"):
            body = _body(Where(autograph="False" not in w.lines[-2]), "point")
            body.add("n", "rate")
            statements(w, body, w.chance(0.3), 3)
            w.line(f"return {pick(w, body, 's')} * rate")
        w.line("return step")
    w.line("")
    if w.chance(0.5):
        w.line(f"step = {maker}(0.1)")
        calls(w, "step(origin)")
    else:
        with w.block("for turn in range(3):"):
            w.line(f"outcome = {maker}(0.1)(origin)")


def python_argument(w: Writer) -> None:
    """A traced function that is given Python numbers, tensors or constants in a loop."""
    name = w.name("step", "decay")
    decorator = w.choose(
        (
            "@tf.function",
            "@tf.function",
            "@tf.function(reduce_retracing=True)",
            "@tf.function(input_signature=[tf.TensorSpec([3], tf.float32), tf.TensorSpec([], tf.float32)])",
        )
    )
    w.line(decorator)
    with w.function(f"def {name}(point, level):"):
        body = _body(Where(), "point")
        statements(w, body, w.chance(0.1), 3)
        w.line(f"return {pick(w, body, 's')} * level")
    w.line("")
    given = w.choose(
        (
            "turn",
            "0.1 * turn",
            "tf.constant(0.1 * turn)",
            "tf.cast(turn, tf.float32)",
            "0.5",
            "np.float32(turn)",
            "tf.Variable(0.5)",
        )
    )
    if given.startswith("tf.Variable"):
        w.line(f"held = {given}")
        given = "held"
    with w.block(f"for turn in {w.choose(('range(4)', 'range(4)', 'tf.range(4)', 'range(1, 5)'))}:"):
        w.line(f"outcome = {name}(origin, {given})")


def changed_state(w: Writer) -> None:
    """Python state that traced code reads, and that the program changes between calls, or does not."""
    later = w.choose(("strength = 0.9", "strength = 0.9", "strength.assign(0.9)", ""))
    variable = "assign" in later
    if own := w.chance(0.6):
        with w.block("class Schedule:"):
            with w.function("def __init__(self):"):
                w.line(f"self.strength = {'tf.Variable(0.5)' if variable else '0.5'}")
            w.line("")
            _with_strength(w, "self, point", "self.strength")
        w.line("")
        w.line("holder = Schedule()")
    else:
        w.line(f"strength = {'tf.Variable(0.5)' if variable else '0.5'}")
        w.line("")
        _with_strength(w, "point", "strength")
        w.line("")
    call = f"{'holder.' if own else ''}scaled(origin)"
    w.line(f"first = {call}")
    if later:
        w.line(f"{'holder.' if own else ''}{later}")
    w.line(f"outcome = {call}")


def _with_strength(w: Writer, arguments: str, strength: str) -> None:
    decorator, where = _options(w, "point")
    if decorator:
        w.line(decorator)
    with w.function(f"def scaled({arguments}):"):
        body = _body(where, "point")
        statements(w, body, w.chance(0.2), 3)
        form = w.random.random()
        if form < 0.6:
            w.line(f"return {pick(w, body, 's')} * {strength}")
        else:
            w.line(f"value = {pick(w, body, 'v')} + {strength}")
            w.line("return tf.reduce_sum(value)")


# -- pipelines ----------------------------------------------------------------------------------------


def pipeline(w: Writer) -> None:
    name = w.name("prepare", "augment", "normalise")
    kind = w.choose(("row", "batch", "pair", "filter"))
    with w.function(f"def {name}({'point, label' if kind == 'pair' else 'point' if kind != 'batch' else 'batch'}):"):
        body = _body(Where(signature=True), "batch" if kind == "batch" else "point")
        if kind == "pair":
            body.add("s", "label")
        statements(w, body, faulty(w), 4)
        if kind == "pair":
            w.line(f"return {pick(w, body, 'v')}, label")
        elif kind == "filter":
            w.line(f"return {pick(w, body, 's')} > -1e6")
        else:
            w.line(f"return {pick(w, body, 's')}")
    w.line("")
    source = "(data, tf.constant([0.1, 0.2, 0.3, 0.4]))" if kind == "pair" else "data"
    w.line(f"dataset = tf.data.Dataset.from_tensor_slices({source})")
    if kind == "batch":
        w.line("dataset = dataset.batch(2)")
    parallel = w.choose(("", ", num_parallel_calls=2")) if kind != "filter" else ""
    w.line(f"dataset = dataset.{'filter' if kind == 'filter' else 'map'}({name}{parallel})")
    with w.block(
        f"for {'element, label' if kind == 'pair' else 'element'} in dataset{w.choose(('', '.repeat(2)', '.take(3)'))}:"
    ):
        w.line(
            w.choose(
                (
                    "print(element.numpy())",
                    "results.append(float(tf.reduce_sum(element)))",
                    "results.append(np.sum(element))",
                )
            )
        )


Scene = Callable[[Writer], None]
SCENES: tuple[Scene, ...] = (
    *[function] * 7,
    *[method] * 5,
    *[nested] * 2,
    called_back,
    built_in_loop,
    python_argument,
    changed_state,
    *[pipeline] * 3,
    *[layer] * 3,
    *[loss] * 2,
    *[train_step] * 2,
)
