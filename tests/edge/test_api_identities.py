"""New people choose their name; people here link providers with their own account, no other."""

from dataclasses import replace

import pytest_twisted
from oidc_rig import FAILED, known
from site_rig import PASSWORD, close_code

from chatd.auth.oidc.attempt import NEWCOMER, PROOF
from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import Unit


def open_to_all(world, **more):
    world.home.provider = replace(world.home.provider, create_users=True, **more)
    world.set()


async def identities(browser):
    return (await browser.call("GET", "/api/identities")).json


async def arrive(world, name="anna", **body):
    """Somebody new comes in and is called that."""
    browser = world.browser()
    assert (await browser.go(world.home)).startswith("/#login=newcomer;")
    made = await browser.call("POST", "/api/newcomer", {"name": name, **body})
    assert made.status == 201, made.body
    await browser.state()
    return browser


# ---- new people ---------------------------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_somebody_new_chooses_a_name_and_is_somebody_here(world):
    open_to_all(world)
    browser = world.browser()
    assert await browser.go(world.home, back="/room/r1") == "/#login=newcomer;/room/r1"
    assert list(browser.cookies) == ["__Host-chatd-newcomer"]
    assert await browser.state() == {"signed_in": False}
    told = await browser.call("GET", "/api/newcomer")
    assert told.json == {"label": "Home", "name": "anna.schmidt", "display": "Anna from afar"}
    made = await browser.call("POST", "/api/newcomer", {"name": "anna", "display": "Anna S."})
    assert (made.status, made.json["name"], made.json["admin"]) == (201, "anna", False)
    assert list(browser.cookies) == ["__Host-chatd"]
    assert (await browser.state())["name"] == "anna"
    mail = await browser.call("GET", "/api/email")
    # What a provider says confirms nothing here.
    assert mail.json == {"email": None, "mail": False}
    again = world.browser()
    assert await again.go(world.home) == "/#"
    assert (await again.state())["user"] == made.json["user"]


@pytest_twisted.ensureDeferred
async def test_however_much_a_provider_tells_a_browser_can_keep_it(world):
    rooms = {f"{number:036}": ("x",) for number in range(100)}
    open_to_all(world, groups_claim="groups", group_rooms=rooms)
    world.home.person = {
        "sub": "s" * 255,
        "sid": "i" * 255,
        "preferred_username": "\U0001f600" * 300,
        "name": "ä" * 300,
        "email": "e" * 300 + "@example.net",
        "groups": list(rooms),
    }
    browser = world.browser()
    await browser.go(world.home, back="/" + "x" * 255)
    assert len("__Host-chatd-newcomer=" + browser.cookies["__Host-chatd-newcomer"]) < 4096
    told = (await browser.call("GET", "/api/newcomer")).json
    assert told["name"] == "ä" * 32 and len(told["display"]) == 80
    assert (await browser.call("POST", "/api/newcomer", {"name": "anna"})).status == 201


@pytest_twisted.ensureDeferred
async def test_a_name_that_is_taken_is_not_suggested_and_not_given(world):
    open_to_all(world)
    world.home.person["preferred_username"] = "alice"
    alice = await world.rig.person("alice", admin=True)
    browser = world.browser()
    await browser.go(world.home)
    assert (await browser.call("GET", "/api/newcomer")).json["name"] == "alice2"
    for name in ("alice", "ALICE", "a1ice", "аlice"):
        refused = await browser.call("POST", "/api/newcomer", {"name": name})
        assert refused.status in (400, 409), name
    refused = await browser.call("POST", "/api/newcomer", {"name": "admin"})
    assert (refused.status, refused.json["field"]) == (409, "name")
    assert (await browser.call("POST", "/api/newcomer", {"name": "alice2"})).status == 201
    assert (await browser.state())["user"] != alice


@pytest_twisted.ensureDeferred
async def test_no_account_is_found_by_name_or_address(world):
    """Whoever calls themselves as somebody does at a provider is a stranger here."""
    await world.rig.person("alice")
    world.home.person.update(
        preferred_username="alice", email="alice@example.org", email_verified=True
    )
    assert await world.browser().go(world.home) == FAILED + "uninvited;"
    open_to_all(world)
    browser = await arrive(world, "mallory")
    assert (await browser.state())["name"] == "mallory"
    assert len((await identities(browser))["identities"]) == 1


@pytest_twisted.ensureDeferred
async def test_of_two_tabs_one_makes_the_account(world):
    open_to_all(world)
    first, second = world.browser(), world.browser()
    await first.go(world.home)
    await second.go(world.home)
    assert (await first.call("POST", "/api/newcomer", {"name": "anna"})).status == 201
    late = await second.call("POST", "/api/newcomer", {"name": "berta"})
    assert (late.status, late.json["code"]) == (409, "exists")


@pytest_twisted.ensureDeferred
async def test_who_takes_too_long_or_goes_away_begins_again(world):
    open_to_all(world)
    browser = world.browser()
    await browser.go(world.home)
    assert (await browser.call("DELETE", "/api/newcomer")).status == 200
    assert browser.cookies == {}
    assert (await browser.call("GET", "/api/newcomer")).status == 410
    await browser.go(world.home)
    world.rig.clock.advance(NEWCOMER)
    late = await browser.call("POST", "/api/newcomer", {"name": "anna"})
    assert (late.status, late.json["code"]) == (410, "gone")


@pytest_twisted.ensureDeferred
async def test_another_site_makes_nobody_an_account(world):
    open_to_all(world)
    browser = world.browser()
    await browser.go(world.home)
    evil = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
    for method, body in (("POST", {"name": "anna"}), ("DELETE", None)):
        assert (await browser.call(method, "/api/newcomer", body, **evil)).status == 403


@pytest_twisted.ensureDeferred
async def test_who_was_invited_comes_in_where_no_account_is_made_otherwise(world):
    invited = await world.rig.edge.invitations.create(None, 60_000)
    browser = world.browser()
    back = await browser.go(world.home, invitation=invited.secret)
    assert back == "/#login=newcomer;"
    assert invited.secret not in world.home.said.values()
    made = await browser.call("POST", "/api/newcomer", {"name": "anna"})
    assert (made.status, made.json["admin"]) == (201, False)
    # It was for one.
    other = world.browser()
    world.home.person = {"sub": "43"}
    refused = await other.call("POST", "/auth/oidc/home/start", {"invitation": invited.secret})
    assert (refused.status, refused.json["code"]) == (410, "gone")


@pytest_twisted.ensureDeferred
async def test_an_invitation_lets_one_in_whoever_comes_first(world):
    invited = await world.rig.edge.invitations.create(None, 60_000)
    first, second = world.browser(), world.browser()
    await first.go(world.home, invitation=invited.secret)
    world.home.person = {"sub": "43"}
    await second.go(world.home, invitation=invited.secret)
    assert (await second.call("POST", "/api/newcomer", {"name": "berta"})).status == 201
    late = await first.call("POST", "/api/newcomer", {"name": "anna"})
    assert (late.status, late.json["code"]) == (410, "gone")
    assert (await first.state())["signed_in"] is False


@pytest_twisted.ensureDeferred
async def test_the_first_administrator_comes_in_by_no_provider(world):
    setup = await world.rig.edge.invitations.create_setup()
    refused = await world.browser().call(
        "POST", "/auth/oidc/home/start", {"invitation": setup.secret}
    )
    assert (refused.status, refused.json["code"]) == (409, "wrong-state")


@pytest_twisted.ensureDeferred
async def test_newcomers_stay_outside_once_nobody_is_let_in_any_more(world):
    open_to_all(world)
    browser = world.browser()
    await browser.go(world.home)
    world.home.provider = replace(world.home.provider, create_users=False)
    world.set()
    assert (await browser.call("POST", "/api/newcomer", {"name": "anna"})).status == 410
    world.parties.set([])
    assert (await browser.call("POST", "/api/newcomer", {"name": "anna"})).status == 404


# ---- people here --------------------------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_a_provider_is_linked_by_who_says_once_more_who_they_are(world):
    browser = await world.signed_in()
    assert await identities(browser) == {"identities": [], "password": True, "proven": False}
    assert await browser.go(world.home, purpose="link", password=PASSWORD) == "/#login=linked;"
    (linked,) = (await identities(browser))["identities"]
    assert (linked["provider"], linked["label"], linked["subject"]) == ("home", "Home", "42")
    other = world.browser()
    assert await other.go(world.home) == "/#"
    assert (await other.state())["name"] == "alice"
    # Once more is no mistake.
    assert await browser.go(world.home, purpose="link", password=PASSWORD) == "/#login=linked;"


@pytest_twisted.ensureDeferred
async def test_nobody_links_without_saying_who_they_are(world):
    browser = await world.signed_in()
    path = "/auth/oidc/home/start"
    for password in ("", "wrong password"):
        refused = await browser.call("POST", path, {"purpose": "link", "password": password})
        assert (refused.status, refused.json["field"]) == (403, "password")
    fields = {"purpose": "link", "password": PASSWORD}
    assert (await browser.call("POST", path, fields, X_CSRF_Token="")).status == 403
    assert (await browser.call("POST", path, fields, Origin="https://evil.example")).status == 403
    assert (await world.browser().call("POST", path, fields)).status == 401
    token = await world.rig.token(f"u{'alice':0>11}")
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await world.browser().call("POST", path, fields, **bearer)).status == 403


@pytest_twisted.ensureDeferred
async def test_what_one_began_is_not_linked_with_the_account_of_another(world):
    """The link attack: a victim's browser is made to finish what an attacker began."""
    attacker, victim = await world.signed_in("mallory"), await world.signed_in("alice")
    fields = {"purpose": "link", "password": PASSWORD}
    answer = world.home.visit(await attacker.start(world.home, **fields))
    assert await victim.back("home", **answer) == FAILED + "stale;"
    # Nor where somebody else has signed in meanwhile, in the very same browser.
    answer = world.home.visit(await attacker.start(world.home, **fields))
    attacker.cookies["__Host-chatd"] = victim.cookies["__Host-chatd"]
    assert await attacker.back("home", **answer) == FAILED + "stale;"
    answer = world.home.visit(await attacker.start(world.home, purpose="login"))
    attacker.cookies.pop("__Host-chatd")
    assert await attacker.back("home", **answer) == FAILED + "uninvited;"
    for browser in (victim, await world.signed_in("bob")):
        assert (await identities(browser))["identities"] == []


@pytest_twisted.ensureDeferred
async def test_an_identity_of_somebody_else_is_not_taken(world):
    alice, bob = await world.signed_in("alice"), await world.signed_in("bob")
    fields = {"purpose": "link", "password": PASSWORD}
    await alice.go(world.home, **fields)
    assert await bob.go(world.home, **fields) == FAILED + "taken;"
    assert (await identities(bob))["identities"] == []
    assert len((await identities(alice))["identities"]) == 1


@pytest_twisted.ensureDeferred
async def test_who_has_no_password_says_who_they_are_at_a_provider_of_theirs(world):
    open_to_all(world)
    browser = await arrive(world)
    assert (await identities(browser))["password"] is False
    refused = await browser.call("POST", "/auth/oidc/other/start", {"purpose": "link"})
    assert (refused.status, refused.json["field"]) == (403, "password")
    leaving = await browser.call("POST", "/api/account/delete", {"password": PASSWORD})
    assert leaving.json["detail"].startswith("You have no password here; an administrator can")
    assert await browser.go(world.home, purpose="prove", back="/x") == "/#login=proven;/x"
    assert (world.home.said["prompt"], world.home.said["max_age"]) == ("login", "0")
    assert (await identities(browser))["proven"] is True
    assert await browser.go(world.other, purpose="link") == "/#login=linked;"
    assert len((await identities(browser))["identities"]) == 2
    world.rig.clock.advance(PROOF)
    assert (await identities(browser))["proven"] is False


@pytest_twisted.ensureDeferred
async def test_who_has_no_password_deletes_the_account_after_saying_who_they_are(world):
    open_to_all(world)
    browser = await arrive(world)
    refused = await browser.call("POST", "/api/account/delete", {})
    assert (refused.status, refused.json["field"]) == (403, "password")
    user = (await browser.state())["user"]
    assert await browser.go(world.home, purpose="prove", back="/x") == "/#login=proven;/x"
    done = await browser.call("POST", "/api/account/delete", {"erase": True})
    assert (done.status, done.json) == (200, {"signed_in": False})
    assert (await world.rig.store.user(user)).display == "Deleted account"


@pytest_twisted.ensureDeferred
async def test_only_a_sign_in_from_just_now_proves_and_only_ones_own(world):
    open_to_all(world)
    browser = await arrive(world)
    world.home.claims = {"auth_time": 1_700_000_000 - 121}
    assert await browser.go(world.home, purpose="prove") == FAILED + "failed;"
    world.home.claims = {"auth_time": None}
    assert await browser.go(world.home, purpose="prove") == FAILED + "failed;"
    world.home.claims = {}
    await known(world, "43", name="bob")
    for subject in ("nobody here", "43"):
        world.home.person = {"sub": subject}
        assert await browser.go(world.home, purpose="prove") == FAILED + "other;"
    assert (await identities(browser))["proven"] is False
    # A proof is of one session.
    world.home.person = {"sub": "42"}
    await browser.go(world.home, purpose="prove")
    other = await world.signed_in("mallory")
    other.cookies["__Host-chatd-proof"] = browser.cookies["__Host-chatd-proof"]
    assert (await identities(other))["proven"] is False


@pytest_twisted.ensureDeferred
async def test_a_provider_is_unlinked_and_lets_nobody_in_any_more(world):
    browser = await world.signed_in()
    await browser.go(world.home, purpose="link", password=PASSWORD)
    elsewhere = world.browser()
    await elsewhere.go(world.home)
    cookie = "; ".join(f"{name}={value}" for name, value in elsewhere.cookies.items())
    peer = await world.rig.open(Cookie=cookie, Origin="https://chat.example.org")
    one = {"issuer": world.home.issuer, "subject": "42"}
    assert (await browser.call("POST", "/api/identities/end", one)).status == 403
    wrong = {**one, "subject": "43", "password": PASSWORD}
    assert (await browser.call("POST", "/api/identities/end", wrong)).status == 404
    right = {**one, "password": PASSWORD}
    mallory = await world.signed_in("mallory")
    assert (await mallory.call("POST", "/api/identities/end", right)).status == 404
    assert (await browser.call("POST", "/api/identities/end", right)).status == 200
    assert (await browser.state())["signed_in"]
    assert await elsewhere.state() == {"signed_in": False}
    assert close_code(await peer.until(lambda got: close_code(got) is not None)) == 4501
    assert await world.browser().go(world.home) == FAILED + "uninvited;"


@pytest_twisted.ensureDeferred
async def test_the_last_way_in_is_not_unlinked(world):
    open_to_all(world)
    browser = await arrive(world)
    await browser.go(world.home, purpose="prove")
    one = {"issuer": world.home.issuer, "subject": "42"}
    refused = await browser.call("POST", "/api/identities/end", one)
    assert (refused.status, refused.json["code"]) == (409, "wrong-state")
    await browser.go(world.other, purpose="link")
    assert (await browser.call("POST", "/api/identities/end", one)).status == 200
    # The session that asked stays, whichever way it came in.
    assert (await browser.state())["name"] == "anna"


@pytest_twisted.ensureDeferred
async def test_a_provider_that_is_not_set_any_more_is_shown_by_its_issuer(world):
    browser = await world.signed_in()
    await browser.go(world.home, purpose="link", password=PASSWORD)
    world.parties.set([])
    (linked,) = (await identities(browser))["identities"]
    assert (linked["provider"], linked["label"]) == (None, world.home.issuer)


@pytest_twisted.ensureDeferred
async def test_a_session_that_ended_meanwhile_links_nothing(world):
    browser = await world.signed_in()
    fields = {"purpose": "link", "password": PASSWORD}
    answer = world.home.visit(await browser.start(world.home, **fields))
    user = (await browser.state())["user"]
    await world.rig.store.commit(Unit("", changes=(SetDisabled(user, True, 1),)))
    assert await browser.back("home", **answer) == FAILED + "stale;"
    assert await world.rig.store.identities(user) == ()


# ---- rooms --------------------------------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_who_comes_in_joins_the_rooms_of_the_provider_and_of_their_groups(world):
    open_to_all(
        world,
        rooms=("lobby",),
        groups_claim="groups",
        group_rooms={"staff": ("den",), "board": ("attic",)},
    )
    world.home.person["groups"] = ["staff", "nonsense", 7]
    asked = []

    async def rooms_named(user, names):
        asked.append((user, tuple(names)))
        return ()

    world.rig.store.rooms_named = rooms_named
    browser = await arrive(world)
    user = (await browser.state())["user"]
    world.home.person["groups"] = "board"
    assert await browser.go(world.home) == "/#"
    assert asked == [(user, ("lobby", "den")), (user, ("lobby", "attic"))]
