"""What may become a WebSocket, and how everything else is told why not."""

import pytest
import pytest_twisted
from site_rig import KEY, PUBLIC, Rig, handshake, refused
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

SHOP = "https://shop.example.net"


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


BAD = {
    "no upgrade": (handshake(Upgrade=None), 426, "upgrade-required"),
    "upgrade to something else": (handshake(Upgrade="h2c"), 426, "upgrade-required"),
    "connection without upgrade": (handshake(Connection="keep-alive"), 400, "bad-handshake"),
    "version 8": (handshake(Sec_WebSocket_Version="8"), 426, "websocket-version"),
    "version 99": (handshake(Sec_WebSocket_Version="99"), 426, "websocket-version"),
    "no version": (handshake(Sec_WebSocket_Version=None), 426, "websocket-version"),
    "no key": (handshake(Sec_WebSocket_Key=None), 400, "bad-handshake"),
    "two keys": (
        handshake(Sec_WebSocket_Key=f"{KEY}\r\nSec-WebSocket-Key: {KEY}"),
        400,
        "bad-handshake",
    ),
    "short key": (handshake(Sec_WebSocket_Key="dGhlIHNhbXBsZQ=="), 400, "bad-handshake"),
    "key not base64": (handshake(Sec_WebSocket_Key="!" * 22 + "=="), 400, "bad-handshake"),
    "unknown subprotocols": (
        handshake(Sec_WebSocket_Protocol="mqtt, soap"),
        400,
        "unknown-subprotocol",
    ),
    "subprotocol twice": (
        handshake(Sec_WebSocket_Protocol="chatd.v1, chatd.v1"),
        400,
        "bad-handshake",
    ),
    "subprotocol of bad characters": (
        handshake(Sec_WebSocket_Protocol="chatd.v1, (x)"),
        400,
        "bad-handshake",
    ),
    "no host": (handshake(Host=None), 400, "bad-request"),
    "HTTP/1.0": (handshake().replace(b"HTTP/1.1", b"HTTP/1.0"), 505, "http-version"),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad-request"),
    "POST": (handshake().replace(b"GET", b"POST"), 405, "method-not-allowed"),
    "PUT": (handshake().replace(b"GET", b"PUT"), 405, "method-not-allowed"),
    "TRACE": (handshake().replace(b"GET", b"TRACE"), 405, "method-not-allowed"),
    "CONNECT": (handshake().replace(b"GET /ws", b"CONNECT x:443"), 405, "method-not-allowed"),
    "a body": (handshake(Content_Length="5") + b"hello", 413, "too-large"),
    "nobody": (handshake(Origin=PUBLIC), 401, "unauthorized"),
    "nobody from nowhere": (handshake(), 403, "forbidden"),
}


@pytest.mark.parametrize("name", BAD)
@pytest_twisted.ensureDeferred
async def test_a_bad_handshake_is_refused_before_anything_is_upgraded(rig, name):
    answer = await refused(rig, *BAD[name])
    if answer.status == 426:
        assert answer.headers["upgrade"] == ["websocket"]
    if BAD[name][2] == "websocket-version":
        assert answer.headers["sec-websocket-version"] == ["13"]
    if answer.status == 401:
        assert answer.headers["www-authenticate"] == ['Bearer realm="chatd"']
    assert rig.sessions == []


@pytest_twisted.ensureDeferred
async def test_the_accept_value_is_that_of_the_rfc(rig):
    user = await rig.person()
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {await rig.token(user)}"))
    status, headers, _ = await peer.head()
    assert status == 101
    assert headers["sec-websocket-accept"] == ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
    assert headers["server"] == ["chatd"]
    # No subprotocol was offered, so none may be named; chatd.v1 is spoken all the same.
    assert "sec-websocket-protocol" not in headers


@pytest.mark.parametrize("offer", ["chatd.v1", "soap, chatd.v1"])
@pytest_twisted.ensureDeferred
async def test_the_subprotocol_is_agreed_on(rig, offer):
    user = await rig.person()
    peer = await rig.peer()
    token = await rig.token(user)
    peer.send(handshake(Authorization=f"Bearer {token}", Sec_WebSocket_Protocol=offer))
    assert (await peer.head())[1]["sec-websocket-protocol"] == ["chatd.v1"]


FOREIGN = [
    "https://evil.example",
    "null",
    "",
    "file://",
    "http://chat.example.org",
    "https://chat.example.org:8443",
    "https://chat.example.org.evil.example",
    "https://evilchat.example.org",
    "https://sub.chat.example.org",
    "https://chat.example.org@evil.example",
    "https://chat.example.org/",
    "https://chаt.example.org".encode().decode("latin-1"),
    f"{PUBLIC}\r\nOrigin: {PUBLIC}",
]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest_twisted.ensureDeferred
async def test_a_foreign_origin_is_refused_with_cookie_and_with_token(rig, origin):
    user = await rig.person()
    cookie, token = await rig.session(user), await rig.token(user)
    await refused(rig, handshake(Cookie=cookie, Origin=origin), 403, "forbidden")
    await refused(rig, handshake(Authorization=f"Bearer {token}", Origin=origin), 403, "forbidden")
    assert rig.sessions == []


@pytest.mark.parametrize("origin", [PUBLIC, f"{PUBLIC}:443", "HTTPS://Chat.Example.ORG", SHOP])
@pytest_twisted.ensureDeferred
async def test_an_origin_of_ours_passes_with_a_cookie(rig, origin):
    await rig.open(Cookie=await rig.session(await rig.person()), Origin=origin)
    assert rig.sessions[0].principal.credential == "cookie"


@pytest_twisted.ensureDeferred
async def test_a_cookie_without_an_origin_is_no_browser_and_does_not_pass(rig):
    cookie = await rig.session(await rig.person())
    await refused(rig, handshake(Cookie=cookie), 403, "forbidden")


@pytest_twisted.ensureDeferred
async def test_a_cookie_that_came_along_from_another_site_does_not_pass(rig):
    cookie = await rig.session(await rig.person())
    request = handshake(Cookie=cookie, Origin=SHOP, Sec_Fetch_Site="same-site")
    await refused(rig, request, 403, "forbidden")


@pytest_twisted.ensureDeferred
async def test_one_person_has_20_connections_and_gets_a_place_back_when_one_closes(rig):
    user = await rig.person()
    token = await rig.token(user)
    peers = [await rig.open(Authorization=f"Bearer {token}") for _ in range(20)]
    request = handshake(Authorization=f"Bearer {token}")
    answer = await refused(rig, request, 429, "limit-reached")
    assert answer.headers["retry-after"] == ["30"]
    peers[0].transport.loseConnection()
    await peers[0].closed()
    await rig.call("GET", "/healthz")
    await rig.open(Authorization=f"Bearer {token}")


@pytest_twisted.ensureDeferred
async def test_handshakes_of_one_address_are_limited_and_told_when_to_return(rig):
    for _ in range(200):
        await rig.call(
            "GET",
            "/ws",
            Upgrade="websocket",
            Connection="Upgrade",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key=KEY,
            Origin=PUBLIC,
        )
    answer = await refused(rig, handshake(Origin=PUBLIC), 429, "rate-limited")
    assert answer.headers["retry-after"] == ["1"]
    rig.clock.advance(0.06)
    await refused(rig, handshake(Origin=PUBLIC), 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_a_peer_that_goes_while_it_is_looked_up_leaves_nothing_behind(rig):
    user = await rig.person()
    token = await rig.token(user)
    asked, go_on = Deferred(), Deferred()

    async def wait(what):
        if not asked.called:
            asked.callback(None)
            await go_on

    rig.store.before = wait
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}"))
    await asked
    peer.transport.abortConnection()
    await peer.closed()
    gone = Deferred()
    reactor.callLater(0.01, gone.callback, None)
    await gone
    seen = []
    globalLogPublisher.addObserver(seen.append)
    try:
        go_on.callback(None)
    finally:
        globalLogPublisher.removeObserver(seen.append)
    assert rig.sessions == [] and len(rig.edge.connections) == 0
    assert seen == [], "a peer that goes is nobody's mistake"


@pytest_twisted.ensureDeferred
async def test_a_store_that_does_not_answer_costs_the_peer_10_seconds_at_most(rig):
    user = await rig.person()
    token = await rig.token(user)
    asked = Deferred()

    async def never(what):
        reactor.callLater(0, asked.callback, None)
        await Deferred()

    rig.store.before = never
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}"))
    await asked
    rig.clock.advance(10)
    answer = await peer.response()
    assert (answer.status, answer.json["code"]) == (503, "timeout")
    rig.store.before = None


@pytest.mark.parametrize("mine", [True, False])
@pytest_twisted.ensureDeferred
async def test_who_signs_out_while_a_handshake_is_under_way_gets_no_socket(rig, mine):
    user = await rig.person()
    session, token = await rig.session(user), await rig.token(user)
    rows = {row.kind: row.id for row in await rig.store.credentials(user)}
    asked, go_on = Deferred(), Deferred()

    async def read_before_the_end(what):
        # The answer is read from the store, and on its way when the session ends.
        if what == "credential" and not asked.called:
            reactor.callLater(0, asked.callback, None)
            await go_on

    rig.store.before = read_before_the_end
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}"))
    await asked
    rig.edge.connections.ended(user, only=rows["token" if mine else "session"])
    go_on.callback(None)
    status, _, _ = await peer.head()
    assert (status, len(rig.sessions)) == ((401, 0) if mine else (101, 1))
    # What starts afterwards is judged by the store alone.
    await rig.open(Cookie=session, Origin=PUBLIC)


@pytest_twisted.ensureDeferred
async def test_a_connection_that_was_used_for_requests_becomes_a_socket(rig):
    token = await rig.token(await rig.person())
    peer = await rig.peer()
    assert (await rig.call("GET", "/", peer=peer)).status == 200
    assert (await rig.call("GET", "/ws", peer=peer)).status == 426
    await rig.open(peer=peer, Authorization=f"Bearer {token}")
    # None of the deadlines of HTTP holds for it any more.
    for _ in range(1000):
        rig.clock.advance(0.25)
    assert not peer.gone


@pytest.mark.parametrize("compiled", [True, False])
@pytest_twisted.ensureDeferred
async def test_an_autobahn_without_its_compiled_parts_is_warned_of(monkeypatch, compiled):
    monkeypatch.setattr("autobahn.websocket.USES_NVX", compiled)
    seen = []
    globalLogPublisher.addObserver(seen.append)
    try:
        rig = Rig()
    finally:
        globalLogPublisher.removeObserver(seen.append)
    await rig.stop()
    warnings = [event for event in seen if event["log_level"].name == "warn"]
    assert len(warnings) == (0 if compiled else 1)
