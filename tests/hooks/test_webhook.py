"""What the webhook sees and whom it tells of, with the log and the network as ports."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from chatd.core.refusal import Refusal
from chatd.engine.followers import Followed
from chatd.engine.rows import RoomKind
from chatd.hooks.settings import HookSettings
from chatd.hooks.webhook import Webhook
from tests.conftest import LoggedErrors
from tests.hooks.fakes import BEGAN, FakePoster, FakeStore, Time, outcome, render

URL = "https://shop.example.org/hook"


class Stage:
    def __init__(self, tmp_path: Path, *plan: Any, **settings: Any) -> None:
        self.time = Time()
        self.store = FakeStore()
        self.poster = FakePoster(self.time, *plan)
        self.here: set[str] = set()
        self.folder = tmp_path
        self.secret("new.key", 0)
        known: dict[str, Any] = {"url": URL, "link": "https://chat.example.org", **settings}
        self.settings = HookSettings(secret_files=(str(tmp_path / "new.key"),), **known)
        self.webhook = Webhook(
            self.settings,
            self.store,
            self.poster,
            self.time.reactor,
            self.time,
            render=render,
            present=lambda user: user in self.here,
            random=bytes,
            fraction=lambda: 1.0,
        )

    def secret(self, name: str, first: int) -> str:
        key = base64.b64encode(bytes(range(first, first + 32))).decode()
        (self.folder / name).write_text(f"whsec_{key}\n")
        return str(self.folder / name)

    def start(self) -> "Stage":
        now(self.webhook.start())
        return self

    def stop(self) -> None:
        now(self.webhook.stop())
        assert self.poster.stopped
        assert self.time.waits() == []

    def say(self, *args: Any, **named: Any) -> Followed:
        said = self.store.say(*args, at=self.time.wall(), **named)
        self.webhook.committed([outcome(said)])
        return said

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(post.body) for post in self.poster.posts]

    def texts(self, type: str = "message.created") -> list[str]:
        return [each["data"].get("text", "") for each in self.told if each["type"] == type]


def now(coroutine: Any) -> Any:
    results: list[Any] = []
    ensureDeferred(coroutine).addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_message_goes_out_as_people_get_it_with_its_rooms_names(stage: Stage) -> None:
    stage.start()
    stage.say("a cup of tea?")
    assert stage.told == [
        {
            "type": "message.created",
            "timestamp": "2023-11-14T22:13:20.000Z",
            "data": {
                "type": "message",
                "room": "tea",
                "room_kind": "public",
                "room_name": "Tea",
                "room_slug": "tea",
                "seq": 1,
                "cursor": "epoch000.1",
                "at": BEGAN,
                "from": "alice",
                "name": "alice",
                "number": 1,
                "text": "a cup of tea?",
            },
        }
    ]
    stage.stop()


def test_edits_and_deletions_go_out_and_nothing_else_does(stage: Stage) -> None:
    stage.start()
    for what in ("edited", "deleted", "membership", "room", "reaction"):
        stage.say(what=what, target=1)
    assert [each["type"] for each in stage.told] == ["message.edited", "message.deleted"]
    assert [each["data"]["target"] for each in stage.told] == [1, 1]
    stage.stop()


def test_each_event_has_an_id_of_its_own_the_same_after_a_start(tmp_path: Path) -> None:
    first = Stage(tmp_path).start()
    first.say("one")
    first.say("two")
    first.stop()
    again = Stage(tmp_path)
    again.store = again.webhook._store = first.store
    again.store.followers["webhook:messages"] = 0
    again.start()
    assert again.poster.ids == first.poster.ids
    assert len(set(first.poster.ids)) == 2
    other = Stage(tmp_path)
    other.store.epoch = "another0"
    other.start()
    other.say("one")
    assert not set(other.poster.ids) & set(first.poster.ids)
    for each in (again, other):
        each.stop()


@pytest.mark.parametrize(
    ("rooms", "seen"),
    [
        ((), ["public"]),
        (("*",), ["public", "private"]),
        (("r-private",), ["private"]),
        (("cellar",), ["private"]),
        (("tea", "r-direct"), ["public"]),
    ],
)
def test_it_sees_public_rooms_unless_told_otherwise_and_never_two_people(
    tmp_path: Path, rooms: tuple[str, ...], seen: list[str]
) -> None:
    stage = Stage(tmp_path, rooms=frozenset(rooms)).start()
    kinds: tuple[tuple[RoomKind, str | None], ...] = (
        ("public", "tea"),
        ("private", "cellar"),
        ("direct", None),
    )
    for kind, slug in kinds:
        stage.say(kind, room=f"r-{kind}", kind=kind, slug=slug)
    assert stage.texts() == seen
    stage.stop()


def test_the_order_of_the_log_is_the_order_at_the_receiver(stage: Stage) -> None:
    stage.poster.plan = [204, 500, 500, 204]
    stage.start()
    for text in "abc":
        stage.say(text)
    stage.time.advance(10)
    assert stage.texts() == ["a", "b", "b", "b", "c"]
    stage.stop()


def test_what_was_deleted_before_it_was_taken_goes_out_without_its_text(stage: Stage) -> None:
    stage.poster.plan = [503]
    stage.start()
    said = stage.say("too much")
    stage.store.erase(said)
    stage.time.advance(2)
    assert stage.texts() == ["too much", ""]
    assert stage.told[1]["data"]["deleted"] == BEGAN
    stage.stop()


def test_without_an_address_nothing_goes_out_and_nothing_is_kept(tmp_path: Path) -> None:
    stage = Stage(tmp_path, url="")
    stage.store.followers = {"webhook:messages": 3, "webhook:away": 2, "other": 1}
    stage.start()
    stage.say()
    stage.time.advance(120)
    assert stage.told == []
    assert stage.store.followers == {"other": 1}
    assert stage.webhook.summary() == "none"
    with pytest.raises(Refusal, match="webhook.url"):
        now(stage.webhook.test())
    stage.stop()


def test_only_the_events_asked_for_go_out(tmp_path: Path) -> None:
    stage = Stage(tmp_path, messages=False).start()
    said = stage.say()
    stage.store.misses(said, "bob")
    stage.time.advance(61)
    assert [each["type"] for each in stage.told] == ["person.away"]
    assert list(stage.store.followers) == ["webhook:away"]
    stage.stop()


# ---- people who are away ------------------------------------------------------------------------


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


# ---- the operator -------------------------------------------------------------------------------


def test_the_status_tells_how_far_it_is_and_what_was_answered_last(stage: Stage) -> None:
    stage.poster.plan = [204, "connection refused"]
    stage.start()
    for text in "abc":
        stage.say(text)
    messages, away = stage.webhook.status()
    assert messages == {
        "follower": "webhook:messages",
        "position": 1,
        "behind": 2,
        "paused": False,
        "taken": 1,
        "skipped": 0,
        "failures": 1,
        "last": "connection refused",
    }
    assert (away["follower"], away["behind"]) == ("webhook:away", 3)
    assert stage.webhook.summary() == "messages: failing, 2 behind; away: well, 3 behind"
    stage.stop()


def test_a_pause_is_shown_and_ended_by_a_reload(stage: Stage, logged_errors: LoggedErrors) -> None:
    stage.poster.plan = [410]
    stage.start()
    stage.say("a")
    assert "410 Gone" in logged_errors.take()[0]
    assert stage.webhook.summary() == "messages: paused, 1 behind; away: paused, 1 behind"
    stage.webhook.reload(stage.settings.secret_files)
    assert stage.texts() == ["a", "a"]
    assert stage.webhook.status()[0]["behind"] == 0
    stage.stop()


def test_during_a_change_of_the_secret_both_sign(stage: Stage) -> None:
    stage.start()
    old = stage.settings.secret_files[0]
    stage.webhook.reload((stage.secret("other.key", 32), old))
    stage.say()
    signatures = stage.poster.posts[0].headers["webhook-signature"].split(" ")
    assert [each.partition(",")[0] for each in signatures] == ["v1", "v1"]
    assert len(set(signatures)) == 2
    stage.stop()


def test_an_address_that_is_taken_away_while_it_runs_still_gets_signatures(stage: Stage) -> None:
    stage.start()
    stage.webhook.reload(())
    stage.say()
    assert stage.poster.posts[0].headers["webhook-signature"].startswith("v1,")
    stage.stop()


@pytest.mark.logs_errors("keeps its secrets")
def test_a_secret_with_a_mistake_changes_nothing(stage: Stage) -> None:
    stage.start()
    (stage.folder / "new.key").write_text("whsec_short")
    stage.webhook.reload(stage.settings.secret_files)
    stage.say()
    assert stage.poster.posts[0].headers["webhook-signature"].startswith("v1,")
    stage.stop()


def test_a_test_sends_a_signed_ping_once(stage: Stage) -> None:
    stage.start()
    told = now(stage.webhook.test())
    (post,) = stage.poster.posts
    assert stage.told[0]["type"] == "ping"
    assert post.headers["webhook-id"] == told["id"]
    assert told["status"] == 204
    stage.stop()


@pytest.mark.parametrize(
    ("outcome", "says"),
    [(500, "answered 500"), (302, "Redirects are not followed"), ("no route", "no route")],
)
def test_a_test_that_is_not_taken_says_why(stage: Stage, outcome: Any, says: str) -> None:
    stage.poster.plan = [outcome]
    with pytest.raises(Refusal, match=says):
        now(stage.webhook.test())
    assert len(stage.poster.posts) == 1
