"""The settings of what leaves by itself: mail, the webhook, Web Push."""

from dataclasses import dataclass

from chatd.config.setting import between, one_of, setting


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

    url: str = setting(
        "", "Where to post to; https, unless it is on this machine. Empty: nowhere.", private=True
    )
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
