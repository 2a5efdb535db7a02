"""Whoever changes how an account is entered has its owner told by mail: one act, one mail."""

import pytest
import pytest_twisted
from factors_rig import ANOTHER, alice, begun, second
from site_rig import PASSWORD, PUBLIC

from chatd.auth.account_links import BY_HAND_MS, AccountLinks
from chatd.engine.account_links import SetEmail
from chatd.engine.unit import Unit

USER = "u000000alice"


@pytest.fixture
def rig(stored):
    return stored


async def told(rig, count=1):
    """The subjects of the mails since it was last asked, of which there are so many."""
    for _ in range(50):  # the store answers in a thread of its own
        if len(rig.mailer.sent) >= count:
            break
        await rig.store.user(USER)
    sent = list(rig.mailer.sent)
    rig.mailer.sent.clear()
    assert {to for to, _, _ in sent} == {"alice@example.org"}
    assert len(sent) == count
    return [subject for _, subject, _ in sent]


async def addressed(rig):
    person = await alice(rig)
    await rig.store.commit(Unit(USER, changes=(SetEmail(USER, "alice@example.org"),)))
    return person


@pytest_twisted.ensureDeferred
async def test_every_change_of_a_factor_is_told(rig):
    person = await addressed(rig)
    codes = await person.with_app()
    assert await told(rig) == ["An authenticator app was added at chatd"]
    await person.with_passkey(name="call 0900 123456")
    sent = rig.mailer.sent[0][2] if rig.mailer.sent else ""
    assert await told(rig) == ["A passkey was added at chatd"]
    assert "0900" not in sent, "whoever adds one does not write the mail"
    made = await person.post("/api/recovery-codes", password=PASSWORD)
    assert await told(rig) == ["New recovery codes at chatd"]
    assert not set(codes) & set(made.json["recovery_codes"])
    rig.clock.advance(60)
    step = (await begun(rig))["step"]
    assert (await second(rig, step, recovery=made.json["recovery_codes"][0])).status == 200
    assert await told(rig) == ["A recovery code was used at chatd"]
    passkey = (await person.factors())["passkeys"][0]["passkey"]
    await person.post("/api/passkeys/remove", passkey=passkey, password=PASSWORD)
    assert await told(rig) == ["A passkey was removed at chatd"]
    assert (await person.post("/api/totp/remove", password=PASSWORD)).status == 200
    assert await told(rig) == ["The authenticator app was removed at chatd"]


@pytest_twisted.ensureDeferred
async def test_a_changed_password_is_told_however_it_was_changed(rig):
    person = await addressed(rig)
    assert (await person.post("/api/password", old=PASSWORD, new=ANOTHER)).status == 200
    assert await told(rig) == ["Your password at chatd was changed"]
    link = await AccountLinks(rig.store, rig.wall, rig.random).make(
        "reset", USER, BY_HAND_MS, requires=()
    )
    body = {"secret": link.secret, "password": PASSWORD}
    assert (await rig.call("POST", "/api/reset", body, Origin=PUBLIC)).status == 200
    assert await told(rig) == ["Your password at chatd was changed"]


@pytest_twisted.ensureDeferred
async def test_what_was_refused_is_told_to_nobody(rig):
    person = await addressed(rig)
    assert (await person.post("/api/password", old="wrong", new=ANOTHER)).status == 403
    assert (await person.post("/api/totp", password=PASSWORD)).status == 200
    assert (await person.post("/api/totp/confirm", code="000000")).status == 403
    assert (await person.post("/api/recovery-codes", password=PASSWORD)).status == 409
    for _ in range(50):
        await rig.store.user(USER)
    assert rig.mailer.sent == []


@pytest_twisted.ensureDeferred
async def test_it_is_told_in_the_language_of_the_last_sign_in(rig):
    await addressed(rig)
    body = {"name": "alice", "password": PASSWORD}
    for header, subject in (
        ("de-AT,en;q=0.3", "Dein Passwort bei chatd wurde geändert"),
        ("fr", "Dein Passwort bei chatd wurde geändert"),
        ("en", "Your password at chatd was changed"),
    ):
        answer = await rig.call("POST", "/api/session", body, Origin=PUBLIC, Accept_Language=header)
        proof = {"Cookie": answer.cookie(), "X_CSRF_Token": answer.json["csrf"], "Origin": PUBLIC}
        change = {"old": PASSWORD, "new": PASSWORD}
        assert (await rig.call("POST", "/api/password", change, **proof)).status == 200
        assert await told(rig) == [subject]
