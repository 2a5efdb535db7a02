"""Every setting, declared once: name, type, default, unit, meaning. `config` reads a file into
these, and `chatctl settings` prints them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from textwrap import wrap
from typing import Any

from chatd.config import public_address
from chatd.config.setting import between, one_of, setting
from chatd.config.settings_acme import Acme
from chatd.config.settings_files import Files
from chatd.config.settings_log import Health, Log
from chatd.config.settings_outgoing import Mail, Push, Webhook
from chatd.config.settings_page import Page
from chatd.config.settings_providers import Provider
from chatd.config.settings_store import Storage
from chatd.config.settings_traces import Traces


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
        "The address people type, such as https://chat.example.org, or https://example.org/chat/"
        " where a proxy takes that path away. Required unless every address listened on is"
        " loopback.",
        check=public_address.wrong,
    )
    name: str = setting("chatd", "What the welcome and mails call this server.")
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
class Accounts:
    """[accounts]: people and how long they stay signed in."""

    secret_file: str = setting(
        "secrets/server.key",
        "File with at least 32 random bytes that nobody else may read; relative to the"
        " configuration file.",
    )
    old_secret_file: str = setting(
        "",
        "The one before, while the seeds of one-time codes are still sealed with it (`chatctl"
        " reseal` ends that); empty: none.",
    )
    registration: str = setting(
        "invitation",
        "Who may make themselves an account: anybody (open), who was invited (invitation), or"
        " nobody, so that only administrators make them (closed).",
        check=one_of("open", "invitation", "closed"),
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
    password_memory: int = setting(
        19 * 1024,
        "What hashing one password takes (argon2id). When this or password_passes changes, each"
        " password is hashed anew when its owner next signs in.",
        unit="KiB",
        check=between(19 * 1024, 2**20),
    )
    password_passes: int = setting(
        2, "How many times it goes over that memory.", check=between(2, 20)
    )


@dataclass(frozen=True, slots=True)
class GuestSettings:
    """[guests]: people who look in without an account, and what they may do."""

    allowed: bool = setting(
        False, "Whether somebody may come in as a guest, under a name they choose."
    )
    rooms: list[str] = setting(
        [],
        "Rooms that guests are in, and no others: by slug, private ones by id (as it stands in the"
        " page's address).",
    )
    most: int = setting(1000, "Guests at a time.", check=between(1, 10**6))
    idle_days: float = setting(
        7.0,
        "A guest who was not here for so long is deleted; what they said stays.",
        unit="days",
        check=between(0.01, 365),
    )
    messages_per_second: float = setting(
        0.5, "Commands per guest, by cost.", unit="1/s", check=between(0.01, 1e6)
    )
    messages_burst: float = setting(10.0, "How many may be saved up.", check=between(10, 1e6))


@dataclass(frozen=True, slots=True)
class Site:
    """[site]: a web site with a login of its own, whose people chat here by its signed tokens."""

    key_file: str = setting(
        "",
        "File with the one key that the site signs with (HS256), without a name: at least 32 bytes"
        " that nobody else may read; relative to the configuration file.",
    )
    keys: str = setting(
        "",
        "Folder with keys that have names (kid), each a file made by `chatctl token-key add`: the"
        " old one and the new one while they are changed. Without key_file, keys and jwks_url no"
        " tokens are taken.",
    )
    jwks_url: str = setting(
        "",
        "Where the site publishes its public keys (a JWK Set); https. Fetched when it is needed.",
    )
    jwks_networks: list[str] = setting(
        [],
        "Networks (CIDR) in which the host of jwks_url may stand besides the open internet.",
    )
    jwks_ca_file: str = setting(
        "", "PEM file of the authorities to trust for it; empty: those of the system."
    )
    issuer: str = setting(
        "",
        "What the site calls itself in its tokens (iss), such as https://www.example.org. A key of"
        " `keys` may have an issuer of its own.",
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
    roles: list[str] = setting(
        ["reader", "member"],
        "Roles that a token may give in its rooms, out of reader, member and moderator.",
        check=lambda value: (
            None
            if set(value) <= {"reader", "member", "moderator"}
            else 'a list out of "reader", "member" and "moderator"'
        ),
    )
    private_rooms: bool = setting(
        False,
        "A token's rooms may be private ones, by id: the site decides who belongs in them. Off:"
        " only those of site.rooms.",
    )
    public_rooms: bool = setting(
        False,
        "People from the site see all public rooms, may join them and make rooms, as others may."
        " Off: they are only in rooms that the site, a member or a link lets them into.",
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
class Settings:
    """All of it. Paths are as written; `config.load` resolves them against the file's folder."""

    server: Server = field(default_factory=Server)
    tls: Tls = field(default_factory=Tls)
    acme: Acme = field(default_factory=Acme)
    store: Storage = field(default_factory=Storage)
    accounts: Accounts = field(default_factory=Accounts)
    guests: GuestSettings = field(default_factory=GuestSettings)
    site: Site = field(default_factory=Site)
    page: Page = field(default_factory=Page)
    limits: LimitSettings = field(default_factory=LimitSettings)
    files: Files = field(default_factory=Files)
    websocket: WebSocket = field(default_factory=WebSocket)
    mail: Mail = field(default_factory=Mail)
    webhook: Webhook = field(default_factory=Webhook)
    push: Push = field(default_factory=Push)
    log: Log = field(default_factory=Log)
    health: Health = field(default_factory=Health)
    traces: Traces = field(default_factory=Traces)
    #: By NAME; there may be any number of these sections.
    provider: dict[str, Provider] = field(default_factory=dict, metadata={"each": Provider})

    def sections(self) -> Iterator[tuple[str, Any]]:
        """Each with its name, as written in brackets."""
        for one in fields(self):
            value = getattr(self, one.name)
            if "each" in one.metadata:
                yield from ((f"{one.name}.{name}", value[name]) for name in value)
            else:
                yield one.name, value


def kinds() -> Iterator[tuple[str, Any]]:
    """Each section's name, [provider.NAME] standing for all providers, and its class."""
    for section in fields(Settings):
        each = section.metadata.get("each")
        yield (f"{section.name}.NAME", each) if each else (section.name, section.default_factory)


def type_name(kind: Any) -> str:
    """What is written in the file, in words."""
    names = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    return names.get(kind) or ("table of texts" if kind == dict[str, str] else "list of texts")


def describe(width: int = 78) -> str:
    """Every setting as a commented configuration file that holds the defaults."""
    lines = [
        "# Every setting with its default; chatd.toml needs only what differs.",
        "# `chatctl check` tells what is wrong with a file.",
    ]
    for name, kind in kinds():
        doc = section_doc(kind)
        # Sections there may be several of are off by default.
        off = "# " if name.endswith(".NAME") else ""
        lines += ["", "", f"{off}[{name}]", *_comment(doc, width)]
        for item in fields(kind):
            unit = f" [{item.metadata['unit']}]" if item.metadata["unit"] else ""
            lines += ["", *_comment(item.metadata["doc"] + unit, width)]
            lines.append(f"{off}{item.name} = {toml(getattr(kind(), item.name))}")
    return "\n".join(lines)


def section_doc(kind: Any) -> str:
    """What a section is for, in sentences."""
    doc: str = " ".join((kind.__doc__ or "").split()).split(":", 1)[1].strip()
    return doc[0].upper() + doc[1:]


def _comment(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="# ", subsequent_indent="# ")


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{}"  # every default is an empty one
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)
