"""Python values that a trace has read and keeps, though the program changes them afterwards."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import FrozenState
from tfgraphlint.interpret.checks.retracing import Given, changes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import EntryRead, EntryWritten, TraceRun
from tfgraphlint.interpret.core.fields import Possible
from tfgraphlint.interpret.core.graph_state import in_trace, runs_once
from tfgraphlint.interpret.core.joins import identity
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind, Node
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.structures import is_constant
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Host, Tensor, Unknown, Variable

PLAIN = (bool, int, float, str)


class Frozen(dict[Any, Any]):
    """What traces have read of Python's state, by entry; what is stale by then, and the last arguments, by trace."""


@dataclass(frozen=True, eq=False)
class Read:
    """A value that a trace has read."""

    trace: Hashable
    state: State
    value: Value
    fact: FrozenState
    turns: tuple[tuple[int, int], ...]  # of the loops in which a dataset was made


def read(m: Machine, event: EntryRead) -> None:
    """Note that a trace reads an entry from outside: a global, an attribute, an item of a dictionary."""
    state, key, value, node = event
    if not _is_plain(value) or not in_trace(m) or runs_once(m):
        return
    fact = FrozenState(m.place(node), str(key), m.running.by, m.running.why, tuple(m.calls))
    entry = id(state), key
    frozen = m.memory(Frozen)
    m.wake(EntryWritten)
    known = frozen.get(entry, Possible())
    if isinstance(known, Possible) and not any(one.trace == m.tracing for one in known):
        turns = tuple(m.turns) if isinstance(m.tracing, Node) else ()
        m.store.write(frozen, entry, Possible({*known, Read(m.tracing, state, value, fact, turns)}))


def _is_plain(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, PLAIN)
    return isinstance(value, Host) and value.kind == "scalar" and is_constant(value)


def written(m: Machine, event: EntryWritten) -> None:
    """Note that what a trace has read is changed."""
    state, key, value, node = event
    frozen = m.memory(Frozen)
    known = frozen.get((id(state), key))
    if not isinstance(known, Possible) or m.mode is Mode.GRAPH:
        return
    for one in known:
        options = m.each(value)
        if all(_is_plain(option) and _differs(one.value, option) for option in options):
            at = node if node is not None else m.frame.statement
            stale = frozen.get(("stale", one.trace), Possible())
            place = m.place(at) if isinstance(at, cst.CSTNode) else None
            m.store.write(frozen, ("stale", one.trace), Possible({*stale, (one, place, _turns_of_both(m, one))}))


def _turns_of_both(m: Machine, one: Read) -> tuple[tuple[int, int], ...]:
    """The turns in which a dataset was made of the loops in which the value is changed now: a dataset is traced at
    once, and the next turn makes another one. What such a loop changes is meant for that one, once the turn is over."""
    here = {loop for loop, _ in m.turns}
    return tuple(turn for turn in one.turns if turn[0] in here)


def _differs(old: Value, new: Value) -> bool:
    """Whether the new value certainly is another one: what is computed anew may be the same again."""
    if isinstance(new, Host):
        return new.counts and not (isinstance(old, Host) and old.node is new.node)
    return isinstance(old, Const) and isinstance(new, Const) and bool(old.value != new.value)


def called(m: Machine, event: TraceRun) -> None:
    """Report what a trace that is run again keeps of the state as it was, unless the arguments have it traced anew."""
    trace, args = event
    if args is not None and _traced_anew(m, trace, args):
        m.store.write(m.memory(Frozen), ("stale", trace), Possible())
        return
    stale = m.memory(Frozen).get(("stale", trace))
    if isinstance(stale, Possible) and not m.guards and not m.alternatives:
        for one, place, turns in stale:
            fact: FrozenState = one.fact
            if any(turn not in m.turns for turn in turns):
                continue
            m.emit(FrozenState(fact.place, fact.name, fact.by, fact.why, fact.calls, place))


def _traced_anew(m: Machine, trace: Hashable, args: Arguments) -> bool:
    values: dict[int | str, Value] = dict(enumerate(args.positional))
    values.update(args.keywords)
    frozen = m.memory(Frozen)
    before = frozen.get(("given", trace))
    m.store.write(frozen, ("given", trace), Given(values))
    if not isinstance(before, Given):
        return False
    return not args.certain or before.values.keys() != values.keys() or any(
        _may_trace(before.values[name], value) for name, value in values.items()
    )


def _may_trace(old: Value, new: Value) -> bool:
    """Whether another argument may be another signature: it is no tensor."""
    if isinstance(new, (Tensor, Variable)) or isinstance(new, Unknown) and new.node.kind is Kind.TENSOR:
        return False
    if isinstance(new, Host) and new.kind == "array":
        return False
    return identity(old) != identity(new) or changes(old, new)
