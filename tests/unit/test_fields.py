"""What paths leave of sets, bits and queries, also where one wrote nothing; fields that only the store writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.fields import Bits, Certain, Entry, Possible, Queried
from tfgraphlint.interpret.core.joins import join_states
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.store import MISSING, Store

PLACES = [Place(None, None), Place(None, None)]  # type: ignore[arg-type]
SETS = st.frozensets(st.sampled_from("abcd"))
KINDS = (
    SETS.map(Certain),
    SETS.map(Possible),
    st.integers(0, 15).map(Bits),
    st.builds(Queried, st.sampled_from(PLACES), st.booleans()),
)


@st.composite
def ends(draw: st.DrawFn) -> list[Any]:
    """What some paths left in one entry: at least one of them wrote it."""
    wrote = draw(st.sampled_from(KINDS).flatmap(lambda kind: st.lists(kind, min_size=1, max_size=4)))
    return draw(st.permutations([*wrote, *[MISSING] * draw(st.integers(0, 2))]))


def meaning(entry: Any) -> object:
    """An entry without the place of a query: the first path's is as good as any."""
    return (type(entry), entry.certain) if isinstance(entry, Queried) else (type(entry), entry)


def present(found: Sequence[Any]) -> list[Any]:
    return [end for end in found if end is not MISSING]


@given(st.one_of(KINDS), st.integers(1, 3))
def test_an_entry_that_all_paths_left_stays(entry: Entry, times: int) -> None:
    assert meaning(join_states([entry] * times)) == meaning(entry)


@given(st.data())
def test_neither_order_nor_number_of_paths_matters(data: st.DataObject) -> None:
    found = data.draw(ends())
    joined = meaning(join_states(found))
    assert meaning(join_states(data.draw(st.permutations(found)))) == joined
    assert meaning(join_states([*found, data.draw(st.sampled_from(found))])) == joined


@given(ends(), ends())
def test_groups_of_paths_may_meet_first(first: list[Any], second: list[Any]) -> None:
    if type(present(first)[0]) is type(present(second)[0]):
        groups = [join_states(first), join_states(second)]
        assert meaning(join_states(groups)) == meaning(join_states([*first, *second]))


@given(ends())
def test_what_is_certain_holds_on_every_path(found: list[Any]) -> None:
    joined, wrote = join_states(found), present(found)
    everywhere = len(wrote) == len(found)
    if isinstance(joined, Certain):
        assert set(joined) == {one for one in "abcd" if everywhere and all(one in end for end in wrote)}
    elif isinstance(joined, Bits):
        bits = [1 << number for number in range(4)]
        assert joined == sum(bit for bit in bits if everywhere and all(end & bit for end in wrote))
    elif isinstance(joined, Queried):
        assert joined.certain == (everywhere and all(end.certain for end in wrote))
        assert joined.place in [end.place for end in wrote]
    else:
        assert set(joined) == {one for end in wrote for one in end}


def test_a_field_is_written_through_the_store_only() -> None:
    store, recording = Store(join_states, {}), Recording()
    with pytest.raises(AttributeError, match="mask is written through the store"):
        recording.mask = Bits(1)
    mark = store.mark()
    store.set(recording, Recording.mask, Bits(3))
    assert (recording.mask, Recording.mask.is_set(recording)) == (3, True)
    store.rewind(mark)
    assert (recording.mask, Recording.mask.is_set(recording)) == (0, False)


def test_tapes_that_record_on_one_path_only_do_not_certainly_record() -> None:
    store, recording = Store(join_states, {}), Recording()
    mark = store.mark()
    store.set(recording, Recording.mask, Bits(1))
    changes = store.changes(mark)
    store.rewind(mark)
    store.merge([changes, {}])
    assert recording.mask == 0
