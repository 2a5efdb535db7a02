"""The commands of one connection: decided one after the other, answered in the order they came.

Writes are pipelined: the next is decided and handed to the store while earlier ones await their
commit. Everything else starts when all before it is answered, and lets nothing pass: so clients
read what they wrote, and replies keep the order of their commands. Writes of a connection that died
still commit; what had not begun is forgotten.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from chatd.core.principal import Principal
from chatd.engine.engine import Engine
from chatd.engine.origin import Origin
from chatd.engine.rows import Committed
from chatd.engine.table import Read, Write
from chatd.engine.tracing import Carried
from chatd.session.ports import Drive, Subscriber
from chatd.wire.frames import Command, Error, Reply

Answer = Reply | Error


class _Slot:
    """A place in the order of replies, taken before its reply is known. For a write it is where the
    store puts the outcome: a call each, and no coroutine or Deferred (`engine.ports.Handing`)."""

    __slots__ = ("_command", "_pipeline", "answer", "began")

    def __init__(self, pipeline: "Pipeline", item: Command | Error, began: float = 0.0) -> None:
        self._pipeline = pipeline
        self._command = item
        self.began = began
        self.answer: Answer | None = item if isinstance(item, Error) else None

    def keep(self, outcome: Committed | BaseException) -> Callable[[], None]:
        assert not isinstance(self._command, Error)
        self.answer = self._pipeline.answer(self._command, outcome)
        self._pipeline.measure(self._command, self.began, self.answer)
        return self._pipeline.settled


class PipelineOwner(Protocol):
    """The session; a bound method for each of these would take 64 bytes per connection."""

    origin: Origin

    def answered(self, answers: Sequence[Answer]) -> None:
        """Answers to send, in order."""

    def eased(self) -> None:
        """Called after it: there may be room for more."""


class Pipeline:
    """The commands of one connection, on behalf of ``owner``."""

    __slots__ = (
        "_advancing",
        "_alone",
        "_drive",
        "_engine",
        "_owner",
        "_principal",
        "_slots",
        "_started",
        "_stopped",
        "_subscriber",
        "_waiting",
    )

    def __init__(
        self,
        engine: Engine,
        principal: Principal,
        subscriber: Subscriber,
        drive: Drive,
        owner: PipelineOwner,
    ) -> None:
        self._engine = engine
        self._principal = principal
        self._subscriber = subscriber
        self._drive = drive
        self._owner = owner
        # Short and mostly empty: a list of its own takes a tenth of an empty deque.
        self._waiting: list[Command | Error] = []
        self._slots: list[_Slot] = []
        self._alone = False
        self._advancing = False
        self._started = False
        self._stopped = False

    @property
    def depth(self) -> int:
        """Commands that are not answered yet."""
        return len(self._waiting) + len(self._slots) + self._alone

    def start(self) -> None:
        """Begins with what was put so far."""
        self._started = True
        self._advance()

    def stop(self) -> None:
        """For good: what has not begun never will, and nobody hears how the rest ended."""
        self._stopped = True
        self._waiting.clear()

    def put(self, item: Command | Error) -> None:
        """A command to carry out in its turn, or the error that answers what was not one."""
        if not self._stopped:
            self._waiting.append(item)
            self._advance()

    def _advance(self) -> None:
        if self._advancing or not self._started:
            # What an answer sets off is left to the loop below, so that the stack does not grow.
            return
        self._advancing = True
        try:
            while self._waiting and not self._alone and self._begin(self._waiting[0]):
                pass
        finally:
            self._advancing = False

    def _begin(self, item: Command | Error) -> bool:
        """Starts the first that waits; False if it has to go on waiting."""
        if isinstance(item, Error):
            self._waiting.pop(0)
            self._slots.append(_Slot(self, item))
            self._flush()
        elif self._may_join(item):
            self._waiting.pop(0)
            self._write(item)
        elif self._slots:
            return False
        else:
            self._waiting.pop(0)
            self._alone = True
            self._drive(self._run_alone(item))
        return True

    def _may_join(self, command: Command) -> bool:
        engine = self._engine
        return type(engine.row(command)) is Write and not engine.needs_resolving(command)

    def _write(self, command: Command) -> None:
        engine = self._engine
        slot = _Slot(self, command, engine.clock.now())
        self._slots.append(slot)
        try:
            engine.store.hand(engine.decide(command, self._principal), slot)
        except Exception as failure:
            slot.answer = self._error(failure, command)
            self.measure(command, slot.began, slot.answer)
            self._flush()

    def answer(self, command: Command, outcome: Committed | BaseException) -> Answer:
        """What answers a write with this outcome."""
        try:
            if isinstance(outcome, BaseException):
                raise outcome
            return self._engine.reply(command, outcome, self._principal)
        except Exception as failure:
            return self._error(failure, command)

    def settled(self) -> None:
        """The writes of one commit have their answers."""
        try:
            self._flush()
            self._advance()
        except Exception as failure:
            self._engine.fault(failure, "replies", self._owner.origin)

    def measure(self, command: Command, began: float, answer: Answer) -> None:
        """``command`` has its answer; its turn came at ``began``."""
        engine = self._engine
        ended = engine.clock.now()
        kind = engine.row(command).kind
        engine.meters.command(_type(command), kind, ended - began)
        if engine.tracer is not None:
            wrong = answer if isinstance(answer, Error) else None
            engine.tracer.carried(
                Carried(
                    _type(command),
                    kind,
                    began,
                    ended,
                    "done" if wrong is None else wrong.code,
                    self._owner.origin,
                    command.id,
                    None if wrong is None else wrong.reference,
                )
            )

    async def _run_alone(self, command: Command) -> None:
        answer: Answer
        began = self._engine.clock.now()
        try:
            answer = await self._answer(command)
        except Exception as failure:
            answer = self._error(failure, command)
        self.measure(command, began, answer)
        self._alone = False
        if not self._stopped:
            self._owner.answered((answer,))
            self._release(command)
            self._owner.eased()
        self._advance()

    async def _answer(self, command: Command) -> Reply:
        engine, row = self._engine, self._engine.row(command)
        if engine.needs_resolving(command):
            command = await engine.resolved(command, self._principal.user)
        if isinstance(row, Write):
            committed = await engine.store.commit(engine.decide(command, self._principal))
            return engine.reply(command, committed, self._principal)
        if isinstance(row, Read):
            return await engine.answer(command, self._principal, self._subscriber)
        return engine.act(command, self._principal, self._subscriber)

    def _release(self, command: Command) -> None:
        """What was kept back while reading follows the reply."""
        if not isinstance(self._engine.row(command), Read):
            return
        try:
            self._subscriber.release()
        except Exception as failure:
            self._engine.fault(failure, "release", self._owner.origin, command.id)

    def _flush(self) -> None:
        answers: list[Answer] = []
        for slot in self._slots:
            if slot.answer is None:
                break
            answers.append(slot.answer)
        if answers:
            del self._slots[: len(answers)]
            if not self._stopped:
                self._owner.answered(answers)
                self._owner.eased()

    def _error(self, failure: Exception, command: Command) -> Error:
        return self._engine.error(failure, command.id, _type(command), self._owner.origin)


def _type(command: Command) -> str:
    return str(command.__struct_config__.tag)
