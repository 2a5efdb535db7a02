"""Every setting, declared once: name, type, default, unit, meaning. `config` reads a file into
these, and `chatctl settings` prints them."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from textwrap import wrap
from typing import Any

Check = Callable[[Any], str | None]


def setting(default: Any, doc: str, *, unit: str = "", check: Check | None = None) -> Any:
    """A dataclass field that carries what a person wants to know about it.

    ``check`` gets a value of the right type and returns what would be right, or None if it is.
    """
    metadata = {"doc": doc, "unit": unit, "check": check}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def between(low: float, high: float) -> Check:
    def check(value: float) -> str | None:
        return None if low <= value <= high else f"a number from {low:g} to {high:g}"

    return check


def not_empty(value: str) -> str | None:
    return None if value.strip() else "a path"


def one_of(*words: str) -> Check:
    def check(value: str) -> str | None:
        return None if value in words else "one of " + ", ".join(f'"{word}"' for word in words)

    return check


def _addresses(value: list[str]) -> str | None:
    for text in value:
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            return 'addresses with a port, such as ["127.0.0.1:8443", "[::1]:8443"]'
    return None if value else "at least one address"


@dataclass(frozen=True, slots=True)
class Server:
    """[server]: where it listens and what it is called outside."""

    listen: list[str] = setting(
        ["127.0.0.1:8443", "[::1]:8443"],
        "Addresses to listen on; hosts in IPv6 stand in brackets.",
        check=_addresses,
    )
    public_url: str = setting(
        "",
        "The address people type, such as https://chat.example.org. Required unless every address"
        " listened on is loopback.",
    )
    name: str = setting("chatd", "What the page and the welcome call this server.")
    origins: list[str] = setting(
        [],
        "Origins of other sites whose pages may connect, as browsers write them; empty: only the"
        " origin of public_url.",
    )
    proxies: list[str] = setting(
        [],
        "Networks of proxies in front (CIDR). Only from these is a forwarded client address"
        " believed.",
    )
    forwarded_by: str = setting(
        "proxy-v2",
        "How those proxies pass the address on: the PROXY protocol v2, or X-Forwarded-For.",
        check=one_of("proxy-v2", "x-forwarded-for"),
    )
    control: str = setting(
        "control.sock", "The Unix socket chatctl talks to; relative to the store's folder."
    )


@dataclass(frozen=True, slots=True)
class Tls:
    """[tls]: the certificate, or none where a proxy on this machine ends TLS."""

    certificate: str = setting("", "PEM file with the certificate and its chain.")
    key: str = setting("", "PEM file with the private key; nobody else may read it.")
    terminated: bool = setting(
        False,
        "A proxy on this machine ends TLS: plain HTTP is then spoken, on loopback addresses only.",
    )
    stock: bool = setting(
        False, "Use Twisted's own TLS transport instead of chatd's: slower, the reference."
    )
    handshake_seconds: float = setting(
        5.0, "Time for the TLS handshake.", unit="s", check=between(1, 60)
    )


@dataclass(frozen=True, slots=True)
class Storage:
    """[store]: where everything lasting lies."""

    path: str = setting(
        "state",
        "The folder of the database, its own; relative to the configuration file.",
        check=not_empty,
    )
    free_bytes: int = setting(
        2**30,
        "Nothing is stored while the disk has less free than this or free_percent, whichever is"
        " more.",
        unit="bytes",
        check=between(0, 2**50),
    )
    free_percent: float = setting(
        5.0, "See free_bytes.", unit="% of the disk", check=between(0, 90)
    )


@dataclass(frozen=True, slots=True)
class Accounts:
    """[accounts]: people and how long they stay signed in."""

    secret_file: str = setting(
        "secrets/server.key",
        "File with at least 32 random bytes that nobody else may read; relative to the"
        " configuration file.",
    )
    invitations_by: str = setting(
        "admins", "Who may invite new people.", check=one_of("admins", "members")
    )
    invitation_days: float = setting(
        7.0, "How long an invitation is good.", unit="days", check=between(0.01, 365)
    )
    directory: str = setting(
        "rooms",
        "Whom people find who look for a name: all, those they share a room with, or none.",
        check=one_of("all", "rooms", "none"),
    )
    session_days: float = setting(
        30.0, "A login ends after this long without use.", unit="days", check=between(0.01, 400)
    )


@dataclass(frozen=True, slots=True)
class Site:
    """[site]: a web site with a login of its own, whose people chat here by its signed tokens."""

    key_file: str = setting(
        "",
        "File with the key that the site signs with (HS256): at least 32 bytes that nobody else may"
        " read; relative to the configuration file. Empty: no tokens are taken.",
    )
    issuer: str = setting(
        "", "What the site calls itself in its tokens (iss), such as https://www.example.org."
    )
    audience: str = setting(
        "", "What its tokens must be meant for (aud); empty: server.public_url."
    )
    origins: list[str] = setting(
        [],
        "Origins of the pages that may show the chat in a frame, as browsers write them; empty:"
        " none.",
    )
    leeway_seconds: int = setting(
        30, "How far the two clocks may differ.", unit="s", check=between(0, 120)
    )
    longest_seconds: int = setting(
        3600, "The longest time a token may be good for.", unit="s", check=between(30, 86400)
    )
    create_users: bool = setting(
        True, "Make an account for whoever comes with a good token for the first time."
    )
    rooms: list[str] = setting(
        [],
        "Rooms that newcomers from the site join at once: by slug, private ones by id (as it stands"
        " in the page's address).",
    )
    private_rooms: bool = setting(
        False,
        "A token's rooms may be private ones, by id: the site decides who belongs in them. Off:"
        " only those of site.rooms.",
    )


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """[limits]: what one connection, one person, one address may do."""

    frame_bytes: int = setting(
        65536, "Largest message frame.", unit="bytes", check=between(1024, 16 * 2**20)
    )
    text_code_points: int = setting(
        4096, "Longest message text.", unit="code points", check=between(1, 16384)
    )
    data_bytes: int = setting(
        4096, "Largest data object of a message.", unit="bytes", check=between(0, 65536)
    )
    json_depth: int = setting(8, "Deepest JSON nesting.", check=between(3, 32))
    messages_per_second: float = setting(
        5.0, "Commands per connection, by cost.", unit="1/s", check=between(0.1, 1e6)
    )
    messages_burst: float = setting(20.0, "How many may be saved up.", check=between(10, 1e6))
    bytes_per_second: float = setting(
        32768.0, "Bytes per connection.", unit="bytes/s", check=between(1024, 1e9)
    )
    bytes_burst: float = setting(
        262144.0, "How many may be saved up.", unit="bytes", check=between(65536, 1e9)
    )
    user_messages_per_second: float = setting(
        10.0, "Commands per person over all connections.", unit="1/s", check=between(0.1, 1e6)
    )
    user_messages_burst: float = setting(40.0, "How many may be saved up.", check=between(10, 1e6))
    rooms_open: int = setting(100, "Rooms open on one connection.", check=between(1, 1000))
    commands_in_flight: int = setting(
        32, "Commands taken before the first is answered.", check=between(1, 1024)
    )
    reader_bytes: int = setting(
        2**20, "What may wait for a slow reader.", unit="bytes", check=between(65536, 2**28)
    )
    reader_seconds: float = setting(10.0, "How long it may wait.", unit="s", check=between(1, 600))
    history_page: int = setting(50, "Messages in one page of history.", check=between(1, 500))
    heartbeat_seconds: float = setting(
        25.0, "Between signs of life.", unit="s", check=between(1, 300)
    )
    dead_seconds: float = setting(
        35.0, "Silence after which a peer counts as gone.", unit="s", check=between(2, 600)
    )
    header_seconds: float = setting(
        10.0, "Time for a request's headers, in all.", unit="s", check=between(1, 60)
    )
    connections: int = setting(20000, "Connections in all.", check=between(10, 10**6))
    connections_per_user: int = setting(20, "Connections of one person.", check=between(1, 10**5))
    connections_per_address: int = setting(
        100, "Connections from one address (IPv6: one /64).", check=between(1, 10**6)
    )
    unauthenticated: int = setting(
        1000, "Connections in all on which nobody is known yet.", check=between(10, 10**6)
    )
    unauthenticated_per_address: int = setting(
        50, "The same from one address.", check=between(1, 10**6)
    )


@dataclass(frozen=True, slots=True)
class WebSocket:
    """[websocket]: how frames travel."""

    compression: str = setting(
        "events",
        "With clients that offer permessage-deflate, as browsers do: longer events of rooms are"
        " compressed, each one by itself and once for all; replies and signals never are. Or off.",
        check=one_of("events", "off"),
    )


@dataclass(frozen=True, slots=True)
class Mail:
    """[mail]: the server that takes our mail. Without a host no mail is sent."""

    host: str = setting("", "Name of the mail server, as in its certificate.")
    port: int = setting(465, "Its port: 465 for tls, 587 for starttls.", check=between(1, 65535))
    tls: str = setting(
        "tls",
        "TLS from the first byte, after STARTTLS, or none: that on loopback addresses only.",
        check=one_of("tls", "starttls", "none"),
    )
    user: str = setting("", "Name to sign in with there; empty: it takes mail without.")
    password_file: str = setting("", "File with the password, which nobody else may read.")
    sender: str = setting("", 'Who mail is from, such as "Our chat <chat@example.org>".')
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for it; empty: those of the system."
    )


@dataclass(frozen=True, slots=True)
class Webhook:
    """[webhook]: one address that is told of messages and of people who are away, signed
    (docs/webhooks.md)."""

    url: str = setting("", "Where to post to; https, unless it is on this machine. Empty: nowhere.")
    secret_file: str = setting(
        "", "File with the signing secret, whsec_ and base64, that nobody else may read."
    )
    old_secret_file: str = setting(
        "", "The secret before, while it is being changed: both sign until this is empty again."
    )
    events: list[str] = setting(
        ["message", "away"],
        "What it is told: of messages, edits and deletions; of people who are away.",
        check=lambda value: (
            None if set(value) <= {"message", "away"} else 'a list out of "message" and "away"'
        ),
    )
    rooms: list[str] = setting(
        [],
        'Rooms it may see, by "#name" or id. Empty: all public ones; ["*"]: private ones, too.'
        " Never what two people say to one another.",
    )
    direct: bool = setting(
        False, "Whether it is told the text of a direct message to somebody who is away."
    )
    away_seconds: float = setting(
        60.0,
        "After how long unread it is told that somebody is away.",
        unit="s",
        check=between(1, 86400),
    )
    timeout_seconds: float = setting(
        10.0, "For one request, from the look-up to the answer.", unit="s", check=between(1, 25)
    )
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for it; empty: those of the system."
    )


@dataclass(frozen=True, slots=True)
class Push:
    """[push]: who has the page closed learns of what is meant for them, by their browser's push
    service (docs/push.md)."""

    enabled: bool = setting(
        True, "Whether people may be told while the page is closed. Each has to ask for it."
    )
    subject: str = setting(
        "",
        "Whom the operators of a push service may turn to: mailto: and an address, or an https"
        " address; empty: server.public_url.",
    )
    key_file: str = setting(
        "",
        "PEM file with the key pair (P-256) by which push services know this server, which nobody"
        " else may read. Empty: push.key in the store's folder, made at the first start. With"
        " another key everybody has to ask anew.",
    )
    show_text: bool = setting(
        False,
        "Whether people may choose that the text of messages goes along. Off: only who wrote, and"
        " where.",
    )
    grace_seconds: float = setting(
        10.0,
        "How long a message has to be unread, and its reader away, before it is pushed.",
        unit="s",
        check=between(0, 3600),
    )
    ttl_seconds: int = setting(
        86400,
        "How long a push service keeps what it cannot deliver, and we what it does not take.",
        unit="s",
        check=between(60, 28 * 86400),
    )
    concurrent: int = setting(20, "Requests to push services at a time.", check=between(1, 500))
    timeout_seconds: float = setting(
        10.0, "For one request, from the look-up to the answer.", unit="s", check=between(1, 60)
    )
    networks: list[str] = setting(
        [],
        "Networks (CIDR) in which push services may stand besides the open internet: a browser"
        " names its push service, and nobody shall reach what is private through this server.",
    )
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for them; empty: those of the system."
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it. Paths are as written; `config.load` resolves them against the file's folder."""

    server: Server = field(default_factory=Server)
    tls: Tls = field(default_factory=Tls)
    store: Storage = field(default_factory=Storage)
    accounts: Accounts = field(default_factory=Accounts)
    site: Site = field(default_factory=Site)
    limits: LimitSettings = field(default_factory=LimitSettings)
    websocket: WebSocket = field(default_factory=WebSocket)
    mail: Mail = field(default_factory=Mail)
    webhook: Webhook = field(default_factory=Webhook)
    push: Push = field(default_factory=Push)


def describe(width: int = 78) -> str:
    """Every setting as a commented configuration file that holds the defaults."""
    lines = [
        "# Every setting with its default; chatd.toml needs only what differs.",
        "# `chatctl check` tells what is wrong with a file.",
    ]
    for section in fields(Settings):
        kind: Any = section.default_factory
        doc = " ".join((kind.__doc__ or "").split()).split(":", 1)[1].strip()
        lines += ["", "", f"[{section.name}]", *_comment(doc[0].upper() + doc[1:], width)]
        for item in fields(kind):
            unit = f" [{item.metadata['unit']}]" if item.metadata["unit"] else ""
            lines += ["", *_comment(item.metadata["doc"] + unit, width)]
            lines.append(f"{item.name} = {_toml(getattr(kind(), item.name))}")
    return "\n".join(lines)


def _comment(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="# ", subsequent_indent="# ")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
