"""The statements of a traced body and what it returns."""

from __future__ import annotations

import re

from ..writer import Writer
from .faults import fault
from .pieces import fine
from .scope import Body, bind, expression, pick

FAULTY = 0.75  # the share of programs with a fault, or what would be one elsewhere


def statements(w: Writer, body: Body, faulty: bool, most: int = 6) -> None:
    """A body: everyday statements, and perhaps one fault among them."""
    if not body.has("v"):
        bind(w, body, "v", expression(w, body, "v"))
    if not body.has("s"):
        bind(w, body, "s", expression(w, body, "s"))
    if not body.has("m"):
        bind(w, body, "m", "tf.stack([{0}, {0} * 2.0])".format(pick(w, body, "v")))
    count = w.random.randint(1, most)
    at = w.random.randint(0, count - 1)
    for index in range(count):
        if faulty and index == at:
            fault(w, body)
        fine(w, body)


def result(w: Writer, body: Body) -> None:
    """What the function returns."""
    if w.chance(0.25) and not body.where.keras:
        with w.block(f"if {w.choose(('USE_BONUS', 'DEPTH > 2', 'VERBOSE'))}:"):
            w.line(f"return {pick(w, body, 's')} * 2.0")
    w.line(f"return {w.choose((pick(w, body, 's'), expression(w, body, 's')))}")


def faulty(w: Writer) -> bool:
    return w.chance(FAULTY)


def calls(w: Writer, call: str, afterwards: bool = True) -> None:
    """The function called some times, and what it gave looked at eagerly."""
    draw = w.random.random()
    if draw < 0.5:
        with w.block(f"for turn in range({w.choose(('2', '3'))}):"):
            w.line(f"outcome = {call}")
            if w.chance(0.4):
                w.line(
                    w.choose(
                        (
                            "print('turn', turn, float(outcome))",
                            "results.append(outcome.numpy())",
                            "print(f'{outcome:.3f}')",
                            "results.append(float(outcome))",
                        )
                    )
                )
    else:
        w.line(f"first = {call}")
        w.line(f"outcome = {call}")
        if w.chance(0.3):
            w.line("print(first.numpy(), np.abs(outcome - first) < 1e-3)")
    if afterwards and w.chance(0.5):
        w.line(
            w.choose(
                (
                    "if outcome > 0.0:\n    print('positive')",
                    "print('last', outcome)",
                    "print(np.round(outcome, 2))",
                    "print(len(history), outcome.numpy())",
                )
            )
        )
    if any(re.search(r"history\.append\((?![1'])", line) for line in w.lines) and w.chance(0.6):
        owner = "holder.history" if "self.history.append" in "\n".join(w.lines) else "history"
        w.line(
            w.choose(
                (
                    f"print(len({owner}))",
                    f"results.extend({owner})",
                    f"print(float({owner}[-1]))",
                    f"total = tf.add_n({owner})",
                    f"print({owner}[-1] + 1.0)",
                )
            )
        )
    if "\n".join(w.lines).count("self.last = ") > 1:
        w.line(
            w.choose(("print(holder.last + 1.0)", "print(tf.reduce_sum(holder.last))", "pass", "print(holder.last)"))
        )
