"""What an administrator can ask of the webhook and of mail; only a running daemon has them."""

from collections.abc import Awaitable
from typing import Any, Protocol

from chatd.core.codes import Code
from chatd.core.refusal import Refusal


class WebhookDesk(Protocol):
    def status(self) -> list[dict[str, Any]]: ...
    def test(self) -> Awaitable[dict[str, Any]]: ...


class MailDesk(Protocol):
    def send_now(self, to: str, subject: str, text: str) -> Awaitable[None]: ...


class Outgoing(Protocol):
    """The part of the office that these actions need."""

    @property
    def public_url(self) -> str: ...
    @property
    def webhook(self) -> WebhookDesk | None: ...
    @property
    def mailer(self) -> MailDesk | None: ...


async def webhook_test(office: Outgoing) -> dict[str, Any]:
    """Sends a signed ping, and tells how that went."""
    if office.webhook is None:
        raise _not_running()
    return await office.webhook.test()


async def webhook_status(office: Outgoing) -> list[dict[str, Any]]:
    """How far the webhook came, and how it does."""
    if office.webhook is None:
        raise _not_running()
    return office.webhook.status()


async def mail_test(office: Outgoing, address: str) -> dict[str, Any]:
    """Sends a mail to ``address``, and tells how that went."""
    if office.mailer is None:
        raise _not_running()
    await office.mailer.send_now(
        address,
        "A test from your chat server",
        f"Mail from {office.public_url} arrives.\n\n"
        "Somebody who administers it asked for this with `chatctl mail test`.",
    )
    return {"sent": address}


def _not_running() -> Refusal:
    return Refusal(Code.WRONG_STATE, "The daemon is not running: it alone sends anything.")
