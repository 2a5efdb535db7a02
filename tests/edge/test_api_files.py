"""Files over HTTP: brought by somebody known, handed to those who may read them."""

import gc
import os
import stat
from urllib.parse import quote

import pytest
import pytest_twisted
from site_rig import PUBLIC
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from chatd.edge.channel import THROWN_AWAY, Channel
from chatd.engine.accounts import CreateUser, EndCredential, SetDisabled
from chatd.engine.unit import Unit
from tests.core.test_pictures import gif, png

PICTURE = png(200, 100) + bytes(range(256)) * 40


@pytest.fixture
def rig(filed):
    return filed


async def token(rig, name="alice"):
    return {"Authorization": f"Bearer {await rig.token(await rig.person(name))}"}


def named(name):
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


async def begin(rig, size, name="a picture.png", **headers):
    """A request whose body is still to come."""
    peer = await rig.peer()
    given = {"Content_Length": str(size), "Content_Disposition": named(name), **headers}
    lines = ["POST /api/files HTTP/1.1", "Host: chat.example.org"]
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in given.items() if value]
    peer.send("\r\n".join([*lines, "", ""]).encode())
    return peer


async def bring(rig, body, name="a picture.png", **headers):
    peer = await begin(rig, len(body), name, **headers)
    peer.send(body)
    return await peer.response()


def on_disk(rig):
    """The bodies that are kept, and those that are under way."""
    folder = rig.bodies.folder
    there = sorted(path.name for path in folder.glob("*/*") if path.parent.name != "incoming")
    return there, sorted(path.name for path in (folder / "incoming").iterdir())


@pytest_twisted.ensureDeferred
async def test_a_file_is_brought_and_read_by_whoever_brought_it(rig):
    who = await token(rig)
    brought = await bring(rig, PICTURE, "Übersicht 1.png", Content_Type="image/png", **who)
    assert brought.status == 201, brought.body
    id = brought.json["file"]
    assert brought.json == {
        "file": id,
        "name": "Übersicht 1.png",
        "type": "image/png",
        "size": len(PICTURE),
        "width": 200,
        "height": 100,
    }
    assert len(id) == 27 and id[0] == "f"
    shown = await rig.call("GET", f"/files/{id}", **who)
    assert (shown.status, shown.body) == (200, PICTURE)
    assert {name: shown.headers[name] for name in SHOWN} == SHOWN
    peer = await rig.peer()
    lines = (f"{key}: {value}\r\n" for key, value in who.items())
    peer.send(f"HEAD /files/{id} HTTP/1.1\r\nHost: x\r\n{''.join(lines)}\r\n".encode())
    status, headers, body = await peer.head()
    assert (status, headers["content-length"], body) == (200, [str(len(PICTURE))], b"")
    assert len(rig.edge.files.leaving) == 0
    path = rig.bodies.path(id)
    assert path.parts[-2:] == (id[1:3], id)
    assert [stat.S_IMODE(os.stat(each).st_mode) for each in (path, path.parent)] == [0o600, 0o700]


SHOWN = {
    "content-type": ["image/png"],
    "content-disposition": ["inline; filename*=UTF-8''%C3%9Cbersicht%201.png"],
    "content-security-policy": ["default-src 'none'; sandbox"],
    "x-content-type-options": ["nosniff"],
    "cross-origin-resource-policy": ["same-origin"],
    "cache-control": ["private, max-age=86400, immutable"],
}


@pytest_twisted.ensureDeferred
async def test_nobody_unknown_and_no_other_site_brings_one_or_reads_one(rig):
    unknown = await bring(rig, PICTURE)
    assert (unknown.status, unknown.json["code"]) == (401, "unauthorized")
    cookie = await rig.session(await rig.person())
    assert (await bring(rig, PICTURE, Cookie=cookie, Origin=PUBLIC)).status == 403
    state = await rig.call("GET", "/api/session", Cookie=cookie)
    proof = {"Cookie": cookie, "X_CSRF_Token": state.json["csrf"]}
    assert (await bring(rig, PICTURE, Origin="https://evil.example", **proof)).status == 403
    brought = await bring(rig, PICTURE, Origin=PUBLIC, **proof)
    assert brought.status == 201
    path = f"/files/{brought.json['file']}"
    assert (await rig.call("GET", path)).status == 401
    assert (await rig.call("GET", path, Cookie=cookie)).body == PICTURE
    # What one may not read and what is not there are the same.
    other = await token(rig, "bob")
    answers = [await rig.call("GET", each, **other) for each in (path, "/files/f" + "0" * 26)]
    assert {each.status for each in answers} == {404}
    assert answers[0].body == answers[1].body


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize(
    "path", ["/files/..%2Fchatd.db", "/files/../chatd.db", "/files/", "/files/f/x"]
)
async def test_an_id_is_never_a_path(rig, path):
    who = await token(rig)
    assert (await rig.call("GET", path, **who)).status in (400, 404)


@pytest_twisted.ensureDeferred
async def test_what_is_no_picture_is_only_ever_a_download(rig):
    who = await token(rig)
    for body, said in (
        (b"<script>alert(1)</script>", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<html>GIF89a</html>", "image/png"),
        (png(40_000, 40_000), "image/png"),
    ):
        brought = await bring(rig, body, "page.png", Content_Type=said, **who)
        assert (brought.status, brought.json["type"]) == (201, said)
        assert "width" not in brought.json
        shown = await rig.call("GET", f"/files/{brought.json['file']}", **who)
        assert shown.body == body
        assert shown.headers["content-type"] == ["application/octet-stream"]
        assert shown.headers["content-disposition"] == ["attachment; filename*=UTF-8''page.png"]


@pytest_twisted.ensureDeferred
async def test_the_type_of_a_picture_is_the_one_that_is_found(rig):
    polyglot = gif(5, 4) + b"<script>alert(1)</script>"
    brought = await bring(rig, polyglot, "x.html", Content_Type="text/html", **await token(rig))
    found = [brought.json[name] for name in ("type", "width", "height")]
    assert found == ["image/gif", 5, 4]


@pytest_twisted.ensureDeferred
async def test_what_is_empty_or_has_no_name_or_type_is_refused(rig):
    who = await token(rig)
    name, type = "Content-Disposition", "Content-Type"
    for size, field, header in (
        (0, None, {}),
        (3, name, {"Content_Disposition": None}),
        (3, name, {"Content_Disposition": "inline"}),
        (3, name, {"Content_Disposition": 'attachment; filename="x"'}),
        (3, type, {"Content_Type": "picture"}),
    ):
        peer = await begin(rig, size, **header, **who)
        peer.send(b"x" * size)
        answer = await peer.response()
        assert (answer.status, answer.json["code"]) == (400, "bad-field"), header
        assert answer.json.get("field") == field
    assert on_disk(rig) == ([], [])


@pytest_twisted.ensureDeferred
async def test_too_large_is_said_before_the_body_comes_and_more_than_said_is_not_taken(rig):
    who = await token(rig)
    peer = await begin(rig, THROWN_AWAY + 1, **who)
    answer = await peer.response()
    assert (answer.status, answer.json["code"]) == (413, "too-large")
    # Who sends a little more than may be, and looks only then, is told it, too.
    answer = await bring(rig, bytes(rig.rules.max_bytes + 1), **who)
    assert (answer.status, answer.json["code"]) == (413, "too-large")
    assert on_disk(rig) == ([], [])
    # A body that goes on behind its length is the next request, and none.
    peer = await begin(rig, 10, **who)
    peer.send(b"x" * 30 + b"\r\n\r\n")
    data = await peer.until(lambda got: b" 400 " in got)
    assert b'"size":10}' in data
    chunked = await begin(rig, 0, Content_Length=None, Transfer_Encoding="chunked", **who)
    assert (await chunked.response()).json["code"] == "length-required"


@pytest_twisted.ensureDeferred
async def test_what_does_not_come_in_time_leaves_nothing(rig):
    peer = await begin(rig, 1_000_000, **await token(rig))
    peer.send(b"x" * 300_000)
    incoming = rig.bodies.folder / "incoming"
    while not [path for path in incoming.iterdir() if path.stat().st_size]:
        await turn()
    # Longer than others have, for it is known who sends it: a slow line needs that.
    rig.clock.advance(60)
    await turn()
    assert not peer.gone
    rig.clock.advance(30)
    assert (await peer.response()).status == 408
    rig.clock.advance(5)
    await peer.closed()
    while len(rig.edge.files.arriving):
        await turn()
    assert on_disk(rig) == ([], [])
    assert rig.edge.files.uploads.failed == 1


@pytest_twisted.ensureDeferred
async def test_nobody_brings_more_than_there_is_room_for_or_too_often(rig):
    who = await token(rig)
    rig.allow(each_bytes=10_000)
    assert (await bring(rig, b"x" * 5_000, **who)).status == 201
    full = await bring(rig, b"x" * 5_001, **who)
    assert (full.status, full.json["code"]) == (409, "limit-reached")
    # A small one counts as a block of the disk.
    assert (await bring(rig, b"x", **who)).status == 201
    assert (await bring(rig, b"x", **who)).json["code"] == "limit-reached"
    assert (await bring(rig, b"x", **await token(rig, "bob"))).status == 201
    assert len(on_disk(rig)[0]) == 3
    rig.allow()
    codes = [(await bring(rig, b"x", **who)).status for _ in range(38)]
    assert codes == [201] * 36 + [429] * 2
    rig.clock.advance(2)
    assert (await bring(rig, b"x", **who)).status == 201


@pytest_twisted.ensureDeferred
async def test_a_disk_that_is_full_is_a_refusal(rig):
    rig.floor(2**60)
    full = await bring(rig, PICTURE, **await token(rig))
    assert (full.status, full.json["code"]) == (507, "storage-full")
    assert on_disk(rig) == ([], [])
    assert len(rig.edge.files.arriving) == 0


@pytest_twisted.ensureDeferred
async def test_only_a_few_of_one_person_are_on_their_way_at_a_time(rig):
    who = await token(rig)
    peers = [await begin(rig, 1000, **who) for _ in range(4)]
    while len(on_disk(rig)[1]) < 4:
        await turn()
    busy = await bring(rig, PICTURE, **who)
    assert (busy.status, busy.json["code"]) == (503, "busy")
    peers[0].transport.abortConnection()
    while len(rig.edge.files.arriving) > 3:
        await turn()
    assert (await bring(rig, PICTURE, **who)).status == 201


@pytest_twisted.ensureDeferred
async def test_where_files_are_off_nobody_brings_one_and_all_are_read(rig):
    who = await token(rig)
    id = (await bring(rig, PICTURE, **who)).json["file"]
    rig.allow(enabled=False)
    off = await bring(rig, PICTURE, **who)
    assert (off.status, off.json["code"]) == (403, "forbidden")
    assert (await rig.call("GET", f"/files/{id}", **who)).body == PICTURE


@pytest_twisted.ensureDeferred
async def test_a_client_that_waits_for_100_is_told_to_go_on_once_it_is_known(rig):
    peer = await begin(rig, len(PICTURE), Expect="100-continue", **await token(rig))
    told = await peer.until(lambda got: got.endswith(b"\r\n\r\n"))
    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    del peer.data[:]
    peer.send(PICTURE)
    assert (await peer.response()).status == 201
    stranger = await begin(rig, len(PICTURE), Expect="100-continue")
    assert (await stranger.response()).status == 401


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("how", ["session", "user"])
async def test_a_file_is_not_taken_from_who_was_put_out_meanwhile(rig, how):
    who = await token(rig)
    user = "u" + "alice".rjust(11, "0")
    peer = await begin(rig, len(PICTURE), **who)
    peer.send(PICTURE[:-10])
    while not on_disk(rig)[1]:
        await turn()
    change = EndCredential(user) if how == "session" else SetDisabled(user, True, 0)
    await rig.store.commit(Unit(user, changes=(change,)))
    peer.send(PICTURE[-10:])
    answer = await peer.response()
    assert answer.status == 401, answer.body
    assert on_disk(rig) == ([], [])


@pytest_twisted.ensureDeferred
async def test_guests_bring_files_only_where_the_configuration_says_so(rig):
    guest = CreateUser("uguest", "guest-1", "guest-1", "Passing by", None, False, 0, "guest")
    await rig.store.commit(Unit("uguest", changes=(guest,)))
    who = {"Authorization": f"Bearer {await rig.token('uguest')}"}
    refused = await bring(rig, PICTURE, **who)
    assert (refused.status, refused.json["detail"]) == (403, "Here guests may bring no files.")
    rig.allow(guests=True)
    assert (await bring(rig, PICTURE, **who)).status == 201


@pytest_twisted.ensureDeferred
async def test_a_reader_that_does_not_read_holds_a_piece_and_is_ended(rig):
    who, size = await token(rig), 8_000_000
    id = (await bring(rig, bytes(size), **who)).json["file"]
    peer = await rig.peer()
    peer.transport.pauseProducing()
    lines = (f"{key}: {value}\r\n" for key, value in who.items())
    peer.send(f"GET /files/{id} HTTP/1.1\r\nHost: x\r\n{''.join(lines)}\r\n".encode())
    while not len(rig.edge.files.leaving):
        await turn()
    for _ in range(20):
        await turn()
    channels = [each for each in gc.get_objects() if type(each) is Channel and each.requests]
    # Other tests' may be among them.
    [channel] = [each for each in channels if each.requests[0].uri == f"/files/{id}".encode()]
    # What the kernel took is its own; what waits here is bounded.
    transport = channel.transport
    assert len(transport.dataBuffer) + transport._tempDataLen < 1_000_000
    rig.clock.advance(60 + size / 8_192 + 1)
    while len(rig.edge.files.leaving):
        await turn()
    peer.transport.resumeProducing()
    await peer.closed()
    assert len(peer.data) < size


@pytest_twisted.ensureDeferred
async def test_a_body_that_is_missing_is_a_fault_and_not_a_secret(rig, logged_errors):
    who = await token(rig)
    id = (await bring(rig, PICTURE, **who)).json["file"]
    rig.bodies.path(id).unlink()
    answer = await rig.call("GET", f"/files/{id}", **who)
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert len(logged_errors.take()) == 1
    assert len(rig.edge.files.leaving) == 0


async def turn():
    """Threads and sockets have a moment."""
    moment = Deferred()
    reactor.callLater(0.005, moment.callback, None)
    await moment
