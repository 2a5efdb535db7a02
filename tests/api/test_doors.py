"""Ways into the WebSocket with tokens and tickets of the API, presence meanwhile, and limits."""

import json
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.api.client import Client
from tests.daemon import Daemon
from tests.one_thread import OneThread

As = Callable[..., Client]
SECONDS = 10


def socket(daemon: Daemon, headers: dict[str, str], **options: Any) -> OneThread:
    trust = ssl.create_default_context(cafile=str(daemon.ca))
    return OneThread(daemon.ws_url, trust, headers, **options)


def bearer(daemon: Daemon, name: str, *scopes: str) -> dict[str, str]:
    limited = {"scopes": list(scopes)} if scopes else {}
    token = daemon.ask("token_create", name=name, **limited)["token"]
    return {"Authorization": f"Bearer {token}"}


def test_the_websocket_takes_the_scope_chat(as_: As, daemon: Daemon) -> None:
    as_("alice")
    with pytest.raises(InvalidStatus) as refused:
        socket(daemon, bearer(daemon, "alice", "messages:read"))
    assert refused.value.response.status_code == 403
    said = refused.value.response.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in said and 'scope="chat"' in said
    with socket(daemon, bearer(daemon, "alice", "chat")) as opened:
        assert json.loads(opened.recv(SECONDS))["type"] == "welcome"


def test_who_is_connected_is_online_until_signed_out(as_: As, daemon: Daemon) -> None:
    alice, eve = as_("alice"), as_("eve")
    user = eve.get("/session")["user"]
    room = alice.post("/rooms", {"name": "Here"})["room"]
    eve.post(f"/rooms/{room}/join")
    with socket(daemon, bearer(daemon, "eve")) as opened:
        deadline = time.monotonic() + SECONDS
        while alice.get("/presence?user=@eve")["presence"] != {user: "online"}:
            assert time.monotonic() < deadline
        # Nothing of it for those who share no room with her.
        assert as_("bob").get("/presence?user=@eve")["presence"] == {user: "offline"}
        assert as_("root1").ask("POST", "/users/@eve/logout").status == 204
        while json.loads(opened.recv(SECONDS))["type"] != "bye":
            pass


def test_a_visitor_comes_in_with_the_ticket_that_the_site_got(as_: As, daemon: Daemon) -> None:
    as_("vera")
    site = as_("root1", "tickets:write")
    made = site.post("/tickets", {"user": "@vera", "origin": daemon.url})
    options = {"headers": {"Origin": daemon.url}, "subprotocols": made["protocols"]}
    with socket(daemon, **options) as opened:
        assert json.loads(opened.recv(SECONDS))["name"] == "vera"
        assert as_("root1").ask("POST", "/users/@vera/logout").status == 204
        while json.loads(opened.recv(SECONDS))["type"] != "bye":
            pass
    with pytest.raises(InvalidStatus):
        socket(daemon, **options)


def test_requests_and_connections_share_one_budget(tmp_path: Path) -> None:
    few = {"user_messages_per_second": 0.1, "user_messages_burst": 10}
    with Daemon(tmp_path, {"limits": few}) as daemon:
        daemon.user("alice")
        alice = Client(daemon, daemon.token("alice"))
        answers = [alice.ask("GET", "/session") for _ in range(12)]
        assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
        assert answers[0].headers["ratelimit-policy"] == (
            '"commands";q=10;w=100, "reads";q=400;w=10'
        )
        assert answers[0].headers["ratelimit"].startswith('"commands";r=9;t=1')
        late = answers[-1]
        assert late.code == "rate-limited"
        assert 1 <= int(late.headers["retry-after"]) <= 10
        assert late.headers["ratelimit"].startswith('"commands";r=0;')
        with socket(daemon, bearer(daemon, "alice")) as opened:
            opened.send('{"type": "public_rooms", "id": 1}')
            while (answer := json.loads(opened.recv(SECONDS)))["type"] != "error":
                pass
            assert answer["code"] == "rate-limited"
