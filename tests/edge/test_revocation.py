"""Who is no longer who they were is not for what was begun before, either."""

import pytest
import pytest_twisted
from site_rig import PUBLIC
from test_api_pictures import PICTURE, begin

from chatd.engine.accounts import EndCredential, SetAdmin, SetDisabled
from chatd.engine.unit import Unit


@pytest.fixture
def rig(stored):
    return stored


@pytest.mark.parametrize("how", ["session", "user", "not at all"])
@pytest_twisted.ensureDeferred
async def test_an_upload_under_way_is_not_taken_from_who_was_put_out_meanwhile(rig, how):
    user = await rig.person("alice")
    bearer = {"Authorization": f"Bearer {await rig.token(user)}"}
    peer = await begin(rig, len(PICTURE), Content_Type="image/png", **bearer)
    peer.send(PICTURE[:-10])
    # It is under way: another request has been answered meanwhile.
    assert (await rig.call("GET", "/api/session", **bearer)).json["signed_in"]
    if how == "session":
        await rig.store.commit(Unit(user, changes=(EndCredential(user),)))
    elif how == "user":
        await rig.store.commit(Unit(user, changes=(SetDisabled(user, True, 0),)))
    peer.send(PICTURE[-10:])
    answer = await peer.response()
    assert answer.status == (201 if how == "not at all" else 401), answer.body


@pytest_twisted.ensureDeferred
async def test_who_is_no_administrator_any_more_is_none_with_the_next_request(rig):
    user = await rig.person("root", admin=True)
    cookie = await rig.session(user)
    bearer = {"Authorization": f"Bearer {await rig.token(user)}"}
    state = (await rig.call("GET", "/api/session", Cookie=cookie)).json
    assert state["admin"] and state["may_invite"]
    proof = {"Cookie": cookie, "Origin": PUBLIC, "X_CSRF_Token": state["csrf"]}
    assert (await rig.call("POST", "/api/invitations", {}, **proof)).status == 201
    assert (await rig.call("POST", "/api/invitations", {}, **bearer)).status == 201
    await rig.store.commit(Unit(user, changes=(SetAdmin(user, False),)))
    assert not (await rig.call("GET", "/api/session", Cookie=cookie)).json["admin"]
    assert (await rig.call("POST", "/api/invitations", {}, **proof)).status == 403
    assert (await rig.call("POST", "/api/invitations", {}, **bearer)).status == 403
