"""The API of a real daemon, as a web developer meets it."""

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.api.client import Client
from tests.daemon import Daemon

As = Callable[..., Client]


@pytest.fixture
def room(as_: As) -> str:
    """A public room of alice's."""
    return str(as_("alice").post("/rooms", {"name": "Tea"})["room"])


def test_one_request_posts_a_message_and_says_where_it_is(as_: As, room: str) -> None:
    alice = as_("alice")
    answer = alice.ask("POST", f"/rooms/{room}/messages", {"text": "hello"})
    assert answer.status == 201
    assert answer.json.keys() == {"room", "seq", "number", "at"}
    there = answer.headers["location"].removeprefix("/api/v1")
    assert alice.get(there)["message"]["text"] == "hello"


def test_a_key_makes_a_retry_harmless(as_: As, room: str) -> None:
    alice, path = as_("alice"), f"/rooms/{room}/messages"
    first = alice.ask("POST", path, {"text": "once"}, Idempotency_Key='"k.1"')
    # The same key without quotes, and as the WebSocket has it.
    again = alice.ask("POST", path, {"text": "once"}, Idempotency_Key="k.1")
    assert (again.status, again.body) == (201, first.body)
    assert len(alice.get(path)["messages"]) == 1
    other = alice.ask("POST", path, {"text": "twice"}, Idempotency_Key="k.1")
    assert (other.status, other.code, other.json["field"]) == (422, "conflict", "Idempotency-Key")
    bad = alice.ask("POST", path, {"text": "x"}, Idempotency_Key="a b")
    assert (bad.status, bad.json["field"]) == (400, "Idempotency-Key")


def test_without_a_key_each_request_counts(as_: As, room: str) -> None:
    alice, path = as_("alice"), f"/rooms/{room}/messages"
    assert alice.post(path, {"text": "same"})["seq"] != alice.post(path, {"text": "same"})["seq"]


def test_rooms_and_people_go_by_name_in_any_script(as_: As) -> None:
    alice = as_("alice")
    as_("борис")
    room = alice.post("/rooms", {"name": "Чай", "slug": "чай"})["room"]
    assert alice.get("/rooms/~" + quote("чай"))["room"]["room"] == room
    assert alice.get("/rooms/" + quote("#чай", safe=""))["room"]["room"] == room
    assert alice.post(f"/rooms/{room}/members", {"user": "@борис"})["room"] == room
    member = f"/rooms/{room}/members/@" + quote("борис")
    assert alice.ask("PATCH", member, {"role": "moderator"}).status == 200
    roles = {each["name"]: each["role"] for each in alice.get(f"/rooms/{room}/members")["members"]}
    assert roles == {"alice": "owner", "борис": "moderator"}
    assert alice.ask("DELETE", member).status == 200
    assert alice.ask("DELETE", member).code == "not-found"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"txt": "hi"}, 400, "unknown-field", "txt"),
        ({"text": 5}, 400, "bad-field", "text"),
        ({}, 400, "bad-field", "text"),
        ({"text": "hi", "key": "k"}, 400, "unknown-field", "key"),
        ({"text": " "}, 422, "bad-field", "text"),
        ({"text": "hi", "data": {"card": {}}}, 422, "bad-field", "data"),
        (b"{", 400, "bad-json", None),
        (b"[]", 400, "bad-field", None),
        (b'{"text": "hi", "data": ' + b'{"a":' * 40 + b"1" + b"}" * 41, 400, "too-deep", None),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    as_: As, room: str, body: object, status: int, code: str, field: str | None
) -> None:
    answer = as_("alice").ask("POST", f"/rooms/{room}/messages", body)
    assert (answer.status, answer.code) == (status, code), answer
    if field is not None or code != "bad-field":
        assert answer.json.get("field") == field
    assert answer.json["instance"] == f"/api/v1/rooms/{room}/messages"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=x", "limit"),
        ("before=null", "before"),
        ("limit=1&limit=2", "limit"),
        ("lmit=1", "lmit"),
        ("%FF=1", None),
    ],
)
def test_a_query_is_checked_like_a_body(as_: As, room: str, query: str, field: str | None) -> None:
    answer = as_("alice").ask("GET", f"/rooms/{room}/messages?{query}")
    assert answer.status == 400
    assert answer.json.get("field") == field


def test_an_address_is_unescaped_once_and_only_here(as_: As, room: str) -> None:
    alice = as_("alice")
    # "%2523tea" is the room called "%23tea", which there is not.
    assert alice.ask("GET", "/rooms/%2523tea").code == "not-found"
    assert alice.ask("GET", f"/rooms/{room}%2Fmessages").code == "not-found"
    assert alice.ask("GET", "/rooms/%FF").json["field"] == "room"
    assert alice.ask("GET", "/rooms//messages").code == "bad-address"
    assert alice.ask("GET", "/api/sessio%6e").code == "bad-address"


def test_the_wrong_type_of_body_is_told(as_: As, room: str) -> None:
    answer = as_("alice").ask(
        "POST", f"/rooms/{room}/messages", b"text=hi", Content_Type="text/plain"
    )
    assert (answer.status, answer.code) == (415, "json-only")


def test_whole_numbers_may_be_written_with_a_point(as_: As, room: str) -> None:
    alice = as_("alice")
    seq = alice.post(f"/rooms/{room}/messages", {"text": "hi"})["seq"]
    mark = b'{"read": %d.0}' % seq
    assert alice.ask("PUT", f"/rooms/{room}/mark", mark).status == 200
    assert alice.ask("PUT", f"/rooms/{room}/mark", b'{"read": 1.5}').code == "bad-field"
    assert alice.ask("PUT", f"/rooms/{room}/mark", b'{"read": "1"}').code == "bad-field"


def test_a_deleted_message_is_gone(as_: As, room: str) -> None:
    alice = as_("alice")
    seq = alice.post(f"/rooms/{room}/messages", {"text": "oops"})["seq"]
    there = f"/rooms/{room}/messages/{seq}"
    assert alice.ask("PATCH", there, {"text": "better"}).status == 200
    assert alice.get(there)["message"]["text"] == "better"
    assert alice.ask("DELETE", there).status == 200
    assert (alice.ask("GET", there).status, alice.ask("PATCH", there, {"text": "x"}).status) == (
        410,
        410,
    )


def test_rights_are_those_of_the_websocket(as_: As, room: str) -> None:
    bob = as_("bob")
    assert bob.ask("POST", f"/rooms/{room}/messages", {"text": "hi"}).code == "forbidden"
    assert bob.ask("POST", f"/rooms/{room}/join").status == 200
    assert bob.ask("POST", f"/rooms/{room}/messages", {"text": "hi"}).status == 201
    assert bob.ask("PATCH", f"/rooms/{room}", {"topic": "mine"}).code == "forbidden"
    private = as_("alice").post("/rooms", {"name": "Secret", "kind": "private"})["room"]
    assert bob.ask("GET", f"/rooms/{private}").code == "not-found"


def test_what_is_unread_is_counted(as_: As, room: str) -> None:
    alice, carol = as_("alice"), as_("carol")
    carol.post(f"/rooms/{room}/join")
    before = carol.get("/unread")["total"]
    seq = alice.post(f"/rooms/{room}/messages", {"text": "one"})["seq"]
    unread = carol.get("/unread")
    assert unread["total"] == before + 1
    assert {"room": room, "name": "Tea", "unread": before + 1} in unread["rooms"]
    assert carol.ask("PUT", f"/rooms/{room}/mark", {"read": seq}).status == 200
    assert carol.get("/unread") == {"total": 0, "rooms": []}


def test_presence_is_for_those_who_share_a_room(as_: As, daemon: Daemon, room: str) -> None:
    alice = as_("alice")
    dora = daemon.user("dora")
    answer = alice.get("/presence?user=@dora&user=@alice")["presence"]
    assert answer[dora] == "offline"
    assert set(answer.values()) == {"offline"}
    assert alice.ask("GET", "/presence").json["field"] == "user"
    assert alice.ask("GET", "/presence?user=@nobody.here").code == "not-found"


def test_a_person_is_written_to_directly(as_: As) -> None:
    alice = as_("alice")
    as_("bob")
    room = alice.post("/direct", {"user": "@bob"})["room"]
    assert alice.post("/direct", {"user": "@bob"})["room"] == room
    alice.post(f"/rooms/{room}/messages", {"text": "psst"})
    assert as_("bob").get(f"/rooms/{room}/messages")["messages"][-1]["text"] == "psst"


def test_every_answer_tells_what_is_left(as_: As, room: str) -> None:
    for answer in (as_("alice").ask("GET", "/session"), as_("alice").ask("GET", "/rooms/~none")):
        assert answer.headers["ratelimit-policy"].startswith('"commands";q=')
        assert '"reads";r=' in answer.headers["ratelimit"]


def test_nobody_gets_an_answer_unasked(daemon: Daemon) -> None:
    answer = Client(daemon, None).ask("GET", "/rooms")
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="chatd"'
    assert "ratelimit" not in answer.headers


def test_the_description_is_there_for_everyone(daemon: Daemon) -> None:
    answer = Client(daemon, None).ask("GET", "/openapi.json")
    assert answer.status == 200 and answer.json["openapi"] == "3.1.1"
    assert "post" in answer.json["paths"]["/api/v1/rooms/{room}/messages"]


def test_methods_and_addresses_that_there_are_not(as_: As, room: str) -> None:
    alice = as_("alice")
    answer = alice.ask("PUT", f"/rooms/{room}/messages", {"text": "hi"})
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert alice.ask("GET", f"/rooms/{room}/nothing").status == 404
    assert json.loads(alice.ask("GET", "/nothing").body)["code"] == "not-found"
