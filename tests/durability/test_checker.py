"""The checker passes every history that could have happened and catches each fault put into one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.durability.checker import (
    Acknowledgement,
    History,
    Reading,
    Seen,
    Send,
    Stored,
    check,
    digest,
)
from tests.durability.faults import FAULTS, as_seen, histories, swapped, with_reading, without


def kinds(history: History) -> set[str]:
    return {violation.kind for violation in check(history)}


def a_history() -> History:
    """Two join, three messages, one of them never acknowledged; bob reads, is cut, comes back."""
    log = (
        Stored("tea", 1),
        Stored("tea", 2),
        Stored("tea", 3, "alice", "a1", 1, "hello"),
        Stored("tea", 4, "bob", "b1", 2, "hello yourself"),
        Stored("tea", 5, "alice", "a2", 3, "milk?"),
    )
    return History(
        sends=(
            Send("alice", "a1", "tea", "hello", 1.0),
            Send("bob", "b1", "tea", "hello yourself", 3.0),
            Send("alice", "a2", "tea", "milk?", 5.0),
            Send("alice", "a3", "tea", "never arrived", 7.0),
        ),
        acknowledgements=(
            Acknowledgement("alice", "a1", "tea", 3, 2.0),
            Acknowledgement("bob", "b1", "tea", 4, 4.0),
        ),
        stored=log,
        readings=(
            Reading("bob", "first", "tea", tuple(map(as_seen, log[1:3])), after=1),
            Reading("bob", "second", "tea", tuple(map(as_seen, log[3:])), after=3, until=5),
        ),
    )


def test_a_history_that_keeps_every_promise_passes() -> None:
    assert check(a_history()) == []


def test_a_message_that_was_not_acknowledged_may_be_stored_or_not() -> None:
    history = a_history()
    assert ("alice", "a2") not in {(a.author, a.key) for a in history.acknowledgements}
    assert ("alice", "a3") not in {(s.author, s.key) for s in history.stored}
    assert check(history) == []


def test_a_text_that_was_edited_or_erased_is_not_compared() -> None:
    history = a_history()
    log = list(history.stored)
    log[2] = replace(log[2], text=None)
    assert check(replace(history, stored=tuple(log))) == []


def test_an_acknowledged_message_that_the_store_lost_is_caught() -> None:
    history = a_history()
    history = replace(history, stored=history.stored[:3], readings=())
    assert kinds(history) == {"acknowledged-missing"}


def test_an_empty_store_loses_every_acknowledged_message() -> None:
    found = check(replace(a_history(), stored=(), readings=()))
    assert [violation.kind for violation in found] == ["acknowledged-missing"] * 2
    assert "alice's message a1, acknowledged as tea seq 3, is not in the store" in str(found[0])


def test_a_message_stored_twice_is_caught() -> None:
    history = a_history()
    again = replace(history.stored[2], seq=6, number=4)
    assert "stored-twice" in kinds(replace(history, stored=(*history.stored, again), readings=()))


def test_a_message_stored_at_another_seq_than_acknowledged_is_caught() -> None:
    history = a_history()
    wrong = replace(history.acknowledgements[1], seq=5)
    history = replace(history, acknowledgements=(history.acknowledgements[0], wrong))
    assert kinds(history) == {"other-seq"}


def test_a_hole_in_the_log_is_caught() -> None:
    history = replace(a_history(), readings=())
    assert "hole" in kinds(replace(history, stored=without(history.stored, 1)))
    assert "hole" in kinds(replace(history, stored=history.stored[1:]))


def test_two_events_at_one_seq_are_caught() -> None:
    history = a_history()
    assert "two-at-one-seq" in kinds(replace(history, stored=(*history.stored, Stored("tea", 2))))


def test_a_number_that_is_not_the_next_is_caught() -> None:
    history = a_history()
    log = (*history.stored[:4], replace(history.stored[4], number=4))
    assert kinds(replace(history, stored=log, readings=())) == {"wrong-number"}


def test_two_messages_stored_in_each_others_place_are_caught() -> None:
    history = a_history()
    log = list(history.stored)
    log[2], log[3] = (
        replace(log[3], seq=3, number=1),
        replace(log[2], seq=4, number=2),
    )
    assert kinds(replace(history, stored=tuple(log), readings=())) == {"other-seq"}


def test_another_text_in_the_store_is_caught() -> None:
    history = a_history()
    log = list(history.stored)
    log[2] = replace(log[2], text="goodbye")
    assert "wrong-text" in kinds(replace(history, stored=tuple(log), readings=()))


def test_a_stored_message_that_nobody_sent_is_caught() -> None:
    history = a_history()
    phantom = Stored("tea", 6, "mallory", "m1", 4, "psst")
    history = replace(history, stored=(*history.stored, phantom), readings=())
    assert kinds(history) == {"phantom-stored"}


def test_a_message_stored_in_another_room_is_caught() -> None:
    history = a_history()
    log = list(history.stored[:4])
    elsewhere = Stored("coffee", 1, "alice", "a2", 1, "milk?")
    history = replace(history, stored=(*log, elsewhere), readings=())
    assert kinds(history) == {"wrong-room"}


def test_one_seq_acknowledged_to_two_messages_is_caught() -> None:
    history = a_history()
    thief = Acknowledgement("alice", "a2", "tea", 4)
    assert "one-seq-for-two" in kinds(
        replace(history, acknowledgements=(*history.acknowledgements, thief))
    )


def test_a_retry_answered_with_another_seq_is_caught() -> None:
    history = a_history()
    retry = Acknowledgement("alice", "a1", "tea", 6)
    assert "acknowledged-twice" in kinds(
        replace(history, acknowledgements=(*history.acknowledgements, retry))
    )


def test_a_retry_answered_with_the_same_seq_passes() -> None:
    history = a_history()
    retry = replace(history.acknowledgements[0], received_at=9.0)
    assert check(replace(history, acknowledgements=(*history.acknowledgements, retry))) == []


def test_an_acknowledgement_of_what_nobody_sent_is_caught() -> None:
    history = a_history()
    odd = Acknowledgement("mallory", "m1", "tea", 5)
    assert "acknowledged-unsent" in kinds(
        replace(history, acknowledgements=(*history.acknowledgements, odd))
    )


def test_a_message_ordered_before_one_acknowledged_before_it_was_sent_is_caught() -> None:
    history = a_history()
    sends = (replace(history.sends[0], sent_at=4.5), *history.sends[1:])
    acks = (replace(history.acknowledgements[0], received_at=4.6), *history.acknowledgements[1:])
    assert kinds(replace(history, sends=sends, acknowledgements=acks)) == {"out-of-turn"}


def test_a_gap_within_a_session_is_caught() -> None:
    history = a_history()
    seen = history.readings[0].seen
    assert kinds(with_reading(history, 0, seen=seen[1:])) == {"gap"}


def test_a_duplicate_within_a_session_is_caught() -> None:
    history = a_history()
    seen = history.readings[1].seen
    assert kinds(with_reading(history, 1, seen=(*seen, seen[0]))) == {"duplicate-delivery"}


def test_a_swap_within_a_session_is_caught() -> None:
    history = a_history()
    seen = swapped(history.readings[1].seen, 0, 1)
    assert kinds(with_reading(history, 1, seen=seen)) == {"gap", "reordered"}


def test_an_event_that_a_reader_saw_and_the_store_lacks_is_caught() -> None:
    history = a_history()
    seen = (*history.readings[1].seen, Seen(6, 4, digest("lost")))
    assert kinds(with_reading(history, 1, seen=seen)) == {"phantom-event"}


def test_another_text_in_a_readers_eyes_is_caught() -> None:
    history = a_history()
    seen = list(history.readings[1].seen)
    seen[0] = replace(seen[0], text_digest=digest("forged"))
    assert kinds(with_reading(history, 1, seen=tuple(seen))) == {"wrong-content"}


def test_a_hole_between_two_sessions_is_caught() -> None:
    history = a_history()
    late = with_reading(history, 1, seen=history.readings[1].seen[1:], after=4)
    assert kinds(late) == {"hole-after-resume"}


def test_a_session_that_ends_before_the_head_is_caught() -> None:
    history = a_history()
    assert kinds(with_reading(history, 1, seen=history.readings[1].seen[:1])) == {"missing-at-end"}
    assert kinds(with_reading(history, 1, seen=())) == {"missing-at-end"}


@given(histories())
@settings(max_examples=200, deadline=None)
def test_any_history_that_could_have_happened_passes(history: History) -> None:
    assert check(history) == []


@given(history=histories(), data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_one_fault_is_caught(history: History, data: st.DataObject) -> None:
    """Each fault into each history: parametrizing would leave pytest-twisted wrapped twice."""
    for fault, expected in FAULTS:
        found = kinds(fault(data.draw, history))
        assert expected <= found, f"{fault.__name__}: found only {found or 'nothing'}"
