"""The real daemon, both TLS transports: clients that deflate and such that do not in one room.

The clients are those of ``websockets``, which has its own implementation of RFC 7692.
"""

from __future__ import annotations

import itertools
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
)
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.daemon import Daemon

#: Far beyond any honest answer.
SECONDS = 10
#: So that it would notice if what we deflate needed a larger one than was agreed on.
SMALL_WINDOW = ClientPerMessageDeflateFactory(server_max_window_bits=12)
LONG = "what people say has the same words again and again, and again the same words; grüße! " * 5


class Client:
    """One WebSocket of ``websockets``, without its threads: two in one TLS connection at a time is
    what Python 3.11 does not stand. ``read``: what came in so far, after TLS, as it came."""

    def __init__(self, daemon: Daemon, token: str, deflates: bool, stack: ExitStack) -> None:
        trust = ssl.create_default_context(cafile=str(daemon.ca))
        raw = socket.create_connection(("127.0.0.1", daemon.port), timeout=SECONDS)
        self._socket = stack.enter_context(trust.wrap_socket(raw, server_hostname="localhost"))
        self.protocol = ClientProtocol(
            parse_uri(daemon.ws_url),
            extensions=[SMALL_WINDOW] if deflates else [],
            max_size=None,
        )
        self.read = bytearray()
        self.events: list[str] = []
        self._ids = itertools.count(1)
        self._said: list[str] = []
        request = self.protocol.connect()
        request.headers["Authorization"] = f"Bearer {token}"
        self.protocol.send_request(request)
        self.until("welcome")

    def say(self, text: str) -> None:
        self.protocol.send_text(text.encode())
        self._flush()

    def until(self, kind: str) -> dict[str, Any]:
        """The first frame of this type; the texts of all events are kept as they came."""
        while True:
            while self._said:
                text = self._said.pop(0)
                frame: dict[str, Any] = json.loads(text)
                if "cursor" in frame and "seq" in frame and "id" not in frame:
                    self.events.append(text)
                if frame["type"] == kind:
                    return frame
            self._flush()
            data = self._socket.recv(65_536)
            assert data, "the server closed"
            self.read += data
            self.protocol.receive_data(data)
            assert self.protocol.handshake_exc is None
            self._said += [
                event.data.decode()
                for event in self.protocol.events_received()
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT
            ]

    def _flush(self) -> None:
        for data in self.protocol.data_to_send():
            self._socket.sendall(data)

    def close_code(self) -> int | None:
        """Reads until the end."""
        with suppress(OSError):
            while data := self._socket.recv(65_536):
                self.protocol.receive_data(data)
                self._flush()
        return None if self.protocol.close_rcvd is None else int(self.protocol.close_rcvd.code)

    def close(self) -> None:
        self._socket.close()

    def do(self, type_: str, answer: str, **fields: Any) -> dict[str, Any]:
        number = next(self._ids)
        self.say(json.dumps({"type": type_, "id": number, **fields}))
        return self.until(answer)


@pytest.fixture(scope="module", params=[False, True], ids=["ours", "stock"])
def daemon(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = Path(tmp_path_factory.mktemp("deflate"))
    with Daemon(folder, {"tls": {"stock": request.param}}) as running:
        yield running


@contextmanager
def three(daemon: Daemon, name: str) -> Iterator[tuple[Client, Client, Client, str]]:
    """A writer and two who listen, one of whom inflates; and their room."""
    with ExitStack() as stack:
        tokens = [daemon.token(f"{name}-{n}") for n in range(3)]
        writer = Client(daemon, tokens[0], True, stack)
        room = writer.do("create_room", "done", key="r", name=f"Room {name}")["room"]
        plain = Client(daemon, tokens[1], False, stack)
        small = Client(daemon, tokens[2], True, stack)
        for client in (plain, small):
            client.do("join", "done", key="j", room=room)
        for client in (writer, plain, small):
            client.do("open", "opened", room=room)
            client.events.clear()
            client.read.clear()
        yield writer, plain, small, room


def test_the_answer_agrees_to_take_over_no_context(daemon: Daemon) -> None:
    with ExitStack() as stack:
        client = Client(daemon, daemon.token("asks"), True, stack)
        (agreed,) = client.protocol.extensions
        assert isinstance(agreed, PerMessageDeflate)
        assert agreed.remote_no_context_takeover and agreed.local_no_context_takeover
        assert agreed.remote_max_window_bits == 12
        other = Client(daemon, daemon.token("asks"), False, stack)
        assert other.protocol.extensions == []


def test_all_in_a_room_get_the_same_words_whichever_way(daemon: Daemon) -> None:
    with three(daemon, "same") as (writer, plain, small, room):
        for n in range(5):
            writer.do("send", "done", key=f"k{n}", room=room, text=f"{n} {LONG}")
        writer.do("send", "done", key="short", room=room, text="short")
        writer.do("edit", "done", key="e", room=room, seq=plain_seq(plain), text=LONG[::-1])
        for client in (plain, small):
            client.until("edited")
        assert len(small.events) == 7
        assert small.events == plain.events
        assert LONG[:50].encode() in plain.read
        assert b"again and again" not in small.read, "nothing long came plain"
        assert len(small.read) < len(plain.read) / 2


def plain_seq(client: Client) -> int:
    """Of the first message that came."""
    return int(client.until("message")["seq"])


def test_a_reply_is_never_deflated(daemon: Daemon) -> None:
    with three(daemon, "reply") as (writer, _, small, room):
        writer.do("send", "done", key="k", room=room, text=LONG)
        small.until("message")
        small.read.clear()
        page = small.do("history", "history", room=room)
        assert LONG[:40] in json.dumps(page, ensure_ascii=False)
        assert LONG[:40].encode() in small.read


def test_what_was_missed_is_heard_after_resuming_and_then_it_goes_on(daemon: Daemon) -> None:
    with three(daemon, "missed") as (writer, _, small, room):
        writer.do("send", "done", key="a", room=room, text=LONG + "a")
        cursor = small.until("message")["cursor"]
        small.close()
        writer.do("send", "done", key="b", room=room, text=LONG + "b")
        with ExitStack() as stack:
            again = Client(daemon, daemon.token("missed-2"), True, stack)
            resumed = again.do("resume", "resumed", cursor=cursor, rooms=[room])
            assert [event["text"] for event in resumed["events"]] == [LONG + "b"]
            again.read.clear()
            writer.do("send", "done", key="c", room=room, text=LONG + "c")
            assert again.until("message")["text"] == LONG + "c"
            assert LONG[:40].encode() not in again.read


def test_a_bomb_is_closed_as_too_big_and_small_ones_are_paid_for_as_inflated(
    daemon: Daemon,
) -> None:
    with ExitStack() as stack:
        client = Client(daemon, daemon.token("bomber"), True, stack)
        client.say(" " * 50_000_000)
        assert client.close_code() == 1009
    with ExitStack() as stack:
        client = Client(daemon, daemon.token("bomber"), True, stack)
        codes = []
        for _ in range(9):
            client.say(" " * 60_000 + "{}")
            codes.append(client.until("error")["code"])
        assert codes.count("rate-limited") >= 4, "256 KiB may be saved up"


def test_switched_off_nobody_gets_it(tmp_path: Path) -> None:
    with Daemon(tmp_path, {"websocket": {"compression": "off"}}) as daemon, ExitStack() as stack:
        client = Client(daemon, daemon.token("asks"), True, stack)
        assert client.protocol.extensions == []
