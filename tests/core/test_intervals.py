"""Membership intervals behave as the sets of seqs that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.intervals import Intervals, Span

END = 60
"""The model looks at seqs 1 to END; an open span holds all of them from its start."""


@st.composite
def span(draw: st.DrawFn) -> Span:
    first = draw(st.integers(1, END))
    return first, draw(st.none() | st.integers(first, END))


SPANS = st.lists(span(), max_size=6)


def seqs(spans: list[Span]) -> set[int]:
    return {s for first, last in spans for s in range(first, (last or END) + 1)}


def held(intervals: Intervals) -> set[int]:
    return {seq for seq in range(1, END + 1) if intervals.contains(seq)}


@given(SPANS)
def test_a_union_contains_what_its_spans_contain(spans: list[Span]) -> None:
    intervals = Intervals.of(spans)
    assert held(intervals) == seqs(spans)
    assert not intervals.contains(0)
    assert intervals.contains(10**9) is any(last is None for _, last in spans)
    assert intervals.is_open is any(last is None for _, last in spans)


@given(SPANS)
def test_the_form_is_the_same_for_the_same_set(spans: list[Span]) -> None:
    assert Intervals.of(spans) == Intervals.of(reversed(spans)) == Intervals.of([*spans, *spans])
    assert Intervals(Intervals.of(spans).spans) == Intervals.of(spans)


@given(SPANS, st.integers(-2, END), st.integers(-2, END))
def test_clipping_keeps_just_what_is_inside(spans: list[Span], first: int, last: int) -> None:
    parts = Intervals.of(spans).clip(first, last)
    assert [s for low, high in parts for s in range(low, high + 1)] == sorted(
        seqs(spans) & set(range(first, last + 1))
    )
    assert all(low <= high for low, high in parts)


@pytest.mark.parametrize(
    "spans",
    [
        ((0, 3),),
        ((3, 2),),
        ((4, 5), (1, 2)),
        ((1, 3), (3, 5)),
        ((1, 3), (4, 5)),
        ((1, None), (9, 9)),
    ],
)
def test_a_form_that_is_not_the_one_is_not_accepted(spans: tuple[Span, ...]) -> None:
    with pytest.raises(ValueError):
        Intervals(spans)


@pytest.mark.parametrize("span", [(0, 4), (3, 2)])
def test_a_union_takes_no_impossible_span(span: Span) -> None:
    with pytest.raises(ValueError):
        Intervals.of([span])
