"""Setting up, inviting, registering, changing a password: over HTTP."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, Rig, close_code, text
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

DAY = 24 * 3600


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


def joining(secret, name="carol", **more):
    return {"secret": secret, "name": name, "password": PASSWORD, **more}


async def admin(rig):
    return f"Bearer {await rig.token(await rig.person('root.user', admin=True))}"


async def invitation(rig, **body):
    answer = await rig.call("POST", "/api/invitations", body, Authorization=await admin(rig))
    assert answer.status == 201, answer.body
    return answer.json


@pytest_twisted.ensureDeferred
async def test_the_first_administrator_comes_in_with_the_setup_secret_once(rig):
    made = await rig.edge.invitations.create_setup()
    answer = await rig.call("POST", "/api/setup", joining(made.secret), Origin=PUBLIC)
    assert answer.status == 201
    assert answer.json["admin"] and answer.json["name"] == "carol"
    state = await rig.call("GET", "/api/session", Cookie=answer.cookie())
    assert state.json["admin"]
    again = await rig.call("POST", "/api/setup", joining(made.secret, "dave"))
    assert (again.status, again.json["code"]) == (410, "gone")
    assert await rig.edge.invitations.create_setup() is None


@pytest_twisted.ensureDeferred
async def test_of_two_setup_secrets_one_makes_an_administrator(rig):
    first = await rig.edge.invitations.create_setup()
    second = await rig.edge.invitations.create_setup()
    assert (await rig.call("POST", "/api/setup", joining(first.secret))).status == 201
    answer = await rig.call("POST", "/api/setup", joining(second.secret, "dave"))
    assert (answer.status, answer.json["code"]) == (410, "gone")


@pytest_twisted.ensureDeferred
async def test_the_setup_secret_makes_nobody_where_invitations_are_used(rig):
    made = await rig.edge.invitations.create_setup()
    answer = await rig.call("POST", "/api/register", joining(made.secret))
    assert (answer.status, answer.json["code"]) == (409, "wrong-state")
    assert rig.store.users == {}
    assert (await rig.call("POST", "/api/setup", joining(made.secret))).status == 201


@pytest_twisted.ensureDeferred
async def test_the_setup_secret_ends_after_15_minutes(rig):
    made = await rig.edge.invitations.create_setup()
    rig.clock.advance(15 * 60)
    assert (await rig.call("POST", "/api/setup", joining(made.secret))).status == 410


@pytest_twisted.ensureDeferred
async def test_an_invitation_makes_a_member_and_no_administrator(rig):
    made = await invitation(rig)
    answer = await rig.call(
        "POST", "/api/register", joining(made["secret"], display="Carol K."), Origin=PUBLIC
    )
    assert answer.status == 201 and not answer.json["admin"]
    assert rig.store.users[answer.json["user"]].display == "Carol K."
    setup = await rig.call("POST", "/api/setup", joining((await invitation_of(rig))["secret"]))
    assert (setup.status, setup.json["code"]) == (409, "wrong-state")


async def invitation_of(rig):
    """Another one of the administrator that is there already."""
    (row,) = [user for user in rig.store.users.values() if user.admin]
    bearer = f"Bearer {await rig.token(row.id)}"
    return (await rig.call("POST", "/api/invitations", {}, Authorization=bearer)).json


@pytest_twisted.ensureDeferred
async def test_an_invitation_is_good_for_its_uses_and_its_days(rig):
    made = await invitation(rig, uses=2)
    assert made["expires"] == rig.wall.wall() + 7 * DAY * 1000
    for name in ("carol", "dave"):
        assert (
            await rig.call("POST", "/api/register", joining(made["secret"], name))
        ).status == 201
    third = await rig.call("POST", "/api/register", joining(made["secret"], "erin"))
    assert third.status == 410
    other = await invitation_of(rig)
    rig.clock.advance(7 * DAY)
    assert (await rig.call("POST", "/api/register", joining(other["secret"]))).status == 410


@pytest_twisted.ensureDeferred
async def test_an_invitation_can_be_checked_before_a_form_is_filled_in(rig):
    made = await invitation(rig)
    answer = await rig.call("POST", "/api/invitation/check", {"secret": made["secret"]})
    assert answer.json == {"expires": made["expires"], "setup": False}
    for secret in ("", "chatd_i_" + "A" * 43, "x" * 200):
        answer = await rig.call("POST", "/api/invitation/check", {"secret": secret})
        assert (answer.status, answer.json["code"]) == (410, "gone")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"name": "root.user"}, 409, "name-taken"),
        ({"name": "rооt.user"}, 400, "bad-field"),
        ({"name": "admin"}, 409, "name-taken"),
        ({"name": "x" * 200}, 400, "too-long"),
        ({"name": "a b"}, 400, "bad-field"),
        ({"password": "short"}, 400, "bad-field"),
        ({"password": "password123"}, 400, "bad-field"),
        ({"password": "x" * 2000}, 400, "too-long"),
        ({"display": "\u202egnp.exe"}, 400, "bad-field"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_name_or_password_that_will_not_do_costs_no_use(rig, more, status, code):
    made = await invitation(rig)
    body = {**joining(made["secret"]), **more}
    answer = await rig.call("POST", "/api/register", body)
    assert (answer.status, answer.json["code"]) == (status, code), answer.json
    assert (await rig.call("POST", "/api/register", joining(made["secret"]))).status == 201


@pytest_twisted.ensureDeferred
async def test_two_who_come_with_one_invitation_at_once_do_not_both_get_in(rig):
    made = await invitation(rig)

    async def a_turn_later(what):
        turn = Deferred()
        reactor.callLater(0, turn.callback, None)
        await turn

    rig.store.before = a_turn_later
    calls = [
        Deferred.fromCoroutine(rig.call("POST", "/api/register", joining(made["secret"], name)))
        for name in ("carol", "dave")
    ]
    answers = await gatherResults(calls)
    assert sorted(answer.status for answer in answers) == [201, 410]


@pytest_twisted.ensureDeferred
async def test_members_invite_only_where_that_is_configured(rig):
    token = await rig.token(await rig.person())
    answer = await rig.call("POST", "/api/invitations", {}, Authorization=f"Bearer {token}")
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    state = (await rig.call("GET", "/api/session", Authorization=f"Bearer {token}")).json
    assert state["may_invite"] is False
    open_rig = Rig(members_invite=True)
    token = await open_rig.token(await open_rig.person())
    answer = await open_rig.call("POST", "/api/invitations", {}, Authorization=f"Bearer {token}")
    assert answer.status == 201
    state = (await open_rig.call("GET", "/api/session", Authorization=f"Bearer {token}")).json
    assert (state["admin"], state["may_invite"]) == (False, True)
    await open_rig.stop()


@pytest_twisted.ensureDeferred
async def test_one_person_has_50_open_invitations_at_most():
    rig = Rig()
    bearer = await admin(rig)
    for _ in range(50):
        answer = await rig.call("POST", "/api/invitations", {}, Authorization=bearer)
        assert answer.status == 201
    answer = await rig.call("POST", "/api/invitations", {}, Authorization=bearer)
    assert (answer.status, answer.json["code"]) == (409, "limit-reached")
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_another_site_registers_nobody(rig):
    made = await invitation(rig)
    for path in ("/api/register", "/api/setup", "/api/invitation/check"):
        answer = await rig.call(
            "POST", path, joining(made["secret"]), Origin="https://evil.example"
        )
        assert answer.status == 403


@pytest_twisted.ensureDeferred
async def test_a_new_password_ends_every_other_session_and_its_connections(rig):
    user = await rig.person()
    mine, other, token = await rig.session(user), await rig.session(user), await rig.token(user)
    csrf = (await rig.call("GET", "/api/session", Cookie=mine)).json["csrf"]
    staying = await rig.open(Cookie=mine, Origin=PUBLIC)
    going = [
        await rig.open(Cookie=other, Origin=PUBLIC),
        await rig.open(Authorization=f"Bearer {token}"),
    ]
    proof = {"Cookie": mine, "Origin": PUBLIC, "X_CSRF_Token": csrf}
    wrong = {"old": "not the old one", "new": "a much better sentence"}
    answer = await rig.call("POST", "/api/password", wrong, **proof)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    weak = {"old": PASSWORD, "new": "alice123"}
    assert (await rig.call("POST", "/api/password", weak, **proof)).status == 400
    good = {"old": PASSWORD, "new": "a much better sentence"}
    assert (await rig.call("POST", "/api/password", good, **proof)).status == 200
    for peer in going:
        assert close_code(await peer.until(lambda got: close_code(got) is not None)) == 4501
    staying.send(text(b"still here"))
    assert close_code(await staying.until(lambda got: got.endswith(b"still here"))) is None
    assert (await rig.call("GET", "/api/session", Cookie=mine)).json["signed_in"]
    assert not (await rig.call("GET", "/api/session", Cookie=other)).json["signed_in"]
    fields = {"name": "alice", "password": "a much better sentence"}
    assert (await rig.call("POST", "/api/session", fields)).status == 200


@pytest_twisted.ensureDeferred
async def test_guessing_the_present_password_through_a_stolen_session_is_limited(rig):
    user = await rig.person()
    bearer = f"Bearer {await rig.token(user)}"
    wrong = {"old": "not the old one", "new": "a much better sentence"}
    statuses = [
        (await rig.call("POST", "/api/password", wrong, Authorization=bearer)).status
        for _ in range(11)
    ]
    assert statuses == [403] * 10 + [429]


@pytest_twisted.ensureDeferred
async def test_a_ticket_is_bound_to_the_page_that_asks(rig):
    user = await rig.person()
    cookie = await rig.session(user)
    csrf = (await rig.call("GET", "/api/session", Cookie=cookie)).json["csrf"]
    answer = await rig.call(
        "POST", "/api/ticket", Cookie=cookie, Origin=PUBLIC, X_CSRF_Token=csrf, Content_Length="0"
    )
    assert answer.status == 201 and answer.json["origin"] == PUBLIC
    assert answer.json["protocols"][0] == "chatd.v1"
    assert answer.json["expires"] == rig.wall.wall() + 30_000
    token = await rig.token(user)
    bad = await rig.call("POST", "/api/ticket", {"origin": "*"}, Authorization=f"Bearer {token}")
    assert (bad.status, bad.json["field"]) == (400, "origin")


@pytest_twisted.ensureDeferred
async def test_an_invitation_is_no_way_to_keep_the_server_hashing(rig):
    made = await invitation(rig)
    statuses = [
        (await rig.call("POST", "/api/register", joining(made["secret"], "root.user"))).status
        for _ in range(31)
    ]
    assert statuses == [409] * 30 + [429]
    rig.clock.advance(2)
    assert (await rig.call("POST", "/api/register", joining(made["secret"]))).status == 201
