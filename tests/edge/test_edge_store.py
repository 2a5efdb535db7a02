"""The edge on the real store: from the first administrator to a closed socket."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, close_code


@pytest.fixture
def rig(stored):
    return stored


@pytest_twisted.ensureDeferred
async def test_a_server_comes_to_life(rig):
    setup = await rig.edge.invitations.create_setup()
    fields = {"secret": setup.secret, "name": "alice", "password": PASSWORD}
    assert (await rig.call("POST", "/api/setup", fields, Origin=PUBLIC)).status == 201
    assert (await rig.call("POST", "/api/setup", fields, Origin=PUBLIC)).status == 410

    signed_in = await rig.call(
        "POST", "/api/session", {"name": "Alice", "password": PASSWORD}, Origin=PUBLIC
    )
    cookie, csrf = signed_in.cookie(), signed_in.json["csrf"]
    proof = {"Cookie": cookie, "Origin": PUBLIC, "X_CSRF_Token": csrf}
    invited = await rig.call("POST", "/api/invitations", {}, **proof)
    joining = {"secret": invited.json["secret"], "name": "bob", "password": PASSWORD}
    taken = await rig.call("POST", "/api/register", {**joining, "name": "a1ice"})
    joined = await rig.call("POST", "/api/register", joining)
    assert (taken.status, taken.json["code"]) == (409, "name-taken")
    assert joined.status == 201

    peer = await rig.open(Cookie=cookie, Origin=PUBLIC)
    ticket = await rig.call("POST", "/api/ticket", {"origin": PUBLIC}, **proof)
    offer = ", ".join(ticket.json["protocols"])
    await rig.open(Origin=PUBLIC, Sec_WebSocket_Protocol=offer)
    used = await rig.call(
        "GET",
        "/ws",
        Upgrade="websocket",
        Connection="Upgrade",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Origin=PUBLIC,
        Sec_WebSocket_Protocol=offer,
    )
    assert used.status == 401

    assert (await rig.call("DELETE", "/api/session", **proof)).status == 200
    assert close_code(await peer.until(lambda got: close_code(got) is not None)) == 4501
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    assert state.json == {"signed_in": False}
    assert (await rig.call("GET", "/api/session", Cookie=joined.cookie())).json["name"] == "bob"
