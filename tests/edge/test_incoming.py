"""A body on its way: how much of it is held, and what becomes of what is refused or lost."""

from typing import Any

from twisted.internet.defer import Deferred

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Declined, Response
from chatd.edge.incoming import PIECE, Incoming

DONE = Response(201)


class Way:
    """The connection. ``paused``: the peer is not read from."""

    def __init__(self, at_once: bool = False) -> None:
        self.paused = False
        self.wanted = False
        self.refused: list[BaseException] = []
        self._at_once = at_once

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def body_wanted(self) -> None:
        self.wanted = True

    def refused_at_once(self, why: BaseException) -> bool:
        self.refused.append(why)
        return self._at_once


class Intake:
    """Where the body goes; each write takes until `wrote`."""

    def __init__(self, slow: bool = False) -> None:
        self.written: list[int] = []
        self.ended: list[str] = []
        self.fails: Exception | None = None
        self._slow = slow
        self._writing: Deferred[None] | None = None

    async def write(self, data: bytes) -> None:
        self.written.append(len(data))
        if self.fails is not None:
            raise self.fails
        if self._slow:
            self._writing = Deferred()
            await self._writing

    def wrote(self) -> None:
        assert self._writing is not None
        writing, self._writing = self._writing, None
        writing.callback(None)

    async def done(self) -> Response:
        self.ended.append("done")
        return DONE

    async def abandon(self) -> None:
        self.ended.append("abandoned")


class Door:
    """Where it is found out who sends the body."""

    def __init__(self) -> None:
        self._answer: Deferred[Any] = Deferred()

    async def begin(self) -> Any:
        return await self._answer

    def lets_in(self, intake: Intake) -> None:
        self._answer.callback(intake)

    def refuses(self, why: Exception) -> None:
        self._answer.errback(why)


def told(answer: "Deferred[Response]") -> list[Any]:
    """What it fires with, in time; a failure's exception."""
    found: list[Any] = []
    answer.addBoth(lambda result: found.append(getattr(result, "value", result)))
    return found


def test_of_a_stranger_no_more_is_held_than_came_at_once() -> None:
    way, door, intake = Way(), Door(), Intake()
    incoming = Incoming(door.begin(), way)
    incoming.feed(b"x" * 1000)
    assert way.paused and not way.wanted
    # A write to the peer has resumed it: it is paused again with the next bytes.
    way.paused = False
    incoming.feed(b"x" * 1000)
    assert way.paused
    door.lets_in(intake)
    assert way.wanted and not way.paused
    assert intake.written == []


def test_a_fast_sender_is_held_up_while_a_piece_is_written() -> None:
    way, door, intake = Way(), Door(), Intake(slow=True)
    incoming = Incoming(door.begin(), way)
    door.lets_in(intake)
    incoming.feed(b"x" * (PIECE - 1))
    assert intake.written == [] and not way.paused
    incoming.feed(b"x" * 10)
    assert intake.written == [PIECE + 9] and way.paused
    incoming.feed(b"x" * 5)
    assert way.paused
    intake.wrote()
    assert not way.paused
    incoming.feed(b"x" * 7)
    answer = told(incoming.finished())
    assert intake.written == [PIECE + 9, 12] and answer == []
    intake.wrote()
    assert answer == [DONE] and intake.ended == ["done"]


def test_a_body_that_was_all_there_before_anybody_knew_is_taken() -> None:
    way, door, intake = Way(), Door(), Intake()
    incoming = Incoming(door.begin(), way)
    incoming.feed(b"all of it")
    answer = told(incoming.finished())
    assert answer == []
    door.lets_in(intake)
    assert (answer, intake.written) == ([DONE], [9])


def test_what_is_refused_is_read_on_and_thrown_away_and_then_answered() -> None:
    way, door = Way(), Door()
    incoming = Incoming(door.begin(), way)
    incoming.feed(b"x" * 1000)
    why = Refusal(Code.RATE_LIMITED, "Wait.")
    door.refuses(why)
    assert way.refused == [why] and not way.paused
    for _ in range(100):
        incoming.feed(b"x" * PIECE)
    assert incoming._pieces == [] and not way.paused
    assert told(incoming.finished()) == [why]


def test_a_stranger_is_answered_at_once_and_nothing_more_is_read() -> None:
    way, door = Way(at_once=True), Door()
    Incoming(door.begin(), way).feed(b"x")
    why = Declined(401, "unauthorized", "Who are you?")
    door.refuses(why)
    assert way.refused == [why] and way.paused


def test_a_disk_that_fails_is_the_answer_and_leaves_nothing() -> None:
    way, door, intake = Way(), Door(), Intake()
    intake.fails = Refusal(Code.STORAGE_FULL, "Full.")
    incoming = Incoming(door.begin(), way)
    door.lets_in(intake)
    incoming.feed(b"x" * PIECE)
    assert intake.ended == ["abandoned"] and not way.paused
    incoming.feed(b"x" * PIECE)
    assert told(incoming.finished()) == [intake.fails]
    assert len(intake.written) == 1


def test_a_peer_that_goes_leaves_nothing_whenever_it_does() -> None:
    for when in ("before it was known", "while it waits", "while a piece is written"):
        way, door, intake = Way(), Door(), Intake(slow=True)
        incoming = Incoming(door.begin(), way)
        if when == "before it was known":
            incoming.lost()
            door.lets_in(intake)
            assert not way.wanted
        else:
            door.lets_in(intake)
            incoming.feed(b"x" * (PIECE if "written" in when else 10))
            incoming.lost()
            if "written" in when:
                assert intake.ended == []
                intake.wrote()
        assert intake.ended == ["abandoned"], when


def test_who_waits_no_longer_for_the_answer_is_a_peer_that_has_gone() -> None:
    way, door, intake = Way(), Door(), Intake(slow=True)
    incoming = Incoming(door.begin(), way)
    door.lets_in(intake)
    incoming.feed(b"x")
    answer = incoming.finished()
    answer.addErrback(lambda failure: None)
    answer.cancel()
    intake.wrote()
    assert intake.ended == ["abandoned"]
