"""Below the free-space floor, over HTTP on the real store: one comes in, and messages do not."""

import pytest
import pytest_twisted
from factors_rig import alice, alone, asked, begun, second
from oidc_rig import known
from site_rig import PASSWORD, PUBLIC, Rig

from chatd.auth.account_links import BY_HAND_MS, AccountLinks
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.unit import Append, Unit
from chatd.store.space import Floor, Space

#: As a browser sends it along with every request.
BROWSER = {"Origin": PUBLIC, "Accept_Language": "de,en;q=0.9", "User_Agent": "Mozilla/5.0"}


def full(rig: Rig) -> None:
    """The disk has less free space from here on than it must."""
    rig.store._writer._space = Space(Floor(1, 0), lambda: (0, 1), rig.clock.seconds)


async def stores_nothing_new(rig: Rig) -> None:
    said = Append("r1", "message", "u1", 1, b"{}", numbered=True)
    with pytest.raises(Refusal) as caught:
        await rig.store.commit(Unit("u1", changes=(said,)))
    assert caught.value.code is Code.STORAGE_FULL


@pytest_twisted.ensureDeferred
async def test_by_password(stored):
    await stored.person()
    full(stored)
    body = {"name": "alice", "password": PASSWORD}
    answer = await stored.call("POST", "/api/session", body, **BROWSER)
    assert answer.status == 200 and answer.json["signed_in"], answer.body
    session = await stored.call("GET", "/api/session", Cookie=answer.cookie())
    assert session.json["name"] == "alice"
    await stores_nothing_new(stored)


@pytest.mark.parametrize("way", ["app", "recovery", "passkey", "passkey alone"])
@pytest_twisted.ensureDeferred
async def test_by_a_second_step_or_a_passkey(stored, way):
    person = await alice(stored)
    codes = await person.with_app()
    key = await person.with_passkey()
    full(stored)
    stored.clock.advance(30)
    if way == "passkey alone":
        answer = await alone(stored, key.sign(await asked(stored)), **BROWSER)
    else:
        step = (await begun(stored))["step"]
        shown = {"code": person.code()} if way == "app" else {"recovery": codes[0]}
        if way == "passkey":
            shown = {"credential": key.sign(await asked(stored, step))}
        answer = await second(stored, step, **shown)
    assert answer.status == 200 and answer.json["signed_in"], answer.body


@pytest_twisted.ensureDeferred
async def test_by_a_provider(world):
    await known(world)
    full(world.rig)
    browser = world.browser()
    assert await browser.go(world.home) == "/#"
    assert (await browser.state())["name"] == "anna"
    await stores_nothing_new(world.rig)


@pytest_twisted.ensureDeferred
async def test_by_a_link_to_a_new_password(stored):
    user = await stored.person()
    full(stored)
    link = await AccountLinks(stored.store, stored.wall, stored.random).make(
        "reset", user, BY_HAND_MS, requires=()
    )
    body = {"secret": link.secret, "password": "another horse battery"}
    answer = await stored.call("POST", "/api/reset", body, **BROWSER)
    assert answer.status == 200 and answer.json["signed_in"], answer.body
