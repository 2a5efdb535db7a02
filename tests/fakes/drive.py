"""Coroutines without a reactor: promises that a test fires by hand, and who waits for them."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Promise(Generic[T]):
    """An awaitable that answers when the test says so, at once if it already did."""

    def __init__(self) -> None:
        self._outcome: Callable[[], T] | None = None
        self._waiting: list[Callable[[], None]] = []

    @property
    def fired(self) -> bool:
        return self._outcome is not None

    def fire(self, value: T) -> None:
        self._settle(lambda: value)

    def fail(self, failure: BaseException) -> None:
        def raise_it() -> T:
            raise failure

        self._settle(raise_it)

    def then(self, call: Callable[[], None]) -> None:
        self._waiting.append(call)

    def _settle(self, outcome: Callable[[], T]) -> None:
        assert self._outcome is None, "a promise answers once"
        self._outcome = outcome
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def __await__(self) -> Generator["Promise[T]", None, T]:
        if self._outcome is None:
            yield self
        assert self._outcome is not None
        return self._outcome()


def fired(value: T) -> Promise[T]:
    """A promise that answered already."""
    promise: Promise[T] = Promise()
    promise.fire(value)
    return promise


def drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine up to its first unfired promise, and on when that fires."""
    try:
        promise = coroutine.send(None)
    except StopIteration:
        return
    promise.then(lambda: drive(coroutine))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing unfired."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise AssertionError("the coroutine waits for a promise that nobody fired")
