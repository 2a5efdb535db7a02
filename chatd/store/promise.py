"""The Deferred that the store hands out: a refusal nobody waits for any more is not an error."""

from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.core.refusal import Refusal

T = TypeVar("T")


class Promise(Deferred[T]):
    """An ordinary Deferred. Cancelling it gives up waiting, not the work: a commit goes on."""

    def keep(self, outcome: T | BaseException) -> None:
        """Fires with the value, or fails with the exception. Called in the reactor, once."""
        if not isinstance(outcome, BaseException):
            self.callback(outcome)
            return
        failure = Failure(outcome)
        self.errback(failure)
        info = self._debugInfo
        if isinstance(outcome, Refusal) and self.result is failure and info is not None:
            # Whoever waits later still gets it; but if the connection is gone nobody will, and
            # Twisted would log an unhandled error.
            info.failResult = None


def kept(value: T) -> Promise[T]:
    promise: Promise[T] = Promise()
    promise.keep(value)
    return promise


def refused(refusal: Refusal) -> Promise[T]:
    promise: Promise[T] = Promise()
    promise.keep(refusal)
    return promise
