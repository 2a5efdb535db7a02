"""From one step of signing in to the next, on the real store."""

import pytest
import pytest_twisted
from factors_rig import ANOTHER, Person, alice, alone, asked, begun, password, second
from site_rig import PASSWORD, PUBLIC

from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import Unit


@pytest.fixture
def rig(stored):
    return stored


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
    link = await links.make("reset", user, BY_HAND_MS, requires=())
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
