"""Who may read and write what, what the daemon may do, and which parts are out of date."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chatd.admin.doctor.finding import Finding, fault, note, ok, warning
from chatd.admin.doctor.look import Look
from chatd.auth import site_keys as key_files
from chatd.store.names import FILE

#: A site's key older than this should be changed; days.
OLD_KEY_DAYS: Final = 400
DAY: Final = 86_400
#: The only capability that chatd has a use for: CAP_NET_BIND_SERVICE, capability.h.
BIND: Final = 1 << 10
#: Seccomp with a filter, proc(5).
FILTERED: Final = "2"
#: A library that is loaded but no longer on the disk, proc(5).
GONE: Final = re.compile(r"(\S+\.so\S*) \(deleted\)$", re.MULTILINE)


def files(look: Look) -> Iterator[Finding]:
    """What others may look into, or change."""
    settings, found = look.settings, []
    store = Path(settings.store.path)
    for path in (store, store / FILE, Path(settings.server.control)):
        found += _open_to(path, 0o077, "look at or change what people said", "go-rwx")
    for path in (look.config, look.config.parent):
        found += _open_to(path, 0o022, "change how this server is set up", "go-w")
    secret = Path(settings.accounts.secret_file).parent
    if secret != look.config.parent:
        found += _open_to(secret, 0o027, "put another key in its place", "g-w,o-rwx")
    if settings.site.keys:
        found += _open_to(Path(settings.site.keys), 0o027, "add a key of their own", "g-w,o-rwx")
    yield from found
    if not found:
        yield ok("files", "files", "nobody else looks into store, keys and configuration")


def _open_to(path: Path, bits: int, what: str, mend: str) -> list[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return []
    if not mode & bits:
        return []
    return [
        fault(
            "open-files",
            "files",
            f"{path} is open to others (mode {mode:04o})",
            f"Other users of this machine could {what}.",
            f"chmod {mend} {path}",
        )
    ]


def site_keys(look: Look) -> Iterator[Finding]:
    """Short ones are refused at the start; this is about their age."""
    site = look.settings.site
    try:
        paths = key_files.files(site.keys) if site.keys else []
    except OSError:
        return
    paths += [Path(site.key_file)] if site.key_file else []
    for path in paths:
        try:
            age = (look.machine.now() - path.stat().st_mtime) / DAY
        except OSError:
            continue
        if age > OLD_KEY_DAYS:
            name = path.stem.rpartition("-")[0] or "shop"
            yield warning(
                "old-site-key",
                "keys",
                f"the site's key {path} is {age:.0f} days old",
                "Whoever saw it since can speak for the site's people. A new one goes beside it"
                " while the site changes over.",
                f"chatctl token-key add {name} && chatctl reload",
            )
        else:
            yield ok("site-key", "keys", f"{path.name} is {age:.0f} days old")


def sandbox(look: Look) -> Iterator[Finding]:
    """What the kernel says about the process, whatever the unit was meant to be."""
    if look.visit is None:
        return
    try:
        status = look.machine.status(look.visit["pid"])
    except OSError:
        return
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    lacks = []
    if told.get("Uid", "1").split()[0] == "0":
        lacks.append("it runs as root")
    if told.get("NoNewPrivs") != "1":
        lacks.append("what it starts may gain rights")
    if told.get("Seccomp") != FILTERED:
        lacks.append("it may make every system call")
    if int(told.get("CapEff", "0"), 16) & ~BIND:
        lacks.append("it has capabilities that it does not need")
    if not lacks:
        yield ok("sandbox", "sandbox", "an own user, no new rights, few system calls")
    elif look.local:
        yield note(
            "no-sandbox",
            "sandbox",
            "; ".join(lacks),
            "Of no weight while it serves this machine alone; for others run it as a service.",
            "chatctl install-service --dry-run",
        )
    else:
        yield fault(
            "no-sandbox",
            "sandbox",
            "; ".join(lacks),
            "A fault in chatd, or in what it is made of, would be one of the whole machine. The"
            " unit that comes with chatd prevents that.",
            "systemctl cat chatd; systemctl revert chatd && systemctl restart chatd",
        )


def outdated(look: Look) -> Iterator[Finding]:
    """What was fixed, and is not in force yet."""
    if look.visit is not None:
        try:
            gone = re.findall(
                r"(\S+\.so\S*) \(deleted\)$", look.machine.maps(look.visit["pid"]), re.M
            )
        except OSError:
            gone = []
        if gone:
            yield warning(
                "old-libraries",
                "updates",
                f"it still uses the old {Path(gone[0]).name}"
                + (f" and {len(set(gone)) - 1} more" if len(set(gone)) > 1 else ""),
                "An update has replaced it on the disk, perhaps for a hole in it.",
                "systemctl restart chatd",
            )
    installed, candidate = look.machine.package()
    if candidate and installed != candidate:
        yield warning(
            "update",
            "updates",
            f"chatd {candidate} is there, {installed} is installed",
            "Newer ones mend holes, also in the libraries that come with chatd.",
            "apt-get install --only-upgrade chatd",
        )
    if look.machine.reboot():
        yield warning(
            "reboot",
            "updates",
            "this machine waits to be started anew",
            "An update, mostly of the kernel, is in force only then.",
            "systemctl reboot",
        )


def backups(look: Look) -> Iterator[Finding]:
    """Anyone who reads a backup has every key."""
    try:
        paths = [look.backups, *sorted(look.backups.glob("*.tar"))]
    except OSError:
        return
    for path in paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            yield fault(
                "open-backups",
                "backup",
                f"{path} is open to others (mode {mode:04o})",
                "A backup holds every key of this server, and what people said.",
                f"chmod -R go-rwx {look.backups}",
            )
            return
