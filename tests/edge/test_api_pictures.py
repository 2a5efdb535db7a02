"""Pictures over HTTP: brought by somebody known, shown as nothing but a picture."""

import pytest
import pytest_twisted
from site_rig import PUBLIC

from chatd.core.pictures import MAX_BYTES
from chatd.edge.large_bodies import EACH, SMALL
from tests.core.test_pictures import gif, png

PICTURE = png(200, 100)


@pytest.fixture
def rig(stored):
    return stored


async def token(rig, name="alice"):
    return {"Authorization": f"Bearer {await rig.token(await rig.person(name))}"}


async def begin(rig, size, **headers):
    """A request whose body is still to come."""
    peer = await rig.peer()
    lines = ["PUT /api/pictures HTTP/1.1", "Host: chat.example.org", f"Content-Length: {size}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    peer.send("\r\n".join([*lines, "", ""]).encode())
    return peer


async def bring(rig, body, type="image/png", **headers):
    peer = await begin(rig, len(body), Content_Type=type, **headers)
    peer.send(body)
    return await peer.response()


@pytest_twisted.ensureDeferred
async def test_a_picture_is_brought_and_shown_to_everybody(rig):
    brought = await bring(rig, PICTURE, **await token(rig))
    assert brought.status == 201, brought.body
    id = brought.json.pop("picture")
    assert brought.json == {"type": "image/png", "width": 200, "height": 100, "picture": id}
    assert len(id) == 27 and id[0] == "p"
    shown = await rig.call("GET", f"/pictures/{id}")
    assert (shown.status, shown.body) == (200, PICTURE)
    head = {name: shown.headers[name] for name in ("content-type", "content-security-policy")}
    assert head == {
        "content-type": ["image/png"],
        "content-security-policy": ["default-src 'none'; sandbox"],
    }
    assert shown.headers["x-content-type-options"] == ["nosniff"]
    assert shown.headers["cross-origin-resource-policy"] == ["same-origin"]
    assert "immutable" in shown.headers["cache-control"][0]


@pytest_twisted.ensureDeferred
async def test_nobody_unknown_and_no_other_site_brings_one(rig):
    assert (await bring(rig, PICTURE)).status == 401
    cookie = await rig.session(await rig.person())
    assert (await bring(rig, PICTURE, Cookie=cookie, Origin=PUBLIC)).status == 403
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    proof = {"Cookie": cookie, "X_CSRF_Token": state.json["csrf"]}
    assert (await bring(rig, PICTURE, Origin="https://evil.example", **proof)).status == 403
    assert (await bring(rig, PICTURE, Origin=PUBLIC, **proof)).status == 201


@pytest_twisted.ensureDeferred
async def test_what_is_no_picture_or_another_than_it_says_is_refused(rig):
    who = await token(rig)
    assert (await bring(rig, b"<svg onload=alert(1)>", "image/png", **who)).status == 400
    wrong = await bring(rig, gif(5, 5), "image/png", **who)
    assert (wrong.status, wrong.json["code"]) == (415, "wrong-type")
    wide = await bring(rig, png(2000, 5), **who)
    assert (wide.status, wide.json["code"]) == (413, "too-large")
    peer = await begin(rig, MAX_BYTES + 1, Content_Type="image/png", **who)
    assert (await peer.response()).status == 413
    assert (await rig.call("GET", "/pictures/pnothing")).status == 404


@pytest_twisted.ensureDeferred
async def test_nobody_brings_them_without_end(rig):
    who = await token(rig)
    codes = [(await bring(rig, PICTURE, **who)).status for _ in range(22)]
    assert codes == [201] * 20 + [429] * 2
    other = await token(rig, "bob")
    assert (await bring(rig, PICTURE, **other)).status == 201
    rig.clock.advance(10)
    assert (await bring(rig, PICTURE, **who)).status == 201


@pytest_twisted.ensureDeferred
async def test_large_bodies_under_way_are_few_and_make_room_again(rig):
    large = rig.edge.site.large_bodies
    peers = [await begin(rig, SMALL + 1, Content_Type="image/png") for _ in range(EACH)]
    for peer in peers:
        peer.send(b"x")
    while len(large) < EACH:
        await rig.call("GET", "/healthz")
    full = await begin(rig, SMALL + 1, Content_Type="image/png")
    answer = await full.response()
    assert (answer.status, answer.json["code"]) == (503, "busy")
    # Small ones are not counted; and who goes, or is done, gives its place back.
    assert (await bring(rig, PICTURE, **await token(rig))).status == 201
    peers[0].send(b"x" * SMALL)
    assert (await peers[0].response()).status == 401
    peers[1].transport.abortConnection()
    await peers[1].closed()
    while len(large) > EACH - 2:
        await rig.call("GET", "/healthz")
    whole = PICTURE.ljust(MAX_BYTES, b"\0")
    assert (await bring(rig, whole, **await token(rig, "bob"))).status == 201
    assert len(large) == EACH - 2
