"""What the checks are given: the server to look at, and the machine it runs on."""

import ctypes
import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chatd.admin.doctor import reach
from chatd.config.settings import Settings
from chatd.parts import public_url
from chatd.store.space import free_and_total

#: What adjtimex(2) answers if nothing keeps the clock right.
_UNSYNCHRONISED = 5
_CONFIGURED = Path("/etc/chatd")


def _clock_kept() -> bool:
    # struct timex has less than 256 bytes; all zeros ask and change nothing.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256))
    return bool(state != _UNSYNCHRONISED)


def _limits(pid: int) -> str:
    return Path(f"/proc/{pid}/limits").read_text("ascii")


def _kernel(name: str) -> str:
    return Path("/proc/sys", *name.split(".")).read_text("ascii").strip()


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text("utf-8", "replace")


def _maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")


def _unit(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/cgroup").read_text("utf-8", "replace")
    except OSError:
        return ""
    return unit_in(text)


def unit_in(cgroups: str) -> str:
    """chatd's unit in the lines of /proc/PID/cgroup, "" for none."""
    found = re.search(r"/(chatd(?:@[^/\n]+)?\.service)$", cgroups, re.MULTILINE)
    return found[1] if found else ""


def _package() -> tuple[str, str]:
    """The network is not asked: apt's own lists are."""
    try:
        told = subprocess.run(
            ["/usr/bin/apt-cache", "policy", "chatd"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"LC_ALL": "C.UTF-8"},
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    found = dict(re.findall(r"^  (Installed|Candidate): (\S+)$", told, re.MULTILINE))
    installed = found.get("Installed", "(none)")
    return ("", "") if installed == "(none)" else (installed, found.get("Candidate", ""))


def _reboot() -> bool:
    return Path("/run/reboot-required").exists()


def _mounts() -> str:
    return Path("/proc/self/mounts").read_text("utf-8", "replace")


@dataclass(frozen=True)
class Machine:
    """This one, unless a test says otherwise. ``now``: seconds since 1970; ``clock_kept``: whether
    something keeps it right; ``limits``, ``kernel``, ``mounts``, ``status`` and ``maps`` are texts
    from /proc; ``unit``: which of chatd's units a process runs in, "" for none; ``package``: the
    version of chatd that Debian's package manager has installed and the one it could have, "" if it
    has none; ``reboot``: whether one is pending."""

    now: Callable[[], float] = time.time
    clock_kept: Callable[[], bool] = _clock_kept
    limits: Callable[[int], str] = _limits
    kernel: Callable[[str], str] = _kernel
    mounts: Callable[[], str] = _mounts
    status: Callable[[int], str] = _status
    maps: Callable[[int], str] = _maps
    unit: Callable[[int], str] = _unit
    package: Callable[[], tuple[str, str]] = _package
    reboot: Callable[[], bool] = _reboot
    free_and_total: Callable[[Path], tuple[int, int]] = free_and_total
    resolve: Callable[[str, int], list[str]] = reach.resolve
    user: Callable[[], int] = os.geteuid


@dataclass(frozen=True)
class Look:
    """``address``: where to go instead of where the name leads; ``ca``: an authority to trust
    besides the system's. ``visit``: what the running daemon told, None if none runs."""

    config: Path
    settings: Settings
    visit: dict[str, Any] | None
    address: str = ""
    ca: Path | None = None
    quick: bool = False
    backups: Path = Path("/var/backups/chatd")
    machine: Machine = field(default_factory=Machine)

    @property
    def url(self) -> str:
        return public_url(self.settings)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "localhost"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 443

    @property
    def base(self) -> str:
        """The path before every address, "" for none."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def local(self) -> bool:
        """Whether it is for this machine alone."""
        return self.host in ("localhost", "127.0.0.1", "::1")

    @property
    def unit(self) -> str:
        """The unit in which systemd runs it, "" if it was started by hand (`make run`)."""
        if self.visit is not None:
            return self.machine.unit(self.visit["pid"])
        # All units that come with chatd have their configuration there.
        if _CONFIGURED not in self.config.parents:
            return ""
        folder = self.config.parent
        return "chatd.service" if folder == _CONFIGURED else f"chatd@{folder.name}.service"

    @property
    def restart(self) -> str:
        """What ends it and starts it again."""
        if self.unit:
            return f"systemctl restart {self.unit.removesuffix('.service')}"
        return f"kill {self.visit['pid']}; {self.start}" if self.visit else self.start

    @property
    def start(self) -> str:
        if self.unit:
            return f"systemctl start {self.unit.removesuffix('.service')}"
        return f"twistd --nodaemon chatd --config {self.config}   (or make run, as it was begun)"

    @property
    def proxied(self) -> bool:
        """Whether there should be a proxy in front."""
        return self.settings.tls.terminated or bool(self.settings.server.proxies)

    @property
    def trusted(self) -> Path | None:
        """The authority to trust: as asked, or the one that `quickstart` and `setup` made."""
        if self.ca is not None:
            return self.ca
        own = Path(self.settings.tls.certificate).with_name("ca.pem")
        return own if self.settings.tls.certificate and own.exists() else None

    def target(self, address: str) -> reach.Target:
        return reach.Target(self.host, self.port, address, self.trusted)
