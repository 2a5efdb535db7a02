"""Signing in at a provider, over HTTP, and every way in that is none."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_twisted
from oidc_rig import FAILED, known
from site_rig import PUBLIC, Rig

from chatd.auth.oidc.attempt import ATTEMPT
from chatd.auth.oidc.sign_ins import PER_ADDRESS
from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import Unit


@pytest_twisted.ensureDeferred
async def test_who_is_known_at_a_provider_comes_back_to_where_they_were(world):
    await known(world)
    browser = world.browser()
    listed = await browser.call("GET", "/api/providers")
    assert listed.json["providers"] == [
        {"name": "home", "label": "Home"},
        {"name": "other", "label": "Other"},
    ]
    location = await browser.start(world.home, back="/room/r1/17")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(location).query).items()}
    assert asked["redirect_uri"] == f"{PUBLIC}/auth/oidc/home/callback"
    assert asked["scope"] == "openid profile email"
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert list(browser.cookies) == ["__Host-chatd-attempt"]
    assert await browser.back("home", **world.home.visit(location)) == "/#/room/r1/17"
    assert list(browser.cookies) == ["__Host-chatd"]
    assert (await browser.state())["name"] == "anna"
    assert (await browser.call("GET", "/api/sessions")).json["sessions"][0]["current"]


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
@pytest_twisted.ensureDeferred
async def test_each_algorithm_and_each_way_to_prove_who_asks_is_taken(world, alg):
    world.home.alg = alg
    world.home.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await known(world)
    assert await world.browser().go(world.home) == "/#"


@pytest_twisted.ensureDeferred
async def test_a_client_without_a_secret_says_who_it_is(world):
    world.home = world.provider("home", "RS256", "")
    world.set()
    await known(world)
    assert await world.browser().go(world.home) == "/#"


@pytest_twisted.ensureDeferred
async def test_the_same_subject_of_another_provider_is_somebody_else(world):
    await known(world, "42")
    browser = world.browser()
    assert await browser.go(world.other, back="/room/x") == FAILED + "uninvited;/room/x"
    assert await browser.state() == {"signed_in": False}


# ---- a login that another began -----------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_nobody_is_signed_in_by_a_link_that_another_made(world):
    """Login CSRF: the attacker's own code and state, in the victim's browser."""
    await known(world)
    attacker, victim = world.browser(), world.browser()
    answer = world.home.visit(await attacker.start(world.home))
    assert await victim.back("home", **answer) == FAILED + "stale;"
    # Nor is it where the victim has begun a login of their own.
    await victim.start(world.home, back="/room/x")
    assert await victim.back("home", **answer) == FAILED + "stale;"
    assert await victim.state() == {"signed_in": False}
    assert world.home.asked.count("/token") == 0
    # The attempt is over, whatever came.
    assert victim.cookies == {}


@pytest_twisted.ensureDeferred
async def test_another_site_cannot_begin_a_login(world):
    browser = world.browser()
    path = "/auth/oidc/home/start"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        refused = await browser.call("POST", path, {}, **headers)
        assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert (await browser.call("GET", path)).status == 405
    assert browser.cookies == {}


@pytest_twisted.ensureDeferred
async def test_a_state_is_good_once(world):
    await known(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    kept = browser.cookies["__Host-chatd-attempt"]
    assert await browser.back("home", **answer) == "/#"
    # Somebody who saw all of it comes again, before a provider that is careless with codes.
    thief = world.browser()
    thief.cookies["__Host-chatd-attempt"] = kept
    world.home._codes[answer["code"]] = world.home.said
    assert await thief.back("home", **answer) == FAILED + "stale;"
    assert await thief.state() == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_any_node_takes_up_a_login_and_none_does_so_twice(world):
    await known(world)
    other = Rig(store=world.rig.store, parties=world.parties)
    try:
        browser = world.browser()
        answer = world.home.visit(await browser.start(world.home, back="/x"))
        kept = dict(browser.cookies)
        browser._rig = other
        assert await browser.back("home", **answer) == "/#/x"
        assert (await browser.state())["name"] == "anna"
        thief = world.browser()
        thief.cookies = kept
        world.home._codes[answer["code"]] = world.home.said
        assert await thief.back("home", **answer) == FAILED + "stale;/x"
    finally:
        await other.stop()


@pytest_twisted.ensureDeferred
async def test_a_code_is_good_once(world):
    await known(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    assert await browser.back("home", **answer) == "/#"
    # With a state of one's own, and a code that was used.
    again = world.home.visit(await browser.start(world.home))
    assert await browser.back("home", **{**again, "code": answer["code"]}) == FAILED + "failed;"


@pytest_twisted.ensureDeferred
async def test_a_code_that_was_stolen_fits_no_other_login(world):
    """Code injection: PKCE and the nonce bind a code to the browser that it was made for."""
    await known(world)
    victim, thief = world.browser(), world.browser()
    stolen = world.home.visit(await victim.start(world.home))["code"]
    own = world.home.visit(await thief.start(world.home))
    assert await thief.back("home", **{**own, "code": stolen}) == FAILED + "failed;"
    assert await thief.state() == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_a_login_that_took_too_long_is_none(world):
    await known(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    world.rig.clock.advance(ATTEMPT - 1)
    kept = dict(browser.cookies)
    world.rig.clock.advance(1)
    assert await browser.back("home", **answer) == FAILED + "stale;"
    browser.cookies = dict(kept)
    assert await browser.back("home", **answer) == FAILED + "stale;"


@pytest_twisted.ensureDeferred
async def test_what_the_browser_keeps_cannot_be_changed_nor_used_for_something_else(world):
    await known(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    kept = browser.cookies["__Host-chatd-attempt"]
    for changed in (kept[:-1], kept[:40] + "A" * 4 + kept[44:], "", "x", kept + "AAAA", "ü"):
        browser.cookies = {"__Host-chatd-attempt": changed}
        assert await browser.back("home", **answer) == FAILED + "stale;"
    browser.cookies = {"__Host-chatd-newcomer": kept}
    assert (await browser.call("GET", "/api/newcomer")).json["code"] == "gone"
    two = f"__Host-chatd-attempt={kept}; __Host-chatd-attempt={kept}"
    browser.cookies = {}
    got = await browser.call(
        "GET", f"/auth/oidc/home/callback?code={answer['code']}&state={answer['state']}", Cookie=two
    )
    assert got.headers["location"] == [FAILED + "stale;"]


@pytest_twisted.ensureDeferred
async def test_a_session_from_before_is_not_the_one_from_then_on(world):
    """Session fixation: whatever cookie was there, another one is given."""
    await known(world)
    browser = await world.signed_in("mallory")
    before = browser.cookies["__Host-chatd"]
    assert await browser.go(world.home) == "/#"
    assert browser.cookies["__Host-chatd"] != before
    assert (await browser.state())["name"] == "anna"
    planted = world.browser()
    planted.cookies["__Host-chatd"] = "chatd_s_" + "A" * 43
    await planted.go(world.home)
    assert planted.cookies["__Host-chatd"] != "chatd_s_" + "A" * 43


# ---- where one comes out ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\r\nLocation: https://evil.example",
        "/x?y",
        "javascript:alert(1)",
        "/room/ü",
        "x" * 257,
    ],
)
@pytest_twisted.ensureDeferred
async def test_the_way_back_leads_nowhere_but_to_the_page(world, back):
    await known(world)
    browser = world.browser()
    answer = await browser.call("POST", "/auth/oidc/home/start", {"back": back})
    if answer.status == 200:
        # It stands behind "#": no part of it is an address.
        landed = await browser.back("home", **world.home.visit(answer.json["location"]))
        assert landed == f"/#{back}" and back.startswith("/")
    else:
        assert (answer.status, answer.json["code"]) == (400, "bad-field")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"error": "access_denied"}, "cancelled"),
        ({"error": "temporarily_unavailable"}, "unreachable"),
        ({"error": "invalid_scope", "error_description": "<script>"}, "failed"),
        ({"error": ""}, "failed"),
        ({}, "failed"),
        ({"code": ""}, "failed"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_the_provider_says_instead_becomes_a_word_for_the_page(world, answer, reason):
    browser = world.browser()
    begun = world.home.visit(await browser.start(world.home, back="/room/x"))
    kept = {"state": begun["state"], "iss": begun["iss"]}
    landed = await browser.back("home", **kept, **answer)
    assert landed == FAILED + reason + ";/room/x"


@pytest_twisted.ensureDeferred
async def test_an_answer_may_be_long_but_not_endless(world):
    """Codes of some providers have close to 2,000 characters."""
    browser = world.browser()
    begun = world.home.visit(await browser.start(world.home))
    assert await browser.back("home", **{**begun, "code": "x" * 7000}) == FAILED + "failed;"
    path = "/auth/oidc/home/callback?code=" + "x" * 9000
    assert (await browser.call("GET", path)).status == 414
    assert (await browser.call("GET", "/api/providers?x=" + "x" * 3000)).status == 414


@pytest_twisted.ensureDeferred
async def test_an_error_that_nobody_asked_for_changes_nothing(world):
    browser = world.browser()
    assert await browser.back("home", error="access_denied", state="x") == FAILED + "stale;"
    assert await browser.back("nowhere", code="x", state="x") == FAILED + "stale;"
    path = "/auth/oidc/home/callback?state=a&state=b&code=c"
    assert (await browser.call("GET", path)).headers["location"] == [FAILED + "stale;"]
    # Of two codes it cannot be told which the provider sent.
    answer = world.home.visit(await browser.start(world.home))
    path = f"/auth/oidc/home/callback?code=x&{urlencode(answer)}"
    assert (await browser.call("GET", path)).headers["location"] == [FAILED + "stale;"]
    path = "/auth/oidc/home/callback?" + "&".join(f"a{n}=b" for n in range(40))
    assert (await browser.call("GET", path)).headers["location"] == [FAILED + "stale;"]
    assert (await browser.call("POST", "/auth/oidc/nowhere/start", {})).status == 404


# ---- who may come in ----------------------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_who_is_disabled_here_stays_outside(world):
    user = await known(world)
    await world.rig.store.commit(Unit("", changes=(SetDisabled(user, True, 1),)))
    browser = world.browser()
    assert await browser.go(world.home) == FAILED + "disabled;"
    assert await browser.state() == {"signed_in": False}


@pytest.mark.parametrize(
    ("claim", "comes_in"),
    [
        ("staff", True),
        (["guests", "staff"], True),
        (["guests"], False),
        ("staff2", False),
        ({"staff": 1}, False),
        ([["staff"]], False),
        (None, False),
    ],
)
@pytest_twisted.ensureDeferred
async def test_only_those_come_in_whose_claim_says_so(world, claim, comes_in):
    await known(world)
    world.home.provider = replace(
        world.home.provider, only_claim="groups", only_values=frozenset({"staff", "x"})
    )
    world.home.person["groups"] = claim
    world.set()
    landed = await world.browser().go(world.home)
    assert landed == ("/#" if comes_in else FAILED + "unfit;")


@pytest_twisted.ensureDeferred
async def test_one_address_begins_only_so_many_logins(world):
    browser = world.browser()
    for _ in range(int(PER_ADDRESS.burst)):
        await browser.start(world.home)
    refused = await browser.call("POST", "/auth/oidc/home/start", {})
    assert (refused.status, refused.json["code"]) == (429, "rate-limited")
    assert await browser.back("home", code="x", state="x") == FAILED + "busy;"
