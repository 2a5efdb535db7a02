"""What can be seen on the machine itself: files, the daemon, its store, its limits."""

import re
from collections.abc import Iterator
from pathlib import Path

from chatd.admin.backup import shelf
from chatd.admin.backup.archive import BackupError
from chatd.admin.doctor.finding import Finding, fault, note, ok, warning
from chatd.admin.doctor.look import Look
from chatd.config.safety import unsafe
from chatd.descriptors import OWN
from chatd.listen import BACKLOG
from chatd.store import timeline
from chatd.store.copying import facts_of
from chatd.store.errors import StoreError
from chatd.store.lock import FolderLock
from chatd.store.migrate import steps, version
from chatd.store.names import FILE, RESTORING
from chatd.store.sqlite import FAILURES, Sqlite

#: File systems that forget, and those whose locks and syncs may not be what they seem.
FLEETING = ("tmpfs", "ramfs")
DISTANT = ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "glusterfs", "ceph")
#: How far the newest event may be ahead of the clock, and how old a backup may be. Seconds.
AHEAD = 10.0
BACKUP_AGE = 2 * 86_400


def configuration(look: Look) -> Iterator[Finding]:
    wrong = list(dict.fromkeys(unsafe(look.settings)))
    for text in wrong:
        # If a line fixes it, the sentence has that line.
        line = re.search(r"`([^`]+)`", text)
        yield fault(
            "key-readable" if line and line[1].startswith("chmod ") else "configuration",
            "configuration",
            text,
            "chatd refuses to start with it.",
            line[1] if line else f"$EDITOR {look.config} && chatctl --config {look.config} check",
        )
    if not wrong:
        yield ok("configuration", "configuration", str(look.config))


def daemon(look: Look) -> Iterator[Finding]:
    folder = Path(look.settings.store.path)
    if (folder / RESTORING).exists():
        last = (folder / RESTORING).read_text("utf-8", "replace").strip()
        yield fault(
            "restore-unfinished",
            "daemon",
            f"a restore was begun and not finished: {last}",
            "chatd does not start on a store that is half of one and half of another.",
            f"chatctl --config {look.config} backup restore BACKUP --replace",
        )
    elif look.visit is not None:
        yield ok("daemon", "daemon", f"runs as process {look.visit['pid']}")
        if look.visit["public_url"] != look.url:
            yield fault(
                "not-restarted",
                "daemon",
                f"it still calls itself {look.visit['public_url']}, the configuration says"
                f" {look.url}",
                "Pages of the new address may not connect: server.public_url is read at the start.",
                look.restart,
            )
    elif not folder.exists():
        yield _not_running(look)
    else:
        yield _silent(look, folder)


def _silent(look: Look, folder: Path) -> Finding:
    """No daemon answers at the control socket: none runs, or another holds the store."""
    try:
        FolderLock(folder).release()
    except StoreError as error:
        holder = str(error).partition("process ")[2].partition(")")[0]
        return fault(
            "store-locked",
            "daemon",
            f"process {holder} uses {folder} and does not answer at {look.settings.server.control}",
            "Only one chatd can use a store: it is another one, or one that hangs.",
            f"ps -fp {holder}; kill {holder} && {look.restart}",
        )
    except OSError as error:
        return fault(
            "store-unreadable",
            "daemon",
            f"{folder} cannot be used by this user: {error.strerror}",
            "chatctl looks at the store as the user of chatd.",
            f"sudo -u chatd chatctl --config {look.config} doctor",
        )
    return _not_running(look)


def _not_running(look: Look) -> Finding:
    why = " `journalctl -u chatd` tells why it ended." if look.unit else ""
    return fault("not-running", "daemon", "it does not run", f"Nobody can chat.{why}", look.start)


def store(look: Look) -> Iterator[Finding]:
    folder = Path(look.settings.store.path)
    if not (folder / FILE).exists():
        yield note(
            "store-empty",
            "store",
            f"there is none in {folder} yet",
            "The first start makes it.",
            look.start,
        )
        return
    try:
        database = Sqlite(folder / FILE, writing=False)
    except FAILURES as error:
        yield _unreadable(folder, error)
        return
    try:
        database.run("begin", {})
        yield from _schema(look, database, folder)
    except (*FAILURES, StoreError) as error:
        yield _unreadable(folder, error)
    finally:
        database.close()


def _unreadable(folder: Path, error: Exception) -> Finding:
    return fault(
        "store-unreadable",
        "store",
        f"{folder / FILE} cannot be read: {error}",
        "What people said is in there.",
        "systemctl stop chatd; chatctl verify",
    )


def _schema(look: Look, database: Sqlite, folder: Path) -> Iterator[Finding]:
    have, want = version(database), len(steps())
    if have < want:
        yield fault(
            "migration-pending",
            "store",
            f"it has schema {have}, this chatd wants {want}",
            "The running daemon is the one of before the upgrade: the next start changes the"
            " schema, after a copy.",
            look.restart,
        )
        return
    if have > want:
        yield fault(
            "store-newer",
            "store",
            f"it has schema {have}, this chatd knows {want}",
            "A newer chatd wrote it; this one does not start on it.",
            "apt-get install --only-upgrade chatd",
        )
        return
    facts = facts_of(database, 0)
    yield ok("store", "store", f"{facts.counts['events']} events, schema {have}")
    row = database.row(
        "select at from events where position = :last", {"last": timeline.position(database)}
    )
    ahead = (row[0] / 1000 - look.machine.now()) if row else 0.0
    if ahead > AHEAD:
        yield fault(
            "clock-off",
            "clock",
            f"the newest event is {ahead:.0f} s in the future",
            "This machine's clock was ahead when it was said, or is behind now: times are wrong"
            " and certificates seem not to be valid yet.",
            "timedatectl set-ntp true && timedatectl",
        )


def disk(look: Look) -> Iterator[Finding]:
    folder = Path(look.settings.store.path)
    there = folder if folder.exists() else folder.parent
    free, total = look.machine.free_and_total(there)
    limits = look.settings.store
    floor = max(limits.free_bytes, int(total * limits.free_percent / 100))
    size = f"{free // 2**20} MiB free of {total // 2**20}"
    find = f"du -xh --max-depth=2 {_mount(look, there)[0]} | sort -rh | head"
    if free < floor:
        yield fault(
            "disk-full",
            "disk",
            f"{size}, and {floor // 2**20} have to stay free (store.free_bytes, free_percent)",
            "Nothing is stored any more: people can read and not write.",
            find,
        )
    elif free < 2 * floor:
        yield warning(
            "disk-nearly-full",
            "disk",
            f"{size}; below {floor // 2**20} nothing is stored any more",
            "People can then read and not write.",
            find,
        )
    else:
        yield ok("disk", "disk", size)
    kind = _mount(look, there)[1]
    if kind in FLEETING or kind in DISTANT:
        what = "is gone with the next start of the machine" if kind in FLEETING else "is far away"
        yield warning(
            "file-system",
            "disk",
            f"{folder} lies on {kind}: what is there {what}",
            "SQLite relies on the locks and syncs of a local disk for what it promises.",
            f"systemctl stop chatd; mv {folder} /var/lib/chatd; $EDITOR {look.config}",
        )


def _mount(look: Look, folder: Path) -> tuple[str, str]:
    """Where the file system of ``folder`` is mounted, and its type."""
    best = ("/", "")
    for line in look.machine.mounts().splitlines():
        _, point, kind, *_ = line.split(" ")
        inside = folder == Path(point) or Path(point) in folder.parents
        if inside and len(point) >= len(best[0]):
            best = (point, kind)
    return best


def descriptors(look: Look) -> Iterator[Finding]:
    if look.visit is None:
        return
    try:
        text = look.machine.limits(look.visit["pid"])
    except OSError:
        return
    line = next((line for line in text.splitlines() if line.startswith("Max open files")), "")
    soft = line.split()[3] if line else "unlimited"
    wanted = look.settings.limits.connections + OWN
    if soft == "unlimited" or int(soft) >= wanted:
        yield ok("descriptors", "descriptors", f"{soft} of the {wanted} that may be needed")
        return
    what = (
        f"at most {soft} files may be open, and {wanted} are needed for limits.connections ="
        f" {look.settings.limits.connections}"
    )
    turned_away = "Each connection takes one: those that come beyond are turned away."
    if unit := look.unit:
        dropped = f"/etc/systemd/system/{unit}.d"
        mend = (
            f"mkdir -p {dropped} && printf '[Service]\\nLimitNOFILE={max(65536, wanted)}\\n' >"
            f" {dropped}/files.conf && systemctl daemon-reload && {look.restart}"
        )
        yield fault("descriptors", "descriptors", what, turned_away, mend)
        return
    # It inherited what the shell, or whatever else started it, allows.
    mend = (
        f"ulimit -n {wanted}   (as root, where it is started), or set connections ="
        f" {max(int(soft) - OWN, 1)} below [limits] in {look.config}"
    )
    if look.local:
        few = "Of no weight while it serves this machine alone; otherwise: "
        yield note("descriptors", "descriptors", what, few + turned_away, mend)
    else:
        yield warning("descriptors", "descriptors", what, turned_away, mend)


def kernel(look: Look) -> Iterator[Finding]:
    try:
        longest = int(look.machine.kernel("net.core.somaxconn"))
    except (OSError, ValueError):
        return
    if longest < BACKLOG:
        yield warning(
            "backlog",
            "kernel",
            f"net.core.somaxconn is {longest}, chatd asks for {BACKLOG}",
            "Of those who come back at once after a restart some have to try again.",
            "sysctl -w net.core.somaxconn=4096   (for good: sysctl.d/chatd.conf)",
        )
    else:
        yield ok("backlog", "kernel", f"{longest} connections may wait to be accepted")


def clock(look: Look) -> Iterator[Finding]:
    if look.machine.clock_kept():
        yield ok("clock", "clock", "kept right by NTP")
    else:
        yield note(
            "clock-free",
            "clock",
            "nothing keeps it right, or nothing has told the kernel so",
            "Times of messages, sessions and certificates follow it.",
            "timedatectl set-ntp true",
        )


def backups(look: Look) -> Iterator[Finding]:
    try:
        found = [one for one in shelf.kept(look.backups) if one.manifest and not one.lone]
    except BackupError:
        found = []
    last = found[-1].manifest.moment / 1000 if found and found[-1].manifest else 0.0
    age = look.machine.now() - last
    if not found or age > BACKUP_AGE:
        what = "there is none" if not found else f"the last one is {age / 86_400:.0f} days old"
        yield note(
            "no-backup",
            "backup",
            f"{what} in {look.backups}",
            "What is not copied is gone with the disk. Kept elsewhere? Then all is well.",
            "systemctl enable --now chatd-backup.timer"
            if look.unit
            else f"chatctl --config {look.config} backup create {look.backups}",
        )
    else:
        yield ok("backup", "backup", f"the last one is {age / 3600:.1f} hours old")
