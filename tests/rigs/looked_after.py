"""What an operator does of a day: reload, look whether anything is wrong, back up. Tried in the box
of tests/rigs/installed.py."""

import shlex
import time
from datetime import UTC, datetime

from tests.handbook.reading import blocks
from tests.rigs.box import Box
from tests.rigs.handbook import block
from tests.rigs.seen import CONFIG, journal, must, until_ready


def looked_after(inside: Box) -> None:
    """A reload by chatctl, and the security check in its own sandbox."""
    before = inside.run("cat", CONFIG)
    limited = "sed -i 's/^\\[limits\\]$/&\\nrooms_open = {}/' " + CONFIG
    inside.run("sh", "-c", limited.format(7))
    told = inside.run("chatctl", "reload", "--dry-run")
    must("limits.rooms_open 100 -> 7" in told, "chatctl reload --dry-run tells what differs", told)
    inside.run("chatctl", "reload")
    told = inside.run("chatctl", "reload", "--dry-run")
    must("would change nothing" in told, "chatctl reload takes it over", told)
    inside.run("sh", "-c", f"cat > {CONFIG} <<'END'\n{before}END")
    inside.run("chatctl", "reload")
    inside.run("sh", "-c", limited.format(0))
    ended = inside.status("systemctl", "reload", "chatd")
    told = journal(inside)
    must(ended != 0 and "right would be a number from 1" in told, "a wrong file fails it", told)
    inside.run("sh", "-c", f"cat > {CONFIG} <<'END'\n{before}END")
    inside.run("systemctl", "reload", "chatd")
    must(inside.status("chatctl", "status") == 0, "and nothing ends for it", journal(inside))
    name = "chatd-doctor.service"
    seen = inside.run("systemd-analyze", "security", name, "--no-pager")
    level = float(seen.rsplit(f"{name}:", 1)[1].split()[0])
    must(level <= 2.0, f"the exposure of the check's service is {level}, of at most 2.0", seen)
    verify = f"systemd-analyze verify --man=no {name} chatd-doctor.timer 2>&1"
    quiet = inside.run("sh", "-c", verify)
    must(quiet == "", "systemd-analyze verify says nothing of it", quiet)
    enabled = inside.status("systemctl", "is-enabled", "chatd-doctor.timer")
    must(enabled != 0, "its timer waits to be enabled", str(enabled))
    told = inside.run("sh", "-ec", block("operating.md#looking-again-and-again"))
    must("WRONG" not in told, "looked at by hand, nothing is wrong; the timer is enabled", told)
    enabled = inside.run("systemctl", "is-enabled", "chatd-doctor.timer").strip()
    must(enabled == "enabled", "and stays so", enabled)
    looked = ("journalctl", "-u", name, "--no-pager", "-o", "cat")
    ended = inside.status("systemctl", "start", name)
    must(ended == 0, "the security check finds nothing wrong", inside.run(*looked))
    sandbox = "ok    sandbox        an own user, no new rights, few system calls"
    must(sandbox in inside.run(*looked), "it sees the daemon's sandbox", inside.run(*looked))
    tell_me(inside)
    inside.run("chmod", "755", "/var/lib/chatd")
    ended = inside.status("systemctl", "start", name)
    told = inside.run(*looked)
    must(ended != 0 and "$ chmod go-rwx /var/lib/chatd" in told, "a fault fails it", told)
    began = time.monotonic()
    while inside.status("grep", "-q", "chmod", "/run/told") != 0 and time.monotonic() < began + 10:
        time.sleep(0.1)
    told = inside.run("cat", "/run/told")
    must("chmod go-rwx" in told, "and OnFailure= tells of it by mail", told)
    inside.run("chmod", "700", "/var/lib/chatd")


def tell_me(inside: Box) -> None:
    """As docs/operating.md has it. For mail(1), which would need a mail server, stands a file."""
    settings = blocks()["operating.md#looking-again-and-again/3"].text
    edited(inside, block("operating.md#looking-again-and-again/2"), settings)
    unit = blocks()["operating.md#looking-again-and-again/4"].text
    write(inside, "/etc/systemd/system/tell-me@.service", unit)
    write(inside, "/usr/local/bin/mail", "#!/bin/sh\ncat > /run/told\n")
    inside.run("sh", "-c", "chmod 755 /usr/local/bin/mail; systemctl daemon-reload")


def edited(inside: Box, line: str, settings: str) -> None:
    """A line with `systemctl edit`, which wants a terminal, and what is written there."""
    write(inside, "/root/settings", settings)
    write(inside, "/root/editor", '#!/bin/sh\ncat /root/settings > "$1"\n')
    typed = f"SYSTEMD_EDITOR=/root/editor script -qec {shlex.quote(line.strip())} /dev/null"
    inside.run("sh", "-c", f"chmod 755 /root/editor; {typed} < /dev/null")


def write(inside: Box, path: str, text: str) -> None:
    inside.run("sh", "-c", f"cat > {path} <<'WRITTEN'\n{text}WRITTEN\n")


def backed_up(inside: Box) -> None:
    """The timer's service, in its sandbox, and back from what it made."""
    name = "chatd-backup.service"
    seen = inside.run("systemd-analyze", "security", name, "--no-pager")
    level = float(seen.rsplit(f"{name}:", 1)[1].split()[0])
    must(level <= 1.0, f"the exposure of the backup's service is {level}, of at most 1.0", seen)
    verify = f"systemd-analyze verify --man=no {name} chatd-backup.timer 2>&1"
    quiet = inside.run("sh", "-c", verify)
    must(quiet == "", "systemd-analyze verify says nothing of it", quiet)
    enabled = inside.status("systemctl", "is-enabled", "chatd-backup.timer")
    must(enabled != 0, "the timer waits to be enabled", str(enabled))
    inside.run("sh", "-ec", block("backup.md#by-the-clock"))
    listed = inside.run("systemctl", "list-timers", "--no-pager", "chatd-backup.timer")
    must("chatd-backup.timer" in listed, "enabled, it has its next hour", listed)
    for _ in range(2):
        inside.run("systemctl", "start", name)
        time.sleep(1.1)
    listed = inside.run("chatctl", "backup", "list", "/var/backups/chatd")
    must("-changes.tar" in listed, "a full backup and one of changes are made", listed)
    lost = ("/etc/chatd/secrets", CONFIG, "/var/lib/chatd/chatd.db")
    stop, would, *rest = block("backup.md#bringing-one-back").splitlines()
    inside.run("sh", "-ec", stop)
    inside.run("rm", "-rf", *lost)
    told = inside.run("sh", "-ec", would)
    there = inside.status("ls", *lost)
    must(there != 0 and "Would restore" in told, "a dry run tells what would come, no more", told)
    restored = inside.run("sh", "-ec", "\n".join(rest))
    until_ready(inside)
    must("Restored" in restored, "what was lost is back, with owners and modes", restored)
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    inside.run("chatctl", "user", "add", "too-late")
    inside.run("systemctl", "stop", "chatd")
    restored = inside.run("sh", "-ec", block("backup.md#to-a-moment", moment=moment))
    inside.run("systemctl", "start", "chatd")
    until_ready(inside)
    told = inside.run("chatctl", "user", "list")
    must("too-late" not in told, f"it is as it was at {moment}", restored + told)
