"""Sorting as Go does."""

from hypothesis import given
from hypothesis import strategies as st

from caddylite.adapt.stable_sort import stable_sort

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers()), max_size=200)


@given(PAIRS)
def test_an_order_is_sorted_stably(pairs: list[tuple[int, int]]) -> None:
    numbered = [(key, place) for place, (key, _) in enumerate(pairs)]
    ours = list(numbered)
    stable_sort(ours, lambda a, b: a[0] < b[0])
    assert ours == sorted(numbered, key=lambda pair: pair[0])


@given(st.integers(0, 100))
def test_what_is_always_less_is_turned_round_in_runs_and_merges_lose_nothing(count: int) -> None:
    items = list(range(count))
    stable_sort(items, lambda a, b: True)
    assert sorted(items) == list(range(count))
    if count <= 20:
        assert items == list(range(count))[::-1]


def test_few_comparisons_are_made_of_what_is_sorted() -> None:
    calls = 0

    def less(a: int, b: int) -> bool:
        nonlocal calls
        calls += 1
        return a < b

    stable_sort(list(range(10_000)), less)
    assert calls < 25_000
