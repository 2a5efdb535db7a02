"""What somebody asked for is not written once what they asked by was taken back, however late.

Between the check of who asks and the commit of what they want a store that is busy, or a password
that is hashed, leaves as much time as a thief needs. Here the revocation is committed right before
what they asked for.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_twisted
from asking_rig import USER, Body, Scene
from factors_rig import Person
from site_rig import PASSWORD, PUBLIC

from chatd.edge.api import table
from chatd.edge.api.calls import PREFIX
from chatd.engine.accounts import EndCredential, SetAdmin, SetDisabled, SetPassword
from chatd.engine.factors import AddPasskey, PasskeyRow
from chatd.engine.identities import CreateIdentity
from chatd.engine.unit import Change, Unit
from tests.core.test_pictures import png
from tests.fakes.authenticator import Authenticator, encoded

ANOTHER = "another horse battery"
KEY = PasskeyRow(b"passkey-0", USER, "Old key", b"key", 0, 0, None)
#: Prepares a request; its body, and what stands for the names in its path.
Ready = Callable[[Scene], Awaitable[tuple[Body, dict[str, str]]]]


def plainly(body: Body, **named: str) -> Ready:
    async def ready(scene: Scene) -> tuple[Body, dict[str, str]]:
        return body, named

    return ready


async def a_token(scene: Scene) -> tuple[Body, dict[str, str]]:
    return {}, {"token": (await scene.post(f"{PREFIX}/tokens"))["token"]}


async def a_code(scene: Scene) -> tuple[Body, dict[str, str]]:
    scene.person.secret = (await scene.post("/api/totp", password=PASSWORD))["secret"]
    return {"code": scene.person.code()}, {}


async def an_app(scene: Scene) -> tuple[Body, dict[str, str]]:
    await scene.person.with_app()
    return {"password": PASSWORD}, {}


async def a_passkey(scene: Scene) -> tuple[Body, dict[str, str]]:
    options = (await scene.post("/api/passkeys/ask", password=PASSWORD))["publicKey"]
    return {"name": "New", "credential": Authenticator(PUBLIC, b"passkey-1").make(options)}, {}


async def another_name(scene: Scene) -> tuple[Body, dict[str, str]]:
    await scene.do(AddPasskey(KEY, 9))
    return {"passkey": encoded(KEY.id), "name": "New"}, {}


async def no_passkey(scene: Scene) -> tuple[Body, dict[str, str]]:
    await scene.do(AddPasskey(KEY, 9))
    return {"passkey": encoded(KEY.id), "password": PASSWORD}, {}


async def a_program(scene: Scene) -> tuple[Body, dict[str, str]]:
    begun = await scene.rig.call("POST", "/api/device", {"label": "a program"})
    return {"user_code": begun.json["user_code"], "allow": True}, {}


async def a_link(scene: Scene) -> tuple[Body, dict[str, str]]:
    issuer = scene.world.home.issuer
    await scene.do(CreateIdentity(issuer, "42", USER, 0))
    return {"issuer": issuer, "subject": "42", "password": PASSWORD}, {}


async def a_guest(scene: Scene) -> tuple[Body, dict[str, str]]:
    arrived = await scene.rig.call("POST", "/api/guest", {"display": "Guest"}, Origin=PUBLIC)
    scene.person = Person(scene.rig, arrived)
    await scene.store.commit(Unit("", changes=(SetAdmin(arrived.json["user"], True),)))
    return {"name": "gustav", "password": ANOTHER}, {}


ASKED: dict[str, Ready] = {
    "POST /api/sessions/end": plainly({"others": True}),
    "POST /api/password": plainly({"old": PASSWORD, "new": ANOTHER}),
    "POST /api/totp": plainly({"password": PASSWORD}),
    "POST /api/totp/confirm": a_code,
    "POST /api/totp/remove": an_app,
    "POST /api/recovery-codes": an_app,
    "POST /api/passkeys": a_passkey,
    "POST /api/passkeys/rename": another_name,
    "POST /api/passkeys/remove": no_passkey,
    "POST /api/ticket": plainly({}),
    "POST /api/device/answer": a_program,
    "POST /api/identities/end": a_link,
    "POST /api/email": plainly({"email": "alice@example.org", "password": PASSWORD}),
    "POST /api/account/delete": plainly({"password": PASSWORD}),
    "POST /api/guest/keep": a_guest,
    "PUT /api/pictures": plainly(png(20, 10)),
    "POST /api/files": plainly(png(20, 10)),
    f"POST {PREFIX}/tokens": plainly({}),
    f"DELETE {PREFIX}/tokens/{{token}}": a_token,
    f"POST {PREFIX}/tickets": plainly({}),
}
#: The password is shown for it, once more.
PROVEN = (
    *("POST /api/password", "POST /api/totp", "POST /api/totp/remove", "POST /api/recovery-codes"),
    *("POST /api/passkeys/remove", "POST /api/email"),
)
#: For administrators alone.
ADMINISTERED: dict[str, Ready] = {
    "POST /api/invitations": plainly({}),
    f"POST {PREFIX}/users": plainly({"name": "backdoor", "password": ANOTHER}),
    f"PATCH {PREFIX}/users/{{user}}": plainly({"display": "Another"}, user="u000000other"),
    f"POST {PREFIX}/users/{{user}}/logout": plainly({}, user="u000000other"),
}
#: Nobody asks by a session here: what is shown counts by itself, and is used up with it.
SHOWN = {
    *("POST /api/session", "POST /api/session/second", "POST /api/session/passkey"),
    *("POST /api/session/passkey/ask", "POST /api/session/exchange", "POST /api/setup"),
    *("POST /api/register", "POST /api/invitation/check", "POST /api/guest"),
    *("POST /api/newcomer", "DELETE /api/newcomer", "POST /api/device", "POST /api/device/token"),
    *("POST /api/reset", "POST /api/reset/ask", "POST /api/reset/check"),
    *("POST /api/email/confirm", "POST /api/account/delete/vouched"),
    "POST /auth/oidc/{name}/backchannel-logout",
}
#: Somebody asks, and nothing is written; or what asks is all that ends.
HARMLESS = {
    *("POST /api/passkeys/ask", "POST /api/device/check", "POST /auth/oidc/{name}/start"),
    "DELETE /api/session",
}
#: Commands of the wire: what is said goes with the conversation.
COMMANDS = {
    f"{call.method} {PREFIX}{call.path}" for call in table.ALL if call.acts and call.run is None
}
ENDS: dict[str, Callable[[str], Change]] = {
    "session": lambda user: EndCredential(user),
    "account": lambda user: SetDisabled(user, True, 0),
}


def test_every_address_that_changes_anything_is_thought_of(scene: Scene) -> None:
    router = scene.rig.edge.site._router
    tables = (router._exact, router._named, router._below)
    there = {
        f"{method} {path}"
        for table in tables
        for path, methods in table.items()
        for method in methods
        if method not in ("GET", "HEAD")
    }
    administered = {f"{one.method} {PREFIX}{one.path}" for one in table.ALL if one.admin}
    assert administered & there <= ADMINISTERED.keys()
    assert there == ASKED.keys() | ADMINISTERED.keys() | SHOWN | HARMLESS | COMMANDS


async def refused(scene: Scene, route: str, ready: Ready, change: Callable[[str], Change]) -> Any:
    """The answer to a request whose asker is no more when it is written."""
    body, named = await ready(scene)
    method, path = route.format(**named).split()
    whose = (await scene.rig.call("GET", "/api/session", **scene.person.proof)).json["user"]
    scene.store.meanwhile = Unit(whose, changes=(change(whose),))
    answer = await scene.send(method, path, body)
    assert scene.store.meanwhile is None, f"nothing was to be written: {answer.body}"
    assert scene.store.rows() == scene.store.then
    return answer


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("route", [*ASKED, *ADMINISTERED])
@pytest_twisted.ensureDeferred
async def test_nothing_is_written_for_who_was_put_out_meanwhile(
    scene: Scene, route: str, end: str
) -> None:
    answer = await refused(scene, route, {**ASKED, **ADMINISTERED}[route], ENDS[end])
    assert (answer.status, answer.json["code"]) == (401, "unauthorized"), answer.body


@pytest.mark.parametrize("route", ADMINISTERED)
@pytest_twisted.ensureDeferred
async def test_nothing_is_written_for_who_is_no_administrator_any_more(
    scene: Scene, route: str
) -> None:
    answer = await refused(scene, route, ADMINISTERED[route], lambda user: SetAdmin(user, False))
    assert (answer.status, answer.json["code"]) == (403, "forbidden"), answer.body


@pytest.mark.parametrize("route", PROVEN)
@pytest_twisted.ensureDeferred
async def test_of_two_who_show_one_password_at_the_same_moment_one_changes_it(
    scene: Scene, route: str
) -> None:
    """Also where both ask by one session, which goes on: its cookie was stolen."""
    answer = await refused(scene, route, ASKED[route], lambda user: SetPassword(user, "another"))
    assert (answer.status, answer.json["code"]) == (403, "forbidden"), answer.body


@pytest_twisted.ensureDeferred
async def test_no_address_is_mailed_a_link_for_who_was_put_out_meanwhile(scene: Scene) -> None:
    route = "POST /api/email"
    await refused(scene, route, ASKED[route], EndCredential)
    assert scene.mailer.sent == []
