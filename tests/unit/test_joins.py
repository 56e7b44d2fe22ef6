"""What values are after paths meet: the order of the paths does not matter, nor how often, and no source gets lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tfgraphlint.interpret.core.joins import MAX_ALTERNATIVES, identity, join, join_states
from tfgraphlint.interpret.core.provenance import Kind, Node, same_value
from tfgraphlint.interpret.core.store import MISSING, Store
from tfgraphlint.interpret.core.structures import elements, nodes_within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    FLOAT,
    INT,
    OTHER,
    Choice,
    Dict,
    Host,
    Items,
    Library,
    Object,
    Tensor,
    Unknown,
    Variable,
    items_of,
    sequence,
)


def node() -> Node:
    return Node(Kind.TENSOR, None)


DTYPES = st.sampled_from([FLOAT, INT, ANY])
CONSTANTS = st.builds(Const, st.sampled_from([None, False, True, 0, 1, 1.0, 2.5, "a", b"a", ...]))
TENSORS = st.builds(
    lambda dtype, symbolic, keras, graph: Tensor(node(), dtype, symbolic, keras, graph=graph),
    DTYPES, st.booleans(), st.booleans(), st.integers(0, 3),
)  # fmt: skip
HOSTS = st.builds(lambda kind, dtype: Host(node(), kind, dtype), st.sampled_from(["array", "scalar"]), DTYPES)
NAMED = st.builds(
    lambda make: make(),
    st.sampled_from([
        lambda: Unknown(node()),
        lambda: Variable(node()),
        lambda: Object("keras.layers.Dense", node()),
        lambda: Library("tensorflow.exp"),
    ]),
)  # fmt: skip
LEAVES = st.one_of(CONSTANTS, TENSORS, HOSTS, NAMED)


def containers(held: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    kinds = st.sampled_from(["list", "tuple"])
    return st.one_of(
        st.builds(sequence, kinds, st.lists(held, max_size=3)),
        st.builds(lambda kind, item: join([sequence(kind, [item]), sequence(kind, [])]), kinds, held),
        st.builds(Dict, st.dictionaries(st.sampled_from(["a", "b", OTHER]), held, max_size=3)),
    )


VALUES = st.recursive(LEAVES, containers, max_leaves=4)


@st.composite
def paths(draw: st.DrawFn, values: st.SearchStrategy[Value] = VALUES) -> list[Value]:
    """What a name is on each path: often the same object as on another one."""
    pool = draw(st.lists(values, min_size=1, max_size=4))
    return draw(st.lists(st.sampled_from(pool), min_size=1, max_size=MAX_ALTERNATIVES))


def origins(held: Sequence[Value]) -> set[Node]:
    """The nodes that values came from, whatever paths met on the way."""
    found = {part for value in held for start in nodes_within(value) for part in same_value(start)}
    return {part for part in found if part.kind is not Kind.JOIN}


def meaning(value: Value) -> object:
    """A value as it can be compared: whether nodes were joined at once or one after the other makes no difference."""
    if isinstance(value, Choice):
        return "one of", frozenset(map(meaning, value.options))
    if isinstance(value, Items):
        known = items_of(value)
        held = "any number of" if known is None else "exactly"
        return value.kind, held, tuple(map(meaning, elements(value)))
    if isinstance(value, Dict):
        return "dict", frozenset((key, meaning(held)) for key, held in value.state.items())
    came_from = frozenset(origins([value]))
    if isinstance(value, Tensor):
        return "tensor", came_from, value.dtype, value.symbolic, value.keras, value.graph
    if isinstance(value, Host):
        return "host", came_from, value.kind, value.dtype
    return "unknown" if isinstance(value, Unknown) else identity(value), came_from


def few(values: Sequence[Value]) -> bool:
    """Whether the values are told apart when they meet, lists and what they hold as well."""
    parts = {identity(part) for value in values for part in (value.options if isinstance(value, Choice) else [value])}
    below = [element for value in values for element in elements(value)]
    return len(parts) <= MAX_ALTERNATIVES and (not below or few(below))


@given(VALUES, st.integers(1, 3))
def test_a_value_joined_with_itself_is_that_value(value: Value, times: int) -> None:
    joined = join([value] * times)
    assert joined is value or isinstance(value, Choice)
    assert meaning(joined) == meaning(value)


@given(st.data())
def test_the_order_of_paths_does_not_matter(data: st.DataObject) -> None:
    values = data.draw(paths())
    assert meaning(join(data.draw(st.permutations(values)))) == meaning(join(values))


@given(st.data())
def test_a_value_that_is_in_already_changes_nothing(data: st.DataObject) -> None:
    values = data.draw(paths())
    assume(few(values))
    again = data.draw(st.sampled_from(values))
    joined = join(values)
    assert meaning(join([*values, again])) == meaning(joined)
    assert meaning(join([joined, again])) == meaning(join([again, joined])) == meaning(joined)
    assert meaning(join([joined, joined])) == meaning(joined)


@given(st.lists(VALUES, min_size=1, max_size=2 * MAX_ALTERNATIVES))
def test_no_source_gets_lost_however_many_paths_meet(values: list[Value]) -> None:
    assert origins([join(values)]) == origins(values)


@given(paths(), paths(), paths())
def test_no_source_gets_lost_in_whatever_groups_paths_meet(
    first: list[Value], second: list[Value], third: list[Value]
) -> None:
    one, two, three = map(join, (first, second, third))
    assert origins([join([join([one, two]), three])]) == origins([*first, *second, *third])
    assert origins([join([one, join([two, three])])]) == origins([*first, *second, *third])


@given(st.lists(TENSORS, min_size=2, max_size=9))
def test_tensors_keep_what_they_have_in_common(tensors: list[Tensor]) -> None:
    joined = join(tensors)
    assert isinstance(joined, Tensor)
    assert joined.dtype in (ANY, *(tensor.dtype for tensor in tensors))
    assert (joined.dtype == tensors[0].dtype) == (len({tensor.dtype for tensor in tensors}) == 1 or (
        joined.dtype == tensors[0].dtype == ANY
    ))  # fmt: skip
    assert joined.symbolic == all(tensor.symbolic for tensor in tensors)
    assert joined.keras == all(tensor.keras for tensor in tensors)


def test_an_array_or_a_number_is_neither() -> None:
    array, number = Host(node(), "array", FLOAT), Host(node(), "scalar", FLOAT)
    for joined in (join([array, number]), join([number, array])):
        assert isinstance(joined, Host)
        assert (joined.kind, joined.dtype) == (ANY, FLOAT)


@given(st.lists(CONSTANTS, min_size=1, max_size=9))
def test_constants_are_told_apart_by_type_and_value(constants: list[Const]) -> None:
    joined = join(constants)
    options = joined.options if isinstance(joined, Choice) else (joined,)
    assert all(isinstance(option, Const) for option in options)
    assert {identity(option) for option in options} == {identity(constant) for constant in constants}
    assert len(options) == len({identity(constant) for constant in constants})


@given(st.lists(paths(), min_size=1, max_size=3), st.data())
def test_lists_of_one_length_join_item_by_item(columns: list[list[Value]], data: st.DataObject) -> None:
    rows = list(zip(*columns))
    joined = join([sequence("list", row) for row in rows])
    expected = [join(column) for column in zip(*rows)]
    assert meaning(joined) == meaning(sequence("list", expected))


@given(VALUES, VALUES)
def test_lists_of_other_lengths_hold_any_of_all_items(one: Value, two: Value) -> None:
    joined = join([sequence("list", [one]), sequence("list", [one, two])])
    assert items_of(joined) is None
    assert [meaning(element) for element in elements(joined)] == [meaning(join([one, two]))]


def test_a_list_and_a_tuple_stay_two_options() -> None:
    options = [sequence("list", [Const(1)]), sequence("tuple", [Const(1)])]
    joined = join(options)
    assert isinstance(joined, Choice)
    assert list(joined.options) == options


@given(VALUES, VALUES, VALUES)
def test_a_key_of_some_paths_may_be_there(shared: Value, one: Value, two: Value) -> None:
    joined = join([Dict({"a": shared, "b": one}), Dict({"a": shared, "c": two})])
    assert isinstance(joined, Dict)
    assert {key: meaning(held) for key, held in joined.state.items()} == {
        "a": meaning(join([shared])), "b": meaning(join([one])), "c": meaning(join([two])),
        OTHER: meaning(join([one, two])),
    }  # fmt: skip


@given(VALUES, VALUES, VALUES)
def test_unknown_keys_may_be_what_some_paths_have(one: Value, two: Value, more: Value) -> None:
    joined = join([Dict({OTHER: one}), Dict({OTHER: two, "a": more})])
    assert isinstance(joined, Dict)
    assert meaning(joined.state[OTHER]) == meaning(join([join([one, two]), more]))


# What the store holds


@given(st.data())
def test_a_name_that_some_paths_do_not_bind_is_what_the_others_bind(data: st.DataObject) -> None:
    values = data.draw(paths())
    ends = data.draw(st.permutations([*values, *[MISSING] * data.draw(st.integers(0, 2))]))
    assert meaning(join_states(ends)) == meaning(join([end for end in ends if isinstance(end, Value)]))


def test_a_name_that_no_path_binds_stays_unbound() -> None:
    assert join_states([MISSING, MISSING]) is MISSING


@given(st.lists(st.sampled_from(["a", "b", None, MISSING]), min_size=2, max_size=4))
def test_what_is_no_value_stays_where_all_paths_agree(ends: list[Any]) -> None:
    assume(any(end is not MISSING for end in ends))
    assert join_states(ends) == (ends[0] if all(end == ends[0] for end in ends) else None)


NOTES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=3).map(tuple)


@given(NOTES, st.lists(NOTES, min_size=1, max_size=3))
def test_lists_of_notes_hold_what_each_path_noted(before: tuple[Any, ...], added: list[tuple[Any, ...]]) -> None:
    """Such as what was assigned to a variable: each path adds to what was there."""
    joined = join_states([before + more for more in added])
    assert set(joined) == {note for more in added for note in before + more}


@given(VALUES, VALUES)
def test_the_store_joins_names_with_this(one: Value, two: Value) -> None:
    store, names = Store(join_states, {}), {"x": one, "y": one}
    mark = store.mark()
    store.write(names, "x", two)
    store.write(names, "z", two)
    changes = store.changes(mark)
    store.rewind(mark)
    store.merge([changes, {}])
    assert {name: meaning(value) for name, value in names.items()} == {
        "x": meaning(join([two, one])), "y": meaning(one), "z": meaning(join([two])),
    }  # fmt: skip
