"""Shares the reactor fairly: a bounded number of TLS handshake steps run in one turn of the loop.

A full handshake costs about half a millisecond of signing. Without a bound, a storm of arrivals
would be worked off in one go while everybody already inside waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

log = Logger()

#: This many waiting steps are work for some 50 ms. Later arrivals wait in the kernel, where it
#: costs nothing: in a longer queue here people would give up, and the work for them be lost.
CROWDED = 64


class HandshakeTurns:
    """At most `per_turn` steps in one turn of the reactor, first come first served."""

    def __init__(self, reactor: IReactorTime, per_turn: int = 8) -> None:
        if per_turn < 1:
            raise ValueError("handshakes_per_turn must be at least 1")
        self.per_turn = per_turn
        self._reactor = reactor
        self._left = per_turn
        self._armed = False
        self._waiting: deque[Callable[[], None]] = deque()
        self._eased: list[Callable[[], None]] = []

    def __len__(self) -> int:
        """How many steps wait for a later turn."""
        return len(self._waiting)

    @property
    def crowded(self) -> bool:
        """Whether newcomers should wait outside."""
        return len(self._waiting) >= CROWDED

    def when_eased(self, call: Callable[[], None]) -> None:
        """While it is crowded: `call` once half of the queue is worked off."""
        self._eased.append(call)

    def run(self, step: Callable[[], None]) -> bool:
        """Run `step` now (True) or, when this turn is used up, in a later one (False)."""
        if not self._armed:
            self._armed = True
            self._reactor.callLater(0, self._next_turn)
        if self._left and not self._waiting:
            self._left -= 1
            step()
            return True
        self._waiting.append(step)
        return False

    def _next_turn(self) -> None:
        self._left = self.per_turn
        # The timer goes on while anything waits and for one turn more, so that what the poll brings
        # after this call shares the budget with what is worked off here.
        self._armed = bool(self._waiting)
        if self._armed:
            self._reactor.callLater(0, self._next_turn)
        while self._waiting and self._left:
            self._left -= 1
            try:
                self._waiting.popleft()()
            except Exception:
                log.failure("a handshake step failed; the others go on")
        if self._eased and len(self._waiting) <= CROWDED // 2:
            eased, self._eased = self._eased, []
            for call in eased:
                call()
