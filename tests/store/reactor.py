"""Stands in for the reactor in tests of the store's threads: calls run when the test pumps."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")
SECONDS = 20.0
"""After which a test that waits has failed."""


class Pump:
    """``call`` is what a reactor's ``callFromThread`` is."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = SimpleQueue()

    def call(self, function: Callable[..., object], *args: object) -> None:
        self._queue.put((function, args))

    def turn(self) -> None:
        """Runs one call, waiting for it."""
        try:
            function, args = self._queue.get(timeout=SECONDS)
        except Empty:
            raise AssertionError(f"nothing came within {SECONDS} seconds") from None
        function(*args)

    def settle(self) -> None:
        """Runs what is there."""
        while not self._queue.empty():
            self.turn()

    def wait(self, deferred: Deferred[T]) -> T:
        """The Deferred's value, or its exception raised."""
        outcome: list[T | Failure] = []
        deferred.addBoth(outcome.append)
        while not outcome:
            self.turn()
        (result,) = outcome
        if isinstance(result, Failure):
            result.raiseException()
        return result
