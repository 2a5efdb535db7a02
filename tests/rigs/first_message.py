"""Two people, one message: the driver that runs inside a fresh machine beside `make run`.

    .venv/bin/python -m tests.rigs.first_message BANNER

BANNER is the file with what `make run` printed. The address, the first administrator's link and
the authority to trust are read from it, as a person would read them.
"""

from __future__ import annotations

import re
import secrets
import socket
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from chatd.client.book import Frame
from chatd.client.client import Client, new_key
from chatd.client.connection import trust_root
from chatd.client.http import Api, Login
from tests.rigs.first_minute import LINK, READY

LONGEST = 20.0  # seconds from the message's sending to its reading
TRUST = re.compile(r"^\s*trust\s+([^\s,]+)", re.M)


class Unreadable(Exception):
    """The banner lacks something; the message says what."""


@dataclass(frozen=True)
class Invitation:
    """What a banner tells."""

    url: str
    admin_link: str
    ca_file: Path


def read_banner(text: str) -> Invitation:
    link, trust = LINK.search(text), TRUST.search(text)
    ready = re.search(re.escape(READY) + r"(https://\S+)", text)
    if ready is None or link is None or trust is None:
        raise Unreadable(f"The banner lacks an address, a link or an authority:\n{text}")
    return Invitation(ready.group(1), link.group(), Path(trust.group(1)).expanduser())


def shake_hands(url: str, ca_file: Path) -> str:
    """One TLS handshake that trusts this authority alone; answers the protocol's version."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=str(ca_file))
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as secure,
    ):
        return secure.version() or ""


async def first_message(url: str, admin_link: str, ca_file: Path) -> str:
    """Make the first administrator, invite a second person, let both in with the client library,
    and return the text that the second got from the first."""
    from twisted.internet import reactor

    trust = trust_root(ca_file)
    api = Api(reactor, url, trust)
    alice = await api.setup(secret_of(admin_link), "alice", secrets.token_urlsafe(12))
    invitation = await api.as_user(alice, "POST", "/api/invitations", {"uses": 1})
    bob = await api.register(invitation["secret"], "bob", secrets.token_urlsafe(12))

    heard: Deferred[str] = Deferred()

    def read(event: Frame) -> None:
        if event["type"] == "message" and not heard.called:
            heard.callback(event["text"])

    speaker = client_of(reactor, api, alice, trust)
    reader = client_of(reactor, api, bob, trust, read)
    for client in (speaker, reader):
        client.start()
    try:
        made = await speaker.ask("create_room", key=new_key(), name="Tea", slug="tea")
        await reader.ask("join", key=new_key(), room=made["room"])
        await reader.open(made["room"])
        await speaker.send(made["room"], "Good morning, Bob.")
        return await heard.addTimeout(LONGEST, reactor)
    finally:
        for client in (speaker, reader):
            await client.stop()


def client_of(
    reactor: Any,
    api: Api,
    login: Login,
    trust: Any,
    on_event: Callable[[Frame], None] = lambda event: None,
) -> Client:
    async def headers() -> dict[str, str]:
        return login.headers

    return Client(
        reactor,
        f"wss{api.url.removeprefix('https')}/ws",
        headers,
        trust=trust,
        origin=login.origin,
        on_event=on_event,
    )


def secret_of(link: str) -> str:
    """What stands behind the equals sign of a link's fragment."""
    return urlsplit(link).fragment.partition("=")[2]


def main() -> None:
    started = time.monotonic()
    invitation = read_banner(Path(sys.argv[1]).read_text(encoding="utf-8"))
    version = shake_hands(invitation.url, invitation.ca_file)
    print(f"{invitation.url} answers in {version}, vouched for by {invitation.ca_file}")

    async def talk(_reactor: Any) -> None:
        text = await first_message(invitation.url, invitation.admin_link, invitation.ca_file)
        print(f"the second person read {text!r} after {time.monotonic() - started:.1f} s")

    react(lambda reactor: Deferred.fromCoroutine(talk(reactor)))


if __name__ == "__main__":
    main()
