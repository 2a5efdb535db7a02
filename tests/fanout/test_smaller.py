"""Readers that inflate: the same as everybody gets, in fewer bytes, deflated once for all."""

import random
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.engine.envelope import ToRoom
from chatd.fanout.smaller import LEAST, MOST
from tests.fakes.listener import Listener
from tests.fanout.stage import Stage

LONG = "what people say has the same words again and again, and again the same words " * 4


@pytest.fixture
def deflated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """One entry for each time that anything is deflated."""
    calls: list[Any] = []
    real = zlib.compressobj

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(zlib, "compressobj", counted)
    yield calls


def kinds(listener: Listener) -> list[int]:
    """The first byte of each write."""
    return [data[0] for data in listener.writes]


def test_a_long_event_is_deflated_once_for_all_who_inflate(deflated: list[Any]) -> None:
    stage = Stage(tea="ann bob cat dan")
    plain = [stage.attach(user, "tea")[0] for user in ("ann", "bob")]
    small = [stage.attach(user, "tea", inflates=True)[0] for user in ("cat", "dan", "ann")]
    for _ in range(3):
        stage.log.say("tea", text=LONG)
    stage.deliver()
    assert len(deflated) == 3
    assert len({id(each.writes[0]) for each in plain}) == 1
    assert len({id(each.writes[0]) for each in small}) == 1
    assert [kinds(each) for each in (*plain, *small)] == [[0x81]] * 2 + [[0xC1]] * 3
    assert len(small[0].writes[0]) < len(plain[0].writes[0]) / 2
    assert small[0].frames == plain[0].frames


def test_it_is_deflated_once_though_rooms_are_merged_in_many_ways(deflated: list[Any]) -> None:
    stage = Stage(tea="ann bob cat", jam="ann bob", den="bob cat")
    rooms = {"ann": ("tea", "jam"), "bob": ("tea", "jam", "den"), "cat": ("tea", "den")}
    pairs = [
        (stage.attach(user, *names)[0], stage.attach(user, *names, inflates=True)[0])
        for user, names in rooms.items()
    ]
    for room in ("tea", "jam", "den", "tea"):
        stage.log.say(room, text=LONG)
    stage.log.move("tea", "bob", False)
    stage.deliver()
    assert len(deflated) == 4
    for plain, small in pairs:
        assert small.frames == plain.frames
        assert sum(map(len, small.writes)) < sum(map(len, plain.writes))


def test_where_nobody_inflates_nothing_is_deflated(deflated: list[Any]) -> None:
    stage = Stage(tea="ann", jam="bob")
    stage.attach("ann", "tea")
    stage.attach("bob", "jam", inflates=True)
    stage.log.say("tea", text=LONG)
    stage.deliver()
    assert deflated == []


def payload(bytes_: int, text: str) -> str:
    """So many characters of ``text`` that the event's frame has that many bytes."""
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann", "tea")
    stage.log.say("tea")
    stage.deliver()
    bare = len(ann.writes[0]) + 2  # the length takes two bytes more from 126 on
    return text[: bytes_ - bare]


@pytest.mark.parametrize(
    ("size", "first"), [(LEAST - 1, 0x81), (LEAST, 0xC1), (60_000, 0xC1), (MOST + 99, 0x81)]
)
def test_what_is_short_or_very_long_stays_as_it_is(size: int, first: int) -> None:
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann", "tea", inflates=True)
    stage.log.say("tea", text=payload(size, "tea? " * (size // 5 + 1)))
    stage.deliver()
    assert kinds(ann) == [first]


def test_what_would_hardly_get_smaller_stays_as_it_is() -> None:
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann", "tea", inflates=True)
    noise = random.Random(7)
    stage.log.say("tea", text="".join(chr(noise.randrange(35, 127)) for _ in range(200)))
    stage.deliver()
    assert kinds(ann) == [0x81]


def test_signals_are_never_deflated() -> None:
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann", "tea", inflates=True)
    stage.hub.audience.pass_on(ToRoom("tea", b'{"type":"x","text":"' + LONG.encode() + b'"}'))
    stage.clock.turn()
    assert kinds(ann) == [0x81]


def test_an_event_that_some_get_with_other_words_is_deflated_for_nobody() -> None:
    stage = Stage(tea="ann bob cat")
    ann, _ = stage.attach("ann", "tea", inflates=True)
    bob, _ = stage.attach("bob", "tea", inflates=True)
    cat, _ = stage.attach("cat", "tea")
    said = stage.log.say("tea", text=LONG)
    edited = stage.log.edit("tea", text=LONG * 2, kept_from=("bob", "cat"))
    stage.deliver()
    assert ann.writes[0][0] == 0xC1
    assert LONG.encode() in ann.writes[0], "the edit, which is plain"
    assert [frame["position"] for frame in ann.frames] == [said.position, edited.position]
    assert bob.frames == cat.frames
    assert [frame["text"] for frame in bob.frames] == [LONG, ""]
    # The next one is everybody's again.
    stage.log.say("tea", text=LONG)
    stage.deliver()
    assert bob.writes[-1] is ann.writes[-1] and kinds(ann)[-1] == 0xC1


def test_what_was_kept_back_while_reading_comes_plain_and_in_order() -> None:
    stage = Stage(tea="ann")
    ann, subscriber = stage.attach("ann", "tea", inflates=True)
    subscriber.hold()
    said = [stage.log.say("tea", text=LONG) for _ in range(2)]
    stage.deliver()
    subscriber.release()
    said.append(stage.log.say("tea", text=LONG))
    stage.deliver()
    assert kinds(ann) == [0x81, 0xC1]
    assert ann.events == [each.position for each in said]


def test_one_who_fails_to_inflate_harms_nobody() -> None:
    stage = Stage(tea="ann bob cat")
    ann, _ = stage.attach("ann", "tea", inflates=True)
    _, broken = stage.attach("bob", "tea", inflates=True)
    cat, _ = stage.attach("cat", "tea")

    def fail(data: bytes) -> None:
        raise RuntimeError("on purpose")

    broken.outbox.write = fail
    said = stage.log.say("tea", text=LONG)
    stage.deliver()
    assert ann.events == cat.events == [said.position]
    assert len(stage.faults) == 1 and not broken.open_rooms


USERS = ("ann", "bob", "cat")
ROOMS = ("tea", "jam", "den")
texts = st.one_of(st.text(max_size=400), st.just(LONG), st.text("ab ", min_size=200, max_size=900))
steps = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(ROOMS), texts),
    st.tuples(st.just("edit"), st.sampled_from(ROOMS), texts, st.sampled_from([(), *zip(USERS)])),
    st.tuples(st.just("move"), st.sampled_from(ROOMS), st.sampled_from(USERS), st.booleans()),
    st.tuples(st.just("turn")),
)


@given(st.lists(steps, max_size=25))
@settings(max_examples=200, deadline=None)
def test_whatever_happens_both_readers_of_a_person_hear_the_same(script: list[Any]) -> None:
    stage = Stage(**{room: " ".join(USERS) for room in ROOMS})
    pairs = [
        (stage.attach(user, *ROOMS)[0], stage.attach(user, *ROOMS, inflates=True)[0])
        for user in USERS
    ]
    for kind, *what in script:
        if kind == "say":
            stage.log.say(what[0], text=what[1])
        elif kind == "edit":
            stage.log.edit(what[0], text=what[1], kept_from=what[2])
        elif kind == "move":
            if (what[1] in stage.log.members[what[0]]) != what[2]:
                stage.log.move(*what)
        else:
            stage.deliver()
    stage.deliver()
    stage.clock.advance(5)
    for plain, small in pairs:
        assert small.frames == plain.frames
        assert [len(small.writes)] == [len(plain.writes)]
