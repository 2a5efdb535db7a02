"""One connection over real TLS: whom it trusts, and how a handshake fails."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import deferLater

from chatd.client.connection import Connection, connect, trust_root
from chatd.client.errors import Disconnected, NotWelcome, Untrusted
from tests.client.other_end import OtherEnd, accepted, authority, listen, refused
from tests.daemon import free_port

SECONDS = 10.0


class Listener:
    """A `Receiver` that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.gone: Deferred[tuple[int | None, str]] = Deferred()

    def frame(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)

    def lost(self, code: int | None, reason: str) -> None:
        self.gone.callback((code, reason))


class Bench:
    """The other end, and a client's way to it. ``host`` is the name that the client believes in,
    ``trusts`` the folder of the authority it trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.receiver = Listener()
        self.end = OtherEnd(lambda request: b"")
        self.port = listen(reactor, self.end, authority(folder, "localhost"))

    def connect(
        self, host: str = "localhost", trusts: Path | None = None
    ) -> "Deferred[Connection]":
        number = self.port.getHost().port
        return connect(
            reactor,
            f"wss://{host}:{number}/ws",
            {"Authorization": "Bearer s3cret"},
            self.receiver,
            trust=trust_root((trusts or self.folder) / "ca.pem"),
            address=("127.0.0.1", number),
            timeout=SECONDS,
        )

    async def failure(self, **more: Any) -> Exception:
        """With what connecting fails."""
        try:
            await self.connect(**more).addTimeout(SECONDS, reactor)
        except Exception as error:
            return error
        raise AssertionError("it was let in")

    async def close(self) -> None:
        if self.end.requests and not self.end.gone.called:
            await self.end.gone.addTimeout(SECONDS, reactor)
        await self.port.stopListening()


@pytest_twisted.async_yield_fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "tls")
    yield bench
    await bench.close()


@pytest_twisted.ensureDeferred
async def test_frames_go_both_ways_and_a_close_is_heard(bench: Bench) -> None:
    close = bytes([0x88, 6]) + (4501).to_bytes(2, "big") + b"bye!"
    bench.end.answer = lambda request: accepted(request, '{"type":"welcome"}') + close
    await bench.connect()
    assert await bench.receiver.gone.addTimeout(SECONDS, reactor) == (4501, "bye!")
    assert bench.receiver.frames == [{"type": "welcome"}]
    assert "Authorization: Bearer s3cret" in bench.end.requests[0]


@pytest_twisted.ensureDeferred
async def test_what_is_sent_after_the_close_goes_nowhere_and_hurts_nobody(bench: Bench) -> None:
    close = bytes([0x88, 2]) + (1012).to_bytes(2, "big")
    bench.end.answer = lambda request: accepted(request, '{"type":"welcome"}') + close
    connection = await bench.connect()
    await bench.end.spoken_to.addTimeout(SECONDS, reactor)
    connection.send({"type": "ping"})
    await bench.receiver.gone.addTimeout(SECONDS, reactor)
    connection.send({"type": "ping"})
    await bench.end.gone.addTimeout(SECONDS, reactor)
    # Nothing but the close in return: its two bytes of head, a mask and the code.
    assert (bench.end.heard[:2], len(bench.end.heard)) == (bytes([0x88, 0x82]), 8)


@pytest_twisted.ensureDeferred
async def test_a_certificate_for_another_name_is_refused(bench: Bench) -> None:
    error = await bench.failure(host="other.example")
    assert isinstance(error, Untrusted), error
    assert "not for this host" in str(error)
    assert bench.end.requests == []


@pytest.mark.logs_errors("certificate|verif")
@pytest_twisted.ensureDeferred
async def test_an_authority_that_nobody_trusts_is_refused(bench: Bench, tmp_path: Path) -> None:
    authority(tmp_path / "another", "localhost")
    error = await bench.failure(trusts=tmp_path / "another")
    assert isinstance(error, Untrusted), error
    assert "vouches" in str(error)
    assert bench.end.requests == []


@pytest.mark.logs_errors("certificate|verif")
@pytest_twisted.ensureDeferred
async def test_without_an_authority_of_ones_own_the_systems_count(bench: Bench) -> None:
    number = bench.port.getHost().port
    with pytest.raises(Untrusted):
        await connect(
            reactor, f"wss://localhost:{number}/ws", {}, bench.receiver, timeout=SECONDS,
            address=("127.0.0.1", number),
        )  # fmt: skip
    assert bench.end.requests == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("400 Bad Request", 400), ("401 Unauthorized", 401), ("403 Forbidden", 403)],
)
@pytest_twisted.ensureDeferred
async def test_a_refusal_for_good_says_so(bench: Bench, status: str, code: int) -> None:
    bench.end.answer = lambda request: refused(status)
    error = await bench.failure()
    assert isinstance(error, NotWelcome), error
    assert (error.code, error.reason) == (code, status[4:])


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
@pytest_twisted.ensureDeferred
async def test_a_refusal_for_now_says_when_to_come_back(bench: Bench, status: str) -> None:
    bench.end.answer = lambda request: refused(status, "Retry-After: 7")
    error = await bench.failure()
    assert isinstance(error, Disconnected), error
    assert error.retry_after == 7.0


@pytest_twisted.ensureDeferred
async def test_a_server_that_does_not_speak_chatd_is_left(bench: Bench) -> None:
    bench.end.answer = lambda request: accepted(request, subprotocol="")
    error = await bench.failure()
    assert isinstance(error, NotWelcome), error
    assert "does not speak" in str(error)


@pytest.mark.parametrize("frame", ["{", "[]", "{}", '{"type":1}', '"welcome"'])
@pytest_twisted.ensureDeferred
async def test_what_is_no_frame_ends_the_connection(bench: Bench, frame: str) -> None:
    bench.end.answer = lambda request: accepted(request, frame)
    await bench.connect()
    code, _ = await bench.receiver.gone.addTimeout(SECONDS, reactor)
    assert (code, bench.receiver.frames) == (None, [])


@pytest_twisted.ensureDeferred
async def test_nobody_listening_fails(tmp_path: Path) -> None:
    authority(tmp_path, "localhost")
    port = free_port()
    trust = trust_root(tmp_path / "ca.pem")
    with pytest.raises(ConnectionRefusedError):
        await connect(reactor, f"wss://127.0.0.1:{port}/ws", {}, Listener(), trust=trust)


@pytest.mark.parametrize("is_heard", [False, True])
@pytest_twisted.ensureDeferred
async def test_an_attempt_given_up_leaves_nothing(bench: Bench, is_heard: bool) -> None:
    heard: Deferred[None] = Deferred()

    def silent(request: str) -> bytes:
        heard.callback(None)
        return b""

    bench.end.answer = silent
    attempt = bench.connect()
    if is_heard:
        await heard.addTimeout(SECONDS, reactor)
    attempt.cancel()
    with pytest.raises(CancelledError):
        await attempt
    await deferLater(reactor, 0)
