"""A client that stays: it reconnects, resumes without holes, and sends keyed commands until they
are answered."""

import random
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chatd.client.backoff import Backoff
from chatd.client.book import Book, Hole
from chatd.client.connection import Connection, Frame, connect
from chatd.client.errors import Disconnected, NotWelcome, Refused

State = Literal["connecting", "live", "waiting", "stopped"]
#: Silence beyond the heartbeat after which the server, or the way to it, is gone. Seconds.
SLACK = 10.0
#: Close codes that say "stay away": the server will not have this client back as it is.
STAY_AWAY = range(4500, 5000)

Headers = Callable[[], Coroutine[Any, Any, Mapping[str, str]]]


class _Asked:
    """A command under way."""

    __slots__ = ("answer", "frame")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.answer: Deferred[Frame] = Deferred()

    @property
    def keyed(self) -> bool:
        return "key" in self.frame


class Client:
    """Give it a way to be known (``headers``: a coroutine function that returns the handshake's
    headers, a fresh ticket or token included) and callbacks:

    * ``on_event(frame)``: every event of every open room, once, in order;
    * ``on_signal(frame)``: what else the server says;
    * ``on_state(state)``: connecting, live, waiting, stopped;
    * ``on_lost_history(rooms)``: the server could not tell what was missed there: read it anew.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        url: str,
        headers: Headers,
        *,
        trust: Any = None,
        origin: str | None = None,
        address: tuple[str, int] | None = None,
        on_event: Callable[[Frame], None] = lambda frame: None,
        on_signal: Callable[[Frame], None] = lambda frame: None,
        on_state: Callable[[State], None] = lambda state: None,
        on_lost_history: Callable[[list[str]], None] = lambda rooms: None,
        backoff: Backoff | None = None,
    ) -> None:
        self._reactor = reactor
        self._url = url
        self._headers = headers
        self._trust = trust
        self._origin = origin
        self.address = address
        self._on_event = on_event
        self._on_signal = on_signal
        self._on_state = on_state
        self._on_lost_history = on_lost_history
        self._backoff = backoff or Backoff(random.SystemRandom().random)
        self.book = Book()
        self.welcome: Frame | None = None
        self.state: State = "stopped"
        self.connections = 0
        self._connection: Connection | None = None
        self._asked: dict[int, _Asked] = {}
        self._next_id = 1
        self._running = False
        self._resuming = False
        self._retry_after: float | None = None
        self._again: IDelayedCall | None = None
        self._silence: IDelayedCall | None = None
        self._ended: Deferred[None] | None = None
        #: why the client stopped by itself, if it did
        self.error: NotWelcome | None = None

    # ---- what people call -----------------------------------------------------------------------

    def start(self) -> None:
        self._running = True
        self._run(self._connect())

    def stop(self) -> "Deferred[None]":
        """Closes for good; commands not answered yet fail with `Disconnected`."""
        self._running = False
        self._cancel()
        done: Deferred[None] = Deferred()
        if self._connection is None:
            self._stopped()
            done.callback(None)
        else:
            self._ended = done
            self._connection.close()
        return done

    def ask(self, type_: str, **fields: Any) -> "Deferred[Frame]":
        """Sends a command; fires with its reply or fails with `Refused`. One with a ``key`` waits
        for a connection and is sent again after each loss; others fail with `Disconnected`."""
        asked = _Asked({"type": type_, "id": self._next_id, **fields})
        self._next_id += 1
        if self._connection is not None and self.state == "live":
            self._asked[asked.frame["id"]] = asked
            self._connection.send(asked.frame)
        elif asked.keyed and self.state != "stopped":
            self._asked[asked.frame["id"]] = asked
        else:
            asked.answer.errback(Disconnected("not connected"))
        return asked.answer

    def send(self, room: str, text: str, key: str | None = None, **more: Any) -> "Deferred[Frame]":
        """Says ``text``; the reply has its place (``seq``). Safe to rely on through losses."""
        return self.ask("send", key=key or new_key(), room=room, text=text, **more)

    async def open(self, room: str, limit: int | None = None) -> Frame:
        """Opens a room: its events arrive from here on, through reconnects, until `close`."""
        more = {} if limit is None else {"limit": limit}
        return await self.ask("open", room=room, **more)

    async def close(self, room: str) -> Frame:
        self.book.closed(room)
        return await self.ask("close", room=room)

    def cut(self) -> None:
        """Cuts the connection as a network would; the client comes back by itself."""
        if self._connection is not None:
            self._connection.abort()

    # ---- connecting -----------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        ensureDeferred(coroutine).addErrback(
            lambda failure: self.log.failure("client failed", failure)
        )

    async def _connect(self) -> None:
        self._again = None
        self._become("connecting")
        try:
            headers = await self._headers()
            connection = await connect(
                self._reactor,
                self._url,
                headers,
                self,
                trust=self._trust,
                origin=self._origin,
                address=self.address,
            )
        except NotWelcome as error:
            self._give_up(error)
            return
        except Exception as error:
            self.log.debug("could not connect: {error}", error=error)
            self._wait()
            return
        self._connection = connection
        self.connections += 1
        self._heard()
        if not self._running:
            connection.close()

    def _wait(self) -> None:
        if not self._running:
            self._stopped()
            return
        self._become("waiting")
        retry_after, self._retry_after = self._retry_after, None
        self._again = self._reactor.callLater(
            self._backoff.next(retry_after), lambda: self._run(self._connect())
        )

    def _give_up(self, error: NotWelcome) -> None:
        self.error = error
        self._running = False
        self._stopped()

    def _stopped(self) -> None:
        self._cancel()
        self._become("stopped")
        asked, self._asked = self._asked, {}
        for one in asked.values():
            one.answer.errback(self.error or Disconnected("the client was stopped"))
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.callback(None)

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._on_state(state)

    # ---- Receiver -------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        """Receiver: something arrived."""
        self._heard()
        kind = frame["type"]
        if kind == "welcome":
            self.welcome = frame
            self._run(self._come_back())
        elif "cursor" in frame and "seq" in frame:
            self._event(frame)
        elif kind == "error" or ("id" in frame and frame["id"] in self._asked):
            self._reply(frame)
        elif kind == "heartbeat":
            if self.state == "live" and not self.book.agrees(frame["heads"]):
                self._run(self._come_back())
        elif kind == "resync":
            self._run(self._come_back())
        else:
            if kind == "bye":
                self._retry_after = frame.get("retry_after")
            self._on_signal(frame)

    def lost(self, code: int | None, reason: str) -> None:
        """Receiver: the connection is gone."""
        self._connection = None
        self._resuming = False
        for id_, asked in list(self._asked.items()):
            if not asked.keyed:
                del self._asked[id_]
                asked.answer.errback(Disconnected(reason or f"closed with {code}"))
        if code in STAY_AWAY and self._running:
            assert code is not None
            self._give_up(NotWelcome(code, reason))
        else:
            self._wait()

    # ---- what arrives ---------------------------------------------------------------------------

    def _event(self, frame: Frame) -> None:
        try:
            news = self.book.event(frame)
        except Hole as hole:
            self.log.warn("something is missing: {hole}", hole=hole)
            self._run(self._come_back())
            return
        if news:
            self._on_event(frame)

    def _reply(self, frame: Frame) -> None:
        asked = self._asked.pop(frame.get("id", -1), None)
        if asked is None:
            self._on_signal(frame)
        elif frame["type"] != "error":
            if frame["type"] == "opened":
                self.book.opened(frame)
            asked.answer.callback(frame)
        elif asked.keyed and frame.get("retry") and self._running:
            self._asked[asked.frame["id"]] = asked
            self._reactor.callLater(frame.get("retry_after") or 1.0, self._again_with, asked)
        else:
            asked.answer.errback(Refused(frame))

    def _again_with(self, asked: _Asked) -> None:
        if asked.frame["id"] in self._asked and self._connection and self.state == "live":
            self._connection.send(asked.frame)

    async def _come_back(self) -> None:
        """Resumes what was open, then sends again what was not answered."""
        if self._resuming:
            return
        self._resuming = True
        connection = self._connection
        try:
            while self.book.heads:
                more = {} if self.book.cursor is None else {"cursor": self.book.cursor}
                reply = await self._ask_now("resume", rooms=list(self.book.heads), **more)
                news, lost = self.book.resumed(reply)
                for event in news:
                    self._on_event(event)
                if lost:
                    self._on_lost_history(lost)
                if not reply.get("more"):
                    break
        except Disconnected:
            return
        except Refused as error:
            self.log.warn("resume was refused: {error}", error=error)
            self._reactor.callLater(error.retry_after or 1.0, self.cut)
            return
        finally:
            self._resuming = False
        if connection is None or connection is not self._connection:
            return
        self._backoff.reset()
        if self.state != "live":
            for asked in self._asked.values():
                connection.send(asked.frame)
        self._become("live")

    def _ask_now(self, type_: str, **fields: Any) -> "Deferred[Frame]":
        asked = _Asked({"type": type_, "id": self._next_id, **fields})
        self._next_id += 1
        if self._connection is None:
            asked.answer.errback(Disconnected("not connected"))
        else:
            self._asked[asked.frame["id"]] = asked
            self._connection.send(asked.frame)
        return asked.answer

    # ---- silence --------------------------------------------------------------------------------

    def _heard(self) -> None:
        seconds = (self.welcome or {}).get("heartbeat", 25.0) + SLACK
        if self._silence is not None and self._silence.active():
            self._silence.reset(seconds)
        elif self._connection is not None:
            self._silence = self._reactor.callLater(seconds, self.cut)

    def _cancel(self) -> None:
        for call in (self._again, self._silence):
            if call is not None and call.active():
                call.cancel()
        self._again = self._silence = None


def new_key() -> str:
    """A key for one lasting effect: 96 random bits."""
    return secrets.token_urlsafe(12)
