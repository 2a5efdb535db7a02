"""What Web Push needs of the store."""

from collections.abc import Awaitable
from typing import Protocol

from chatd.engine.pushes import PushReads
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit


class PushStore(PushReads, Protocol):
    """See `engine.ports.Store`, and `hooks.follower.Store` for followers."""

    @property
    def epoch(self) -> str: ...
    def commit(self, unit: Unit) -> Awaitable[Committed]: ...
    def position(self) -> Awaitable[int]: ...
    def follower(self, name: str) -> Awaitable[int | None]: ...
