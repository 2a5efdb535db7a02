"""Who somebody is at a handshake: by a ticket, a token or a cookie, and by one of them alone."""

import pytest
import pytest_twisted
from site_rig import PUBLIC, Rig, handshake, refused

SHOP = "https://shop.example.net"


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


async def ticket(rig, user, origin):
    """The subprotocols to offer, as the API gives them for a site's own server."""
    answer = await rig.call(
        "POST",
        "/api/ticket",
        {"origin": origin},
        Authorization=f"Bearer {await rig.token(user)}",
    )
    assert answer.status == 201
    return ", ".join(answer.json["protocols"])


@pytest_twisted.ensureDeferred
async def test_a_ticket_opens_one_connection_from_its_origin(rig):
    user = await rig.person()
    offer = await ticket(rig, user, SHOP)
    peer = await rig.peer()
    peer.send(handshake(Origin=SHOP, Sec_WebSocket_Protocol=offer))
    _, headers, _ = await peer.head()
    assert headers["sec-websocket-protocol"] == ["chatd.v1"]
    assert rig.sessions[0].principal.user == user
    assert rig.sessions[0].principal.credential == "ticket"
    await refused(rig, handshake(Origin=SHOP, Sec_WebSocket_Protocol=offer), 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_a_ticket_is_good_for_its_origin_alone_and_for_30_seconds(rig):
    user = await rig.person()
    for origin in (PUBLIC, None):
        offer = await ticket(rig, user, SHOP)
        request = handshake(Origin=origin, Sec_WebSocket_Protocol=offer)
        await refused(rig, request, 401, "unauthorized")
    offer = await ticket(rig, user, SHOP)
    rig.clock.advance(30)
    await refused(rig, handshake(Origin=SHOP, Sec_WebSocket_Protocol=offer), 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_a_ticket_dies_with_the_session_that_asked_for_it(rig):
    user = await rig.person()
    offer = await ticket(rig, user, SHOP)
    for row in await rig.store.credentials(user):
        await rig.edge.credentials.end(user, row.id)
    await refused(rig, handshake(Origin=SHOP, Sec_WebSocket_Protocol=offer), 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_two_proofs_are_one_too_many(rig):
    user = await rig.person()
    cookie, token = await rig.session(user), await rig.token(user)
    both = handshake(Cookie=cookie, Authorization=f"Bearer {token}", Origin=PUBLIC)
    await refused(rig, both, 401, "unauthorized")
    other = await rig.session(user)
    await refused(rig, handshake(Cookie=f"{cookie}; {other}", Origin=PUBLIC), 401, "unauthorized")
    offer = await ticket(rig, user, PUBLIC)
    with_token = handshake(
        Authorization=f"Bearer {token}", Origin=PUBLIC, Sec_WebSocket_Protocol=offer
    )
    await refused(rig, with_token, 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_a_cookie_beside_a_ticket_is_not_looked_at(rig):
    """A chat framed by a site of the same domain gets the cookie too, and speaks for the ticket."""
    alice, bob = await rig.person("alice"), await rig.person("bob")
    offer = await ticket(rig, bob, PUBLIC)
    cookie = await rig.session(alice)
    await rig.open(Cookie=cookie, Origin=PUBLIC, Sec_WebSocket_Protocol=offer)
    assert rig.sessions[0].principal.user == bob
    await refused(
        rig,
        handshake(Cookie=cookie, Origin=PUBLIC, Sec_WebSocket_Protocol=offer),
        401,
        "unauthorized",
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer chatd_t_" + "A" * 43,
        "Bearer chatd_t_short",
        "Bearer",
        "Bearer " + "x" * 8000,
        "Basic YWxpY2U6eA==",
        "Bearer chatd_s_" + "A" * 43,
        "Bearer é",
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_is_no_token_of_ours_is_nobody(rig, authorization):
    await refused(rig, handshake(Authorization=authorization), 401, "unauthorized")


@pytest_twisted.ensureDeferred
async def test_a_session_is_no_token_and_a_token_no_session(rig):
    user = await rig.person()
    session = (await rig.session(user)).partition("=")[2]
    token = await rig.token(user)
    await refused(rig, handshake(Authorization=f"Bearer {session}"), 401, "unauthorized")
    await refused(
        rig, handshake(Cookie=f"__Host-chatd={token}", Origin=PUBLIC), 401, "unauthorized"
    )


@pytest_twisted.ensureDeferred
async def test_a_token_ends_when_it_says(rig):
    user = await rig.person()
    token = await rig.token(user, 3_600_000)
    await rig.open(Authorization=f"Bearer {token}")
    assert rig.sessions[0].principal.expires == rig.wall.wall() / 1000 + 3600
    rig.clock.advance(3600)
    await refused(rig, handshake(Authorization=f"Bearer {token}"), 401, "unauthorized")
