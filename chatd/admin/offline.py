"""The administrator's actions without a running daemon: the store is opened, used and closed."""

from typing import Any

from chatd.admin.reacting import until_done
from chatd.config.settings import Settings
from chatd.core.refusal import Refusal


def perform_offline(settings: Settings, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """As `control.ask`, on the store itself. Raises `StoreError` if it cannot be opened."""

    async def work(reactor: Any) -> dict[str, Any]:
        from chatd.admin.office import perform
        from chatd.parts import Parts

        parts = Parts.of(reactor, settings)
        office = parts.office(lambda user, **which: None, dict)
        parts.start()
        try:
            return {"done": await perform(office, action, arguments)}
        except Refusal as refusal:
            return {"refused": {"code": refusal.code.value, "message": refusal.message}}
        finally:
            await parts.stop()

    return until_done(work)
