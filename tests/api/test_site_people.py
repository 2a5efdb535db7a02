"""People who come by a site's token see the rooms that they were let into, and no others: whatever
they ask for, over a socket and over HTTP, with a real daemon."""

import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor

from chatd import features
from chatd.client.client import Client as Socket
from chatd.client.connection import trust_root
from chatd.client.errors import Refused
from chatd.description import catalogue
from chatd.engine.references import references
from chatd.engine.table import Passing
from chatd.wire.examples import Examples
from tests.api.client import Client
from tests.auth.test_site_tokens import KEY, signed
from tests.daemon import GENEROUS, Daemon, with_settings

ISSUER = "https://www.example.org"
SECONDS = 20.0
#: Where nobody is, and whoever asks for it is told so.
NOWHERE = "r00000000000"
REFERRING = [
    row.command
    for feature in features.ALL
    for row in feature.rows
    if any(one.mark == "#" for one in references(row.command)) and not isinstance(row, Passing)
]
_serial = itertools.count()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder: Path = tmp_path_factory.mktemp("site")
    key = folder / "site.key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    site = {"key_file": str(key), "issuer": ISSUER, "rooms": ["lobby"]}
    with Daemon(folder / "chat", GENEROUS, {"site": site}) as daemon:
        daemon.user("staff", admin=True)
        staff = Client(daemon, daemon.token("staff"))
        for slug in ("lobby", "team"):
            made = staff.post("/rooms", {"name": slug.title(), "slug": slug})
            staff.post(f"/rooms/{made['room']}/messages", {"text": f"words of the {slug}"})
        yield daemon


@pytest.fixture
def staff(daemon: Daemon) -> Client:
    return Client(daemon, daemon.token("staff"))


@pytest.fixture
def team(staff: Client) -> str:
    """The id of a public room that no customer was let into."""
    return str(staff.get("/rooms/~team")["room"]["room"])


def exchanged(daemon: Daemon, **claims: Any) -> Any:
    """What a token of the site about somebody new, or as ``claims`` say, is exchanged for."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": daemon.url, "sub": f"s{next(_serial)}", "exp": now + 300}
    token = signed(b'{"alg":"HS256","typ":"JWT"}', json.dumps({**said, **claims}).encode())
    answer = Client(daemon, token).ask("POST", "/api/session/exchange", b"")
    assert answer.status == 201, answer
    return answer.json


@pytest.fixture
def customer(daemon: Daemon) -> Client:
    return Client(daemon, exchanged(daemon)["token"])


async def connected(daemon: Daemon, token: str) -> Socket:
    async def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    client = Socket(reactor, daemon.ws_url, headers, trust=trust_root(daemon.ca))
    client.start()
    await client.live().addTimeout(SECONDS, reactor)
    return client


@pytest_twisted.async_yield_fixture
async def socket(daemon: Daemon) -> AsyncIterator[Socket]:
    client = await connected(daemon, exchanged(daemon)["token"])
    yield client
    await client.stop().addTimeout(SECONDS, reactor)


async def said(client: Socket, frame: dict[str, Any]) -> Any:
    """The reply to a frame, or the refusal: what tells one room from another is taken out."""
    fields = {name: value for name, value in frame.items() if name not in ("type", "id")}
    if "key" in fields:
        fields["key"] = f"key-{next(_serial)}"
    try:
        reply = await client.ask(frame["type"], **fields).addTimeout(SECONDS, reactor)
    except Refused as why:
        return (why.code, str(why))
    told = {name: value for name, value in reply.items() if name not in ("id", "room", "at")}
    if told.get("removed"):
        told["removed"] = len(told["removed"])
    return told


@pytest.mark.parametrize("command", REFERRING, ids=lambda kind: kind.__name__)
@pytest_twisted.ensureDeferred
async def test_a_public_room_answers_like_one_that_there_is_not(
    socket: Socket, team: str, command: Any
) -> None:
    example = Examples(catalogue()).of(command)
    fields = [one.field for one in references(command) if one.mark == "#"]
    answers = []
    for there in (team, NOWHERE, "#team", "#nowhere"):
        names = {field: [there] if field == "rooms" else there for field in fields}
        answers.append(await said(socket, {**example, **names}))
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert "words of the team" not in repr(answers)


@pytest_twisted.ensureDeferred
async def test_neither_a_list_nor_a_search_nor_a_name_tells_of_it(socket: Socket) -> None:
    lists = await said(socket, {"type": "public_rooms"})
    assert lists[0] == "forbidden"
    assert await said(socket, {"type": "public_rooms", "query": "team"}) == lists
    assert await said(socket, {"type": "public_rooms", "after": "#team"}) == lists
    found = await said(socket, {"type": "search", "text": "words"})
    assert "words of the team" not in repr(found)
    inside = [
        await said(socket, {"type": "search", "text": f"words in:{slug}"})
        for slug in ("#team", "#nowhere")
    ]
    assert inside[0] == inside[1] and inside[0][0] == "not-found"
    mine = await said(socket, {"type": "rooms"})
    assert [room["name"] for room in mine["rooms"]] == ["Lobby"]


@pytest_twisted.ensureDeferred
async def test_they_make_no_rooms(socket: Socket) -> None:
    for kind in ("public", "private"):
        answer = await said(socket, {"type": "create_room", "key": "", "name": "X", "kind": kind})
        assert answer[0] == "forbidden" and "in no others" in answer[1]
    # Whether the name is taken is nothing to learn from it either.
    taken = {"type": "create_room", "key": "", "name": "X", "slug": "team"}
    assert (await said(socket, taken))[0] == "forbidden"


@pytest_twisted.ensureDeferred
async def test_what_they_left_is_closed_to_them_until_their_site_says_otherwise(
    daemon: Daemon, socket: Socket
) -> None:
    assert await said(socket, {"type": "leave", "key": "", "room": "#lobby"})
    assert (await said(socket, {"type": "join", "key": "", "room": "#lobby"}))[0] == "not-found"
    assert (await said(socket, {"type": "history", "room": "#lobby"}))[0] == "not-found"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/rooms/~{}", None),
        ("POST", "/rooms/~{}/join", {}),
        ("GET", "/rooms/~{}/messages", None),
        ("GET", "/rooms/~{}/messages/1", None),
        ("POST", "/rooms/~{}/messages", {"text": "hello"}),
        ("GET", "/rooms/~{}/members", None),
    ],
)
def test_the_same_over_http(customer: Client, method: str, path: str, body: Any) -> None:
    public, none = (customer.ask(method, path.format(slug), body) for slug in ("team", "nowhere"))
    told = [{**answer.json, "instance": ""} for answer in (public, none)]
    assert told[0] == told[1] and public.status == 404


def test_over_http_no_list_and_no_new_room(customer: Client) -> None:
    assert customer.ask("GET", "/public-rooms").code == "forbidden"
    assert customer.ask("POST", "/rooms", {"name": "Mine"}).code == "forbidden"


def test_their_rooms_are_as_everybodys(customer: Client, staff: Client) -> None:
    assert customer.ask("POST", "/rooms/~lobby/messages", {"text": "good day"}).status == 201
    texts = [one.get("text") for one in customer.get("/rooms/~lobby/messages")["messages"]]
    assert {"words of the lobby", "good day"} <= set(texts)
    assert "good day" in str(staff.get("/rooms/~lobby/messages"))


def test_a_member_may_add_them(daemon: Daemon, staff: Client, customer: Client) -> None:
    me = customer.get("/api/session")["user"]
    staff.post("/rooms/~team/members", {"user": me})
    assert customer.get("/rooms/~team")["room"]["role"] == "member"


@pytest_twisted.ensureDeferred
async def test_an_invitation_or_a_link_lets_them_in(
    daemon: Daemon, staff: Client, socket: Socket
) -> None:
    for slug in ("asked", "linked"):
        staff.post("/rooms", {"name": slug, "slug": slug})
    assert socket.welcome is not None
    owner = await connected(daemon, daemon.token("staff"))
    guest = {"room": "#asked", "user": socket.welcome["user"]}
    await said(owner, {"type": "invite", "key": "", **guest})
    secret = (await said(owner, {"type": "invite_link", "key": "", "room": "#linked"}))["secret"]
    await owner.stop().addTimeout(SECONDS, reactor)
    assert "code" not in await said(socket, {"type": "accept", "key": "", "room": "#asked"})
    assert (await said(socket, {"type": "peek_link", "secret": secret}))["name"] == "linked"
    await said(socket, {"type": "join_by_link", "key": "", "secret": secret})
    mine = await said(socket, {"type": "rooms"})
    assert sorted(room["name"] for room in mine["rooms"]) == ["Lobby", "asked", "linked"]


def test_the_token_may_let_them_in(daemon: Daemon) -> None:
    here = Client(daemon, exchanged(daemon, rooms=["team"])["token"])
    assert {room["name"] for room in here.get("/rooms")["rooms"]} == {"Lobby", "Team"}


def test_the_page_is_told(daemon: Daemon) -> None:
    assert exchanged(daemon)["public_rooms"] is False


def test_whoever_was_here_before_the_setting_changed_is_as_it_says(
    daemon: Daemon, staff: Client
) -> None:
    assert Client(daemon, exchanged(daemon, sub="42")["token"]).ask("GET", "/rooms/~team").status
    before = daemon.config.read_text()
    try:
        for allowed, status in ((True, 200), (False, 404)):
            daemon.config.write_text(with_settings(before, "site", {"public_rooms": allowed}))
            daemon.restart()
            told = exchanged(daemon, sub="42")
            answer = Client(daemon, told["token"]).ask("GET", "/rooms/~team")
            assert (told["public_rooms"], answer.status) == (allowed, status)
    finally:
        daemon.config.write_text(before)
        daemon.restart()
