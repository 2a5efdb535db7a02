"""Histories that could have happened, and the faults that can be put into one.

A fault takes a sound history and hypothesis's `draw`, and gives the history with that one thing
gone wrong; FAULTS names with each the kinds of violation by which it must be found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.durability.checker import (
    Acknowledgement,
    History,
    Reading,
    Seen,
    Send,
    Stored,
    digest,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]


def as_seen(event: Stored) -> Seen:
    return Seen(event.seq, event.number, None if event.text is None else digest(event.text))


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


Fault = Callable[[Draw, History], History]
FAULTS: list[tuple[Fault, set[str]]] = [
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
