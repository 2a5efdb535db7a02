"""What the webhook sees, and what its operator does, with the log and the network as ports."""

from pathlib import Path
from typing import Any

import pytest

from chatd.core.refusal import Refusal
from chatd.engine.rows import RoomKind
from tests.conftest import LoggedErrors
from tests.hooks.fakes import BEGAN
from tests.hooks.stage import Stage, now

URL = "https://shop.example.org/hook"


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
