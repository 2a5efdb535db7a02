"""Signing in, staying in, signing out: over HTTP, as the page and as programs do it."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, Rig, close_code, text
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import Unit

DAY = 24 * 3600
FIELDS = {"name": "alice", "password": PASSWORD}


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


async def sign_in(rig):
    """The Cookie and the CSRF token of a fresh session of alice."""
    answer = await rig.call("POST", "/api/session", FIELDS, Origin=PUBLIC)
    assert answer.status == 200, answer.body
    return answer.cookie(), answer.json["csrf"]


@pytest_twisted.ensureDeferred
async def test_signing_in_gives_a_cookie_that_only_this_host_gets_back(rig):
    user = await rig.person()
    answer = await rig.call("POST", "/api/session", FIELDS, Origin=PUBLIC)
    cookie, device = answer.headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-chatd=chatd_s_")
    assert set(attributes) == {
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        f"Max-Age={30 * DAY}",
    }
    assert device.startswith("__Host-chatd-device=") and device.endswith(
        f"; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={180 * DAY}"
    )
    state = (await rig.call("GET", "/api/session", Cookie=answer.cookie())).json
    assert state == answer.json
    assert (state["signed_in"], state["user"], state["name"]) == (True, user, "alice")
    assert state["expires"] == rig.wall.wall() + 30 * DAY * 1000


@pytest_twisted.ensureDeferred
async def test_the_secret_itself_is_not_stored(rig):
    await rig.person()
    cookie, _ = await sign_in(rig)
    assert cookie.partition("=")[2] not in repr(rig.store.__dict__)


@pytest_twisted.ensureDeferred
async def test_who_asks_without_a_session_is_told_so_and_a_dead_cookie_is_taken_away(rig):
    answer = await rig.call("GET", "/api/session")
    assert (answer.status, answer.json) == (200, {"signed_in": False})
    assert "set-cookie" not in answer.headers
    dead = await rig.call("GET", "/api/session", Cookie="__Host-chatd=chatd_s_" + "A" * 43)
    assert (dead.status, dead.json) == (200, {"signed_in": False})
    assert "Max-Age=0" in dead.headers["set-cookie"][0]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "alice", "password": "wrong horse battery"},
        {"name": "nobody", "password": PASSWORD},
        {"name": "al\0ice", "password": PASSWORD},
        {"name": "", "password": PASSWORD},
        {"name": "alice", "password": "x" * 4000},
        {"name": "alice", "password": "a\0b"},
    ],
)
@pytest_twisted.ensureDeferred
async def test_wrong_name_and_wrong_password_get_the_same_answer(rig, body):
    await rig.person()
    answer = await rig.call("POST", "/api/session", body, Origin=PUBLIC)
    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert answer.json["detail"] == "The name or the password is wrong."
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("content", "type_", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"name":1,"password":"x"}', "application/json", 400),
        (b'{"name":"a"}', "application/json", 400),
        (b'{"name":"a","password":"x","admin":true}', "application/json", 400),
        (b'{"name":"a","password":"\xff"}', "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"name=alice&password=x", "application/x-www-form-urlencoded", 415),
        (b'{"name":"a","password":"x"}', "text/plain", 415),
        (b"--x\r\n" * 1000, "multipart/form-data; boundary=x", 415),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_body_that_is_not_right_is_refused(rig, content, type_, status):
    peer = await rig.peer()
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: a\r\nOrigin: {PUBLIC}\r\n"
        f"Content-Type: {type_}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    peer.send(head.encode() + content)
    assert (await peer.response()).status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": PUBLIC, "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
@pytest_twisted.ensureDeferred
async def test_another_site_cannot_sign_its_visitors_in(rig, headers):
    await rig.person()
    answer = await rig.call("POST", "/api/session", FIELDS, **headers)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")


@pytest_twisted.ensureDeferred
async def test_a_program_signs_in_without_an_origin(rig):
    await rig.person()
    assert (await rig.call("POST", "/api/session", FIELDS)).status == 200


async def patiently(rig, body):
    """The answer to signing in, where that waits for a while of the site's time."""
    answer = Deferred.fromCoroutine(rig.call("POST", "/api/session", body))
    for _ in range(500):
        if answer.called:
            break
        await deferLater(reactor, 0.005)
        if rig.clock.getDelayedCalls():
            rig.clock.advance(0.05)
    return await answer


@pytest_twisted.ensureDeferred
async def test_tries_for_one_account_are_limited_and_others_are_not_hindered(rig):
    await rig.person()
    bad = {"name": "alice", "password": "wrong horse battery"}
    for _ in range(10):
        assert (await rig.call("POST", "/api/session", bad)).status == 401
    waits = 6
    for name in ("alice", "ALICE", "аlice"):  # the last begins with a Cyrillic letter
        answer = await patiently(rig, {**FIELDS, "name": name})
        assert (answer.status, answer.json["code"]) == (429, "rate-limited")
        assert answer.headers["retry-after"] == [str(waits)]
        waits -= 2  # the refusal came after a pause of two seconds
    await rig.person("bob")
    assert (await rig.call("POST", "/api/session", {**FIELDS, "name": "bob"})).status == 200
    rig.clock.advance(6)
    assert (await rig.call("POST", "/api/session", FIELDS)).status == 200


@pytest_twisted.ensureDeferred
async def test_tries_from_one_address_over_many_names_are_limited(rig):
    for n in range(30):
        body = {"name": f"user{n}", "password": PASSWORD}
        assert (await rig.call("POST", "/api/session", body)).status == 401
    await rig.person()
    waited = rig.clock.seconds()
    answers = [
        await patiently(rig, {"name": f"another{n}", "password": PASSWORD}) for n in range(9)
    ]
    assert {answer.status for answer in answers} == {401}
    assert rig.clock.seconds() - waited >= 0.8
    rig.clock.advance(1)  # the lane is forgotten


@pytest_twisted.ensureDeferred
async def test_a_disabled_account_cannot_sign_in_and_its_sessions_are_nobody(rig):
    user = await rig.person()
    cookie, _ = await sign_in(rig)
    await rig.store.commit(Unit(actor=user, changes=(SetDisabled(user, True, 0),)))
    assert (await rig.call("POST", "/api/session", FIELDS)).status == 401
    assert (await rig.call("GET", "/api/session", Cookie=cookie)).json == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_a_session_lives_while_it_is_used_and_ends_after_30_days_without(rig):
    await rig.person()
    cookie, _ = await sign_in(rig)
    for _ in range(3):
        rig.clock.advance(29 * DAY)
        answer = await rig.call("GET", "/api/session", Cookie=cookie)
        assert answer.json["signed_in"]
        assert answer.cookie() == cookie, "the browser is told the new end"
        assert answer.json["expires"] == rig.wall.wall() + 30 * DAY * 1000
    rig.clock.advance(30 * DAY)
    assert not (await rig.call("GET", "/api/session", Cookie=cookie)).json["signed_in"]


@pytest_twisted.ensureDeferred
async def test_use_is_written_down_once_an_hour_at_most(rig):
    await rig.person()
    cookie, _ = await sign_in(rig)
    before = len(rig.store.units)
    for _ in range(119):
        rig.clock.advance(60)
        await rig.call("GET", "/api/session", Cookie=cookie)
    assert len(rig.store.units) == before + 1


@pytest_twisted.ensureDeferred
async def test_signing_out_ends_the_session_and_closes_what_it_opened_and_nothing_else(rig):
    await rig.person()
    cookie, csrf = await sign_in(rig)
    other, _ = await sign_in(rig)
    mine = await rig.open(Cookie=cookie, Origin=PUBLIC)
    others = await rig.open(Cookie=other, Origin=PUBLIC)
    answer = await rig.call(
        "DELETE", "/api/session", Cookie=cookie, Origin=PUBLIC, X_CSRF_Token=csrf
    )
    assert answer.json == {"signed_in": False}
    assert "Max-Age=0" in answer.headers["set-cookie"][0]
    assert close_code(await mine.until(lambda got: close_code(got) is not None)) == 4501
    assert not (await rig.call("GET", "/api/session", Cookie=cookie)).json["signed_in"]
    assert (await rig.call("GET", "/api/session", Cookie=other)).json["signed_in"]
    others.send(text(b"still here"))
    assert close_code(await others.until(lambda got: got.endswith(b"still here"))) is None


WITHOUT_PROOF = [
    {},
    {"X_CSRF_Token": "wrong"},
    {"X_CSRF_Token": "é"},
    {"X_CSRF_Token": "{other}"},
    {"X_CSRF_Token": "{csrf}", "Origin": "https://evil.example"},
    {"X_CSRF_Token": "{csrf}", "Origin": None},
    {"X_CSRF_Token": "{csrf}", "Sec_Fetch_Site": "cross-site"},
    {"X_CSRF_Token": "{csrf}", "Sec_Fetch_Site": "same-site"},
]


@pytest.mark.parametrize("headers", WITHOUT_PROOF)
@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/api/session"), ("POST", "/api/ticket"), ("POST", "/api/invitations")],
)
@pytest_twisted.ensureDeferred
async def test_a_change_by_cookie_needs_all_three_proofs(rig, method, path, headers):
    await rig.person(admin=True)
    cookie, csrf = await sign_in(rig)
    _, other = await sign_in(rig)
    sent = {"Origin": PUBLIC, **headers}
    filled = {k: v.format(csrf=csrf, other=other) for k, v in sent.items() if v is not None}
    answer = await rig.call(method, path, Cookie=cookie, **filled)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert (await rig.call("GET", "/api/session", Cookie=cookie)).json["signed_in"]


@pytest_twisted.ensureDeferred
async def test_a_bearer_token_needs_no_csrf_token(rig):
    token = await rig.token(await rig.person())
    bearer = f"Bearer {token}"
    state = (await rig.call("GET", "/api/session", Authorization=bearer)).json
    assert state["signed_in"] and state["csrf"] is None
    assert (await rig.call("DELETE", "/api/session", Authorization=bearer)).status == 200
    assert not (await rig.call("GET", "/api/session", Authorization=bearer)).json["signed_in"]


@pytest_twisted.ensureDeferred
async def test_what_a_session_opened_is_closed_when_the_session_gives_way(rig):
    user = await rig.person()
    first = await rig.session(user)
    mine = await rig.open(Cookie=first, Origin=PUBLIC)
    rig.clock.advance(1)
    for _ in range(100):
        await rig.session(user)
    assert close_code(await mine.until(lambda got: close_code(got) is not None)) == 4501


@pytest_twisted.ensureDeferred
async def test_a_person_holds_100_sessions_and_the_one_used_least_recently_goes(rig):
    user = await rig.person()
    first = await rig.session(user)
    rig.clock.advance(1)
    rest = [await rig.session(user) for _ in range(99)]
    await rig.session(user)
    assert len(await rig.store.credentials(user)) == 100
    assert not (await rig.call("GET", "/api/session", Cookie=first)).json["signed_in"]
    assert (await rig.call("GET", "/api/session", Cookie=rest[0])).json["signed_in"]
