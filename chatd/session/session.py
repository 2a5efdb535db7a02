"""Session: one connection without its socket.

The edge tells it what comes in and when time passes; it answers through the outbox and the wire.
What it does in which state is the table in `states`; commands run in the `pipeline`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import inf
from typing import Final

from msgspec.structs import replace

from chatd.core import codes
from chatd.core.codes import Close
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine
from chatd.engine.origin import Origin
from chatd.engine.ports import Clock
from chatd.session.budgets import Budgets, Window
from chatd.session.intake import Enough, Intake
from chatd.session.liveness import INTERVAL, PATIENCE, Liveness, Sign
from chatd.session.outbox import Outbox
from chatd.session.pipeline import Answer, Pipeline
from chatd.session.ports import Drive, Subscriber, WirePort
from chatd.session.states import TABLE, Act, Input, State
from chatd.session.taps import Ear, TappedIntake
from chatd.wire import framing
from chatd.wire.codec import encode
from chatd.wire.frames import Bye, Ending, Heartbeat, Limits, LimitsChanged, Said, Welcome

#: Pings and pongs a second; answering costs us as much as it costs them.
CONTROL_FRAMES: Final = 10
#: From `bye` until the connection is cut, whatever the peer does.
CLOSING_SECONDS: Final = 5.0
#: How long before the proof of identity ends the client is told.
WARNING_SECONDS: Final = 60.0
#: When to come back if the store is out of order.
STORE_RETRY_SECONDS: Final = 2.0


#: Each `frozenset()` is a new object and takes 0.2 KiB.
_NOTHING: Final[frozenset[str]] = frozenset()
#: Looked up without the detour through its class.
OPEN: Final = State.OPEN

_NO_REASON: Final = Bye(code=Close.INTERNAL_ERROR, reason="")


class Session:
    """One connection of ``principal``. None of its methods raise, whatever the peer sends.

    ``phase`` (0 to 1): where in their interval its heartbeats fall.
    """

    __slots__ = (
        "_budgets",
        "_bye",
        "_clock",
        "_controls",
        "_cut_at",
        "_drive",
        "_due",
        "_engine",
        "_intake",
        "_limits",
        "_liveness",
        "_next_look",
        "_outbox",
        "_pipeline",
        "_subscriber",
        "_unread_for",
        "_wire",
        "origin",
        "principal",
        "state",
    )

    def __init__(
        self,
        principal: Principal,
        engine: Engine,
        subscriber: Subscriber,
        outbox: Outbox,
        wire: WirePort,
        budgets: Budgets,
        limits: Limits,
        clock: Clock,
        drive: Drive,
        *,
        phase: float = 0.0,
        heartbeat_seconds: float = INTERVAL,
        dead_seconds: float = INTERVAL + PATIENCE,
    ) -> None:
        now = clock.now()
        self.principal = principal
        self.origin = Origin(wire.id, principal.user)
        self.state = State.OPENING
        self._engine = engine
        self._subscriber = subscriber
        self._outbox = outbox
        self._wire = wire
        self._budgets = budgets
        self._limits = limits
        self._clock = clock
        self._drive = drive
        patience = dead_seconds - heartbeat_seconds
        self._liveness = Liveness(now, phase, heartbeat_seconds, patience)
        self._intake = Intake(engine, budgets, self.origin)
        self._controls: Window | None = None  # most connections see none for a long time
        self._pipeline = Pipeline(engine, principal, subscriber, drive, self)
        self._unread_for = _NOTHING
        self._bye = _NO_REASON
        self._cut_at = self._next_look = now
        self._due = self._warning()
        outbox.watch(self)

    @property
    def open_rooms(self) -> Collection[str]:
        """The rooms whose events are sent here."""
        return self._subscriber.open_rooms

    def tap(self, ear: Ear) -> bool:
        """``ear`` is told of every frame from now on; False if another one already is."""
        if isinstance(self._intake, TappedIntake):
            return False
        self._intake = TappedIntake(self._intake, ear)
        self._outbox.tap(ear)
        return True

    def untap(self) -> None:
        if isinstance(self._intake, TappedIntake):
            self._intake = self._intake.inner
            self._outbox.untap()

    # What the edge tells.

    def opened(self) -> None:
        """The handshake is done: the server speaks first."""
        self._send(
            Welcome(
                user=self.principal.user,
                name=self.principal.name,
                connection=self.origin.connection,
                server=self._engine.server,
                time=self._clock.wall(),
                heartbeat=self._liveness.interval,
                features=list(self._engine.features),
                limits=self._limits,
            )
        )
        self._drive(self._attach())

    def frame(self, data: bytes) -> None:
        """A whole text message arrived."""
        now = self._clock.now()
        self._liveness.heard(now)
        if self._step(Input.FRAME) is not Act.TAKE:
            return
        item = self._intake.take(data, now, self._limits)
        if isinstance(item, Enough):
            self.close(item.code, item.reason)
            return
        self._pipeline.put(item)
        if self._pipeline.depth >= self._limits.commands_in_flight:
            self._stop_reading("commands")

    def pong(self) -> None:
        """The peer answered a ping."""
        self._liveness.heard(self._clock.now())

    def control(self) -> None:
        """A ping arrived, or a pong that nobody asked for."""
        now = self._clock.now()
        self._liveness.heard(now)
        if self._controls is None:
            self._controls = Window(CONTROL_FRAMES, 1.0)
        if self._controls.hit(now):
            self.close(
                Close.POLICY_VIOLATION,
                f"At most {CONTROL_FRAMES} pings and pongs a second are taken.",
            )

    def drained(self) -> None:
        """The wire has handed all it kept to the kernel."""
        self._outbox.drained()

    def tick(self, now: float) -> None:
        """Time passed; about once a second.

        Ten thousand idle connections are ten thousand calls a second: as long as nothing is due
        each is a few comparisons, 0.6 µs instead of 2.
        """
        self._outbox.tick(now)
        if now < self._next_look and self.state is OPEN and self._clock.wall() < self._due:
            return
        if self._step(Input.TICK) is Act.LOOK:
            self._look(now)
        elif self.state is State.CLOSING and now >= self._cut_at:
            self._step(Input.OVERDUE)

    def drain(self, retry_after: float) -> None:
        """The server stops; ``retry_after`` (seconds) spreads out the clients' return."""
        self.close(Close.SERVICE_RESTART, "The server restarts.", retry_after)

    def limits_changed(self, limits: Limits) -> None:
        """Other limits hold from now on."""
        self._limits = limits
        self._budgets.change(limits, self._clock.now())
        self._outbox.bound_bytes = limits.reader_bytes
        self._outbox.bound_seconds = limits.reader_seconds
        if self._is_alive():
            self._send(LimitsChanged(limits=limits))

    def renewed(self, expires: int) -> None:
        """The proof of identity is good until ``expires`` (Unix ms) from now on. The user stays the
        same, which is all that commands look at."""
        self.principal = replace(self.principal, expires=expires / 1000)
        self._due = self._warning()

    def revoked(self, reason: str, code: Close = Close.SIGNED_OUT) -> None:
        """The proof of identity is no longer good."""
        self.close(code, reason)

    def close(self, code: Close, reason: str, retry_after: float | None = None) -> None:
        """Ends the connection, with a word on why. Harmless if it is ending already."""
        if self._is_alive():
            self._bye = Bye(code=code, reason=codes.reason(reason), retry_after=retry_after)
            self._step(Input.CLOSE)

    def lost(self) -> None:
        """The connection is gone."""
        self._step(Input.LOST)
        self._outbox.end()

    # What the outbox tells.

    def slow(self) -> None:
        if self.state is State.OPENING:
            self._bye = Bye(code=Close.SLOW_READER, reason="Not even the welcome was read.")
        self._step(Input.SLOW)

    def recovered(self) -> None:
        self._step(Input.RECOVERED)

    def stuck(self) -> None:
        self.close(Close.SLOW_READER, "What was sent was not read for too long.")

    def emptied(self) -> None:
        self._step(Input.EMPTIED)

    # What the table of states asks for.

    def _step(self, put: Input) -> Act:
        self.state, act = TABLE[self.state, put]
        do = _DOING.get(act)
        if do is not None:
            do(self)
        return act

    def _start(self) -> None:
        self._pipeline.start()

    def _pause(self) -> None:
        self._subscriber.drop_all()
        self._stop_reading("slow")

    def _resync(self) -> None:
        # A read whose reply was dropped may have opened rooms meanwhile.
        self._subscriber.drop_all()
        self._liveness.heard(self._clock.now())
        self._go_on_reading("slow")

    def _end(self) -> None:
        self._leave()
        self._cut_at = self._clock.now() + CLOSING_SECONDS
        self._send(self._bye)
        if self._outbox.empty:
            self._finish()

    def _finish(self) -> None:
        if self._outbox.ended:
            return
        self._outbox.end()
        self._wire.close(self._bye.code, self._bye.reason)

    def _abort(self) -> None:
        self._outbox.end()
        self._wire.abort()

    def _leave(self) -> None:
        self._subscriber.detach()
        self._pipeline.stop()

    # Frames in and out.

    def answered(self, answers: Sequence[Answer]) -> None:
        # In one write: otherwise 64 replies would be 64 system calls and as many TLS records.
        self._outbox.write(b"".join([framing.text(self._encoded(each)) for each in answers]))

    def _encoded(self, answer: Answer) -> bytes:
        try:
            return encode(answer)
        except Exception as failure:
            return encode(self._engine.error(failure, answer.id, "reply", self.origin))

    def _send(self, frame: Said) -> None:
        self._outbox.write(framing.text(encode(frame)))

    def eased(self) -> None:
        if self._pipeline.depth <= self._limits.commands_in_flight // 2:
            self._go_on_reading("commands")

    def _stop_reading(self, why: str) -> None:
        if not self._unread_for:
            self._wire.pause_reading()
        self._unread_for |= {why}

    def _go_on_reading(self, why: str) -> None:
        if why in self._unread_for:
            self._unread_for = (self._unread_for - {why}) or _NOTHING
            if not self._unread_for:
                # It was we who did not read: their silence meant nothing.
                self._liveness.heard(self._clock.now())
                self._wire.resume_reading()

    # Beginning, and what time brings.

    async def _attach(self) -> None:
        try:
            shuns, rooms, position = await self._engine.store.arrival(self.principal.user)
            if self.state is State.OPENING:
                self._subscriber.shuns(shuns)
                self._subscriber.memberships(
                    [(room.id, room.head, room.number, room.members) for room in rooms], position
                )
                self._subscriber.release()
        except Refusal as refusal:
            self.close(Close.TRY_AGAIN_LATER, refusal.message, STORE_RETRY_SECONDS)
        except Exception as failure:
            reference = self._engine.fault(failure, "opening", self.origin)
            self.close(
                Close.INTERNAL_ERROR,
                f"The server could not read your rooms; tell the operator {reference}.",
            )
        self._step(Input.ATTACHED)

    def _look(self, now: float) -> None:
        if self._clock.wall() >= self._due and self._ends():
            return
        if self._unread_for:
            # It is we who do not read: their silence means nothing.
            self._liveness.heard(now)
        signs = self._liveness.due(now)
        self._next_look = self._liveness.next
        if Sign.DEAD in signs:
            self.close(Close.DEAD_PEER, "No sign of life came in time.")
        elif signs:
            self._outbox.write(b"".join(map(self._sign, signs)))

    def _sign(self, sign: Sign) -> bytes:
        if sign is Sign.PING:
            return framing.PING
        heads = self._subscriber.heads()
        return framing.text(encode(Heartbeat(time=self._clock.wall(), heads=heads)))

    def _ends(self) -> bool:
        """Closes if the proof of identity has ended; otherwise the client is told that it will."""
        ends = round((self.principal.expires or 0) * 1000)
        if self._clock.wall() >= ends:
            self.close(Close.CREDENTIAL_EXPIRED, "Your sign-in ended; renew it, then come back.")
            return True
        self._due = ends
        self._send(Ending(expires=ends))
        return False

    def _warning(self) -> float:
        """When the client is told that its proof of identity ends, on the wall's clock in ms."""
        if self.principal.expires is None:
            return inf
        ends, now = self.principal.expires * 1000, self._clock.wall()
        return ends - min(WARNING_SECONDS * 1000, max(ends - now, 0) / 2)

    def _is_alive(self) -> bool:
        return self.state in (State.OPENING, State.OPEN, State.STALLED)


#: What is done for each act of the table; `TAKE` and `LOOK` need more than the act.
_DOING: Final[Mapping[Act, Callable[[Session], None]]] = {
    Act.START: Session._start,
    Act.PAUSE: Session._pause,
    Act.RESYNC: Session._resync,
    Act.END: Session._end,
    Act.FINISH: Session._finish,
    Act.ABORT: Session._abort,
    Act.RELEASE: Session._leave,
}
