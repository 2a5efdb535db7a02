"""HTTP itself: what is refused, how soon, and what every answer carries."""

import gzip

import pytest
import pytest_twisted
from site_rig import PAGE, Rig
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

GET = b"GET / HTTP/1.1\r\nHost: chat.example.org\r\n"


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


def post(path, *headers, body=b""):
    lines = [f"POST {path} HTTP/1.1", "Host: chat.example.org", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


BAD = {
    "random bytes": (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", 400),
    "SSH banner": (b"SSH-2.0-OpenSSH_9.2p1\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n", 400),
    "line of 17 KB": (b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\n\r\n", 431),
    "line of 17 KB without an end": (b"GET /" + b"a" * 17_000, 431),
    "header line of 17 KB": (GET + b"X: " + b"a" * 17_000 + b"\r\n\r\n", 431),
    "600 headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(600)) + b"\r\n", 431),
    "65 headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(65)) + b"\r\n", 431),
    "20 KB of headers": (GET + (b"X: " + b"a" * 1000 + b"\r\n") * 20 + b"\r\n", 431),
    "folded header": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "space before the request": (b" " + GET + b"\r\n", 400),
    "header without colon": (GET + b"nonsense\r\n\r\n", 400),
    "space before colon": (GET + b"X : a\r\n\r\n", 400),
    "NUL in a header": (GET + b"X: a\0b\r\n\r\n", 400),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (GET + b"Host: evil.example\r\n\r\n", 400),
    "two lengths": (
        post("/api/session", "Content-Length: 2", "Content-Length: 3", body=b"{}"),
        400,
    ),
    "length and chunked": (
        post("/api/session", "Content-Length: 2", "Transfer-Encoding: chunked", body=b"{}"),
        400,
    ),
    "negative length": (post("/api/session", "Content-Length: -1"), 400),
    "chunked": (post("/api/session", "Transfer-Encoding: chunked"), 411),
    "odd transfer coding": (post("/api/session", "Transfer-Encoding: gzip, chunked"), 400),
    "body above the limit": (post("/api/session", "Content-Length: 65537"), 413),
    "huge body": (post("/api/session", f"Content-Length: {10**15}"), 413),
    "length of 17 digits": (post("/api/session", f"Content-Length: {'0' * 16}2", body=b"{}"), 413),
    "length of 4,301 digits": (post("/", f"Content-Length: {'9' * 4_301}"), 413),
    "length of 4,301 letters": (post("/", f"content-length: {'x' * 4_301}"), 400),
    "body on a GET": (GET + b"Content-Length: 1\r\n\r\n", 413),
    "body where nothing is": (post("/nothing", "Content-Length: 5"), 404),
    "method of 3 KB": (b"A" * 3000 + b" / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "URI of 9 KB": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "NUL escape": (b"GET /ui/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "raw NUL": (b"GET /ui/\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "escaped dots": (b"GET /ui/%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "dots": (b"GET /ui/../config HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "hidden file": (b"GET /ui/.git HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "bad escape": (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "raw UTF-8": ("GET /ü HTTP/1.1\r\nHost: a\r\n\r\n".encode(), 400),
    "double slash": (b"GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "backslash": (b"GET /ui\\x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "absolute form": (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "star": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "proxy request": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "method nobody knows": (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "nothing there": (b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n", 404),
}


@pytest.mark.parametrize("name", BAD)
@pytest_twisted.ensureDeferred
async def test_a_bad_request_is_refused_at_once(rig, name):
    sent, status = BAD[name]
    peer = await rig.peer()
    peer.send(sent)
    answer = await peer.response()
    assert answer.status == status, answer.body
    assert answer.json["status"] == status and answer.json["detail"]
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert b"Traceback" not in answer.body and b"twisted" not in answer.body.lower()
    assert answer.headers["server"] == ["chatd"]


@pytest_twisted.ensureDeferred
async def test_a_client_that_asks_first_is_not_told_to_send_a_body_that_is_too_large(rig):
    peer = await rig.peer()
    peer.send(post("/api/session", "Content-Length: 70000", "Expect: 100-continue"))
    assert (await peer.response()).status == 413
    peer = await rig.peer()
    peer.send(post("/api/session", "Content-Length: 2", "Expect: 100-continue"))
    await peer.until(lambda got: got.startswith(b"HTTP/1.1 100 "))


@pytest_twisted.ensureDeferred
async def test_nothing_is_read_behind_a_refusal(rig):
    peer = await rig.peer()
    peer.send(b"nonsense\r\n\r\n" + GET + b"\r\n")
    data = await peer.closed()
    assert data.startswith(b"HTTP/1.1 400 ") and b"HTTP/1.1 200" not in data


@pytest.mark.parametrize(
    "begun", [b"", b"G", GET, post("/api/session", "Content-Length: 9", body=b"{")]
)
@pytest_twisted.ensureDeferred
async def test_a_slow_request_is_cut_by_a_fixed_moment_however_often_a_byte_comes(rig, begun):
    peer = await rig.peer()
    peer.send(begun)
    extra = b"\r\nX-Slow: 1" if begun.startswith(b"G") else b""
    # One round trip on another connection: the server has read what this one sent.
    await rig.call("GET", "/healthz")
    seconds = 0.0
    limit = 20.5 if b"POST" in begun else 10.5
    while not peer.gone and seconds < limit:
        rig.clock.advance(0.5)
        seconds += 0.5
        peer.send(extra[:1])
        await rig.call("GET", "/healthz")
    data = await peer.closed()
    assert seconds <= limit - 0.5
    assert not data or data.startswith(b"HTTP/1.1 408 ")


@pytest_twisted.ensureDeferred
async def test_a_connection_between_requests_is_closed_after_a_minute(rig):
    peer = await rig.peer()
    for _ in range(3):
        assert (await rig.call("GET", "/healthz", peer=peer)).status == 200
        rig.clock.advance(59)
    assert not peer.gone
    rig.clock.advance(1.5)
    assert await peer.closed() == b""


@pytest_twisted.ensureDeferred
async def test_a_peer_that_does_not_take_its_answer_is_aborted():
    size = 32 << 20
    rig = Rig(ui={"big.png": bytes(size)})
    peer = await rig.peer()
    peer.transport.stopReading()
    peer.send(b"GET /ui/big.png HTTP/1.1\r\nHost: a\r\n\r\n")
    await rig.call("GET", "/healthz")
    rig.clock.advance(60)
    await rig.call("GET", "/healthz")
    rig.clock.advance(2)
    await rig.call("GET", "/healthz")
    peer.transport.startReading()
    assert len(await peer.closed()) < size
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(rig):
    asked = Deferred()

    async def never(what):
        reactor.callLater(0, asked.callback, None)
        await Deferred()

    rig.store.before = never
    peer = await rig.peer()
    cookie = b"Cookie: __Host-chatd=chatd_s_" + b"A" * 43
    peer.send(b"GET /api/session HTTP/1.1\r\nHost: a\r\n" + cookie + b"\r\n\r\n")
    await asked
    rig.clock.advance(30)
    answer = await peer.response()
    assert (answer.status, answer.json["code"]) == (503, "timeout")
    assert answer.headers["retry-after"] == ["5"]


@pytest_twisted.ensureDeferred
async def test_pipelined_requests_are_answered_in_order(rig):
    peer = await rig.peer()
    peer.send(b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % p for p in (b"/healthz", b"/none")))
    data = await peer.until(lambda got: got.count(b"HTTP/1.1") == 2 and got.endswith(b"}\n"))
    assert data.index(b"200 OK") < data.index(b"404 Not Found")


@pytest_twisted.ensureDeferred
async def test_http_1_0_is_answered_and_closed(rig):
    peer = await rig.peer()
    peer.send(b"GET /healthz HTTP/1.0\r\n\r\n")
    assert b'{"status":"ok"}' in await peer.closed()


@pytest_twisted.ensureDeferred
async def test_head_is_get_without_the_body(rig):
    peer = await rig.peer()
    peer.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    head, _, body = (await peer.closed()).partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(PAGE) in head and body == b""


@pytest_twisted.ensureDeferred
async def test_a_wrong_method_is_told_the_right_ones(rig):
    answer = await rig.call("DELETE", "/api/ticket")
    assert (answer.status, answer.headers["allow"]) == (405, ["POST"])
    answer = await rig.call("POST", "/")
    assert (answer.status, answer.headers["allow"]) == (405, ["GET, HEAD"])


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/api/session", "/%00", "/ws"])
@pytest_twisted.ensureDeferred
async def test_every_answer_carries_the_headers_that_protect(rig, path):
    headers = (await rig.call("GET", path)).headers
    policy = headers["content-security-policy"][0]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "require-trusted-types-for 'script'" in policy
    assert "trusted-types worker" in policy.split("; "), "one policy, once"
    assert "connect-src 'self' wss://chat.example.org" in policy
    assert headers["x-content-type-options"] == ["nosniff"]
    assert headers["referrer-policy"] == ["no-referrer"]
    assert headers["cross-origin-opener-policy"] == ["same-origin"]
    assert headers["cross-origin-resource-policy"] == ["same-origin"]
    assert headers["strict-transport-security"] == ["max-age=63072000"]
    assert "geolocation=()" in headers["permissions-policy"][0]
    assert headers["server"] == ["chatd"]
    assert "no-" in headers["cache-control"][0]


@pytest_twisted.ensureDeferred
async def test_a_trial_on_one_machine_does_not_bind_localhost_to_https():
    rig = Rig(public_url="https://localhost:8443")
    headers = (await rig.call("GET", "/")).headers
    assert "strict-transport-security" not in headers
    assert "wss://localhost:8443" in headers["content-security-policy"][0]
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_the_page_is_served_packed_and_not_sent_twice(rig):
    plain = await rig.call("GET", "/")
    assert plain.body == PAGE
    assert plain.headers["content-type"] == ["text/html; charset=utf-8"]
    packed = await rig.call("GET", "/", Accept_Encoding="br, gzip")
    assert gzip.decompress(packed.body) == PAGE
    assert packed.headers["content-encoding"] == ["gzip"]
    assert packed.headers["etag"] != plain.headers["etag"]
    etag = plain.headers["etag"][0]
    again = await rig.call("GET", "/", If_None_Match=f'"other", W/{etag}')
    assert (again.status, again.body) == (304, b"")
    assert (
        "content-encoding" not in (await rig.call("GET", "/", Accept_Encoding="gzip;q=0")).headers
    )


@pytest_twisted.ensureDeferred
async def test_files_of_the_page_have_their_types_and_others_are_not_there(rig):
    script = await rig.call("GET", "/ui/js/main.js")
    assert script.headers["content-type"] == ["text/javascript; charset=utf-8"]
    for path in ("/ui/js/", "/ui/js", "/ui/main.js", "/ui/"):
        assert (await rig.call("GET", path)).status == 404


@pytest_twisted.ensureDeferred
async def test_the_protocol_is_served(rig):
    assert (await rig.call("GET", "/protocol")).body == b"# The protocol\n"
    schema = await rig.call("GET", "/protocol/schema.json")
    assert schema.headers["content-type"] == ["application/schema+json"]


@pytest_twisted.ensureDeferred
async def test_ready_is_said_only_when_serving(rig):
    assert (await rig.call("GET", "/readyz")).status == 200
    rig.not_ready = {"disk": "the disk is nearly full"}
    answer = await rig.call("GET", "/readyz")
    assert (answer.status, answer.json["detail"]) == (503, "Not ready.")
    assert answer.headers["retry-after"] == ["5"]
    assert b"disk" not in answer.body
    assert (await rig.call("GET", "/healthz")).status == 200


@pytest_twisted.ensureDeferred
async def test_why_it_is_not_ready_is_told_to_administrators_alone(rig):
    rig.not_ready = {"disk": "the disk is nearly full", "draining": "the daemon is stopping"}
    admin = await rig.token(await rig.person("root1", admin=True))
    answer = await rig.call("GET", "/readyz", Authorization=f"Bearer {admin}")
    assert (answer.status, answer.json["reasons"]) == (503, rig.not_ready)
    assert answer.json["detail"] == "Not ready: the disk is nearly full; the daemon is stopping."
    member = await rig.token(await rig.person("bob"))
    for proof in (f"Bearer {member}", "Bearer chatd_t_" + "A" * 43, "nonsense"):
        answer = await rig.call("GET", "/readyz", Authorization=proof)
        assert (answer.status, answer.json["detail"]) == (503, "Not ready.")
        assert "reasons" not in answer.json


@pytest_twisted.ensureDeferred
async def test_a_mistake_of_ours_is_logged_once_under_the_reference_that_was_told(
    rig, logged_errors
):
    async def fail(what):
        raise RuntimeError("disk on fire")

    rig.store.before = fail
    answer = await rig.call("GET", "/api/session", Cookie="__Host-chatd=chatd_s_" + "A" * 43)
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert b"fire" not in answer.body
    (fault,) = logged_errors.take()
    assert f"fault {answer.json['reference']} in GET /api/session" in fault
    assert "disk on fire" in fault
    assert answer.headers["x-request-id"] == [answer.json["reference"]]


@pytest_twisted.ensureDeferred
async def test_an_address_that_asks_too_much_is_told_to_wait():
    rig = Rig()
    peer = await rig.peer()
    for _ in range(500):
        await rig.call("GET", "/healthz", peer=peer)
    answer = await rig.call("GET", "/healthz", peer=peer)
    assert (answer.status, answer.headers["retry-after"]) == (429, ["1"])
    rig.clock.advance(0.1)
    assert (await rig.call("GET", "/healthz", peer=peer)).status == 200
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_refusals_are_logged_without_secrets_and_not_without_end():
    rig = Rig()
    seen = []
    globalLogPublisher.addObserver(seen.append)
    try:
        secret = "chatd_t_" + "s" * 43
        peer = await rig.peer()
        for n in range(99):
            path = f"/nowhere{n}?token={secret}"
            await rig.call("GET", path, peer=peer, Authorization=f"Bearer {secret}")
        rig.edge.site._journal.line("x")
        rig.edge.site._journal.line("x")
    finally:
        globalLogPublisher.removeObserver(seen.append)
    lines = [event for event in seen if event.get("log_namespace") == "chatd.edge.journal"]
    assert len(lines) == 100
    assert not any(secret in repr(event) for event in lines)
    await rig.stop()


@pytest.mark.parametrize("start", [b"A" * 9000 + b" /", b"GET /" + b"a" * 2000])
@pytest_twisted.ensureDeferred
async def test_a_log_line_is_short_whatever_a_stranger_asks_for(rig, start):
    seen = []
    globalLogPublisher.addObserver(seen.append)
    try:
        peer = await rig.peer()
        peer.send(start + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        await peer.response()
    finally:
        globalLogPublisher.removeObserver(seen.append)
    (line,) = [event for event in seen if event.get("log_namespace") == "chatd.edge.journal"]
    assert len(line["method"]) + len(line["path"]) < 200


@pytest_twisted.ensureDeferred
async def test_every_status_has_its_words(rig):
    peer = await rig.peer()
    for _ in range(500):
        rig.edge.site._buckets.take(2130706433, 1, rig.clock.seconds())
    peer.send(GET + b"\r\n")
    assert (await peer.until(lambda got: b"\r\n" in got)).startswith(
        b"HTTP/1.1 429 Too Many Requests\r\n"
    )
