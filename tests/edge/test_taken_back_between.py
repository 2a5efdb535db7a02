"""The same for what has more than one step, and for limits: what counts is what holds when it is
written."""

from dataclasses import replace

import pytest
import pytest_twisted
from asking_rig import USER, Scene
from site_rig import PASSWORD
from twisted.internet.defer import Deferred, DeferredList

from chatd.core.principal import Principal
from chatd.edge.api.calls import PREFIX
from chatd.engine.accounts import EndCredential, SetAdmin, SetDisabled, SetPassword
from chatd.engine.identities import CreateIdentity, EndIdentity
from chatd.engine.unit import Change, Unit


@pytest_twisted.ensureDeferred
async def test_no_provider_is_linked_for_who_was_put_out_meanwhile(scene: Scene) -> None:
    world = scene.world
    browser = world.browser()
    browser.cookies["__Host-chatd"] = scene.person.proof["Cookie"].partition("=")[2]
    await browser.state()
    begun = await browser.start(world.home, purpose="link", password=PASSWORD)
    scene.store.meanwhile = Unit(USER, changes=(EndCredential(USER),))
    assert await browser.back("home", **world.home.visit(begun)) == "/#login=failed:stale;"
    assert scene.store.meanwhile is None and scene.store.rows() == scene.store.then


@pytest.mark.parametrize(
    "change",
    [SetDisabled(USER, True, 0), SetPassword(USER, "another"), EndIdentity("", "42", USER)],
    ids=["disabled", "another password", "unlinked"],
)
@pytest_twisted.ensureDeferred
async def test_a_provider_lets_nobody_in_who_was_shut_out_meanwhile(
    scene: Scene, change: Change
) -> None:
    world = scene.world
    if isinstance(change, EndIdentity):
        change = replace(change, issuer=world.home.issuer)
    await scene.do(CreateIdentity(world.home.issuer, "42", USER, 0))
    browser = world.browser()
    begun = await browser.start(world.home)
    scene.store.meanwhile = Unit(USER, changes=(change,))
    assert await browser.back("home", **world.home.visit(begun)) == "/#login=failed:stale;"
    assert await browser.state() == {"signed_in": False}
    held = await scene.store.credentials(USER)
    assert len(held) == (0 if isinstance(change, SetDisabled) else 1)


@pytest_twisted.ensureDeferred
async def test_no_ticket_of_a_visitor_is_for_who_was_put_out_meanwhile(scene: Scene) -> None:
    made = await scene.post(f"{PREFIX}/tokens", scopes=["tickets:write"])
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    path, body = f"{PREFIX}/tickets", {"user": "u000000other"}
    # What the visit rests on is there from now on.
    assert (await scene.rig.call("POST", path, body, **bearer)).status == 201
    for change, status in ((SetAdmin(USER, False), 403), (EndCredential(USER), 401)):
        scene.store.meanwhile = Unit(USER, changes=(change,))
        assert (await scene.rig.call("POST", path, body, **bearer)).status == status
        assert scene.store.meanwhile is None and scene.store.rows() == scene.store.then
        await scene.do(SetAdmin(USER, True))


@pytest.mark.parametrize(
    ("route", "kind", "most"),
    [(f"POST {PREFIX}/tokens", "tokens", 100), ("POST /api/invitations", "invitations", 50)],
)
@pytest_twisted.ensureDeferred
async def test_of_two_who_take_the_last_place_at_the_same_moment_one_gets_it(
    scene: Scene, route: str, kind: str, most: int
) -> None:
    who = Principal(USER, "alice", True, "cookie", (await scene.store.credentials(USER))[0].id)
    edge = scene.rig.edge
    asked = [
        edge.credentials.new_token(USER, "", None, asker=who)
        if kind == "tokens"
        else edge.invitations.create(who, 60_000)
        for _ in range(most + 3)
    ]
    done = await DeferredList([Deferred.fromCoroutine(one) for one in asked], consumeErrors=True)
    assert [one for one, _ in done].count(True) == most
    answer = await scene.send(*route.split(), {})
    assert (answer.status, answer.json["code"]) == (409, "limit-reached")
