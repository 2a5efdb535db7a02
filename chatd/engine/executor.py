"""The executor: one command, carried out for somebody who has no connection.

The HTTP API stands on it. A command goes the same way as a frame on the WebSocket: names are
resolved, a write is decided, committed and answered, a read is answered; so rights, refusals and
the ledger are the same. What only makes sense while connected is refused.
"""

from collections.abc import Collection
from typing import Final

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine
from chatd.engine.table import Passing, Write
from chatd.engine.view import Presence, View
from chatd.wire.frames import Command, Reply


class Executor:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, command: Command, principal: Principal) -> Reply:
        """The reply, once what it says is on disk. Refusals and faults are raised."""
        engine = self._engine
        row = engine.row(command)
        if isinstance(row, Passing):
            raise _only_connected()
        if engine.needs_resolving(command):
            command = await engine.resolved(command, principal.user)
        if isinstance(row, Write):
            committed = await engine.store.commit(engine.decide(command, principal))
            return engine.reply(command, committed, principal)
        return await engine.answer(command, principal, NOTHING_OPEN)


class _Unopened:
    """The view of somebody without a connection: nothing is open, and nothing can be opened."""

    open_rooms: Collection[str] = ()
    overflowed = False

    def hold(self) -> int:
        """Nothing is live, so nothing has to be kept back."""
        return 0

    def show(self, room: str, *, position: int, head: int, members: int) -> None:
        raise _only_connected()

    def hide(self, room: str) -> None:
        raise _only_connected()

    def release(self) -> None:
        """Nothing was kept back."""

    def typing(self, room: str, active: bool) -> None:
        raise _only_connected()

    def presence(self, state: Presence) -> None:
        raise _only_connected()

    def who_is_here(self, room: str) -> dict[str, Presence]:
        return {}


NOTHING_OPEN: Final[View] = _Unopened()


def _only_connected() -> Refusal:
    return Refusal(Code.WRONG_STATE, "This works only on a WebSocket connection.")
