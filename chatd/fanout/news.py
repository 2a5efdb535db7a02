"""News of who came and went: the first at once, all that follows within a moment together.

After a restart thousands come back within seconds. Told one by one, each arrival would cost a write
to everybody: 12 of the 19 system calls of a connect, in rooms of 25.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from chatd.engine.ports import Cancel, Scheduler
from chatd.engine.view import Presence as State
from chatd.wire.codec import encode
from chatd.wire.framing import text
from chatd.wire.signals import PresenceChanged

if TYPE_CHECKING:
    from chatd.fanout.subscriber import Subscriber

#: Seconds between two tellings.
MOMENT: Final = 0.25

Told = tuple[tuple[str, State], ...]


class News:
    """``post`` writes frames to one connection. What changes twice in a moment is told once."""

    def __init__(self, scheduler: Scheduler, post: Callable[[Subscriber, bytes], None]) -> None:
        self._scheduler = scheduler
        self._post = post
        self._waiting: dict[Subscriber, dict[str, State]] = {}
        self._timer: Cancel | None = None

    def tell(self, views: Iterable[Subscriber], user: str, state: State) -> None:
        for view in views:
            self._waiting.setdefault(view, {})[user] = state
        if self._timer is None:
            self._send()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    def _send(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        self._timer = self._scheduler.later(MOMENT, self._send)
        # Those who share the same rooms are told the same: framed once for all of them.
        frames: dict[Told, bytes] = {}
        for view, states in waiting.items():
            told = tuple(states.items())
            if told not in frames:
                frames[told] = b"".join(
                    text(encode(PresenceChanged(user=user, state=state))) for user, state in told
                )
            self._post(view, frames[told])
