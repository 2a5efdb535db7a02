"""Signing out by the provider's word, and at the provider by ours."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
import pytest_twisted
from oidc_rig import Browser, known
from site_rig import PASSWORD, PUBLIC, close_code

from chatd.auth.oidc.logout_token import EVENT, LONGEST_LIFE
from chatd.engine.fetching import Unfetched

NOW = 1_700_000_000
TOKEN = {"iat": NOW, "exp": NOW + 120, "jti": "j1", "events": {EVENT: {}}, "sub": "42"}


async def tell(world, claims, *, name="home", header=None, provider=None, body=None):
    """The provider posts a logout token."""
    provider = provider or world.home
    provider.header = {"typ": "logout+jwt", **(header or {})}
    about = {"iss": provider.issuer, "aud": provider.provider.client_id}
    text = body or urlencode({"logout_token": provider.signed({**about, **TOKEN, **claims})})
    provider.header = {}
    peer = await world.rig.peer()
    peer.send(
        f"POST /auth/oidc/{name}/backchannel-logout HTTP/1.1\r\nHost: chat.example.org\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(text)}\r\n\r\n{text}".encode()
    )
    return await peer.response()


async def come(world, sid=None) -> Browser:
    world.home.claims = {"sid": sid}
    browser = world.browser()
    assert await browser.go(world.home) == "/#"
    return browser


async def is_in(browser):
    return (await browser.state())["signed_in"]


@pytest_twisted.ensureDeferred
async def test_who_signs_out_there_is_signed_out_here_and_nobody_else(world):
    await known(world)
    await known(world, "43", name="bob")
    first, second = await come(world, "s1"), await come(world, "s2")
    world.home.person = {"sub": "43"}
    bob = await come(world, "s3")
    alice = await world.signed_in("alice")
    cookie = f"__Host-chatd={first.cookies['__Host-chatd']}"
    peer = await world.rig.open(Cookie=cookie, Origin=PUBLIC)
    answer = await tell(world, {"sid": "s1"})
    assert (answer.status, answer.headers["cache-control"]) == (200, ["no-store"])
    assert close_code(await peer.until(lambda got: close_code(got) is not None)) == 4501
    assert [await is_in(one) for one in (first, second, bob, alice)] == [False, True, True, True]
    assert (await tell(world, {"jti": "j2", "sid": "s2", "sub": None})).status == 200
    assert [await is_in(one) for one in (second, bob, alice)] == [False, True, True]


@pytest_twisted.ensureDeferred
async def test_a_subject_without_a_sid_is_signed_out_everywhere(world):
    await known(world)
    browsers = [await come(world, sid) for sid in ("s1", "s2", None)]
    assert (await tell(world, {})).status == 200
    assert [await is_in(one) for one in browsers] == [False, False, False]
    # That nobody is signed in is no mistake of the provider's (§2.6).
    assert (await tell(world, {"jti": "j2", "sub": "44"})).status == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "n"},
        {"nonce": ""},
        {"aud": "another"},
        {"iss": "https://other.example.net"},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: True}},
        {"sub": None},
        {"sub": None, "sid": ""},
        {"sub": 42},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 256},
        {"iat": None},
        {"iat": NOW - LONGEST_LIFE},
        {"iat": NOW + 121},
        {"exp": None},
        {"exp": NOW - 120},
        {"exp": True},
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_logout_token_that_is_none_signs_nobody_out(world, claims):
    await known(world)
    browser = await come(world, "s1")
    answer = await tell(world, claims)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert answer.headers["cache-control"] == ["no-store"]
    assert await is_in(browser)


@pytest.mark.parametrize("typ", ["at+jwt", "secevent+jwt", "", 1, None])
@pytest_twisted.ensureDeferred
async def test_a_token_of_another_kind_signs_nobody_out(world, typ):
    assert (await tell(world, {}, header={"typ": typ})).status == 400


@pytest.mark.parametrize("typ", ["logout+jwt", "application/logout+JWT", "JWT"])
@pytest_twisted.ensureDeferred
async def test_how_a_logout_token_says_what_it_is(world, typ):
    assert (await tell(world, {}, header={"typ": typ})).status == 200


@pytest_twisted.ensureDeferred
async def test_a_logout_token_that_comes_again_signs_nobody_out(world):
    await known(world)
    await come(world, "s1")
    assert (await tell(world, {})).status == 200
    back = await come(world, "s1")
    again = await tell(world, {})
    assert (again.status, again.json["error_description"]) == (
        400,
        "its logout token came before (jti)",
    )
    assert await is_in(back)
    world.rig.clock.advance(LONGEST_LIFE)
    assert (await tell(world, {"exp": NOW + 3600})).status == 400
    assert await is_in(back)


@pytest_twisted.ensureDeferred
async def test_one_provider_does_not_sign_out_the_people_of_another(world):
    await known(world)
    browser = await come(world, "s1")
    about = {"iss": world.home.issuer, "aud": world.home.provider.client_id}
    assert (await tell(world, about, name="home", provider=world.other)).status == 400
    assert (await tell(world, {}, name="other", provider=world.other)).status == 200
    assert (await tell(world, {}, name="nowhere")).status == 404
    assert await is_in(browser)


@pytest_twisted.ensureDeferred
async def test_an_id_token_signs_nobody_out(world):
    await known(world)
    browser = await come(world, "s1")
    token = world.home.signed(
        {
            "iss": world.home.issuer,
            "aud": world.home.provider.client_id,
            "sub": "42",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": "n",
        }
    )
    assert (await tell(world, {}, body=urlencode({"logout_token": token}))).status == 400
    for body in ("logout_token=", "x=y", "logout_token=a.b.c", f"{'logout_token=a&' * 2}b=c"):
        assert (await tell(world, {}, body=body)).status == 400
    json = await world.rig.call("POST", "/auth/oidc/home/backchannel-logout", {"logout_token": "a"})
    assert json.status == 415
    assert await is_in(browser)


@pytest_twisted.ensureDeferred
async def test_a_provider_whose_keys_cannot_be_had_is_asked_to_come_again(world):
    world.home.faults = {"/jwks": Unfetched("no answer")}
    assert (await tell(world, {})).status == 503
    world.home.faults = {}
    world.rig.clock.advance(10)
    assert (await tell(world, {})).status == 200


# ---- ours to theirs -----------------------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_signing_out_goes_on_to_the_provider_where_it_is_set(world):
    await known(world)
    browser = await come(world)
    await browser.state()
    assert (await browser.call("DELETE", "/api/session")).json == {"signed_in": False}
    world.home.provider = replace(world.home.provider, end_session=True)
    world.set()
    browser = await come(world)
    await browser.state()
    out = (await browser.call("DELETE", "/api/session")).json
    query = urlencode({"client_id": "chat at home", "post_logout_redirect_uri": f"{PUBLIC}/"})
    assert out == {"signed_in": False, "go_on": f"{world.home.issuer}/end?a=1&{query}"}
    assert browser.cookies == {}


@pytest_twisted.ensureDeferred
async def test_signing_out_works_without_the_provider(world):
    await known(world)
    world.home.provider = replace(world.home.provider, end_session=True)
    world.set()
    browser = await come(world)
    await browser.state()
    world.home.faults = {"/.well-known/openid-configuration": Unfetched("no answer")}
    world.set()
    assert (await browser.call("DELETE", "/api/session")).json == {"signed_in": False}
    world.home.faults = {}
    world.home.metadata = {"end_session_endpoint": None}
    world.set()
    browser = await come(world)
    await browser.state()
    assert (await browser.call("DELETE", "/api/session")).json == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_who_came_by_their_password_goes_nowhere(world):
    world.home.provider = replace(world.home.provider, end_session=True)
    world.set()
    browser = await world.signed_in()
    await browser.go(world.home, purpose="link", password=PASSWORD)
    assert (await browser.call("DELETE", "/api/session")).json == {"signed_in": False}
