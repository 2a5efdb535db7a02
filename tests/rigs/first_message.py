"""Two people, one message: the driver that runs inside a fresh machine beside `make run`.

    .venv/bin/python -m tests.rigs.first_message BANNER

BANNER is the file with what `make run` printed. The address, the first administrator's link and
the authority to trust are read from it, as a person would read them.
"""

from __future__ import annotations

import re
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from tests.rigs.first_minute import LINK, READY

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
    """Make the first administrator, invite a second person, log both in with the client library,
    and return the text that the second got from the first."""
    raise NotImplementedError(f"no client library to speak to {url} with")


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
