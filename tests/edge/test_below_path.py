"""The site below a path of a host: its cookies, and the addresses that it tells. What it is asked
is the same: a proxy has taken the path away."""

import pytest
import pytest_twisted
from oidc_rig import known
from site_rig import PASSWORD, PUBLIC, Rig, frame, handshake, refused, text

from chatd.edge.answers import Ask
from chatd.edge.cookies import ATTEMPT, DEVICE, NEWCOMER, PROOF, SESSION, STEP, Cookies

URL = f"{PUBLIC}/chat"
FIELDS = {"name": "alice", "password": PASSWORD}
ALL = (ATTEMPT, DEVICE, NEWCOMER, PROOF, SESSION, STEP)


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(public_url=URL)
    yield made
    await made.stop()


def test_without_a_path_a_cookie_is_for_this_host_alone_and_below_one_for_that_path():
    for cookie in ALL:
        _, root = Cookies().keep(cookie, "x", 5)
        name, _, rest = root.partition("=x; ")
        assert name == f"__Host-{cookie.name}"
        assert rest == f"Path=/; Secure; HttpOnly; SameSite={cookie.same_site}; Max-Age=5"
        _, below = Cookies("/a/chat").keep(cookie, "x", 5)
        assert below == root.replace("__Host-", "__Secure-").replace("Path=/;", "Path=/a/chat/;")
        _, gone = Cookies("/a/chat").forget(cookie)
        assert gone == below.replace("=x;", "=;").replace("Max-Age=5", "Max-Age=0")


def test_the_cookie_of_the_other_kind_is_not_read():
    ask = Ask("GET", "/", "192.0.2.1", {"cookie": ("__Host-chatd=a; __Secure-chatd=b",)})
    assert Cookies().all(ask, SESSION) == ("a",)
    assert Cookies("/chat").all(ask, SESSION) == ("b",)


@pytest_twisted.ensureDeferred
async def test_a_session_begins_opens_a_socket_and_ends_by_cookies_of_the_path(rig):
    await rig.person()
    answer = await rig.call("POST", "/api/session", FIELDS, Origin=PUBLIC)
    names = [line.partition("=")[0] for line in answer.headers["set-cookie"]]
    assert names == ["__Secure-chatd", "__Secure-chatd-device"]
    assert all("; Path=/chat/; Secure; " in line for line in answer.headers["set-cookie"])
    cookie = answer.cookie()
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    assert state.json["signed_in"]
    peer = await rig.open(Cookie=cookie, Origin=PUBLIC)
    peer.send(text(b"x") + frame(8))
    await peer.closed()
    gone = await rig.call(
        "DELETE", "/api/session", Cookie=cookie, Origin=PUBLIC, X_CSRF_Token=state.json["csrf"]
    )
    (line,) = gone.headers["set-cookie"]
    assert line.startswith("__Secure-chatd=; Path=/chat/; ") and line.endswith("Max-Age=0")


@pytest_twisted.ensureDeferred
async def test_refusals_tell_addresses_with_the_path_whatever_a_request_says_of_it(rig):
    lies = {"X_Forwarded_Prefix": "/evil", "X_Original_URI": "/evil/x"}
    for path, code in (("/nothing", "not-found"), ("/%00", "bad-address")):
        answer = await rig.call("GET", path, **lies)
        assert answer.json["type"] == f"/chat/protocol#{code}"
    plain = await refused(rig, handshake(Origin=PUBLIC), 401, "unauthorized")
    assert plain.json["type"] == "/chat/protocol#unauthorized"
    peer = await rig.peer()
    peer.send(b"GARBAGE\r\n\r\n")
    assert (await peer.response()).json["type"] == "/chat/protocol#bad-request"


@pytest_twisted.ensureDeferred
async def test_a_request_with_the_path_still_in_it_finds_nothing(rig):
    for path in ("/chat/", "/chat/api/session", "/chat/ws"):
        assert (await rig.call("GET", path)).status == 404


@pytest.mark.parametrize("world", [{"public_url": URL}], indirect=True)
@pytest_twisted.ensureDeferred
async def test_who_comes_back_from_a_provider_goes_on_below_the_path(world):
    await known(world)
    browser = world.browser()
    assert await browser.go(world.home, back="/room/r1/17") == "/chat/#/room/r1/17"
    assert list(browser.cookies) == ["__Secure-chatd"]
    assert (await browser.state())["name"] == "anna"
    stranger = world.browser()
    assert (await stranger.go(world.other)).startswith("/chat/#login=failed:")
