"""Runs coroutines that nobody waits for."""

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

log = Logger()


def drive(coroutine: Coroutine[Deferred[Any], None, None]) -> None:
    """Runs ``coroutine`` as far as it gets, and on when what it awaits is there. What it raises
    goes to the log.

    `Deferred.fromCoroutine` does that too, with a Deferred for the outcome: 3.6 µs instead of 2,
    and 2.3 instead of 0.3 if there is nothing to wait for. Each connection has two such coroutines,
    and each command that is not a plain write has another.
    """
    _go_on(coroutine, None)


def _go_on(coroutine: Coroutine[Deferred[Any], None, None], outcome: object) -> None:
    try:
        if isinstance(outcome, Failure):
            assert outcome.value is not None
            awaited = coroutine.throw(outcome.value.with_traceback(outcome.tb))
        else:
            awaited = coroutine.send(None)  # it asks the Deferred for the result
    except StopIteration:
        return
    except Exception:
        log.failure("a task failed")
        return
    awaited.addBoth(lambda outcome: _go_on(coroutine, outcome))
