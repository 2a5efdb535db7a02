"""Accounts, tokens and tickets over the API: who may do what, and what ends when."""

import os
from collections.abc import Callable

import pytest

from tests.api.client import Client
from tests.daemon import Daemon

As = Callable[..., Client]


def fresh(prefix: str) -> str:
    return prefix + os.urandom(4).hex()


def test_an_administrator_makes_renames_and_disables(as_: As, daemon: Daemon) -> None:
    root, name, other = as_("root1"), fresh("ann"), fresh("eve")
    made = root.ask("POST", "/users", {"name": name, "display": "Ann", "kind": "bot"})
    assert made.status == 201
    account = made.json
    assert (account["name"], account["display"], account["kind"]) == (name, "Ann", "bot")
    there = made.headers["location"].removeprefix("/api/v1")
    assert root.get(there) == account == root.get(f"/users/@{name}")
    assert root.ask("POST", "/users", {"name": name}).code == "name-taken"

    changed = root.ask("PATCH", there, {"name": other, "display": "Eve"}).json
    assert (changed["name"], changed["display"]) == (other, "Eve")
    assert root.ask("GET", f"/users/@{name}").status == 404
    # The old name is free again, and no other account may look like the new one.
    root.post("/users", {"name": name})
    assert root.ask("PATCH", f"/users/@{name}", {"name": other.upper()}).code == "name-taken"

    token = Client(daemon, daemon.ask("token_create", name=other)["token"])
    assert token.get("/session")["name"] == other
    assert root.ask("PATCH", there, {"disabled": True}).json["disabled"]
    assert token.ask("GET", "/session").status == 401
    assert root.ask("PATCH", there, {"disabled": False}).json["disabled"] is False


def test_messages_bear_the_new_name_at_once(as_: As) -> None:
    root, name, other = as_("root1"), fresh("old"), fresh("new")
    author = as_(name)
    room = author.post("/rooms", {"name": "Names"})["room"]
    author.post(f"/rooms/{room}/messages", {"text": "before"})
    root.ask("PATCH", f"/users/@{name}", {"name": other})
    author.post(f"/rooms/{room}/messages", {"text": "after"})
    messages = author.get(f"/rooms/{room}/messages")["messages"]
    assert {message["name"] for message in messages} == {other}


def test_names_that_speak_for_the_server_are_not_given(as_: As) -> None:
    root = as_("root1")
    assert root.ask("POST", "/users", {"name": "support"}).code == "name-taken"
    assert root.ask("PATCH", "/users/@root1", {"name": "admin"}).code == "name-taken"


def test_nobody_disables_themselves(as_: As) -> None:
    assert as_("root1").ask("PATCH", "/users/@root1", {"disabled": True}).code == "wrong-state"


def test_all_accounts_are_listed_in_pages(as_: As, daemon: Daemon) -> None:
    root, after, names = as_("root1"), "", []
    daemon.user(fresh("zoe"))
    while True:
        page = root.get(f"/users?limit=2{after}")
        names += [account["name"] for account in page["users"]]
        if not page.get("more"):
            break
        after = f"&after={page['users'][-1]['name']}"
    assert names == sorted(row["name"] for row in daemon.ask("user_list"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/users/@root1"),
        ("PATCH", "/users/@root1"),
        ("POST", "/users/@root1/logout"),
    ],
)
def test_accounts_are_for_administrators(as_: As, method: str, path: str) -> None:
    body = {} if method != "GET" else None
    assert as_("alice").ask(method, path, body).code == "forbidden"
    limited = as_("alice", "users:read", "users:write")
    assert limited.ask(method, path, body).code == "forbidden"


def test_signing_somebody_out_ends_all_their_tokens(as_: As) -> None:
    bob = as_(fresh("bob"))
    name = bob.get("/session")["name"]
    assert as_("root1").ask("POST", f"/users/@{name}/logout").status == 204
    assert bob.ask("GET", "/session").status == 401


# ---- tokens -------------------------------------------------------------------------------------


def test_a_limited_token_does_what_it_is_for_and_no_more(as_: As) -> None:
    room = as_("alice").post("/rooms", {"name": "Scopes"})["room"]
    poster = as_("alice", "messages:write")
    assert poster.ask("POST", f"/rooms/{room}/messages", {"text": "hi"}).status == 201
    answer = poster.ask("GET", f"/rooms/{room}/messages")
    assert (answer.status, answer.code) == (403, "insufficient-scope")
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="chatd", error="insufficient_scope", scope="messages:read"'
    )
    assert "messages:read" in answer.json["detail"]
    assert poster.get("/session")["scopes"] == ["messages:write"]


@pytest.mark.parametrize("path", ["ticket", "invitations", "password"])
def test_a_limited_token_reaches_nothing_beside_the_api(as_: As, path: str) -> None:
    poster = as_("root1", "messages:write", "users:write")
    assert poster.ask("POST", f"/api/{path}", {}).code == "insufficient-scope"
    # What it ends is itself.
    assert poster.ask("DELETE", "/api/session").status == 200
    assert poster.ask("GET", "/session").status == 401


def test_a_token_makes_only_lesser_ones(as_: As, daemon: Daemon) -> None:
    maker = as_("alice", "tokens:write", "tokens:read", "messages:read")
    made = maker.ask("POST", "/tokens", {"label": "x", "scopes": ["messages:read"], "days": 1})
    assert made.status == 201 and made.json["scopes"] == ["messages:read"]
    lesser = Client(daemon, made.json["secret"])
    assert lesser.ask("GET", "/tokens").code == "insufficient-scope"
    assert maker.ask("POST", "/tokens", {"scopes": ["rooms:read"]}).code == "forbidden"
    assert maker.post("/tokens")["scopes"] == ["messages:read", "tokens:read", "tokens:write"]
    assert maker.ask("POST", "/tokens", {"scopes": ["all"]}).json["field"] == "scopes"
    listed = {token["token"]: token for token in maker.get("/tokens")["tokens"]}
    assert listed[made.json["token"]]["label"] == "x"
    assert "secret" not in listed[made.json["token"]]
    assert maker.ask("DELETE", f"/tokens/{made.json['token']}").status == 204
    assert maker.ask("DELETE", f"/tokens/{made.json['token']}").status == 404
    assert lesser.ask("GET", "/session").status == 401


def test_no_token_outlives_the_one_that_made_it(as_: As, daemon: Daemon) -> None:
    token = daemon.ask("token_create", name="alice", days=2)
    made = Client(daemon, token["token"]).post("/tokens", {"days": 30})
    assert abs(made["expires"] - token["expires"]) < 5000


def test_nobody_ends_the_token_of_another(as_: As) -> None:
    token = as_("bob").post("/tokens")["token"]
    assert as_("alice").ask("DELETE", f"/tokens/{token}").code == "not-found"


# ---- tickets ------------------------------------------------------------------------------------


def test_a_ticket_for_somebody_else_takes_a_token_that_says_so(as_: As) -> None:
    as_("alice")
    wanted = {"user": "@alice", "origin": "https://site.example"}
    site = as_("root1", "tickets:write")
    made = site.post("/tickets", wanted)
    assert made["protocols"][0] == "chatd.v1" and made["origin"] == "https://site.example"
    for other in (as_("root1"), as_("bob", "tickets:write"), as_("bob")):
        assert other.ask("POST", "/tickets", wanted).code == "forbidden"
    assert site.ask("POST", "/tickets", {"user": "unobody"}).code == "not-found"
    assert site.ask("POST", "/tickets", {"origin": "nonsense"}).json["field"] == "origin"
    assert as_("bob").post("/tickets")["origin"] == ""


def test_a_visit_is_listed_once_and_signed_out_with_the_rest(as_: As, daemon: Daemon) -> None:
    name = fresh("guest")
    as_(name)
    site = as_("root1", "tickets:write")
    for _ in range(3):
        site.post("/tickets", {"user": f"@{name}"})
    visits = [row for row in daemon.ask("token_list", name=name) if row["kind"] == "site"]
    assert [visit["label"] for visit in visits] == ["by root1"]


# ---- the page's own cookie ----------------------------------------------------------------------


def test_a_login_session_asks_with_its_csrf_token(daemon: Daemon) -> None:
    name = fresh("pat")
    daemon.user(name, "correct horse battery")
    nobody = Client(daemon, None)
    body = {"name": name, "password": "correct horse battery"}
    answer = nobody.ask("POST", "/api/session", body)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert nobody.ask("GET", "/session", Cookie=cookie).json["credential"] == "cookie"
    bare = nobody.ask("POST", "/rooms", {"name": "Tea"}, Cookie=cookie, Origin=daemon.url)
    assert bare.code == "forbidden"
    proof = {"Cookie": cookie, "Origin": daemon.url, "X_CSRF_Token": answer.json["csrf"]}
    assert nobody.ask("POST", "/rooms", {"name": "Tea"}, **proof).status == 201
    other = {**proof, "Origin": "https://evil.example"}
    assert nobody.ask("POST", "/rooms", {"name": "Tea"}, **other).code == "forbidden"
