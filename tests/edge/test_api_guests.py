"""Guests, and who may make themselves an account: over HTTP, on the real store."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, Rig

from chatd.auth.guests import Hosting
from chatd.engine.accounts import CreateUser
from chatd.engine.unit import Append, CreateRoom, Unit
from chatd.features.members import movement


@pytest.fixture
def hosting():
    return Hosting(("lobby",), 3)


@pytest_twisted.async_yield_fixture
async def rig(stored, hosting):
    made = Rig(store=stored.store, hosting=hosting, registration="open")
    for user, name in (("uhost", "host"), ("uother", "other")):
        await made.store.commit(
            Unit(user, changes=(CreateUser(user, name, name, name, None, False, 0),))
        )
    room = CreateRoom("rlobby", "public", "Lobby", "lobby", "", "uhost", 0, True)
    begun = Append("rlobby", "room", "uhost", 0, b'{"kind":"public"}')
    joined = movement("rlobby", "uhost", "uhost", "joined", "owner", 0)
    await made.store.commit(Unit("uhost", changes=(room, begun, *joined), room="rlobby"))
    yield made
    await made.stop()


async def arrive(rig, display="Passing by"):
    return await rig.call("POST", "/api/guest", {"display": display}, Origin=PUBLIC)


def proof(answer):
    return {
        "Cookie": answer.cookie(),
        "Origin": PUBLIC,
        "X_CSRF_Token": answer.json["csrf"],
    }


@pytest_twisted.ensureDeferred
async def test_a_guest_chooses_how_to_be_shown_and_is_in_the_rooms_for_guests(rig):
    answer = await arrive(rig)
    assert answer.status == 201 and answer.json["guest"] and not answer.json["may_invite"]
    assert answer.json["name"].startswith("guest-")
    user = answer.json["user"]
    row = await rig.store.user(user)
    assert (row.kind, row.display, row.password) == ("guest", "Passing by", None)
    assert [room.id for room in await rig.store.joined(user, None, 9)] == ["rlobby"]
    state = (await rig.call("GET", "/api/session", Cookie=answer.cookie())).json
    assert state["guest"] and state["user"] == user


@pytest_twisted.ensureDeferred
async def test_only_so_many_guests_are_here_and_few_come_from_one_address(rig):
    statuses = [(await arrive(rig)).status for _ in range(4)]
    assert statuses == [201, 201, 201, 409]
    statuses = {(await arrive(rig)).status for _ in range(20)}
    assert statuses == {409, 429}


@pytest.mark.parametrize("hosting", [None])
@pytest_twisted.ensureDeferred
async def test_without_the_setting_nobody_is_a_guest(rig):
    assert (await arrive(rig)).status == 403
    ways = (await rig.call("GET", "/api/ways")).json
    assert ways == {"registration": "open", "guests": False, "mail": False}


@pytest.mark.parametrize("display", ["", " ", "\u202e", "x" * 200])
@pytest_twisted.ensureDeferred
async def test_a_name_that_nobody_could_read_is_refused(rig, display):
    answer = await arrive(rig, display)
    assert answer.status == 400 and answer.json["field"] == "display"


@pytest_twisted.ensureDeferred
async def test_a_guest_who_stays_keeps_the_id_and_loses_the_old_sessions(rig):
    guest = await arrive(rig)
    body = {"name": "clara", "password": PASSWORD}
    kept = await rig.call("POST", "/api/guest/keep", body, **proof(guest))
    assert kept.status == 200, kept.body
    assert (kept.json["user"], kept.json["name"]) == (guest.json["user"], "clara")
    old = await rig.call("GET", "/api/session", Cookie=guest.cookie())
    assert not old.json["signed_in"]
    again = await rig.call("POST", "/api/session", body, Origin=PUBLIC)
    assert again.json["user"] == guest.json["user"] and "guest" not in again.json
    row = await rig.store.user(guest.json["user"])
    assert (row.kind, row.display) == ("person", "Passing by")
    twice = await rig.call("POST", "/api/guest/keep", {**body, "name": "dora"}, **proof(kept))
    assert (twice.status, twice.json["code"]) == (409, "wrong-state")


@pytest_twisted.ensureDeferred
async def test_a_guest_who_takes_anothers_name_stays_a_guest(rig):
    guest = await arrive(rig)
    body = {"name": "host", "password": PASSWORD}
    answer = await rig.call("POST", "/api/guest/keep", body, **proof(guest))
    assert (answer.status, answer.json["code"]) == (409, "name-taken")
    state = await rig.call("GET", "/api/session", Cookie=guest.cookie())
    assert state.json["guest"]


@pytest_twisted.ensureDeferred
async def test_guests_neither_invite_nor_let_others_in(rig):
    guest = await arrive(rig)
    for path, body in (
        ("/api/invitations", {}),
        ("/api/totp", {"password": PASSWORD}),
        ("/api/passkeys/ask", {"password": PASSWORD}),
        ("/api/password", {"old": PASSWORD, "new": PASSWORD}),
    ):
        answer = await rig.call("POST", path, body, **proof(guest))
        assert answer.status == 403, path


@pytest_twisted.ensureDeferred
async def test_a_token_of_a_guest_is_a_guests(rig):
    guest = (await arrive(rig)).json["user"]
    known = await rig.edge.credentials.token(await rig.token(guest))
    assert known.row.guest


@pytest_twisted.ensureDeferred
async def test_idle_guests_are_found_and_others_are_not(rig):
    guest = (await arrive(rig)).json["user"]
    now = rig.wall.wall()
    assert await rig.store.idle_guests(now, 9) == ()
    assert await rig.store.idle_guests(now + 1, 9) == (guest,)
    # One who has just been made has no session yet.
    made = CreateUser("unew", "guest-new", "guest-new", "New", None, False, now + 5, "guest")
    await rig.store.commit(Unit("unew", changes=(made,)))
    assert await rig.store.idle_guests(now + 1, 9) == (guest,)


@pytest_twisted.ensureDeferred
async def test_where_registration_is_open_nobody_needs_an_invitation(rig):
    body = {"name": "clara", "password": PASSWORD}
    answer = await rig.call("POST", "/api/register", body, Origin=PUBLIC)
    assert answer.status == 201 and not answer.json["admin"]


@pytest.mark.parametrize(("registration", "status"), [("invitation", 410), ("closed", 403)])
@pytest_twisted.ensureDeferred
async def test_elsewhere_it_takes_an_invitation_or_an_administrator(stored, registration, status):
    rig = Rig(store=stored.store, registration=registration)
    body = {"name": "clara", "password": PASSWORD}
    answer = await rig.call("POST", "/api/register", body, Origin=PUBLIC)
    assert answer.status == status
    admin = await rig.session(await rig.person("root1", admin=True))
    state = (await rig.call("GET", "/api/session", Cookie=admin)).json
    made = await rig.call(
        "POST",
        "/api/invitations",
        {},
        Cookie=admin,
        Origin=PUBLIC,
        X_CSRF_Token=state["csrf"],
    )
    assert made.status == (201 if registration == "invitation" else 403)
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_closed_or_not_the_first_administrator_comes_in_by_the_link(stored):
    rig = Rig(store=stored.store, registration="closed")
    link = await rig.edge.invitations.create_setup()
    body = {"secret": link.secret, "name": "root.user", "password": PASSWORD}
    assert (await rig.call("POST", "/api/setup", body, Origin=PUBLIC)).status == 201
    await rig.stop()
