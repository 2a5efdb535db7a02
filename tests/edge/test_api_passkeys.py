"""Passkeys over HTTP, on the real store."""

import pytest
import pytest_twisted
from factors_rig import EVIL, Person, alice, alone, asked, begun, password, second
from site_rig import PASSWORD, PUBLIC

from tests.fakes.authenticator import Authenticator, encoded


@pytest.fixture
def rig(stored):
    return stored


@pytest_twisted.ensureDeferred
async def test_a_passkey_alone_signs_in_whoever_it_verified(rig):
    person = await alice(rig)
    key = await person.with_passkey()
    options = await asked(rig)
    assert (options["rpId"], options["userVerification"]) == ("chat.example.org", "required")
    assert options["allowCredentials"] == [], "nobody is named before they have proven it"
    answer = await alone(rig, key.sign(options))
    assert answer.json["signed_in"] and answer.json["name"] == "alice"
    (shown,) = (await person.factors())["passkeys"]
    assert shown["name"] == "Key" and shown["seen"] == rig.wall.wall()


@pytest_twisted.ensureDeferred
async def test_a_passkey_is_the_second_step_of_a_password(rig):
    person = await alice(rig)
    key = await person.with_passkey()
    step = await begun(rig)
    assert step["ways"] == ["passkey", "recovery"]
    options = await asked(rig, step["step"])
    assert [one["id"] for one in options["allowCredentials"]] == [encoded(key.id)]
    answer = await second(rig, step["step"], credential=key.sign(options, verified=False))
    assert answer.json["signed_in"], answer.json


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": EVIL},
        {"origin": "https://sub.chat.example.org"},
        {"origin": PUBLIC + ":8443"},
        {"origin": PUBLIC.replace("https", "http")},
        {"rp": "evil.example"},
        {"rp": "example.org"},
        {"cross": True},
        {"type": "webauthn.create"},
        {"challenge": encoded(b"c" * 56)},
        {"signature": "forged"},
        {"present": False},
        {"verified": False},
        {"handle": b"somebody else's"},
        {"count": 1},
        {"count": 0},
    ],
    ids=str,
)
@pytest_twisted.ensureDeferred
async def test_a_forged_answer_of_a_passkey_signs_nobody_in(rig, wrong):
    person = await alice(rig)
    key = await person.with_passkey()
    answer = await alone(rig, key.sign(await asked(rig), **wrong))
    assert (answer.status, answer.json["code"]) == (401, "unauthorized"), answer.body
    assert "set-cookie" not in answer.headers
    assert (await alone(rig, key.sign(await asked(rig)))).status == 200, "the right one still does"


@pytest_twisted.ensureDeferred
async def test_an_answer_is_good_once_and_for_five_minutes(rig):
    person = await alice(rig)
    key = await person.with_passkey(counts=False)
    answer = key.sign(await asked(rig))
    assert (await alone(rig, answer)).status == 200
    assert (await alone(rig, answer)).status == 401, "replayed"
    late = key.sign(await asked(rig))
    rig.clock.advance(300)
    assert (await alone(rig, late)).status == 401


@pytest_twisted.ensureDeferred
async def test_challenges_of_one_purpose_are_of_no_use_for_another(rig):
    person = await alice(rig)
    key = await person.with_passkey()
    step, other = (await begun(rig))["step"], (await begun(rig))["step"]
    for_step, for_login = await asked(rig, step), await asked(rig)
    assert (await alone(rig, key.sign(for_step))).status == 401
    assert (await second(rig, step, credential=key.sign(for_login))).status == 401
    assert (await second(rig, other, credential=key.sign(for_step))).status == 401
    making = (await person.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
    making["rpId"] = making["rp"]["id"]
    assert (await alone(rig, key.sign(making))).status == 401
    assert (await second(rig, step, credential=key.sign(for_step))).status == 200


@pytest_twisted.ensureDeferred
async def test_anothers_passkey_completes_nobodys_step(rig):
    person, bob = await alice(rig), await alice(rig, "bob")
    await person.with_passkey()
    theirs = await bob.with_passkey(b"passkey-2")
    step = (await begun(rig))["step"]
    answer = await second(rig, step, credential=theirs.sign(await asked(rig, step)))
    assert answer.status == 401


@pytest_twisted.ensureDeferred
async def test_a_copy_of_a_passkey_is_found_by_its_count(rig):
    person = await alice(rig)
    key = await person.with_passkey()
    assert (await alone(rig, key.sign(await asked(rig), count=7))).status == 200
    copied = await alone(rig, key.sign(await asked(rig), count=7))
    assert copied.status == 401
    assert (await alone(rig, key.sign(await asked(rig), count=8))).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": EVIL},
        {"rp": "evil.example"},
        {"cross": True},
        {"type": "webauthn.get"},
        {"challenge": encoded(b"c" * 56)},
        {"present": False},
    ],
    ids=str,
)
@pytest_twisted.ensureDeferred
async def test_a_forged_passkey_is_not_kept(rig, wrong):
    person = await alice(rig)
    key = Authenticator(PUBLIC)
    options = (await person.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
    answer = await person.post("/api/passkeys", name="Key", credential=key.make(options, **wrong))
    assert answer.status in (400, 401), answer.body
    assert (await person.factors())["passkeys"] == []


@pytest_twisted.ensureDeferred
async def test_an_algorithm_that_was_not_asked_for_is_refused(rig):
    person = await alice(rig)
    key = Authenticator(PUBLIC, alg=-47)
    options = (await person.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
    answer = await person.post("/api/passkeys", name="Key", credential=key.make(options))
    assert (answer.status, answer.json["field"]) == (400, "credential")


@pytest_twisted.ensureDeferred
async def test_a_passkey_is_made_by_the_session_that_asked_and_once(rig):
    person = await alice(rig)
    other = Person(rig, await password(rig))
    options = (await person.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
    key = Authenticator(PUBLIC)
    made = key.make(options)
    assert (await other.post("/api/passkeys", name="Key", credential=made)).status == 401
    assert (await person.post("/api/passkeys", name="Key", credential=made)).status == 201
    assert (await person.post("/api/passkeys", name="Key", credential=made)).status == 401
    options = (await person.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
    again = await person.post("/api/passkeys", name="Key", credential=key.make(options))
    assert (again.status, again.json["code"]) == (409, "exists")


@pytest_twisted.ensureDeferred
async def test_several_passkeys_have_names_and_each_is_removed_alone(rig):
    person, bob = await alice(rig), await alice(rig, "bob")
    first = await person.with_passkey(b"one", "Phone")
    second_ = await person.with_passkey(b"two", "Laptop")
    one = encoded(first.id)
    assert (await person.post("/api/passkeys/rename", passkey=one, name="Old phone")).status == 200
    assert (await bob.post("/api/passkeys/rename", passkey=one, name="Mine")).status == 404
    stolen = await bob.post("/api/passkeys/remove", passkey=one, password=PASSWORD)
    assert stolen.status == 404
    names = [row["name"] for row in (await person.factors())["passkeys"]]
    assert sorted(names) == ["Laptop", "Old phone"]
    removed = await person.post("/api/passkeys/remove", passkey=one, password=PASSWORD)
    assert removed.status == 200
    assert (await alone(rig, first.sign(await asked(rig)))).status == 401
    assert (await alone(rig, second_.sign(await asked(rig)))).status == 200


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {}},
        {"id": "x", "rawId": "x", "type": "password", "response": {"clientDataJSON": "e30"}},
        {"id": "x", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "e30"}},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "!"}},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "bnVsbA"}},
    ],
    ids=str,
)
@pytest_twisted.ensureDeferred
async def test_nonsense_in_the_place_of_a_passkey_is_refused_in_words(rig, credential):
    answer = await alone(rig, credential)
    assert (answer.status, answer.json["code"]) == (400, "bad-field"), answer.body
