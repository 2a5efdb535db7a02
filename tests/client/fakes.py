"""A network that a test plays: connections open, speak and go when it says so."""

from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.client import Client
from chatd.client.connection import Receiver


class FakeConnection:
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._gone = False
        self.sent: list[Frame] = []

    def send(self, frame: Frame) -> None:
        assert not self._gone
        self.sent.append(dict(frame))

    def close(self) -> None:
        self.go(1000, "")

    def abort(self) -> None:
        self.go(None, "aborted")

    def go(self, code: int | None, reason: str = "") -> None:
        if not self._gone:
            self._gone = True
            self._receiver.lost(code, reason)


class Stage:
    """One client, its clock, and the other end. Retries come at the end of their range."""

    def __init__(self, **more: Any) -> None:
        self.clock = Clock()
        self.headers: list[Mapping[str, str]] = []
        self.attempts: list[Deferred[Any]] = []
        self.events: list[Frame] = []
        self.signals: list[Frame] = []
        self.states: list[str] = []
        self.lost: list[list[str]] = []
        self.connection: FakeConnection
        self.client = Client(
            self.clock,
            "wss://chat.example/ws",
            self._headers,
            connector=self._connect,
            backoff=Backoff(lambda: 1.0, first=1.0, most=8.0),
            **{
                "on_event": self.events.append,
                "on_signal": self.signals.append,
                "on_state": self.states.append,
                "on_lost_history": self.lost.append,
                **more,
            },
        )

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {len(self.attempts)}"}

    def _connect(self, headers: Mapping[str, str], receiver: Receiver) -> "Deferred[Any]":
        self.headers.append(headers)
        self.receiver = receiver
        attempt: Deferred[Any] = Deferred()
        self.attempts.append(attempt)
        return attempt

    # ---- what the test plays --------------------------------------------------------------------

    def accept(self) -> None:
        """The handshake succeeds; the server has not spoken yet."""
        self.connection = FakeConnection(self.receiver)
        self.attempts[-1].callback(self.connection)

    def welcome(self) -> None:
        """The handshake succeeds, and the server says welcome."""
        self.accept()
        self.say("welcome", user="u1", name="alice", heartbeat=25.0, cursor="e.1")

    def say(self, type_: str, **fields: Any) -> None:
        self.client.frame({"type": type_, **fields})

    def reply(self, type_: str, **fields: Any) -> None:
        """To the last command."""
        self.say(type_, id=self.connection.sent[-1]["id"], **fields)

    def event(self, room: str, seq: int, position: int) -> None:
        self.say("message", room=room, seq=seq, cursor=f"e.{position}")

    def open(self, room: str, seq: int, position: int) -> None:
        """The client opens a room, and it is granted."""
        Deferred.fromCoroutine(self.client.open(room))
        self.reply("opened", room={"room": room, "seq": seq}, cursor=f"e.{position}")

    def asked(self) -> list[tuple[str, int]]:
        """Type and id of all that was sent on this connection."""
        return [(frame["type"], frame["id"]) for frame in self.connection.sent]

    def drop(self, code: int | None = None, reason: str = "") -> None:
        """The connection goes; the wait until the next attempt passes."""
        self.connection.go(code, reason)
        self.clock.advance(30)


def seqs(events: list[Frame]) -> list[tuple[str, int]]:
    return [(event["room"], event["seq"]) for event in events]


def outcome(deferred: Deferred[Any]) -> list[Any]:
    """Empty until it fired; then its result, or its exception."""
    found: list[Any] = []

    def take(result: Any) -> None:
        found.append(result.value if isinstance(result, Failure) else result)

    deferred.addBoth(take)
    return found
