"""Second factors and passkeys over HTTP, on the real store: what opens an account, and what never
does."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC
from test_api_session import patiently

from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import Unit
from tests.fakes.authenticator import Authenticator, encoded
from tests.fakes.codes import code_of

EVIL = "https://evil.example"
ANOTHER = "another horse battery"


@pytest.fixture
def rig(stored):
    return stored


class Person:
    """Somebody signed in, who proves it with each request."""

    def __init__(self, rig, answer):
        assert answer.status in (200, 201), answer.body
        self.rig = rig
        self.secret = ""
        self.proof = {
            "Cookie": answer.cookie(),
            "Origin": PUBLIC,
            "X_CSRF_Token": answer.json["csrf"],
        }

    async def post(self, path, **body):
        return await self.rig.call("POST", path, body, **self.proof)

    async def factors(self):
        return (await self.rig.call("GET", "/api/factors", **self.proof)).json

    async def signed_in(self):
        return (await self.rig.call("GET", "/api/session", **self.proof)).json["signed_in"]

    async def with_app(self):
        """Sets an app for codes up; its recovery codes."""
        made = await self.post("/api/totp", password=PASSWORD)
        assert made.status == 200, made.body
        self.secret = made.json["secret"]
        confirmed = await self.post("/api/totp/confirm", code=self.code())
        assert confirmed.status == 200, confirmed.body
        return confirmed.json["recovery_codes"]

    def code(self, steps=0):
        return code_of(self.secret, self.rig.wall.wall() // 1000 + 30 * steps)

    async def with_passkey(self, id=b"passkey-1", name="Key", **more):
        key = Authenticator(PUBLIC, id, **more)
        options = (await self.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
        made = await self.post("/api/passkeys", name=name, credential=key.make(options))
        assert made.status == 201, made.body
        return key


async def password(rig, name="alice", secret=PASSWORD, **headers):
    body = {"name": name, "password": secret}
    return await rig.call("POST", "/api/session", body, Origin=PUBLIC, **headers)


async def alice(rig, name="alice"):
    await rig.person(name)
    return Person(rig, await password(rig, name))


async def begun(rig, name="alice", secret=PASSWORD):
    answer = await password(rig, name, secret)
    assert answer.json["signed_in"] is False and "set-cookie" not in answer.headers, answer.json
    return answer.json["second"]


async def second(rig, step, **shown):
    return await rig.call("POST", "/api/session/second", {"step": step, **shown}, Origin=PUBLIC)


async def asked(rig, step=""):
    answer = await rig.call("POST", "/api/session/passkey/ask", {"step": step}, Origin=PUBLIC)
    assert answer.status == 200, answer.body
    return answer.json["publicKey"]


async def alone(rig, credential, **headers):
    body = {"credential": credential}
    return await rig.call("POST", "/api/session/passkey", body, **{"Origin": PUBLIC, **headers})


# An app for codes.


@pytest_twisted.ensureDeferred
async def test_with_an_app_the_password_alone_opens_nothing(rig):
    person = await alice(rig)
    codes = await person.with_app()
    assert len(set(codes)) == 10
    assert await person.factors() == {"totp": True, "recovery_codes": 10, "passkeys": []}
    rig.clock.advance(30)
    step = await begun(rig)
    assert step["ways"] == ["code", "recovery"]
    answer = await second(rig, step["step"], code=person.code())
    assert answer.json["signed_in"] and answer.json["name"] == "alice"
    assert (await second(rig, step["step"], code=person.code(1))).status == 401, (
        "a step is for once"
    )


@pytest_twisted.ensureDeferred
async def test_a_code_is_taken_once_also_by_the_one_who_watched(rig):
    person = await alice(rig)
    await person.with_app()
    rig.clock.advance(30)
    mine, theirs = await begun(rig), await begun(rig)
    code = person.code()
    assert (await second(rig, mine["step"], code=code)).status == 200
    again = await second(rig, theirs["step"], code=code)
    assert (again.status, again.json["code"]) == (401, "unauthorized")
    earlier = await second(rig, theirs["step"], code=person.code(-1))
    assert earlier.status == 401, "nor one from before it"
    assert (await second(rig, theirs["step"], code=person.code(1))).status == 200


@pytest_twisted.ensureDeferred
async def test_of_two_who_come_with_one_code_at_the_same_moment_one_gets_in(rig):
    person = await alice(rig)
    await person.with_app()
    rig.clock.advance(30)
    steps = [(await begun(rig))["step"] for _ in range(2)]
    code = person.code()
    peers = [await rig.peer(), await rig.peer()]
    from twisted.internet.defer import Deferred

    answers = [
        Deferred.fromCoroutine(
            rig.call(
                "POST",
                "/api/session/second",
                {"step": step, "code": code},
                peer,
                Origin=PUBLIC,
            )
        )
        for step, peer in zip(steps, peers, strict=True)
    ]
    assert sorted([(await answer).status for answer in answers]) == [200, 401]


@pytest_twisted.ensureDeferred
async def test_guesses_of_a_code_are_few_for_a_step_and_few_for_an_account(rig):
    person = await alice(rig)
    await person.with_app()
    rig.clock.advance(60)
    step = (await begun(rig))["step"]
    for _ in range(5):
        assert (await second(rig, step, code="000000")).status == 401
    answer = await second(rig, step, code=person.code())
    assert answer.status == 401 and "begin with the password" in answer.json["detail"]
    step = (await begun(rig))["step"]
    statuses = [(await second(rig, step, code="000000")).status for _ in range(4)]
    assert statuses == [401] * 4
    assert (await second(rig, step, code="000000")).status == 401
    step = (await begun(rig))["step"]
    refused = await second(rig, step, code=person.code())
    assert (refused.status, refused.json["code"]) == (429, "rate-limited"), "the right one, too"
    assert refused.json["retry_after"] > 60


@pytest_twisted.ensureDeferred
async def test_an_app_counts_once_a_code_of_it_was_shown(rig):
    person = await alice(rig)
    made = (await person.post("/api/totp", password=PASSWORD)).json
    assert made["address"].startswith("otpauth://totp/chatd:alice?secret=" + made["secret"])
    assert made["qr"]["size"] >= 21 and set(made["qr"]["path"]) <= set("Mhvz -0123456789")
    wrong = await person.post("/api/totp/confirm", code="000000")
    assert (wrong.status, wrong.json["field"]) == (403, "code")
    assert (await password(rig)).json["signed_in"], "nothing is asked for yet"
    person.secret = made["secret"]
    assert (await person.post("/api/totp/confirm", code=person.code())).status == 200
    assert not (await password(rig)).json["signed_in"]
    again = await person.post("/api/totp", password=PASSWORD)
    assert (again.status, again.json["code"]) == (409, "exists")


@pytest_twisted.ensureDeferred
async def test_the_seed_is_nowhere_in_the_database(rig, tmp_path):
    person = await alice(rig)
    codes = await person.with_app()
    from base64 import b32decode

    seed = b32decode(person.secret)
    files = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("chatd.db*"))
    assert b"alice" in files
    for secret in (
        seed,
        person.secret.encode(),
        codes[0].encode(),
        codes[0].replace("-", "").encode(),
    ):
        assert secret not in files


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/totp", {}),
        ("/api/totp/remove", {}),
        ("/api/recovery-codes", {}),
        ("/api/passkeys/ask", {}),
        ("/api/passkeys/remove", {"passkey": encoded(b"passkey-1")}),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_session_without_the_password_changes_no_factor(rig, path, body):
    person = await alice(rig)
    await person.with_passkey()
    before = await person.factors()
    answer = await person.post(path, password="a stolen session", **body)
    assert (answer.status, answer.json["field"]) == (403, "password")
    assert await person.factors() == before


@pytest_twisted.ensureDeferred
async def test_without_the_app_the_password_is_enough_again_and_its_codes_are_gone(rig):
    person = await alice(rig)
    await person.with_app()
    assert (await person.post("/api/totp/remove", password=PASSWORD)).status == 200
    assert await person.factors() == {"totp": False, "recovery_codes": 0, "passkeys": []}
    assert (await password(rig)).json["signed_in"]


# Recovery codes.


@pytest_twisted.ensureDeferred
async def test_a_recovery_code_opens_once(rig):
    person = await alice(rig)
    codes = await person.with_app()
    step = (await begun(rig))["step"]
    written = codes[3].upper().replace("-", " ")
    assert (await second(rig, step, recovery=written)).json["signed_in"]
    step = (await begun(rig))["step"]
    again = await second(rig, step, recovery=codes[3])
    assert (again.status, again.json["code"]) == (401, "unauthorized")
    assert (await second(rig, step, recovery=codes[4])).status == 200
    assert (await person.factors())["recovery_codes"] == 8


@pytest_twisted.ensureDeferred
async def test_new_recovery_codes_end_the_old_ones_and_anothers_are_of_no_use(rig):
    person, bob = await alice(rig), await alice(rig, "bob")
    old, theirs = await person.with_app(), await bob.with_app()
    new = (await person.post("/api/recovery-codes", password=PASSWORD)).json["recovery_codes"]
    step = (await begun(rig))["step"]
    for code in (old[0], theirs[0], "", "x" * 16, "ſ" * 16):
        answer = await second(rig, step, recovery=code)
        assert answer.status in (400, 401), code
    step = (await begun(rig))["step"]
    assert (await second(rig, step, recovery=new[0])).status == 200


# Passkeys.


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


# The way from one step to the next.


@pytest_twisted.ensureDeferred
async def test_nobody_takes_the_second_step_without_the_first(rig):
    person = await alice(rig)
    codes = await person.with_app()
    rig.clock.advance(30)
    for step in ("", "chatd_l_" + "A" * 43, person.proof["Cookie"].partition("=")[2]):
        assert (await second(rig, step, code=person.code())).status == 401
        assert (await second(rig, step, recovery=codes[0])).status == 401


@pytest.mark.parametrize("shown", [{}, {"code": "123456", "recovery": "x"}])
@pytest_twisted.ensureDeferred
async def test_one_thing_is_shown_at_a_time(rig, shown):
    person = await alice(rig)
    await person.with_app()
    answer = await second(rig, (await begun(rig))["step"], **shown)
    assert (answer.status, answer.json["code"]) == (400, "bad-field")


@pytest.mark.parametrize("change", ["password", "disabled", "factor", "late"])
@pytest_twisted.ensureDeferred
async def test_a_step_is_of_no_use_once_the_way_in_has_changed(rig, change):
    person = await alice(rig)
    codes = await person.with_app()
    rig.clock.advance(30)
    step = (await begun(rig))["step"]
    if change == "password":
        assert (await person.post("/api/password", old=PASSWORD, new=ANOTHER)).status == 200
    elif change == "disabled":
        user = (await rig.call("GET", "/api/session", **person.proof)).json["user"]
        await rig.store.commit(Unit(user, changes=(SetDisabled(user, True, 0),)))
    elif change == "factor":
        await person.with_passkey()
    else:
        rig.clock.advance(600)
    answer = await second(rig, step, recovery=codes[0])
    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    answer = await second(rig, step, code=person.code())
    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    if change != "disabled":
        assert (await person.factors())["recovery_codes"] == 10, "nothing was used up for it"


@pytest_twisted.ensureDeferred
async def test_a_link_to_a_new_password_is_no_way_past_the_second_step(rig):
    from chatd.auth.account_links import BY_HAND_MS, AccountLinks

    person = await alice(rig)
    await person.with_app()
    user = (await rig.call("GET", "/api/session", **person.proof)).json["user"]
    links = AccountLinks(rig.store, rig.wall, rig.random)
    link = await links.make("reset", user, BY_HAND_MS)
    body = {"secret": link.secret, "password": ANOTHER}
    answer = await rig.call("POST", "/api/reset", body, Origin=PUBLIC)
    assert answer.status == 200 and answer.json["signed_in"] is False
    assert "set-cookie" not in answer.headers
    assert not await person.signed_in(), "what was open is closed all the same"
    rig.clock.advance(30)
    step = answer.json["second"]["step"]
    assert (await second(rig, step, code=person.code())).json["signed_in"]


@pytest_twisted.ensureDeferred
async def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(rig):
    person = await alice(rig)
    await rig.person("mallory")
    planted = Person(rig, await password(rig, "mallory"))
    await person.with_app()
    rig.clock.advance(30)
    step = (await begun(rig))["step"]
    answer = await rig.call(
        "POST",
        "/api/session/second",
        {"step": step, "code": person.code()},
        Origin=PUBLIC,
        Cookie=planted.proof["Cookie"],
    )
    assert answer.json["name"] == "alice"
    assert answer.cookie() != planted.proof["Cookie"]
    still = await rig.call("GET", "/api/session", Cookie=planted.proof["Cookie"])
    assert still.json["name"] == "mallory"


@pytest_twisted.ensureDeferred
async def test_the_factors_of_a_deleted_account_are_gone(rig):
    person = await alice(rig)
    await person.with_app()
    key = await person.with_passkey()
    await rig.person("root", admin=True)
    assert (await person.post("/api/account/delete", password=PASSWORD)).status == 200
    assert (await alone(rig, key.sign(await asked(rig)))).status == 401


# Devices.


@pytest_twisted.ensureDeferred
async def test_the_owners_device_signs_in_at_once_while_strangers_guess(rig):
    await rig.person()
    answer = await password(rig)
    device = answer.headers["set-cookie"][1].partition(";")[0]
    for _ in range(9):
        assert (await password(rig, secret="wrong horse battery")).status == 401
    body = {"name": "alice", "password": PASSWORD}
    # The address is a known one, too; its tries are used up by now.
    assert (await password(rig, secret="wrong horse battery")).status == 401
    assert (await patiently(rig, body)).status == 429
    assert (await password(rig, Cookie=device)).status == 200
    rig.clock.advance(1)


@pytest_twisted.ensureDeferred
async def test_a_device_of_one_account_is_a_stranger_to_another(rig):
    await rig.person()
    await rig.person("bob")
    device = (await password(rig)).headers["set-cookie"][1].partition(";")[0]
    for _ in range(10):
        wrong = await password(rig, "bob", "wrong horse battery", Cookie=device)
        assert wrong.status == 401
    body = {"name": "bob", "password": PASSWORD}
    assert (await patiently(rig, body)).status == 429
    rig.clock.advance(1)
