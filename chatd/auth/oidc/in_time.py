"""One time limit for everything that a sign-in asks of its provider."""

from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from twisted.internet.defer import CancelledError, Deferred

from chatd.auth.oidc.provider import Stopped
from chatd.engine.ports import Scheduler

#: Seconds: the longest that a provider may have for one answer, and less than the person signing in
#: waits (`answer_seconds` of the edge), so that they are told whose fault it was.
TOGETHER: Final = 25.0

T = TypeVar("T")


async def in_time(asking: Coroutine[Any, Any, T], scheduler: Scheduler) -> T:
    """What ``asking`` returns; `Stopped` with `unreachable` if it takes longer."""
    asked = Deferred.fromCoroutine(asking)
    late = False

    def too_late() -> None:
        nonlocal late
        late = True
        asked.cancel()

    end = scheduler.later(TOGETHER, too_late)
    try:
        return await asked
    except CancelledError:
        if not late:
            raise
        words = f"it took more than {TOGETHER:g} s for all that one sign-in asks of it"
        raise Stopped("unreachable", words) from None
    finally:
        end()
