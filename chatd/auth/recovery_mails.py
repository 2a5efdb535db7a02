"""The mails about accounts: plain text, short, without a password in any of them."""

from dataclasses import dataclass

#: Subject and text.
Mail = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """What mails call this server."""

    name: str
    url: str


def reset(server: Server, name: str, secret: str) -> Mail:
    return (
        f"A new password for {name} at {server.name}",
        f"""Hello {name},

somebody, probably you, asked for a new password at {server.name} ({server.url}).

This link lets you choose one. It works once, within an hour:

{server.url}/#reset={secret}

If it was not you, ignore this mail: nothing has changed.
""",
    )


def confirm(server: Server, name: str, secret: str) -> Mail:
    return (
        f"Is this your address, {name}?",
        f"""Hello,

{name} at {server.name} ({server.url}) wants mail to come to this address.

If this is you, follow this link within a day:

{server.url}/#email={secret}

If it is not, ignore this mail: nothing will be sent here again.
""",
    )


def moved(server: Server, name: str) -> Mail:
    return (
        f"Another address for {name} at {server.name}",
        f"""Hello {name},

your account at {server.name} ({server.url}) has another mail address now. No more mail will come
to this one.

If you did not do this, tell the administrator of the server soon.
""",
    )
