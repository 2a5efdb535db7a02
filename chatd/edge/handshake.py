"""What must hold for a WebSocket handshake (RFC 6455 §4.2.1) before anything is looked up for it.

Autobahn would check most of this too. It is done here first so that every refusal is our own
answer, with a status and a sentence, and so that Autobahn is only handed what is known to be good.
"""

import re

import msgspec

from chatd.auth.tickets import TICKET_PREFIX
from chatd.edge.answers import Ask, Declined
from chatd.edge.extensions import accepted

SUBPROTOCOL = "chatd.v1"
MOST_OFFERS = 16

_KEY = re.compile(r"[A-Za-z0-9+/]{21}[AQgw]==(?![\s\S])")  # 16 bytes in canonical base64
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?![\s\S])")


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A well-formed handshake. ``subprotocol`` is "" if the client named none; ``extension`` is the
    answer that accepts what it offered, "" if that is nothing we know."""

    key: str
    subprotocol: str
    tickets: tuple[str, ...]
    extension: str = ""


def check_handshake(ask: Ask, version: bytes) -> Offer:
    if ask.method != "GET":
        raise Declined(
            405,
            "method-not-allowed",
            "A WebSocket begins with GET.",
            headers=(("Allow", "GET"),),
        )
    if version != b"HTTP/1.1":
        raise Declined(505, "http-version", "A WebSocket needs HTTP/1.1.")
    if "websocket" not in _words(ask, "upgrade"):
        raise Declined(
            426,
            "upgrade-required",
            "This address speaks WebSocket; connect with wss://.",
            headers=(("Upgrade", "websocket"), ("Connection", "Upgrade")),
        )
    if "upgrade" not in _words(ask, "connection"):
        raise Declined(400, "bad-handshake", "The Connection header does not say Upgrade.")
    if ask.one("sec-websocket-version") != "13":
        raise Declined(
            426,
            "websocket-version",
            "This server speaks version 13 of WebSocket.",
            headers=(
                ("Sec-WebSocket-Version", "13"),
                ("Upgrade", "websocket"),
                ("Connection", "Upgrade"),
            ),
        )
    key = ask.one("sec-websocket-key")
    if key is None or _KEY.match(key) is None:
        raise Declined(
            400, "bad-handshake", "Exactly one Sec-WebSocket-Key of 16 bytes in base64 is needed."
        )
    return _offer(ask, key)


def _offer(ask: Ask, key: str) -> Offer:
    offers = [
        word.strip() for value in ask.all("sec-websocket-protocol") for word in value.split(",")
    ]
    if len(offers) > MOST_OFFERS or not all(map(_TOKEN.match, offers)):
        raise Declined(400, "bad-handshake", "Sec-WebSocket-Protocol is not a list of names.")
    if len(set(offers)) < len(offers):
        raise Declined(400, "bad-handshake", "A subprotocol is offered twice.")
    tickets = tuple(offer for offer in offers if offer.startswith(TICKET_PREFIX))
    extension = _extension(ask)
    if not offers:
        return Offer(key, "", (), extension)
    if SUBPROTOCOL not in offers:
        raise Declined(
            400,
            "unknown-subprotocol",
            f"None of the offered subprotocols is known here; this server speaks {SUBPROTOCOL}.",
        )
    return Offer(key, SUBPROTOCOL, tickets, extension)


def _extension(ask: Ask) -> str:
    offered = ask.all("sec-websocket-extensions")
    try:
        return accepted(",".join(offered)) if offered else ""
    except ValueError:
        raise Declined(
            400, "bad-handshake", "Sec-WebSocket-Extensions is not a list of extensions."
        ) from None


def _words(ask: Ask, name: str) -> set[str]:
    return {word.strip().lower() for value in ask.all(name) for word in value.split(",")}
