from hypothesis import given
from hypothesis import strategies as st

from chatd.engine.envelope import Batch, Envelope
from chatd.fanout.sequencer import Sequencer


def batch(first: int, last: int, size: int = 1) -> Batch:
    return Batch(
        first,
        tuple(Envelope(p, "r", p, p, b"x" * size) for p in range(first, last + 1)),
    )


class Heard:
    def __init__(self, position: int = 0, **bounds: int) -> None:
        self.batches: list[Batch] = []
        self.sequencer = Sequencer(position, self.batches.append, **bounds)

    @property
    def positions(self) -> list[int]:
        return [envelope.position for batch in self.batches for envelope in batch.envelopes]


def test_batches_in_order_pass_as_they_are() -> None:
    heard = Heard()
    whole = batch(1, 3)
    heard.sequencer.offer(whole)
    heard.sequencer.offer(batch(4, 4))
    assert heard.batches == [whole, batch(4, 4)]
    assert heard.sequencer.gap() is None


def test_it_goes_on_behind_the_position_it_starts_at() -> None:
    heard = Heard(10)
    heard.sequencer.offer(batch(9, 12))
    assert heard.positions == [11, 12]


def test_a_repeat_is_dropped_and_an_overlap_is_cut() -> None:
    heard = Heard()
    for each in (batch(1, 3), batch(1, 3), batch(2, 5), batch(4, 4)):
        heard.sequencer.offer(each)
    assert heard.positions == [1, 2, 3, 4, 5]


def test_what_is_early_waits_and_leaves_in_one_batch_with_what_was_missing() -> None:
    heard = Heard()
    heard.sequencer.offer(batch(3, 4))
    heard.sequencer.offer(batch(6, 6))
    assert heard.positions == []
    assert heard.sequencer.gap() == (1, 2)
    heard.sequencer.offer(batch(1, 2))
    assert heard.batches == [batch(1, 4)]
    assert heard.sequencer.gap() == (5, 5)


def test_beyond_the_bound_only_the_highest_position_is_remembered() -> None:
    for bounds in ({"early_events": 3}, {"early_bytes": 30}):
        heard = Heard(**bounds)
        heard.sequencer.offer(batch(2, 9, size=10))
        assert heard.sequencer.gap() == (1, 1)
        heard.sequencer.filled(batch(1, 1))
        assert heard.positions == [1, 2, 3, 4]
        assert heard.sequencer.gap() == (5, 9)
        # What left the buffer made room.
        heard.sequencer.offer(batch(6, 7, size=10))
        heard.sequencer.filled(batch(5, 5))
        assert heard.positions == [1, 2, 3, 4, 5, 6, 7]


def test_a_head_told_by_the_store_is_a_gap() -> None:
    heard = Heard(5)
    heard.sequencer.reaches(5)
    assert heard.sequencer.gap() is None
    heard.sequencer.reaches(8)
    assert heard.sequencer.gap() == (6, 8)


def test_what_was_announced_beyond_the_end_of_the_log_is_forgotten() -> None:
    heard = Heard(5)
    heard.sequencer.offer(batch(100, 102))
    heard.sequencer.offer(batch(7, 7))
    heard.sequencer.ends(7)
    assert heard.sequencer.gap() == (6, 6)
    heard.sequencer.ends(3)
    assert heard.sequencer.gap() is None


@given(st.data())
def test_any_shuffle_with_repeats_losses_and_fills_delivers_each_once_in_order(
    data: st.DataObject,
) -> None:
    last = data.draw(st.integers(1, 60))
    spans = st.tuples(st.integers(1, last), st.integers(0, 8))
    offers = data.draw(st.lists(spans, max_size=60))
    heard = Heard(early_events=data.draw(st.integers(0, 12)))
    sequencer = heard.sequencer
    for first, more in offers:
        sequencer.offer(batch(first, min(first + more, last)))
        if data.draw(st.booleans()) and (gap := sequencer.gap()) is not None:
            page = min(gap[1], gap[0] + data.draw(st.integers(0, 4)))
            sequencer.filled(batch(gap[0], page))
        assert heard.positions == list(range(1, sequencer.position + 1))
    sequencer.reaches(last)
    while (gap := sequencer.gap()) is not None:
        assert gap[0] == sequencer.position + 1 <= gap[1] <= last
        sequencer.filled(batch(*gap))
    assert heard.positions == list(range(1, last + 1))
    assert all(
        each.envelopes and each.first == each.envelopes[0].position for each in heard.batches
    )
