"""Work that needs the reactor, in a command that otherwise needs none."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def until_done(work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Runs the reactor, which is passed to ``work``, until that has ended; returns or raises what
    it does. Once in a process: a reactor runs once."""
    # Twisted is imported only here: most calls of chatctl need none of it.
    from twisted.internet import reactor as the_reactor
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    reactor: Any = the_reactor
    ended: list[Any] = []

    def end(outcome: object) -> None:
        ended.append(outcome)
        reactor.stop()

    def begin() -> None:
        Deferred.fromCoroutine(work(reactor)).addBoth(end)

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    [outcome] = ended
    if isinstance(outcome, Failure):
        assert outcome.value is not None
        raise outcome.value
    found: T = outcome
    return found
