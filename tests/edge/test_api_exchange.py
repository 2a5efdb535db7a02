"""A site's token over HTTP: exchanged once, good for a ticket and a socket, ended with its end."""

import json

import pytest
import pytest_twisted
from site_rig import PUBLIC, Rig, close_code, handshake

from chatd.auth.jwk import from_secret
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from tests.auth.test_site_tokens import KEY, signed

ISSUER = "https://www.example.org"
SITE = Site(ISSUER, PUBLIC, Keys([from_secret(KEY)]), origins=(ISSUER,))
EXCHANGE = "/api/session/exchange"


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(vouching=SITE)
    yield made
    await made.stop()


def jwt(rig, **claims):
    now = rig.wall.wall() // 1000
    said = {"iss": ISSUER, "aud": PUBLIC, "sub": "42", "exp": now + 300, "name": "anna", **claims}
    return signed(b'{"alg":"HS256","typ":"JWT"}', json.dumps(said).encode())


async def exchange(rig, token, **headers):
    headers.setdefault("Content_Length", "0")
    return await rig.call("POST", EXCHANGE, Authorization=f"Bearer {token}", **headers)


@pytest_twisted.ensureDeferred
async def test_a_good_token_becomes_a_secret_of_ours(rig):
    answer = await exchange(rig, jwt(rig))
    assert answer.status == 201
    assert answer.headers["cache-control"] == ["no-store"]
    assert "set-cookie" not in answer.headers
    said = answer.json
    assert said["token"].startswith("chatd_e_")
    assert (said["name"], said["expires"]) == ("anna", rig.wall.wall() // 1000 * 1000 + 330_000)
    state = await rig.call("GET", "/api/session", Authorization=f"Bearer {said['token']}")
    assert (state.json["user"], state.json["admin"]) == (said["user"], False)
    assert said["token"] not in repr(rig.store.__dict__)


@pytest_twisted.ensureDeferred
async def test_the_secret_buys_a_ticket_and_the_socket_ends_with_it(rig):
    said = (await exchange(rig, jwt(rig), Origin=PUBLIC)).json
    ticket = await rig.call(
        "POST",
        "/api/ticket",
        Authorization=f"Bearer {said['token']}",
        Content_Length="0",
        Origin=PUBLIC,
    )
    assert ticket.status == 201
    offer = ", ".join(ticket.json["protocols"])
    peer = await rig.open(Origin=PUBLIC, Sec_WebSocket_Protocol=offer)
    principal = rig.sessions[0].principal
    assert principal.user == said["user"]
    assert principal.expires == said["expires"] / 1000
    ended = await rig.call(
        "DELETE", "/api/session", Authorization=f"Bearer {said['token']}", Content_Length="0"
    )
    assert ended.status == 200
    assert close_code(await peer.until(lambda got: close_code(got) is not None)) == 4501


@pytest_twisted.ensureDeferred
async def test_the_jwt_itself_opens_nothing(rig):
    token = jwt(rig)
    for method, path in (("POST", "/api/ticket"), ("DELETE", "/api/session")):
        answer = await rig.call(method, path, Authorization=f"Bearer {token}", Content_Length="0")
        assert answer.status == 401
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}", Origin=PUBLIC))
    assert (await peer.head())[0] == 401


@pytest.mark.parametrize(
    "path", ["/api/password", "/api/invitations", "/api/device/answer", "/api/device/check"]
)
@pytest_twisted.ensureDeferred
async def test_the_secret_opens_no_way_that_outlasts_it(rig, path):
    secret = (await exchange(rig, jwt(rig))).json["token"]
    answer = await rig.call("POST", path, {}, Authorization=f"Bearer {secret}")
    assert (answer.status, answer.json["code"]) == (403, "insufficient-scope")


@pytest_twisted.ensureDeferred
async def test_a_refusal_names_the_claim_and_the_setting(rig):
    answer = await exchange(rig, jwt(rig, aud="https://other.example"))
    assert (answer.status, answer.json["field"]) == (401, "aud")
    assert "site.audience" in answer.json["detail"]
    assert answer.headers["www-authenticate"] == ['Bearer realm="chatd"']
    assert rig.store.users == {}


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer ", "Basic eA==", "Bearer x"])
@pytest_twisted.ensureDeferred
async def test_without_a_token_there_is_nothing(rig, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await rig.call("POST", EXCHANGE, Content_Length="0", **headers)
    assert (answer.status, answer.json["field"]) == (401, "token")


@pytest_twisted.ensureDeferred
async def test_a_page_of_another_origin_may_not_exchange(rig):
    answer = await exchange(rig, jwt(rig), Origin="https://evil.example")
    assert (answer.status, answer.json["field"]) == (403, "origin")
    framed = await exchange(rig, jwt(rig), Origin=PUBLIC, Sec_Fetch_Site="cross-site")
    assert framed.status == 403


@pytest_twisted.ensureDeferred
async def test_a_cookie_that_comes_along_plays_no_part(rig):
    cookie = await rig.session(await rig.person("alice"))
    said = (await exchange(rig, jwt(rig), Cookie=cookie)).json
    assert said["name"] == "anna"


@pytest_twisted.ensureDeferred
async def test_where_no_site_vouches_the_setting_is_named():
    rig = Rig()
    try:
        answer = await exchange(rig, jwt(rig))
        assert answer.status == 404
        assert "site.key_file" in answer.json["detail"]
    finally:
        await rig.stop()
