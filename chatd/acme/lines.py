"""What the daemon and the program of one order say to each other: a line of JSON each."""

from typing import Final, Literal

import msgspec

from chatd.acme.schedule import Kind

#: Most bytes of a line.
LARGEST: Final = 65_536


class Wish(msgspec.Struct, frozen=True):
    """What is wanted. ``folder``: where the account's key lies."""

    directory: str
    ca_file: str
    contact: str
    domains: list[str]
    folder: str


class Presented(msgspec.Struct, frozen=True):
    """The names whose challenges are to be answered, with their key authorizations."""

    present: dict[str, str]


class Outcome(msgspec.Struct, frozen=True):
    """``kind``: "" if the certificate is in its file; ``after``: seconds that the authority asks us
    to wait before the next try."""

    kind: Kind | Literal[""] = ""
    why: str = ""
    after: float = 0.0
