"""What makes a service of an environment: the same for the package and for `install-service`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatd.admin.shells import SHELLS

UNITS: Final = (
    "chatd.service",
    "chatd.socket",
    "chatd@.service",
    "chatd-backup.service",
    "chatd-backup.timer",
    "chatd-backup@.service",
    "chatd-backup@.timer",
    "chatd-doctor.service",
    "chatd-doctor.timer",
)
COMMANDS: Final = ("chatctl", "chat")
#: Where the shipped units look for an environment.
SHIPPED: Final = "/opt/chatd/"


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders below the root of a system."""

    units: str
    sysusers: str
    tmpfiles: str
    commands: str
    manual: str
    completions: dict[str, str]


def _shared(prefix: str) -> dict[str, str]:
    return {
        "bash": f"{prefix}/share/bash-completion/completions/chatctl",
        "zsh": f"{prefix}/share/zsh/{'vendor-completions' if prefix == 'usr' else 'site-functions'}"
        "/_chatctl",
        "fish": f"{prefix}/share/fish/vendor_completions.d/chatctl.fish",
    }


PACKAGE: Final = Layout(
    "lib/systemd/system",
    "usr/lib/sysusers.d",
    "usr/lib/tmpfiles.d",
    "usr/bin",
    "usr/share/man",
    _shared("usr"),
)
LOCAL: Final = Layout(
    "etc/systemd/system",
    "etc/sysusers.d",
    "etc/tmpfiles.d",
    "usr/local/bin",
    "usr/local/share/man",
    _shared("usr/local"),
)


def sources() -> Path:
    """The folder that has systemd/ in it: beside the environment's libraries, or the checkout."""
    installed = Path(sys.prefix) / "share" / "chatd"
    return installed if installed.exists() else Path(__file__).parents[2]


def texts(source: Path, layout: Layout, environment: str) -> Iterator[tuple[str, str]]:
    """Paths below the root, and what is in them; ``environment``: such as /opt/chatd."""
    from chatd.admin.completion import script
    from chatd.admin.parser import parser

    for name in UNITS:
        text = (source / "systemd" / name).read_text("utf-8")
        yield f"{layout.units}/{name}", text.replace(SHIPPED, f"{environment}/")
    for kind, folder in (("sysusers.d", layout.sysusers), ("tmpfiles.d", layout.tmpfiles)):
        yield f"{folder}/chatd.conf", (source / "systemd" / kind / "chatd.conf").read_text("utf-8")
    for shell in SHELLS:
        yield layout.completions[shell], script(shell, parser())
