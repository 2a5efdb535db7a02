"""A new password by a link, and the address it is mailed to: over HTTP."""

import re

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, Rig, close_code

from chatd.auth.account_links import BY_HAND_MS, AccountLinks
from tests.fakes.links import FakeLinks, FakeMailer

NEW = "a better battery staple"
SECRET = re.compile(r"#(?:reset|email)=(\S+)")


@pytest.fixture
def mailer():
    return FakeMailer()


@pytest_twisted.async_yield_fixture
async def rig(mailer):
    made = Rig(store=FakeLinks(), mailer=mailer, server_name="Tea house")
    yield made
    await made.stop()


async def link(rig, user):
    made = await AccountLinks(rig.store, rig.wall, rig.random).make(
        "reset", user, BY_HAND_MS, requires=()
    )
    return made.secret


async def page(rig, user):
    """The headers of a page where somebody is signed in."""
    cookie = await rig.session(user)
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    return {"Cookie": cookie, "Origin": PUBLIC, "X_CSRF_Token": state.json["csrf"]}


@pytest_twisted.ensureDeferred
async def test_a_link_leads_to_a_new_password_and_a_session_and_ends_all_others(rig):
    user = await rig.person()
    cookie = await rig.session(user)
    bearer = f"Bearer {await rig.token(user)}"
    open_one = await rig.open(Authorization=bearer)
    secret = await link(rig, user)
    seen = await rig.call("POST", "/api/reset/check", {"secret": secret}, Origin=PUBLIC)
    assert (seen.status, seen.json["name"]) == (200, "alice")
    body = {"secret": secret, "password": NEW}
    done = await rig.call("POST", "/api/reset", body, Origin=PUBLIC)
    assert (done.status, done.json["name"], done.json["signed_in"]) == (200, "alice", True)
    now = await rig.call("GET", "/api/session", Cookie=done.cookie())
    assert now.json["user"] == user
    assert not (await rig.call("GET", "/api/session", Cookie=cookie)).json["signed_in"]
    assert not (await rig.call("GET", "/api/session", Authorization=bearer)).json["signed_in"]
    assert close_code(await open_one.until(close_code)) == 4501
    again = await rig.call("POST", "/api/reset", body)
    assert (again.status, again.json["code"]) == (410, "gone")
    old = {"name": "alice", "password": PASSWORD}
    assert (await rig.call("POST", "/api/session", old)).status == 401
    assert (await rig.call("POST", "/api/session", {**old, "password": NEW})).status == 200


@pytest_twisted.ensureDeferred
async def test_a_password_that_is_refused_names_the_field(rig):
    secret = await link(rig, await rig.person())
    answer = await rig.call("POST", "/api/reset", {"secret": secret, "password": "alice"})
    assert (answer.status, answer.json["field"]) == (400, "password")


@pytest_twisted.ensureDeferred
async def test_a_link_by_mail_is_a_way_in(rig):
    assert (await rig.call("GET", "/api/ways")).json["mail"] is True


@pytest_twisted.ensureDeferred
async def test_whoever_asks_gets_the_same_answer(rig, mailer):
    rig.store.emails[await rig.person()] = "alice@example.org"
    answers = []
    for who in ("alice", "alice@example.org", "nobody", "", "a b"):
        answer = await rig.call("POST", "/api/reset/ask", {"who": who}, Origin=PUBLIC)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        answers.append((answer.status, answer.body, headers))
    assert answers.count(answers[0]) == len(answers) and answers[0][:2] == (200, b"{}\n")
    over = await rig.call("POST", "/api/reset/ask", {"who": "alice"})
    assert (over.status, over.headers["retry-after"]) == (429, ["60"])
    assert mailer.sent == [], "nothing of it is done while an answer could still show it"
    rig.clock.advance(3)
    assert [to for to, _, _ in mailer.sent] == ["alice@example.org"] * 2
    secret = SECRET.search(mailer.sent[-1][2])[1]
    assert (await rig.call("POST", "/api/reset/check", {"secret": secret})).status == 200


@pytest_twisted.ensureDeferred
async def test_without_mail_the_answer_says_whom_to_ask():
    rig = Rig(store=FakeLinks())
    user = await rig.person()
    answer = await rig.call("POST", "/api/reset/ask", {"who": "alice"})
    assert (answer.status, answer.json["code"]) == (409, "wrong-state")
    assert "administrator" in answer.json["detail"]
    headers = await page(rig, user)
    state = await rig.call("GET", "/api/email", **headers)
    assert state.json == {"email": None, "mail": False}
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_an_address_is_confirmed_by_who_reads_its_mail(rig, mailer):
    user = await rig.person()
    headers = await page(rig, user)
    body = {"email": "Alice@Example.org", "password": PASSWORD}
    assert (await rig.call("POST", "/api/email", body, **headers)).json == {"sent": True}
    before = await rig.call("GET", "/api/email", **headers)
    assert before.json == {"email": None, "mail": True}
    secret = SECRET.search(mailer.sent[0][2])[1]
    done = await rig.call("POST", "/api/email/confirm", {"secret": secret}, Origin=PUBLIC)
    assert done.json == {"name": "alice", "email": "alice@example.org"}
    assert (await rig.call("POST", "/api/email/confirm", {"secret": secret})).status == 410
    after = await rig.call("GET", "/api/email", **headers)
    assert after.json["email"] == "alice@example.org"
    removed = {"email": "", "password": PASSWORD}
    assert (await rig.call("POST", "/api/email", removed, **headers)).json == {"sent": False}
    assert (await rig.call("GET", "/api/email", **headers)).json["email"] is None


@pytest_twisted.ensureDeferred
async def test_an_address_takes_the_password_and_a_page_of_ours(rig, mailer):
    user = await rig.person()
    headers = await page(rig, user)
    body = {"email": "alice@example.org", "password": "wrong"}
    answer = await rig.call("POST", "/api/email", body, **headers)
    assert (answer.status, answer.json["field"]) == (403, "password")
    body = {"email": "alice@example.org", "password": PASSWORD}
    forged = await rig.call("POST", "/api/email", body, Cookie=headers["Cookie"], Origin=PUBLIC)
    assert forged.status == 403
    assert (await rig.call("POST", "/api/email", body)).status == 401
    assert mailer.sent == []


@pytest.mark.parametrize("path", ["/api/reset", "/api/reset/ask", "/api/email/confirm"])
@pytest_twisted.ensureDeferred
async def test_a_page_of_another_site_cannot_use_a_link(rig, path):
    body = {"secret": "x", "password": NEW} if path == "/api/reset" else {"secret": "x"}
    body = {"who": "alice"} if path == "/api/reset/ask" else body
    answer = await rig.call("POST", path, body, Origin="https://evil.example")
    assert answer.status == 403
