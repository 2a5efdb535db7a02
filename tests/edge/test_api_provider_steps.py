"""The second step of whoever comes by a provider: asked for here, unless its own is enough."""

from dataclasses import replace

import pytest
import pytest_twisted
from factors_rig import Person, alice, second
from oidc_rig import Browser, World
from site_rig import PASSWORD
from test_api_sign_outs import tell

from chatd.auth.steps import LIFETIME_MS
from chatd.core.lookalikes import skeleton
from chatd.engine.accounts import CreateUser, SetDisabled
from chatd.engine.identities import CreateIdentity
from chatd.engine.unit import Unit

USER = "u000000alice"
SECOND = "/#login=second;"
STEP = "__Host-chatd-step"


async def linked(world: World) -> Person:
    """Somebody with an authenticator app, who is 42 at the provider."""
    person = await alice(world.rig)
    await person.with_app()
    change = CreateIdentity(world.home.issuer, "42", USER, 0)
    await world.rig.store.commit(Unit(USER, changes=(change,)))
    world.rig.clock.advance(60)
    return person


async def stepping(world: World, back: str = "") -> tuple[Browser, dict]:
    """A browser on its way back from the provider, and what is asked of it."""
    browser = world.browser()
    assert await browser.go(world.home, back=back) == SECOND + back
    assert list(browser.cookies) == [STEP], "nobody is signed in yet"
    answer = await browser.call("GET", "/api/session/second")
    assert answer.status == 200 and answer.headers["cache-control"] == ["no-store"]
    assert answer.json["signed_in"] is False and browser.cookies == {}
    return browser, answer.json["second"]


async def code(browser, step, person):
    shown = {"step": step["step"], "code": person.code()}
    return await browser.call("POST", "/api/session/second", shown)


@pytest_twisted.ensureDeferred
async def test_whoever_has_a_second_step_here_is_asked_for_it(world):
    person = await linked(world)
    browser, step = await stepping(world, "/room/x")
    assert step["ways"] == ["code", "recovery"]
    assert step["expires"] == world.rig.wall.wall() + LIFETIME_MS
    wrong = {"step": step["step"], "code": "000000"}
    assert (await browser.call("POST", "/api/session/second", wrong)).status == 401
    assert (await browser.state())["signed_in"] is False
    answer = await code(browser, step, person)
    assert (answer.status, answer.json["name"]) == (200, "alice")
    assert (await browser.state())["name"] == "alice"


@pytest_twisted.ensureDeferred
async def test_the_secret_of_the_step_stands_in_no_address_and_is_told_once(world):
    await linked(world)
    browser = world.browser()
    landed = await browser.go(world.home)
    secret = browser.cookies[STEP]
    assert secret.startswith("chatd_l_") and secret not in landed
    got = await browser.call("GET", "/api/session/second")
    assert got.json["second"]["step"] == secret
    again = await browser.call("GET", "/api/session/second")
    assert (again.status, again.json["code"]) == (401, "unauthorized")
    for kept in ("", "chatd_l_" + "A" * 43, secret[:-1]):
        browser.cookies = {STEP: kept}
        assert (await browser.call("GET", "/api/session/second")).status == 401


@pytest_twisted.ensureDeferred
async def test_who_has_no_second_step_is_in_at_once(world):
    await linked(world)
    user = "u0000000anna"
    changes = (
        CreateUser(user, "anna", skeleton("anna"), "anna", None, False, 0),
        CreateIdentity(world.home.issuer, "43", user, 0),
    )
    await world.rig.store.commit(Unit(user, changes=changes))
    world.home.person = {"sub": "43"}
    browser = world.browser()
    assert await browser.go(world.home) == "/#"
    assert (await browser.state())["name"] == "anna"


@pytest_twisted.ensureDeferred
async def test_the_providers_own_step_is_enough_where_the_operator_says_so(world):
    await linked(world)
    world.home.provider = replace(world.home.provider, asks_second=False)
    world.set()
    browser = world.browser()
    assert await browser.go(world.home) == "/#"
    assert (await browser.state())["name"] == "alice"
    # A reload takes it back.
    world.home.provider = replace(world.home.provider, asks_second=True)
    world.set()
    await stepping(world)


@pytest_twisted.ensureDeferred
async def test_what_the_provider_answered_is_used_up_by_the_first_step(world):
    await linked(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    kept = dict(browser.cookies)
    assert await browser.back("home", **answer) == SECOND
    thief = world.browser()
    thief.cookies = kept
    world.home._codes[answer["code"]] = world.home.said
    assert await thief.back("home", **answer) == "/#login=failed:stale;"
    assert STEP not in thief.cookies


@pytest_twisted.ensureDeferred
async def test_the_session_is_one_of_the_provider_which_can_end_it(world):
    person = await linked(world)
    world.home.claims = {"sid": "s1"}
    browser, step = await stepping(world)
    assert (await code(browser, step, person)).status == 200
    assert (await tell(world, {"sid": "s1"})).status == 200
    assert (await browser.state())["signed_in"] is False
    assert await person.signed_in(), "what was begun by the password is none of its business"


@pytest.mark.parametrize("end", ["sid", "subject", "unlinked", "disabled", "late", "another"])
@pytest_twisted.ensureDeferred
async def test_a_step_is_of_no_use_once_what_it_rests_on_is_gone(world, end):
    person = await linked(world)
    world.home.claims = {"sid": "s1"}
    browser, step = await stepping(world)
    if end == "sid":
        await tell(world, {"sid": "s1", "sub": None})
    elif end == "subject":
        await tell(world, {"sub": "42"})
    elif end == "unlinked":
        body = {"issuer": world.home.issuer, "subject": "42", "password": PASSWORD}
        assert (await person.post("/api/identities/end", **body)).status == 200
    elif end == "disabled":
        await world.rig.store.commit(Unit(USER, changes=(SetDisabled(USER, True, 0),)))
    elif end == "late":
        world.rig.clock.advance(LIFETIME_MS / 1000)
    else:
        # Somebody else's sign-out, of this provider or with this name at another, ends nothing.
        await tell(world, {"sid": "s2", "sub": None})
        await tell(world, {"jti": "j2", "sub": "43"})
        await tell(world, {"sub": "42"}, name="other", provider=world.other)
    answer = await code(browser, step, person)
    assert answer.status == (200 if end == "another" else 401)


@pytest_twisted.ensureDeferred
async def test_a_step_makes_one_session(world):
    person = await linked(world)
    browser, step = await stepping(world)
    assert (await code(browser, step, person)).status == 200
    world.rig.clock.advance(30)
    assert (await second(world.rig, step["step"], code=person.code())).status == 401
