"""The checker passes every history that could have happened and catches each fault put into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

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

Draw = Callable[[st.SearchStrategy[Any]], Any]


def kinds(history: History) -> set[str]:
    return {violation.kind for violation in check(history)}


def as_seen(event: Stored) -> Seen:
    return Seen(event.seq, event.number, None if event.text is None else digest(event.text))


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


def with_reading(history: History, index: int, **changes: object) -> History:
    readings = list(history.readings)
    readings[index] = replace(readings[index], **changes)
    return replace(history, readings=tuple(readings))


def without(items: tuple, index: int) -> tuple:
    return items[:index] + items[index + 1 :]


def swapped(items: tuple, one: int, other: int) -> tuple:
    changed = list(items)
    changed[one], changed[other] = changed[other], changed[one]
    return tuple(changed)


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


@st.composite
def histories(draw: Draw) -> History:
    """A run as it could have been: rooms fill up, answers get lost, readers come, go and resume.

    Every room has at least three acknowledged messages and one reader with two sessions, so that
    each fault below finds something to spoil.
    """
    sends: list[Send] = []
    acks: list[Acknowledgement] = []
    log: list[Stored] = []
    readings: list[Reading] = []
    now = 0.0
    for room in draw(st.sampled_from([["tea"], ["tea", "coffee"]])):
        steps = draw(
            st.lists(
                st.sampled_from(["acked", "acked", "answer-lost", "request-lost", "event"]),
                max_size=12,
            )
        )
        steps = draw(st.permutations([*steps, "acked", "acked", "acked", "event"]))
        seq = number = 0
        for step in steps:
            now += draw(st.sampled_from([0.0, 0.5, 1.0]))
            author = draw(st.sampled_from(["alice", "bob", "carol"]))
            key = f"k{len(sends)}"
            if step == "event":
                seq += 1
                log.append(Stored(room, seq))
                continue
            text = f"text {len(sends)}"
            sends.append(Send(author, key, room, text, now))
            if step == "request-lost":
                continue
            seq, number = seq + 1, number + 1
            log.append(Stored(room, seq, author, key, number, text))
            if step == "acked":
                acks.append(Acknowledgement(author, key, room, seq, now + 0.25))
        events = [as_seen(event) for event in log if event.room == room]
        for reader in draw(st.sampled_from([["dave"], ["dave", "erin"]])):
            start = draw(st.integers(0, 1))
            cut = draw(st.integers(start + 1, seq - 2))
            readings.append(Reading(reader, "first", room, tuple(events[start:cut]), start))
            readings.append(Reading(reader, "second", room, tuple(events[cut:]), cut, until=seq))
    return History(tuple(draw(st.permutations(sends))), tuple(acks), tuple(log), tuple(readings))


def lose_an_acknowledged_message(draw: Draw, history: History) -> History:
    """Everything behind moves up, so that no hole betrays it."""
    ack = draw(st.sampled_from(history.acknowledgements))
    log = [
        replace(event, seq=event.seq - 1, number=event.number and event.number - 1)
        if event.room == ack.room and event.seq > ack.seq
        else event
        for event in history.stored
        if (event.author, event.key) != (ack.author, ack.key)
    ]
    return replace(history, stored=tuple(log), readings=())


def lose_an_event(draw: Draw, history: History) -> History:
    heads = {event.room: event.seq for event in history.stored}
    inner = [i for i, event in enumerate(history.stored) if event.seq < heads[event.room]]
    return replace(
        history, stored=without(history.stored, draw(st.sampled_from(inner))), readings=()
    )


def store_a_message_again(draw: Draw, history: History) -> History:
    messages = [event for event in history.stored if event.key]
    again = draw(st.sampled_from(messages))
    room = [event for event in history.stored if event.room == again.room]
    number = max(event.number or 0 for event in room)
    again = replace(again, seq=room[-1].seq + 1, number=number + 1)
    return replace(history, stored=(*history.stored, again), readings=())


def swap_two_messages(draw: Draw, history: History) -> History:
    acked = {(ack.author, ack.key) for ack in history.acknowledgements}
    room = draw(st.sampled_from(history.stored)).room
    places = [
        i
        for i, event in enumerate(history.stored)
        if event.room == room and (event.author, event.key) in acked
    ]
    one, other = draw(st.permutations(places))[:2]
    log = list(history.stored)
    a, b = log[one], log[other]
    log[one] = replace(b, seq=a.seq, number=a.number)
    log[other] = replace(a, seq=b.seq, number=b.number)
    return replace(history, stored=tuple(log), readings=())


def garble_a_text(draw: Draw, history: History) -> History:
    place = draw(st.sampled_from([i for i, event in enumerate(history.stored) if event.key]))
    log = list(history.stored)
    log[place] = replace(log[place], text="garbled")
    return replace(history, stored=tuple(log), readings=())


def forge_a_message(draw: Draw, history: History) -> History:
    room = draw(st.sampled_from(history.stored)).room
    log = [event for event in history.stored if event.room == room]
    number = max(event.number or 0 for event in log)
    forged = Stored(room, log[-1].seq + 1, "mallory", "m", number + 1, "psst")
    return replace(history, stored=(*history.stored, forged), readings=())


def acknowledge_another_seq(draw: Draw, history: History) -> History:
    place = draw(st.integers(0, len(history.acknowledgements) - 1))
    acks = list(history.acknowledgements)
    acks[place] = replace(acks[place], seq=acks[place].seq + draw(st.sampled_from([-1, 1, 1000])))
    return replace(history, acknowledgements=tuple(acks))


def a_session(draw: Draw, history: History, least: int) -> int:
    return draw(
        st.sampled_from([i for i, r in enumerate(history.readings) if len(r.seen) >= least])
    )


def drop_a_delivery(draw: Draw, history: History) -> History:
    """Any but the last of a session that was cut: that one may always be missing."""
    index = a_session(draw, history, 2)
    seen = history.readings[index].seen
    return with_reading(history, index, seen=without(seen, draw(st.integers(0, len(seen) - 2))))


def drop_the_end(draw: Draw, history: History) -> History:
    index = draw(st.sampled_from([i for i, r in enumerate(history.readings) if r.until]))
    return with_reading(history, index, seen=history.readings[index].seen[:-1])


def deliver_again(draw: Draw, history: History) -> History:
    index = a_session(draw, history, 1)
    seen = history.readings[index].seen
    copied = draw(st.integers(0, len(seen) - 1))
    pasted = draw(st.integers(copied + 1, len(seen)))
    return with_reading(history, index, seen=(*seen[:pasted], seen[copied], *seen[pasted:]))


def swap_two_deliveries(draw: Draw, history: History) -> History:
    index = a_session(draw, history, 2)
    seen = history.readings[index].seen
    one, other = draw(st.permutations(range(len(seen))))[:2]
    return with_reading(history, index, seen=swapped(seen, one, other))


def show_what_is_not_there(draw: Draw, history: History) -> History:
    index = a_session(draw, history, 1)
    reading = history.readings[index]
    head = max(event.seq for event in history.stored if event.room == reading.room)
    return with_reading(history, index, seen=(*reading.seen, Seen(head + 1, 99, digest("ghost"))))


def show_another_text(draw: Draw, history: History) -> History:
    index, place = draw(
        st.sampled_from(
            [
                (i, j)
                for i, reading in enumerate(history.readings)
                for j, seen in enumerate(reading.seen)
                if seen.number is not None
            ]
        )
    )
    seen = list(history.readings[index].seen)
    spoilt = draw(st.sampled_from([{"text_digest": digest("x")}, {"number": 0}]))
    seen[place] = replace(seen[place], **spoilt)
    return with_reading(history, index, seen=tuple(seen))


def resume_too_late(draw: Draw, history: History) -> History:
    index = draw(st.sampled_from([i for i, r in enumerate(history.readings) if r.until]))
    reading = history.readings[index]
    return with_reading(history, index, after=reading.after + 1, seen=reading.seen[1:])


def put_the_clock_against_the_order(draw: Draw, history: History) -> History:
    """The room's last acknowledged message turns out to be answered before its first was sent."""
    room = draw(st.sampled_from(history.acknowledgements)).room
    places = [i for i, ack in enumerate(history.acknowledgements) if ack.room == room]
    acks = list(history.acknowledgements)
    acks[places[-1]] = replace(acks[places[-1]], received_at=-1.0)
    return replace(history, acknowledgements=tuple(acks))


Mutation = Callable[[Draw, History], History]
MUTATIONS: list[tuple[Mutation, set[str]]] = [
    (lose_an_acknowledged_message, {"acknowledged-missing"}),
    (lose_an_event, {"hole"}),
    (store_a_message_again, {"stored-twice"}),
    (swap_two_messages, {"other-seq"}),
    (garble_a_text, {"wrong-text"}),
    (forge_a_message, {"phantom-stored"}),
    (acknowledge_another_seq, {"other-seq"}),
    (drop_a_delivery, {"gap"}),
    (drop_the_end, {"missing-at-end"}),
    (deliver_again, {"duplicate-delivery"}),
    (swap_two_deliveries, {"gap", "reordered"}),
    (show_what_is_not_there, {"phantom-event"}),
    (show_another_text, {"wrong-content"}),
    (resume_too_late, {"hole-after-resume"}),
    (put_the_clock_against_the_order, {"out-of-turn"}),
]


@given(histories())
@settings(max_examples=200, deadline=None)
def test_any_history_that_could_have_happened_passes(history: History) -> None:
    assert check(history) == []


@given(history=histories(), data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_one_fault_is_caught(history: History, data: st.DataObject) -> None:
    """Each fault into each history: parametrizing would leave pytest-twisted wrapped twice."""
    for mutation, expected in MUTATIONS:
        found = kinds(mutation(data.draw, history))
        assert expected <= found, f"{mutation.__name__}: found only {found or 'nothing'}"
