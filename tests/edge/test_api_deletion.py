"""Deleting one's own account over HTTP, on the real store."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, close_code
from test_api_exchange import SITE, exchange, jwt


@pytest.fixture
def rig(stored):
    return stored


async def signed_in(rig, **who):
    user = await rig.person(**who)
    cookie = await rig.session(user)
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    return user, {"Cookie": cookie, "Origin": PUBLIC, "X_CSRF_Token": state.json["csrf"]}


@pytest_twisted.ensureDeferred
async def test_an_account_is_deleted_by_its_owner_and_its_name_is_free(rig):
    user, headers = await signed_in(rig)
    socket = await rig.open(Authorization=f"Bearer {await rig.token(user)}")
    body = {"password": PASSWORD, "erase": True}
    done = await rig.call("POST", "/api/account/delete", body, **headers)
    assert (done.status, done.json) == (200, {"signed_in": False})
    assert "Max-Age=0" in done.headers["set-cookie"][0]
    assert close_code(await socket.until(close_code)) == 4501
    assert (await rig.call("POST", "/api/account/delete", body, **headers)).status == 401
    name = {"name": "alice", "password": PASSWORD}
    assert (await rig.call("POST", "/api/session", name)).status == 401
    row = await rig.store.user(user)
    assert row.display == "Deleted account" and row.name.startswith("deleted-")
    assert await rig.store.deletions() == ()
    assert await rig.person("alicia")


@pytest_twisted.ensureDeferred
async def test_it_takes_the_password_and_a_page_of_ours(rig):
    user, headers = await signed_in(rig)
    wrong = await rig.call("POST", "/api/account/delete", {"password": "wrong"}, **headers)
    assert (wrong.status, wrong.json["field"]) == (403, "password")
    body = {"password": PASSWORD}
    forged = await rig.call("POST", "/api/account/delete", body, Cookie=headers["Cookie"])
    assert forged.status == 403
    assert (await rig.store.user(user)).name == "alice"


@pytest_twisted.ensureDeferred
async def test_the_last_administrator_stays(rig):
    _, headers = await signed_in(rig, name="root.user", admin=True)
    answer = await rig.call("POST", "/api/account/delete", {"password": PASSWORD}, **headers)
    assert (answer.status, answer.json["code"]) == (409, "wrong-state")
    assert (await rig.call("GET", "/api/session", Cookie=headers["Cookie"])).json["signed_in"]


@pytest.mark.parametrize("stored", [SITE], indirect=True)
@pytest_twisted.ensureDeferred
async def test_a_site_deletes_the_account_of_its_person_by_a_fresh_token(stored):
    first = (await exchange(stored, jwt(stored))).json
    socket = await stored.open(Authorization=f"Bearer {first['token']}")
    token = jwt(stored, iat=stored.wall.wall() // 1000)
    done = await stored.call(
        "POST",
        "/api/account/delete/vouched",
        {"erase": True},
        Authorization=f"Bearer {token}",
    )
    assert (done.status, done.json) == (200, {"signed_in": False})
    assert close_code(await socket.until(close_code)) == 4501
    assert (await stored.store.user(first["user"])).display == "Deleted account"
    again = await exchange(stored, jwt(stored))
    assert again.status == 201
    assert again.json["user"] != first["user"]
