"""The whole edge over TLS, both kinds of it, with an independent client."""

import json
import urllib.request

import pytest
import pytest_twisted
from loopback_tls import Loopback, client_context, connect, in_thread, until
from site_rig import PAGE, PUBLIC, Rig, handshake, text
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chatd.wire import framing
from tests.one_thread import OneThread


@pytest_twisted.async_yield_fixture
async def world(tmp_path):
    rig, loopback = Rig(real_time=True), Loopback(tmp_path)
    yield rig, loopback
    await loopback.stop()
    await rig.stop()


def dial(port, **headers):
    return OneThread(f"wss://localhost:{port.getHost().port}/ws", client_context(), headers)


@pytest.mark.parametrize("stock", [False, True])
@pytest_twisted.ensureDeferred
async def test_a_client_talks_over_tls_and_leaves_the_strangers_budget(world, stock):
    rig, loopback = world
    port = loopback.listen(rig.edge.site, stock_tls=stock)
    token = await rig.token(await rig.person())

    def talk():
        with dial(port, Authorization=f"Bearer {token}") as client:
            assert client.subprotocol == "chatd.v1"
            said = [client.recv()]
            for message in ("grüße", "x" * 60_000):
                client.send(message)
                said.append(client.recv())
            strangers = port.door.budget.unauthenticated
            client.ping()
            return said, strangers

    said, strangers = await in_thread(talk)
    assert said == ["hello alice", "grüße", "x" * 60_000]
    assert strangers == 0
    await until(lambda: rig.sessions[0].told[-1] == "lost")
    assert "control" in rig.sessions[0].told


@pytest.mark.parametrize("stock", [False, True])
@pytest_twisted.ensureDeferred
async def test_a_client_that_may_not_in_learns_the_status(world, stock):
    rig, loopback = world
    port = loopback.listen(rig.edge.site, stock_tls=stock)

    def statuses():
        found = []
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": PUBLIC}):
            with pytest.raises(InvalidStatus) as refused:
                dial(port, **headers)
            found.append(refused.value.response.status_code)
        return found

    assert await in_thread(statuses) == [403, 403, 401]


@pytest.mark.parametrize("stock", [False, True])
@pytest_twisted.ensureDeferred
async def test_a_close_of_ours_arrives_with_code_and_reason(world, stock):
    rig, loopback = world
    port = loopback.listen(rig.edge.site, stock_tls=stock)
    user = await rig.person()
    token = await rig.token(user)

    def listen():
        with dial(port, Authorization=f"Bearer {token}") as client:
            client.recv()
            client.send("ready")
            client.recv()
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=10)
            return closed.value.rcvd.code, closed.value.rcvd.reason

    listening = in_thread(listen)
    await until(lambda: rig.sessions and rig.sessions[0].frames)
    rig.edge.connections.ended(user)
    assert await listening == (4501, "The session was ended; sign in again.")


@pytest.mark.parametrize("stock", [False, True])
@pytest_twisted.ensureDeferred
async def test_what_the_kernel_refuses_is_counted_until_it_is_taken(world, stock):
    rig, loopback = world
    port = loopback.listen(rig.edge.site, stock_tls=stock)
    token = await rig.token(await rig.person())
    sock = await in_thread(connect, port)
    await in_thread(sock.sendall, handshake(Authorization=f"Bearer {token}") + text(b"hi"))
    await until(lambda: rig.sessions and rig.sessions[0].frames == [b"hi"])
    session = rig.sessions[0]
    session.told.clear()
    for _ in range(32):  # more than two kernels keep for one connection
        session.wire.write(framing.text(bytes(1 << 20)))
    await until(lambda: session.wire.kernel_unsent() > 0)
    assert session.wire.unsent() > 0 and "drained" not in session.told
    sock.settimeout(0.05)

    def drain():
        total = 0
        try:
            while True:
                total += len(sock.recv(1 << 20))
        except TimeoutError:
            return total

    for _ in range(200):
        if "drained" in session.told:
            break
        await in_thread(drain)
    assert "drained" in session.told
    assert session.wire.unsent() == 0
    sock.close()
    await until(lambda: session.told[-1] == "lost")


@pytest_twisted.ensureDeferred
async def test_the_page_and_the_api_answer_on_the_same_port(world):
    rig, loopback = world
    port = loopback.listen(rig.edge.site)

    def get(path):
        url = f"https://localhost:{port.getHost().port}{path}"
        with urllib.request.urlopen(url, context=client_context(), timeout=10) as answer:
            return answer.read()

    assert await in_thread(get, "/") == PAGE
    assert json.loads(await in_thread(get, "/api/session")) == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_plain_http_on_the_tls_port_is_closed(world):
    rig, loopback = world
    port = loopback.listen(rig.edge.site)
    peer = await rig.peer(port.getHost().port)
    peer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"200" not in await peer.closed()
