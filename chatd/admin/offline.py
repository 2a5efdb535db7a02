"""The administrator's actions without a running daemon: the store is opened, used and closed."""

from typing import Any

from chatd.core.refusal import Refusal
from chatd.settings import Settings


def perform_offline(settings: Settings, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """As `control.ask`, on the store itself. Raises `StoreError` where it cannot be opened."""
    # Twisted is imported only here: most calls of chatctl need none of it.
    from twisted.internet import reactor as the_reactor
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from chatd.admin.office import Office, perform
    from chatd.parts import Parts

    reactor: Any = the_reactor
    answer: dict[str, Any] = {}
    parts = Parts.of(reactor, settings)
    office: Office = parts.office(lambda user, **which: None, dict)

    async def work() -> None:
        parts.start()
        try:
            answer["done"] = await perform(office, action, arguments)
        except Refusal as refusal:
            answer["refused"] = {"code": refusal.code.value, "message": refusal.message}
        finally:
            await parts.stop()

    failures: list[BaseException] = []

    def end(result: object) -> None:
        if isinstance(result, Failure) and result.value is not None:
            failures.append(result.value)
        reactor.stop()

    def begin() -> None:
        Deferred.fromCoroutine(work()).addBoth(end)

    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    if failures:
        raise failures[0]
    return answer
