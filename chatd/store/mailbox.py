"""Calls from the store's threads into the reactor: those that arrive together cost one wake-up."""

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

log = Logger(namespace="chatd.store")


class Mailbox:
    """In place of ``call_in_reactor``, which writes to a pipe for each call. The calls of a thread
    keep their order."""

    def __init__(self, call_in_reactor: Callable[..., object]) -> None:
        self._call_in_reactor = call_in_reactor
        self._calls: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._called = False

    def __call__(self, function: Callable[..., object], *arguments: Any) -> None:
        self._calls.append((function, arguments))
        # After the append, as `_empty` lowers the flag before it looks: whoever comes too late for
        # that look finds it lowered.
        if not self._called:
            self._called = True
            self._call_in_reactor(self._empty)

    def _empty(self) -> None:
        self._called = False
        # No more than are here now: what comes meanwhile has called again.
        for _ in range(len(self._calls)):
            function, arguments = self._calls.popleft()
            try:
                function(*arguments)
            except Exception:
                log.failure("a call from the store's threads failed; the others go on")
