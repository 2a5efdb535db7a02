"""Builds what leaves the server by itself, from the settings: the webhook, pushes and mail."""

import random
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, cast

from twisted.internet.task import deferLater

from chatd import __version__
from chatd.admin.files import write_private
from chatd.config.settings import Settings
from chatd.engine.engine import Engine
from chatd.engine.ports import Clock
from chatd.engine.pushes import PushOffer
from chatd.engine.view import Presence
from chatd.hooks.follower import Store
from chatd.hooks.mail import MailSettings, NoMail, QueuedMail
from chatd.hooks.post import HttpPoster
from chatd.hooks.push.push import Push
from chatd.hooks.push.reach import GuardedPoster, allowing
from chatd.hooks.push.settings import PushSettings
from chatd.hooks.push.store import PushStore
from chatd.hooks.push.vapid import Vapid, new_key, read_key
from chatd.hooks.settings import HookSettings
from chatd.hooks.smtp import handing_in
from chatd.hooks.webhook import Webhook
from chatd.parts import public_url
from chatd.store.store import SqliteStore


def mailer(reactor: Any, clock: Clock, settings: Settings) -> QueuedMail | NoMail:
    """What sends mail; without a server named, one that refuses."""
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


class NoKey(Exception):
    """The key pair of pushes cannot be had; the text says why, and what to do."""


def vapid(clock: Clock, settings: Settings) -> Vapid | None:
    """How push services know this server; None if it does not push. Makes the key pair if there is
    none. `NoKey`."""
    if not settings.push.enabled:
        return None
    path = Path(settings.push.key_file or Path(settings.store.path) / "push.key")
    try:
        if not path.exists() and not settings.push.key_file:
            write_private(path, new_key())
        key = read_key(path)
    except OSError as error:
        raise NoKey(f"{path} cannot be read or made: {error.strerror}.") from None
    except ValueError as error:
        raise NoKey(
            f"{path} is no key pair, {error}. Bring it back from a backup, or remove it: then"
            " another is made, and browsers ask anew when their page is opened."
        ) from None
    subject = settings.push.subject or public_url(settings)
    return Vapid(key, subject, lambda: clock.wall() // 1000)


def offer(vapid: Vapid | None, settings: Settings) -> PushOffer | None:
    """What people are told about it."""
    return None if vapid is None else PushOffer(vapid.public, settings.push.show_text)


def push(
    reactor: Any,
    clock: Clock,
    settings: Settings,
    store: PushStore,
    engine: Engine,
    vapid: Vapid,
    present: Callable[[str], bool],
    connected: Callable[[str, str], bool],
) -> Push:
    """Web Push, not yet started."""
    wanted = settings.push
    networks = [ip_network(text) for text in wanted.networks]
    poster = GuardedPoster(
        reactor,
        clock,
        allowing(networks),
        wanted.timeout_seconds,
        wanted.ca_file,
        f"chatd/{__version__}",
    )
    return Push(
        PushSettings(
            texts=wanted.show_text,
            grace=wanted.grace_seconds,
            ttl=wanted.ttl_seconds,
            concurrent=wanted.concurrent,
        ),
        store,
        poster,
        vapid,
        reactor,
        clock,
        render=engine.event,
        present=present,
        connected=connected,
        random=secrets.token_bytes,
        fraction=random.random,
    )


def hooks(
    reactor: Any,
    clock: Clock,
    settings: Settings,
    store: SqliteStore,
    engine: Engine,
    vapid: Vapid | None,
    shows: Callable[[str], Presence],
    connected: Callable[[str, str], bool],
) -> tuple[Webhook, Push | None]:
    """What follows the log, not yet started. ``shows``: somebody's presence as others see it."""

    def there(user: str) -> bool:
        return shows(user) != "offline"

    def looking(user: str) -> bool:
        return shows(user) == "online"

    hook = webhook(reactor, clock, settings, store, engine, there)
    if vapid is None:
        return hook, None
    return hook, push(reactor, clock, settings, store, engine, vapid, looking, connected)


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
