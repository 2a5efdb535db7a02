"""The list of one's sessions and their ends, on the real store; what rests on them closes."""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, close_code, text

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def rig(stored):
    return stored


class Browser:
    """Somebody's: signed in, and able to prove it."""

    def __init__(self, rig, answer):
        self.rig = rig
        self.cookie = answer.cookie()
        self.proof = {
            "Cookie": self.cookie,
            "Origin": PUBLIC,
            "X_CSRF_Token": answer.json["csrf"],
        }

    @classmethod
    async def of(cls, rig, name="alice", agent=FIREFOX):
        fields = {"name": name, "password": PASSWORD}
        answer = await rig.call("POST", "/api/session", fields, Origin=PUBLIC, User_Agent=agent)
        assert answer.status == 200, answer.body
        return cls(rig, answer)

    async def listed(self):
        return (await self.rig.call("GET", "/api/sessions", Cookie=self.cookie)).json["sessions"]

    async def end(self, **body):
        return await self.rig.call("POST", "/api/sessions/end", body, **self.proof)

    async def socket(self):
        return await self.rig.open(Cookie=self.cookie, Origin=PUBLIC)

    async def signed_in(self):
        return (await self.rig.call("GET", "/api/session", Cookie=self.cookie)).json["signed_in"]


async def current(browser):
    (one,) = [one for one in await browser.listed() if one["current"]]
    return one["session"]


@pytest_twisted.ensureDeferred
async def test_the_list_tells_what_where_and_when_and_marks_the_one_that_asks(rig):
    await rig.person()
    here = await Browser.of(rig)
    await Browser.of(rig, agent="curl/8.5.0")
    await rig.person("bob")
    await Browser.of(rig, "bob")
    listed = await here.listed()
    assert {one["label"]: one["current"] for one in listed} == {
        "Firefox on Linux": True,
        "curl/8.5.0": False,
    }
    for one in listed:
        assert (one["kind"], one["address"]) == ("session", "127.0.0.1")
        assert one["created"] == one["seen"] == rig.wall.wall()
        assert set(one) == {"session", "kind", "label", "address", "created", "seen", "current"}


@pytest_twisted.ensureDeferred
async def test_one_session_is_ended_with_its_sockets_and_tickets_and_nothing_else(rig):
    await rig.person()
    here, there = await Browser.of(rig), await Browser.of(rig)
    mine, theirs = await here.socket(), await there.socket()
    ticket = await rig.call("POST", "/api/ticket", {"origin": PUBLIC}, **there.proof)
    assert (await here.end(session=await current(there))).json == {}
    assert close_code(await theirs.until(lambda got: close_code(got) is not None)) == 4501
    assert not await there.signed_in()
    late = await rig.call(
        "GET",
        "/ws",
        Upgrade="websocket",
        Connection="Upgrade",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Origin=PUBLIC,
        Sec_WebSocket_Protocol=", ".join(ticket.json["protocols"]),
    )
    assert late.status == 401
    mine.send(text(b"still here"))
    assert close_code(await mine.until(lambda got: got.endswith(b"still here"))) is None
    assert len(await here.listed()) == 1


@pytest_twisted.ensureDeferred
async def test_all_others_end_at_once_tokens_among_them(rig):
    user = await rig.person()
    here, there, further = [await Browser.of(rig) for _ in range(3)]
    await rig.token(user)
    assert {one["kind"] for one in await here.listed()} == {"session", "token"}
    sockets = [await there.socket(), await further.socket()]
    mine = await here.socket()
    assert (await here.end(others=True)).json == {}
    for socket in sockets:
        assert close_code(await socket.until(lambda got: close_code(got) is not None)) == 4501
    assert [await one.signed_in() for one in (here, there, further)] == [True, False, False]
    assert [one["current"] for one in await here.listed()] == [True]
    mine.send(text(b"still here"))
    assert close_code(await mine.until(lambda got: got.endswith(b"still here"))) is None


@pytest_twisted.ensureDeferred
async def test_nobody_ends_anothers_session_nor_learns_that_it_is_there(rig):
    await rig.person()
    await rig.person("bob")
    alice, bob = await Browser.of(rig), await Browser.of(rig, "bob")
    foreign = await bob.end(session=await current(alice))
    unknown = await bob.end(session="c000000000000000")
    assert (foreign.status, foreign.json) == (unknown.status, unknown.json)
    assert foreign.status == 404
    assert await alice.signed_in()


@pytest.mark.parametrize("body", [{}, {"session": "x", "others": True}, {"all": True}])
@pytest_twisted.ensureDeferred
async def test_what_to_end_is_said_in_one_way(rig, body):
    await rig.person()
    here = await Browser.of(rig)
    assert (await here.end(**body)).status == 400
    assert await here.signed_in()


@pytest_twisted.ensureDeferred
async def test_the_asking_session_is_not_ended_by_the_way(rig):
    await rig.person()
    here = await Browser.of(rig)
    answer = await here.end(session=await current(here))
    assert (answer.status, answer.json["code"]) == (409, "wrong-state")
    assert await here.signed_in()


@pytest_twisted.ensureDeferred
async def test_ending_takes_the_proofs_of_every_change_and_listing_a_session(rig):
    await rig.person()
    here, there = await Browser.of(rig), await Browser.of(rig)
    bare = await rig.call(
        "POST", "/api/sessions/end", {"others": True}, Cookie=here.cookie, Origin=PUBLIC
    )
    assert bare.status == 403
    assert (await rig.call("GET", "/api/sessions")).status == 401
    assert await there.signed_in()
