"""What the body of a traced function has at hand, and the expressions made of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..writer import Writer

NAMES = {
    "s": ("loss", "error", "norm", "score", "scale_of", "total", "penalty"),
    "v": ("mean", "center", "direction", "weights_of", "row", "gap"),
    "m": ("hidden", "features", "centered", "scaled", "activations"),
    "b": ("large", "valid", "ready"),
    "n": ("factor", "rate", "alpha", "ratio"),
    "k": ("size", "depth", "width", "steps"),
    "a": ("grid", "table", "mask"),
    "l": ("parts", "terms", "pieces"),
    "t": ("label", "message"),
}
SCALARS = (
    "tf.reduce_mean({m})",
    "tf.reduce_sum({v})",
    "tf.norm({v})",
    "tf.square({s})",
    "{s} + {s}",
    "{s} * {n}",
    "tf.abs({s})",
    "{v}[0]",
    "tf.reduce_max({m})",
    "tf.reduce_mean(tf.square({v} - {v}))",
    "tf.maximum({s}, {s})",
    "0.5 * {s}",
    "tf.reduce_sum({v} * {v})",
    "tf.tanh({s}) - {s}",
    "{s} / ({s} ** 2 + 1.0)",
)
VECTORS = (
    "tf.tanh({v})",
    "{v} + {v}",
    "{v} * {s}",
    "tf.reduce_mean({m}, axis=0)",
    "{m}[0]",
    "tf.nn.softmax({v})",
    "tf.where({v} > 0.0, {v}, 0.1 * {v})",
    "{v} - {n}",
    "tf.concat([{v}[1:], {v}[:1]], axis=0)",
    "tf.stack([{s}, {s}, {s}])",
    "tf.reduce_max({m}, axis=0)",
    "tf.cast({v}, tf.float32)",
    "tf.zeros_like({v}) + {s}",
    "tf.reverse({v}, [0])",
)
MATRICES = (
    "tf.nn.relu({m})",
    "{m} * {v}",
    "{m} + {s}",
    "tf.matmul({m}, kernel)",
    "{m} - tf.reduce_mean({m}, axis=0)",
    "tf.reshape({m}, [-1, 3])",
    "tf.clip_by_value({m}, -1.0, 1.0)",
    "{m} * {n}",
    "tf.sigmoid({m})",
)
BOOLS = ("{s} > {n}", "tf.reduce_any({v} > 0.5)", "{s} < {s}", "tf.reduce_all({m} > -5.0)", "tf.abs({s}) <= 1.0")
EXPRESSIONS = {"s": SCALARS, "v": VECTORS, "m": MATRICES, "b": BOOLS}


@dataclass(frozen=True)
class Where:
    """How a body runs. What a scene tells here only guides what is written: TensorFlow is asked for the truth."""

    graph: bool = True
    autograph: bool = True
    jit: bool = False
    keras: bool = False
    method: bool = False  # ``self`` is at hand, with ``self.steps``, ``self.history``, ``self.limit``
    signature: bool = False  # the matrices' first dimension is unknown


@dataclass
class Body:
    """Names at hand, by kind: ``s`` scalar, ``v`` (3) and ``m`` (?, 3) tensors, ``b`` bool tensor, ``n`` Python
    float, ``k`` Python int, ``a`` array (3), ``l`` list of scalars."""

    where: Where
    names: dict[str, list[str]] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        return bool(self.names.get(kind))

    def add(self, kind: str, name: str) -> None:
        self.names.setdefault(kind, []).append(name)

    def inner(self, **changes: bool) -> Body:
        """The same names further in, perhaps in another way of running."""
        return Body(replace(self.where, **changes), {kind: list(names) for kind, names in self.names.items()})


def pick(w: Writer, body: Body, kind: str) -> str:
    """A name of this kind, the latest ones more often; or a small expression."""
    names = body.names.get(kind, [])
    if kind == "n" and (not names or w.chance(0.4)):
        return w.choose(("0.5", "0.1", "2.0", "1e-3"))
    if kind == "k" and (not names or w.chance(0.4)):
        return w.choose(("2", "3", "1"))
    if names:
        return names[-1] if w.chance(0.4) else w.choose(names)
    other = {
        "s": "tf.reduce_sum({v})",
        "v": "tf.reduce_mean({m}, axis=0)",
        "m": "tf.stack([{v}, {v}])",
        "b": "({s} > 0.2)",
        "a": "np.ones(3, dtype=np.float32)",
        "l": "[{s}, {s}]",
    }
    if kind == "v" and not body.has("m"):
        return "tf.stack([{s}, {s}, {s}])".format(s=pick(w, body, "s"))
    if kind == "s" and not body.has("v") and not body.has("m"):
        return "tf.constant(0.7)"
    return filled(w, body, other[kind])


def filled(w: Writer, body: Body, template: str) -> str:
    """The template with a name for each ``{kind}``."""
    found = template
    for kind in NAMES:
        while "{" + kind + "}" in found:
            found = found.replace("{" + kind + "}", pick(w, body, kind), 1)
    return found


def expression(w: Writer, body: Body, kind: str) -> str:
    """An expression of this kind."""
    return filled(w, body, w.choose(EXPRESSIONS[kind]))


def bind(w: Writer, body: Body, kind: str, text: str) -> str:
    """``name = text``; the name is at hand from now on."""
    name = w.name(*NAMES[kind])
    w.line(f"{name} = {text}")
    body.add(kind, name)
    return name
