"""What the tries for a certificate brought, kept across starts: a daemon that is started again and
again asks no more often than one that keeps running."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from chatd.acme.schedule import Standing
from chatd.admin.files import write_private
from chatd.config.settings_acme import Acme

FILE: Final = "state.json"
_LARGEST: Final = 65_536


def asked(acme: Acme) -> str:
    """A word that changes with the names wanted, the authority or the contact."""
    parts = "\n".join((acme.directory, acme.contact, acme.ca_file, *sorted(acme.domains)))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def read(folder: Path) -> Standing:
    """As it was left; a fresh one if there is nothing, or nothing readable."""
    try:
        with (folder / FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST), type=Standing)
    except (OSError, msgspec.MsgspecError):
        return Standing()


def write(folder: Path, standing: Standing) -> None:
    """OSError."""
    write_private(folder / FILE, msgspec.json.encode(standing))
