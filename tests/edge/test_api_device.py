"""Letting a program in, over HTTP: in OAuth's words, and by a page of ours only."""

import pytest
import pytest_twisted
from site_rig import PUBLIC, Rig

from chatd.edge.door_budget import network_key
from tests.fakes.devices import FakeDevices


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(store=FakeDevices())
    yield made
    await made.stop()


async def started(rig):
    answer = await rig.call("POST", "/api/device", {"label": "chat on host"})
    assert answer.status == 200, answer.body
    return answer.json


async def page(rig, name="alice"):
    """The headers of a page where somebody is signed in."""
    cookie = await rig.session(await rig.person(name))
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    return {"Cookie": cookie, "Origin": PUBLIC, "X_CSRF_Token": state.json["csrf"]}


def poll(rig, begun):
    return rig.call("POST", "/api/device/token", {"device_code": begun["device_code"]})


@pytest_twisted.ensureDeferred
async def test_a_person_at_the_page_lets_a_program_in(rig):
    begun = await started(rig)
    code = begun["user_code"]
    assert begun["verification_uri_complete"] == f"{PUBLIC}/#device={code}"
    assert (begun["interval"], begun["expires_in"]) == (5, 600)
    pending = await poll(rig, begun)
    assert (pending.status, pending.json["error"]) == (400, "authorization_pending")
    assert pending.headers["cache-control"] == ["no-store"]
    headers = await page(rig)
    rig.clock.advance(7)
    seen = await rig.call("POST", "/api/device/check", {"user_code": code}, **headers)
    assert seen.json == {"label": "chat on host", "address": "127.0.0.1", "age": 7}
    answered = await rig.call(
        "POST", "/api/device/answer", {"user_code": code, "allow": True}, **headers
    )
    assert answered.json == {"allowed": True}
    rig.clock.advance(5)
    token = await poll(rig, begun)
    assert (token.status, token.json["name"]) == (200, "alice")
    bearer = {"Authorization": f"Bearer {token.json['token']}"}
    state = await rig.call("GET", "/api/session", **bearer)
    assert state.json["name"] == "alice"


@pytest_twisted.ensureDeferred
async def test_no_token_and_no_stranger_lets_a_program_in(rig):
    begun = await started(rig)
    user = await rig.person()
    body = {"user_code": begun["user_code"], "allow": True}
    bearer = {"Authorization": f"Bearer {await rig.token(user)}"}
    assert (await rig.call("POST", "/api/device/answer", body, **bearer)).status == 403
    assert (await rig.call("POST", "/api/device/answer", body)).status == 401
    cookie = await rig.session(user)
    forged = await rig.call("POST", "/api/device/answer", body, Cookie=cookie, Origin=PUBLIC)
    assert forged.status == 403
    assert (await poll(rig, begun)).json["error"] == "authorization_pending"


@pytest_twisted.ensureDeferred
async def test_a_page_of_another_site_cannot_begin_it(rig):
    answer = await rig.call("POST", "/api/device", {"label": "x"}, Origin="https://evil.example")
    assert answer.status == 403


@pytest_twisted.ensureDeferred
async def test_an_unknown_code_is_one_that_has_ended(rig):
    answer = await rig.call("POST", "/api/device/token", {"device_code": "chatd_d_" + "x" * 43})
    assert (answer.status, answer.json["error"]) == (400, "expired_token")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::3", "20010db80001"),
        ("2001:db8:1:ffff::4%eth0", "20010db80001"),
    ],
)
def test_the_48_of_an_ipv6_address_is_what_one_person_may_have(address, network):
    assert network_key(address) == network
