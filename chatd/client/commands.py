"""The commands of a client that were not answered yet, and which of them are sent again."""

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.errors import Disconnected, Refused, pause

Send = Callable[[Frame], None]


class Asked:
    """A command that waits for its final answer; ``line``: where it queues, if it has a key."""

    __slots__ = ("answer", "frame", "line")

    def __init__(self, frame: Frame, line: "Line | None") -> None:
        self.frame = frame
        self.line = line
        self.answer: Deferred[Frame] = Deferred()


class Line:
    """The commands with a key of one room, in the order they were asked. Only the first is ever on
    its way; ``timer`` runs while the server has put it off."""

    __slots__ = ("asked", "pace", "room", "timer")

    def __init__(self, room: Any, random: Callable[[], float]) -> None:
        self.room = room
        self.asked: deque[Asked] = deque()
        self.pace = Backoff(random, first=1.0)
        self.timer: IDelayedCall | None = None

    def rest(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Commands:
    """A command with a key is sent until it is answered for good: over the next connection if this
    one goes, later if the refusal says so. Any other is sent once, or fails with `Disconnected`.

    Commands with a key go out one at a time in each room, by the name they give it (those that name
    none have a line of their own): if two were on their way the server might put off the first and
    accept the second, and one's messages would change places. So each message costs a round trip, 2
    to 3 ms on loopback: far from the limit, as a server by default allows 5 a second. A room that
    has to wait holds up no other.
    """

    def __init__(self, reactor: IReactorTime, random: Callable[[], float]) -> None:
        self._reactor = reactor
        self._random = random
        #: by id, those on their way over this connection
        self._sent: dict[int, Asked] = {}
        #: by room, those with a key that have no final answer yet
        self._lines: dict[Any, Line] = {}
        self._next_id = 1
        #: sends a frame; None while no connection is up to date
        self._send: Send | None = None

    def ask(self, type_: str, fields: Frame, via: Send | None = None) -> "Deferred[Frame]":
        """The Deferred of the reply. ``via``: sent this way, whether up to date or not."""
        frame = {"type": type_, "id": self._next_id, **fields}
        self._next_id += 1
        line = self._line(fields.get("room")) if "key" in fields else None
        asked = Asked(frame, line)
        send = via or self._send
        if line is not None:
            line.asked.append(asked)
            if len(line.asked) == 1:
                self._go(line)
        elif send is not None:
            self._sent[frame["id"]] = asked
            send(frame)
        else:
            asked.answer.errback(Disconnected("not connected"))
        return asked.answer

    def through(self, send: Send) -> None:
        """A connection is up to date: whatever waits goes over it, in the order it was asked."""
        self._send = send
        for line in sorted(self._lines.values(), key=lambda line: int(line.asked[0].frame["id"])):
            self._go(line)

    def interrupted(self, why: str) -> None:
        """The connection is gone."""
        for asked in self._off():
            if asked.line is None:
                asked.answer.errback(Disconnected(why))

    def ended(self, error: Exception) -> None:
        """There will be no other connection."""
        unanswered = [asked for asked in self._off() if asked.line is None]
        lines, self._lines = self._lines, {}
        unanswered += [asked for line in lines.values() for asked in line.asked]
        for asked in unanswered:
            asked.answer.errback(error)

    def is_reply(self, frame: Frame) -> bool:
        """Whether it answers something that is on its way."""
        return frame.get("id") in self._sent

    def reply(self, frame: Frame) -> None:
        """Takes in an answer to something that is on its way."""
        asked = self._sent.pop(frame["id"])
        line, is_error = asked.line, frame["type"] == "error"
        if line is not None:
            if is_error and frame.get("retry"):
                delay = line.pace.next(pause(frame.get("retry_after")))
                line.timer = self._reactor.callLater(delay, self._go, line)
                return
            self._next(line)
        if is_error:
            asked.answer.errback(Refused(frame))
        else:
            asked.answer.callback(frame)

    def _line(self, room: Any) -> Line:
        line = self._lines.get(room)
        if line is None:
            line = self._lines[room] = Line(room, self._random)
        return line

    def _go(self, line: Line) -> None:
        """The first in the line goes out, if there is a connection."""
        line.timer = None
        if self._send is not None:
            first = line.asked[0]
            self._sent[first.frame["id"]] = first
            self._send(first.frame)

    def _next(self, line: Line) -> None:
        """The first in the line is answered."""
        line.asked.popleft()
        line.pace.reset()
        if line.asked:
            self._go(line)
        else:
            del self._lines[line.room]

    def _off(self) -> list[Asked]:
        """Nothing is on its way any more, and no timer runs; returns what was on its way."""
        self._send = None
        for line in self._lines.values():
            line.rest()
        sent, self._sent = self._sent, {}
        return list(sent.values())

    def __len__(self) -> int:
        return len(self._sent) + sum(len(line.asked) for line in self._lines.values())


def fields_given(**fields: Any) -> Frame:
    """Those that are not None: on the wire, what does not apply is left out."""
    return {name: value for name, value in fields.items() if value is not None}
