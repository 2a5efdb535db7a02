"""A client that stays: it reconnects, resumes without holes, and sends keyed commands until they
are answered."""

import random
import secrets
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Literal

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chatd.client.backoff import Backoff
from chatd.client.book import Book, Frame, Hole
from chatd.client.commands import Commands, fields_given
from chatd.client.connection import Connection, Receiver, connect, host_and_port
from chatd.client.errors import Disconnected, NotWelcome, Refused, pause, stays_away

State = Literal["connecting", "live", "waiting", "stopped"]
#: Seconds of silence beyond the heartbeat after which the server, or the way to it, is gone.
SLACK = 10.0
#: Seconds that a connection has to hold before the next failure counts as the first.
HELD = 5.0

Headers = Callable[[], Coroutine[Any, Any, Mapping[str, str]]]
#: Makes a connection with the headers, for the receiver; fails as `connect` does.
Connector = Callable[[Mapping[str, str], Receiver], "Deferred[Connection]"]


class Client:
    """Give it a way to be known (``headers``: a coroutine function that returns the handshake's
    headers, a fresh ticket or token included; `NotWelcome` from it stops the client) and callbacks:

    * ``on_event(frame)``: every event of every open room, once, in order;
    * ``on_signal(frame)``: what else the server says;
    * ``on_state(state)``: connecting, live, waiting, stopped;
    * ``on_lost_history(rooms)``: the server could not tell what was missed there: read it again.

    ``renew``: a coroutine function that returns a fresh token of the site that vouched for this
    person. It is called when the server says that the present one is about to end, and the
    connection goes on; without it, or if it fails, the connection ends and the next one asks
    ``headers``.

    ``trust``, ``origin`` and ``address`` are those of `connect`, which ``connector`` replaces.
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
        renew: Callable[[], Coroutine[Any, Any, str]] | None = None,
        backoff: Backoff | None = None,
        connector: Connector | None = None,
    ) -> None:
        host_and_port(url)  # a bad one is refused at once
        self._reactor = reactor
        self._headers = headers
        self._connector: Connector = connector or partial(
            connect, reactor, url, trust=trust, origin=origin, address=address
        )
        self._on_event = on_event
        self._on_signal = on_signal
        self._on_state = on_state
        self._on_lost_history = on_lost_history
        self._renew = renew
        self._backoff = backoff or Backoff(random.SystemRandom().random)
        self._commands = Commands(reactor, random.SystemRandom().random)
        self.book = Book()
        self.welcome: Frame | None = None
        self.state: State = "stopped"
        self.connections = 0
        #: why the client stopped by itself, or why it last had to wait
        self.error: Exception | None = None
        self._connection: Connection | None = None
        self._attempt: Deferred[None] | None = None
        self._running = False
        self._resuming = False
        self._live_since = 0.0
        self._retry_after: float | None = None
        self._again: IDelayedCall | None = None
        self._silence: IDelayedCall | None = None
        self._cut_later: IDelayedCall | None = None
        self._stopping: IDelayedCall | None = None
        self._until_live: list[Deferred[None]] = []
        self._until_stopped: list[Deferred[None]] = []

    # ---- what people call -----------------------------------------------------------------------

    def start(self) -> None:
        """Connects, and stays connected until `stop`. Harmless if called before."""
        if self._until_stopped:
            raise RuntimeError("the client is still stopping: wait for what stop() returned")
        if not self._running:
            self._running = True
            self.error = None
            self._try()

    def stop(self) -> "Deferred[None]":
        """Closes for good; commands not answered yet fail with `Disconnected`. No timer and no
        connection is left when the Deferred fires."""
        self._running = False
        self._cancel()
        done: Deferred[None] = Deferred()
        self._until_stopped.append(done)
        if self._connection is not None:
            self._connection.close()
        elif self._attempt is not None:
            self._attempt.cancel()
        elif self._stopping is None:
            self._stopped()
        return done

    def live(self) -> "Deferred[None]":
        """Fires when the client is connected and up to date; fails once it is to stop, even while
        the connection is still being closed."""
        waited: Deferred[None] = Deferred()
        if not self._running:
            waited.errback(self._why_stopped())
        elif self.state == "live" and self._connection is not None:
            waited.callback(None)
        else:
            self._until_live.append(waited)
        return waited

    def ask(self, type_: str, **fields: Any) -> "Deferred[Frame]":
        """Sends a command; fires with its reply or fails with `Refused`. One with a ``key`` waits
        for a connection and for earlier ones in its room, and is sent again after each loss;
        others fail with `Disconnected`."""
        if not self._running:
            failed: Deferred[Frame] = Deferred()
            failed.errback(self._why_stopped())
            return failed
        return self._commands.ask(type_, fields)

    def send(self, room: str, text: str, key: str | None = None, **more: Any) -> "Deferred[Frame]":
        """Says ``text``; the reply tells its place (``seq``). Safe to rely on through losses."""
        return self.ask("send", key=key or new_key(), room=room, text=text, **more)

    async def rooms(self) -> list[Frame]:
        """Every room one is a member of, as in the server's reply to ``rooms``, page by page."""
        found: list[Frame] = []
        more = True
        while more:
            after = found[-1]["room"] if found else None
            reply = await self.ask("rooms", **fields_given(after=after))
            found += reply["rooms"]
            more = reply.get("more", False)
        return found

    async def open(self, room: str, limit: int | None = None) -> Frame:
        """Opens a room, over the next connection if this one goes: its events arrive from the reply
        on, through reconnects, until `close`."""
        while True:
            await self.live()
            try:
                return await self.ask("open", room=room, **fields_given(limit=limit))
            except Disconnected:
                continue

    async def close(self, room: str) -> None:
        """Hears nothing more of the room."""
        self.book.closed(room)
        try:
            await self.ask("close", room=room)
        except Disconnected:
            return  # the next connection never opens it

    def cut(self) -> None:
        """Cuts the connection as a network would; the client comes back by itself."""
        if self._connection is not None:
            self._connection.abort()

    # ---- connecting -----------------------------------------------------------------------------

    def _try(self) -> None:
        self._again = None
        self._attempt = attempt = Deferred.fromCoroutine(self._connect())
        attempt.addErrback(lambda failure: self.log.failure("the client failed", failure))

    async def _connect(self) -> None:
        self._become("connecting")
        try:
            headers = await self._headers()
            connection = await self._connector(headers, self)
        except NotWelcome as error:
            self._attempt = None
            self._give_up(error)
        except CancelledError:
            self._attempt = None
            # What was cancelled is gone after this turn.
            self._stopping = self._reactor.callLater(0, self._stopped)
        except Exception as error:
            self._attempt = None
            self.error = error
            self.log.warn("could not connect: {error}", error=error)
            self._wait(getattr(error, "retry_after", None))
        else:
            self._attempt = None
            self._connection = connection
            self.connections += 1
            self._heard()

    def _wait(self, retry_after: float | None) -> None:
        if not self._running:
            self._stopped()
            return
        self._again = self._reactor.callLater(self._backoff.next(retry_after), self._try)
        self._become("waiting")

    def _give_up(self, error: NotWelcome) -> None:
        self.error = error
        self._running = False
        self._stopped()

    def _stopped(self) -> None:
        self._stopping = None
        self._cancel()
        self._become("stopped")
        self._commands.ended(self._why_stopped())
        waiting, self._until_live = self._until_live, []
        for one in waiting:
            one.errback(self._why_stopped())
        ended, self._until_stopped = self._until_stopped, []
        for one in ended:
            one.callback(None)

    def _why_stopped(self) -> Exception:
        if isinstance(self.error, NotWelcome):
            return self.error
        return Disconnected("the client is stopped")

    def _become(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        self._tell(self._on_state, state)
        if state == "live":
            waiting, self._until_live = self._until_live, []
            for one in waiting:
                one.callback(None)

    def _tell(self, callback: Callable[[Any], None], what: Any) -> None:
        """A fault in the caller's code is the caller's: it must not stop us."""
        try:
            callback(what)
        except Exception:
            self.log.failure("a callback of the client failed")

    # ---- Receiver -------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        """Receiver: something arrived."""
        self._heard()
        kind = frame["type"]
        if kind == "welcome":
            self.welcome = frame
            self._heard()
            self._run(self._come_back())
        elif "cursor" in frame and "seq" in frame:
            self._event(frame)
        elif self._commands.is_reply(frame):
            if kind == "opened":
                self.book.opened(frame)
            self._commands.reply(frame)
        elif "id" not in frame:
            self._signal(kind, frame)

    def lost(self, code: int | None, reason: str) -> None:
        """Receiver: the connection is gone."""
        self._connection = None
        if self.state == "live" and self._reactor.seconds() - self._live_since >= HELD:
            self._backoff.reset()
        self._cancel()
        why = reason if code is None else f"closed with {code}: {reason}"
        self._commands.interrupted(why)
        retry_after, self._retry_after = self._retry_after, None
        if code is not None and stays_away(code) and self._running:
            self._give_up(NotWelcome(code, reason))
        else:
            self.error = Disconnected(why, retry_after)
            self._wait(retry_after)

    # ---- what arrives ---------------------------------------------------------------------------

    def _event(self, frame: Frame) -> None:
        try:
            news = self.book.event(frame)
        except Hole as hole:
            self.log.warn("something is missing: {hole}", hole=hole)
            self._run(self._come_back())
            return
        if news:
            self._tell(self._on_event, frame)

    def _signal(self, kind: str, frame: Frame) -> None:
        if kind == "heartbeat":
            if self.state == "live" and not self.book.agrees(frame["heads"]):
                self._run(self._come_back())
            return
        if kind == "resync":
            self._run(self._come_back())
            return
        if kind == "bye":
            self._retry_after = pause(frame.get("retry_after"))
        elif kind == "room_removed":
            self.book.closed(frame["room"])
        elif kind == "ending" and self._renew is not None:
            self._run(self._go_on(self._renew))
        self._tell(self._on_signal, frame)

    async def _go_on(self, renew: Callable[[], Coroutine[Any, Any, str]]) -> None:
        try:
            await self.ask("renew", token=await renew())
        except (Refused, Disconnected) as error:
            self.log.warn("the sign-in was not renewed: {error}", error=error)

    # ---- coming back ----------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        Deferred.fromCoroutine(coroutine).addErrback(
            lambda failure: self.log.failure("the client failed", failure)
        )

    async def _come_back(self) -> None:
        """Resumes what was open, then sends again what was not answered."""
        connection = self._connection
        if self._resuming or connection is None:
            return
        self._resuming = True
        refused = None
        try:
            while self.book.heads and await self._resume(connection):
                pass
        except Disconnected:
            return
        except Refused as error:
            refused = error
        finally:
            self._resuming = False
        if refused is not None:
            self._not_resumed(refused)
            return
        if connection is not self._connection or not self._running:
            return
        if self.state != "live":
            self._live_since = self._reactor.seconds()
            self._commands.through(connection.send)
            self._become("live")

    async def _resume(self, connection: Connection) -> bool:
        """Whether there is more to fetch."""
        fields = fields_given(rooms=list(self.book.heads), cursor=self.book.cursor)
        reply = await self._commands.ask("resume", fields, via=connection.send)
        news, lost = self.book.resumed(reply)
        for event in news:
            self._tell(self._on_event, event)
        if lost:
            self._tell(self._on_lost_history, lost)
        return bool(reply.get("more"))

    def _not_resumed(self, error: Refused) -> None:
        self.log.warn("resume was refused: {error}", error=error)
        if not error.retry:
            # As we ask, it will never be granted: begin again, with no room open.
            self._tell(self._on_lost_history, self.book.forget())
            self._run(self._come_back())
        elif self._cut_later is None or not self._cut_later.active():
            self._cut_later = self._reactor.callLater(error.retry_after or 1.0, self.cut)

    # ---- silence --------------------------------------------------------------------------------

    def _heard(self) -> None:
        seconds = (self.welcome or {}).get("heartbeat", 25.0) + SLACK
        if self._silence is not None and self._silence.active():
            self._silence.reset(seconds)
        elif self._connection is not None and self._running:
            self._silence = self._reactor.callLater(seconds, self.cut)

    def _cancel(self) -> None:
        for call in (self._again, self._silence, self._cut_later):
            if call is not None and call.active():
                call.cancel()
        self._again = self._silence = self._cut_later = None


def new_key() -> str:
    """A key for one lasting effect: 96 random bits."""
    return secrets.token_urlsafe(12)
