"""The store takes back exactly what was written and joins paths entry by entry: checked against copies of all state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tfgraphlint.interpret.core.store import MISSING, Changes, State, Store

KEYS = ("a", "b", ("c", 1))
WRITES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KEYS), st.sampled_from([1, 2, "three", None, MISSING])))
Writes = Sequence[tuple[int, Any, Any]]
Copy = list[State]


def told(ends: Sequence[Any]) -> Any:
    """A join that hides nothing of what it was given."""
    return "joined", tuple(ends)


def fresh() -> tuple[Store, Copy]:
    """A store, and three dictionaries that it writes to."""
    return Store(told, {}), [{}, {"a": 1}, {"a": 2, "b": "three"}]


def write(store: Store, states: Copy, writes: Writes) -> None:
    for number, key, value in writes:
        store.write(states[number], key, value)


def copied(states: Copy) -> Copy:
    return [dict(state) for state in states]


def put(states: Copy, writes: Writes) -> None:
    """What ``write`` has to amount to."""
    for number, key, value in writes:
        if value is MISSING:
            states[number].pop(key, None)
        else:
            states[number][key] = value


def met(paths: Sequence[Copy]) -> Copy:
    """What ``merge`` has to amount to, for the whole state of each path."""
    found: Copy = [{} for _ in paths[0]]
    for number, state in enumerate(found):
        for key in KEYS:
            ends = [path[number].get(key, MISSING) for path in paths]
            value = ends[0] if all(end is ends[0] for end in ends) else told(ends)
            if value is not MISSING:
                state[key] = value
    return found


def with_changes(states: Copy, originals: Copy, changes: Changes) -> Copy:
    """A copy of ``states`` in which the entries named by ``changes`` have the values that it gives."""
    found = copied(states)
    for state, key, value in changes.values():
        number = next(number for number, original in enumerate(originals) if original is state)
        put(found, [(number, key, value)])
    return found


@given(WRITES, WRITES)
def test_rewinding_restores_every_dictionary(earlier: Writes, later: Writes) -> None:
    store, states = fresh()
    write(store, states, earlier)
    before = copied(states)
    mark = store.mark()
    write(store, states, later)
    store.rewind(mark)
    assert states == before
    assert len(store) == mark


@given(WRITES, WRITES, WRITES)
def test_rewinding_an_outer_mark_takes_back_inner_ones(first: Writes, second: Writes, third: Writes) -> None:
    store, states = fresh()
    before = copied(states)
    outer = store.mark()
    write(store, states, first)
    store.mark()
    write(store, states, second)
    store.mark()
    write(store, states, third)
    store.rewind(outer)
    assert states == before
    assert len(store) == 0


@given(WRITES, WRITES)
def test_what_is_kept_is_taken_back_with_the_outer_mark(first: Writes, second: Writes) -> None:
    store, states = fresh()
    before = copied(states)
    outer = store.mark()
    write(store, states, first)
    inner = store.mark()
    write(store, states, second)
    after = copied(states)
    store.keep(inner)
    assert states == after
    assert with_changes(before, states, store.changes(outer)) == after
    store.rewind(outer)
    assert states == before


@given(WRITES, WRITES)
def test_changes_lead_forward_and_before_leads_back(earlier: Writes, later: Writes) -> None:
    store, states = fresh()
    outer = store.mark()
    write(store, states, earlier)
    before = copied(states)
    mark = store.mark()
    write(store, states, later)
    assert store.changes(mark).keys() == store.before(mark).keys() <= store.changes(outer).keys()
    assert with_changes(before, states, store.changes(mark)) == states
    assert with_changes(states, states, store.before(mark)) == before


@given(WRITES, WRITES, WRITES)
def test_before_leads_back_over_inner_marks(first: Writes, second: Writes, third: Writes) -> None:
    store, states = fresh()
    before = copied(states)
    outer = store.mark()
    for writes in (first, second, third):
        write(store, states, writes)
        store.mark()
    assert with_changes(states, states, store.before(outer)) == before


def path_of(store: Store, states: Copy, writes: Writes) -> Changes:
    """What a branch that writes this leaves, taken back again."""
    mark = store.mark()
    write(store, states, writes)
    changes = store.changes(mark)
    store.rewind(mark)
    return changes


@given(WRITES, st.integers(1, 3))
def test_a_path_merged_with_itself_is_that_path(writes: Writes, times: int) -> None:
    store, states = fresh()
    after = copied(states)
    put(after, writes)
    store.merge([path_of(store, states, writes)] * times)
    assert states == after


@given(st.lists(WRITES, min_size=1, max_size=4))
def test_paths_meet_entry_by_entry(paths: list[Writes]) -> None:
    store, states = fresh()
    ends = [copied(states) for _ in paths]
    for end, writes in zip(ends, paths):
        put(end, writes)
    store.merge([path_of(store, states, writes) for writes in paths])
    assert states == met(ends)


@given(WRITES, WRITES)
def test_a_merge_is_taken_back_like_any_write(first: Writes, second: Writes) -> None:
    store, states = fresh()
    before = copied(states)
    mark = store.mark()
    store.merge([path_of(store, states, first), path_of(store, states, second)])
    store.rewind(mark)
    assert states == before


def test_a_path_that_wrote_nothing_counts() -> None:
    store, states = fresh()
    store.merge([path_of(store, states, [(0, "a", "new"), (1, "a", "other")]), {}])
    assert states[0] == {"a": told(["new", MISSING])}
    assert states[1] == {"a": told(["other", 1])}


def test_no_paths_change_nothing() -> None:
    store, states = fresh()
    before = copied(states)
    store.merge([])
    assert states == before


def test_nobody_takes_back_what_is_written_apart() -> None:
    store, states = fresh()
    mark = store.mark()
    store.write(states[0], "a", 1)
    with store.apart():
        inner = store.mark()
        store.write(states[1], "b", 2)
        store.keep(inner)
    store.rewind(mark)
    assert states == [{}, {"a": 1, "b": 2}, {"a": 2, "b": "three"}]


class StoreAgainstCopies(RuleBasedStateMachine):
    """Any order of writes, marks, branches and ways to forget a mark, beside copies of all dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.states = fresh()
        self.expected = copied(self.states)
        self.marked: list[Copy] = []

    @rule(writes=WRITES)
    def write_some(self, writes: Writes) -> None:
        write(self.store, self.states, writes)
        put(self.expected, writes)

    @rule()
    def mark(self) -> None:
        assert self.store.mark() == len(self.marked)
        self.marked.append(copied(self.expected))

    @precondition(lambda self: self.marked)
    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        mark = data.draw(st.integers(0, len(self.marked) - 1))
        self.store.rewind(mark)
        self.expected = self.marked[mark]
        del self.marked[mark:]

    @precondition(lambda self: self.marked)
    @rule(data=st.data())
    def keep(self, data: st.DataObject) -> None:
        mark = data.draw(st.integers(0, len(self.marked) - 1))
        self.store.keep(mark)
        del self.marked[mark:]

    @rule(paths=st.lists(st.tuples(WRITES, WRITES, st.booleans()), min_size=1, max_size=3))
    def branch(self, paths: list[tuple[Writes, Writes, bool]]) -> None:
        """Each path has a branch in it, which it takes back or keeps."""
        ends = []
        changes = []
        for writes, inner, keeps in paths:
            end = copied(self.expected)
            mark = self.store.mark()
            write(self.store, self.states, writes)
            put(end, writes)
            nested = self.store.mark()
            write(self.store, self.states, inner)
            if keeps:
                self.store.keep(nested)
                put(end, inner)
            else:
                self.store.rewind(nested)
            changes.append(self.store.changes(mark))
            self.store.rewind(mark)
            ends.append(end)
        self.store.merge(changes)
        self.expected = met(ends)

    @invariant()
    def states_are_as_expected(self) -> None:
        assert self.states == self.expected
        assert len(self.store) == len(self.marked)

    @invariant()
    def each_mark_can_be_gone_back_to(self) -> None:
        for mark, before in enumerate(self.marked):
            assert with_changes(self.states, self.states, self.store.before(mark)) == before
            assert with_changes(before, self.states, self.store.changes(mark)) == self.states


TestStoreAgainstCopies = StoreAgainstCopies.TestCase
TestStoreAgainstCopies.settings = settings(max_examples=40, stateful_step_count=20)
