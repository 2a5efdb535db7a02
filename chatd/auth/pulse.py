"""The pulse: how the daemon itself comes in at its own door, to find out whether the door works.

The secret is made at each start and never leaves the process but for its own loop-back connection.
Behind it is nobody: no account, no rooms, and no right but to be connected.
"""

from hmac import compare_digest

from chatd.auth.credentials import new_secret
from chatd.auth.tickets import TICKET_PREFIX
from chatd.core.principal import Principal
from chatd.engine.ports import Random

NOBODY = Principal(
    user="", name="", admin=False, credential="ticket", session="", scopes=frozenset({"chat"})
)


class Pulse:
    """``protocol`` is what to offer beside "chatd.v1", as a ticket."""

    def __init__(self, random: Random) -> None:
        self.protocol = new_secret(TICKET_PREFIX, random)

    def fits(self, protocol: str) -> bool:
        return compare_digest(protocol.encode(), self.protocol.encode())
