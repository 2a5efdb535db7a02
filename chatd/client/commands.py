"""The commands of a client that were not answered yet, and which of them are sent again."""

from bisect import insort
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.errors import Disconnected, Refused, pause

Send = Callable[[Frame], None]


class Asked:
    """A command under way."""

    __slots__ = ("answer", "frame")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.answer: Deferred[Frame] = Deferred()

    @property
    def is_keyed(self) -> bool:
        return "key" in self.frame


class Commands:
    """A command with a key is sent until it is answered for good: over the next connection if this
    one goes, later if the refusal says so. Any other is sent once, or fails with `Disconnected`.

    Commands with a key that were put off go out again one after the other, in the order they were
    asked, and those asked meanwhile queue behind them: one's messages stay in order.
    """

    def __init__(self, reactor: IReactorTime, random: Callable[[], float]) -> None:
        self._reactor = reactor
        self._waiting: dict[int, Asked] = {}
        self._next_id = 1
        #: sends a frame; None while no connection is up to date
        self._send: Send | None = None
        #: ids put off, in order, and which of them is being tried again
        self._put_off: list[int] = []
        self._trying: int | None = None
        self._pace = Backoff(random, first=1.0)
        self._timer: IDelayedCall | None = None

    def ask(self, type_: str, fields: Frame, via: Send | None = None) -> "Deferred[Frame]":
        """The Deferred of the reply. ``via``: sent by this way, whether up to date or not."""
        frame = {"type": type_, "id": self._next_id, **fields}
        self._next_id += 1
        asked = Asked(frame)
        send = via or self._send
        if send is None and not asked.is_keyed:
            asked.answer.errback(Disconnected("not connected"))
            return asked.answer
        self._waiting[frame["id"]] = asked
        if asked.is_keyed and self._put_off:
            self._put_off.append(frame["id"])
        elif send is not None:
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
        self._forget_put_off()
        for id_, asked in list(self._waiting.items()):
            if not asked.is_keyed:
                del self._waiting[id_]
                asked.answer.errback(Disconnected(why))

    def ended(self, error: Exception) -> None:
        """There will be no other connection."""
        self._send = None
        self._forget_put_off()
        waiting, self._waiting = self._waiting, {}
        for asked in waiting.values():
            asked.answer.errback(error)

    def is_reply(self, frame: Frame) -> bool:
        """Whether it answers something that waits."""
        return frame.get("id") in self._waiting

    def reply(self, frame: Frame) -> None:
        """Takes in an answer to something that waits."""
        id_ = frame["id"]
        asked = self._waiting[id_]
        if frame["type"] == "error" and asked.is_keyed and frame.get("retry"):
            self._put_off_until(id_, self._pace.next(pause(frame.get("retry_after"))))
            return
        del self._waiting[id_]
        if id_ == self._trying:
            self._put_off.remove(id_)
            self._trying = None
            self._pace.reset()
            self._try_next()
        if frame["type"] == "error":
            asked.answer.errback(Refused(frame))
        else:
            asked.answer.callback(frame)

    def _put_off_until(self, id_: int, delay: float) -> None:
        if id_ == self._trying:
            self._trying = None
        else:
            insort(self._put_off, id_)
        if self._timer is None and self._trying is None:
            self._timer = self._reactor.callLater(delay, self._once_more)

    def _once_more(self) -> None:
        self._timer = None
        self._try_next()

    def _try_next(self) -> None:
        if self._put_off and self._send is not None:
            self._trying = self._put_off[0]
            self._send(self._waiting[self._trying].frame)

    def _forget_put_off(self) -> None:
        """The next connection starts anew with all that waits."""
        self._put_off.clear()
        self._trying = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __len__(self) -> int:
        return len(self._waiting)


def fields_given(**fields: Any) -> Frame:
    """Those that are not None: on the wire, what does not hold is left out."""
    return {name: value for name, value in fields.items() if value is not None}
