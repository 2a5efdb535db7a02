"""Builds what leaves the server by itself, from the settings: the webhook and mail."""

import random
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal, cast

from twisted.internet.task import deferLater

from chatd import __version__
from chatd.engine.engine import Engine
from chatd.engine.ports import Clock
from chatd.hooks.follower import Store
from chatd.hooks.mail import MailSettings, NoMail, QueuedMail
from chatd.hooks.post import HttpPoster
from chatd.hooks.settings import HookSettings
from chatd.hooks.smtp import handing_in
from chatd.hooks.webhook import Webhook
from chatd.parts import public_url
from chatd.settings import Settings


def mailer(reactor: Any, clock: Clock, settings: Settings) -> QueuedMail | NoMail:
    """Whoever sends mail; one that refuses where no server is named."""
    if not settings.mail.host:
        return NoMail()
    mail = mail_settings(settings)
    return QueuedMail(
        mail.sender,
        handing_in(reactor, mail, parseaddr(mail.sender)[1]),
        clock,
        lambda seconds: deferLater(reactor, seconds, lambda: None),
    )


def webhook(
    reactor: Any,
    clock: Clock,
    settings: Settings,
    store: Store,
    engine: Engine,
    present: Callable[[str], bool],
) -> Webhook:
    """The webhook, not yet started; one without an address does nothing."""
    hook = hook_settings(settings)
    return Webhook(
        hook,
        store,
        HttpPoster(
            reactor,
            clock,
            hook.url,
            hook.timeout_seconds,
            hook.authorities,
            f"chatd/{__version__}",
        ),
        reactor,
        clock,
        render=engine.event,
        present=present,
        random=secrets.token_bytes,
        # Jitter for a thundering herd, nothing secret.
        fraction=random.random,
    )


def mail_settings(settings: Settings) -> MailSettings:
    mail = settings.mail
    password = Path(mail.password_file).read_text("utf-8").strip() if mail.password_file else ""
    return MailSettings(
        host=mail.host,
        port=mail.port,
        user=mail.user,
        password=password,
        sender=mail.sender,
        tls=cast(Literal["tls", "starttls", "none"], mail.tls),
        authorities=mail.ca_file,
    )


def hook_settings(settings: Settings) -> HookSettings:
    hook = settings.webhook
    files = (hook.secret_file, hook.old_secret_file) if hook.url else ()
    return HookSettings(
        url=hook.url,
        secret_files=tuple(path for path in files if path),
        messages="message" in hook.events,
        away="away" in hook.events,
        rooms=frozenset(room.removeprefix("#") for room in hook.rooms),
        direct=hook.direct,
        away_seconds=hook.away_seconds,
        timeout_seconds=hook.timeout_seconds,
        authorities=hook.ca_file if hook.url else "",
        link=public_url(settings),
    )
