"""An authenticator app, recovery codes and known devices over HTTP, on the real store."""

import pytest
import pytest_twisted
from factors_rig import alice, begun, password, second
from site_rig import PASSWORD, PUBLIC
from test_api_session import patiently

from tests.fakes.authenticator import encoded


@pytest.fixture
def rig(stored):
    return stored


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
async def test_a_clock_that_was_set_back_brings_no_code_back(rig, monkeypatch):
    person = await alice(rig)
    await person.with_app()
    rig.clock.advance(300)
    watched = [person.code(-2), person.code(-1), person.code()]
    step = (await begun(rig))["step"]
    assert (await second(rig, step, code=watched[-1])).status == 200
    before = rig.wall.wall() - 60_000
    monkeypatch.setattr(rig.wall, "wall", lambda: before)
    assert person.code() == watched[0]
    step = (await begun(rig))["step"]
    for code in watched:
        assert (await second(rig, step, code=code)).status == 401
    monkeypatch.undo()
    assert (await second(rig, step, code=person.code(1))).status == 200


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
    assert answer.status == 401 and "begin again" in answer.json["detail"]
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
