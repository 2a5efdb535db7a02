"""Whom the webhook tells of: people who are away and miss something."""

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from chatd.engine.followers import Followed
from tests.hooks.fakes import BEGAN
from tests.hooks.stage import Stage

URL = "https://shop.example.org/hook"


def direct(stage: Stage, text: str = "are you there?", **more: Any) -> Followed:
    said = stage.say(text, room="r1", kind="direct", slug=None)
    stage.store.misses(said, "bob", **more)
    return said


def test_who_is_away_is_told_of_after_a_minute_without_the_text(stage: Stage) -> None:
    stage.start()
    direct(stage, email="bob@example.org", unread=3, identities=(("https://shop", "17"),))
    stage.time.advance(59)
    assert stage.told == []
    stage.time.advance(2)
    assert stage.told == [
        {
            "type": "person.away",
            "timestamp": "2023-11-14T22:13:20.000Z",
            "data": {
                "user": "bob",
                "name": "bob",
                "display": "Bob",
                "email": "bob@example.org",
                "identities": [{"issuer": "https://shop", "subject": "17"}],
                "reason": "direct",
                "unread": 3,
                "room": "r1",
                "room_kind": "direct",
                "room_name": "R1",
                "seq": 1,
                "from": "alice",
                "from_name": "alice",
                "link": "https://chat.example.org/#/room/r1",
            },
        }
    ]
    stage.stop()


def test_the_text_of_a_direct_message_goes_out_only_where_that_is_allowed(tmp_path: Path) -> None:
    stage = Stage(tmp_path, direct=True).start()
    direct(stage, "are you there?")
    stage.time.advance(61)
    assert stage.told[0]["data"]["text"] == "are you there?"
    stage.stop()


def test_who_is_connected_is_not_away(stage: Stage) -> None:
    stage.start()
    stage.here.add("bob")
    direct(stage)
    stage.time.advance(120)
    assert stage.told == []
    stage.stop()


def test_who_came_or_read_in_time_is_not_told_of(stage: Stage) -> None:
    stage.start()
    direct(stage)
    stage.time.advance(30)
    stage.store.absents.clear()
    stage.time.advance(60)
    assert stage.told == []
    stage.stop()


def test_a_mention_is_told_of_with_its_text_in_rooms_that_are_seen(stage: Stage) -> None:
    stage.start()
    for kind in ("public", "private"):
        said = stage.say(f"@bob {kind}", room=f"r-{kind}", kind=kind, slug=None)
        stage.store.misses(said, "bob")
    stage.time.advance(61)
    away = [each["data"] for each in stage.told if each["type"] == "person.away"]
    assert [(each["reason"], each["text"]) for each in away] == [("mention", "@bob public")]
    stage.stop()


def test_more_messages_for_somebody_who_is_away_make_no_storm(stage: Stage) -> None:
    stage.start()
    for _ in range(20):
        direct(stage)
        stage.time.advance(5)
    stage.time.advance(120)
    assert len(stage.told) == 1
    stage.stop()


def test_who_was_here_in_between_is_told_of_again(stage: Stage) -> None:
    stage.start()
    direct(stage)
    stage.time.advance(61)
    stage.here.add("bob")
    direct(stage)
    stage.time.advance(61)
    stage.here.clear()
    direct(stage)
    stage.time.advance(61)
    assert len(stage.told) == 2
    stage.stop()


def test_who_comes_back_while_the_receiver_fails_is_not_told_of(stage: Stage) -> None:
    stage.poster.plan = [503] * 5
    stage.start()
    direct(stage)
    stage.time.advance(63)
    assert len(stage.told) >= 1
    stage.here.add("bob")
    tries = len(stage.told)
    stage.time.advance(600)
    assert len(stage.told) == tries
    stage.here.clear()
    direct(stage)
    stage.time.advance(61)
    assert len(stage.told) == tries + 1
    stage.stop()


def test_after_a_start_people_have_time_to_come_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.store.followers = {"webhook:away": 0, "webhook:messages": 0}
    said = stage.store.say(kind="direct", slug=None, at=BEGAN - 3_600_000)
    stage.store.misses(said, "bob")
    stage.start()
    stage.time.advance(29)
    assert stage.told == []
    stage.time.advance(2)
    assert len(stage.told) == 1
    stage.stop()


def test_a_receiver_that_hangs_with_a_message_still_hears_of_people(stage: Stage) -> None:
    stuck: Deferred[int] = Deferred()
    stage.poster.plan = [stuck]
    stage.start()
    stage.say("stuck")
    direct(stage)
    stage.time.advance(61)
    assert [each["type"] for each in stage.told] == ["message.created", "person.away"]
    stage.stop()
