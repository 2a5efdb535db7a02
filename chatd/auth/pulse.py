"""The pulse: how the daemon itself comes in at its own door, to find out whether the door works.

The secret is made at each start and leaves the process only over its own loop-back connection.
Behind it is nobody: no account, no rooms, and no right but to be connected. `chatctl doctor` gets
another secret, good for some minutes, with which it comes in from outside.
"""

from collections.abc import Callable
from hmac import compare_digest
from typing import Final

from chatd.auth.credentials import new_secret
from chatd.auth.tickets import TICKET_PREFIX
from chatd.core.principal import Principal
from chatd.engine.ports import Random

NOBODY = Principal(
    user="", name="", admin=False, credential="ticket", session="", scopes=frozenset({"chat"})
)
#: How long a visitor's secret is good.
VISIT_SECONDS: Final = 300.0


class Pulse:
    """``protocol`` is what to offer beside "chatd.v1", as a ticket. ``now``: monotonic seconds."""

    def __init__(self, random: Random, now: Callable[[], float]) -> None:
        self.protocol = new_secret(TICKET_PREFIX, random)
        self._random = random
        self._now = now
        self._visit: tuple[str, float] | None = None

    def visit(self) -> str:
        """A secret for a visitor; the previous one ends."""
        made = new_secret(TICKET_PREFIX, self._random)
        self._visit = (made, self._now() + VISIT_SECONDS)
        return made

    def fits(self, protocol: str) -> bool:
        return compare_digest(protocol.encode(), self.protocol.encode()) or self.visits(protocol)

    def visits(self, secret: str) -> bool:
        """Whether it is the visitor's."""
        if self._visit is None:
            return False
        good, until = self._visit
        return compare_digest(secret.encode(), good.encode()) and self._now() < until
