"""The commands of a client that were not answered yet, and which of them are sent again."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.errors import Disconnected, Refused

Send = Callable[[Frame], None]


class Asked:
    """A command under way."""

    __slots__ = ("again", "answer", "frame", "pace")

    def __init__(self, frame: Frame, pace: Backoff) -> None:
        self.frame = frame
        self.answer: Deferred[Frame] = Deferred()
        self.again: IDelayedCall | None = None
        self.pace = pace

    @property
    def is_keyed(self) -> bool:
        return "key" in self.frame

    def cancel(self) -> None:
        if self.again is not None and self.again.active():
            self.again.cancel()
        self.again = None


class Commands:
    """A command with a key is sent until it is answered for good: over the next connection if this
    one goes, later if the refusal says so. Any other is sent once, or fails with `Disconnected`."""

    def __init__(self, reactor: IReactorTime, random: Callable[[], float]) -> None:
        self._reactor = reactor
        self._random = random
        self._waiting: dict[int, Asked] = {}
        self._next_id = 1
        #: sends a frame; None while no connection is up to date
        self._send: Send | None = None

    def ask(self, type_: str, fields: Frame, via: Send | None = None) -> "Deferred[Frame]":
        """The Deferred of the reply. ``via``: sent by this way, whether up to date or not."""
        frame = {"type": type_, "id": self._next_id, **fields}
        self._next_id += 1
        asked = Asked(frame, Backoff(self._random, first=1.0))
        send = via or self._send
        if send is None and not asked.is_keyed:
            asked.answer.errback(Disconnected("not connected"))
            return asked.answer
        self._waiting[frame["id"]] = asked
        if send is not None:
            send(frame)
        return asked.answer

    def through(self, send: Send) -> None:
        """A connection is up to date: whatever waits goes over it, in the order it was asked."""
        self._send = send
        for id_ in sorted(self._waiting):
            send(self._waiting[id_].frame)

    def interrupted(self, why: str) -> None:
        """The connection is gone."""
        self._send = None
        for id_, asked in list(self._waiting.items()):
            asked.cancel()
            if not asked.is_keyed:
                del self._waiting[id_]
                asked.answer.errback(Disconnected(why))

    def ended(self, error: Exception) -> None:
        """There will be no other connection."""
        self._send = None
        waiting, self._waiting = self._waiting, {}
        for asked in waiting.values():
            asked.cancel()
            asked.answer.errback(error)

    def is_reply(self, frame: Frame) -> bool:
        """Whether it answers something that waits."""
        return frame.get("id") in self._waiting

    def reply(self, frame: Frame) -> None:
        """Takes in an answer to something that waits."""
        asked = self._waiting[frame["id"]]
        if frame["type"] == "error" and asked.is_keyed and frame.get("retry"):
            asked.cancel()
            delay = asked.pace.next(frame.get("retry_after"))
            asked.again = self._reactor.callLater(delay, self._once_more, asked)
            return
        del self._waiting[frame["id"]]
        asked.cancel()
        if frame["type"] == "error":
            asked.answer.errback(Refused(frame))
        else:
            asked.answer.callback(frame)

    def _once_more(self, asked: Asked) -> None:
        asked.again = None
        if self._send is not None:
            self._send(asked.frame)

    def __len__(self) -> int:
        return len(self._waiting)


def fields_given(**fields: Any) -> Frame:
    """Those that are not None: on the wire, what does not hold is left out."""
    return {name: value for name, value in fields.items() if value is not None}
