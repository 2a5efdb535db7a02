"""The package on a machine with a real systemd: installed, restarted under people, hung, removed.

    sudo python3 -m tests.rigs.installed [PACKAGE]           (make systemd)

Builds the package, boots a box (tests/rigs/box.py), and prints a line for each thing tried.
The first that fails ends it, with what was seen.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.rigs import upgraded
from tests.rigs.box import Box, Failed, box
from tests.rigs.by_itself import by_itself
from tests.rigs.certified import credentials, opened_to_others, renewed
from tests.rigs.seen import CONFIG, journal, must, say, until_ready
from tests.rigs.tree import CannotBuild
from tools import deb

ROOT = Path(__file__).parents[2]
CROWD = 500
LIMITS = """
[limits]
connections_per_user = 2000
connections_per_address = 2000
user_messages_per_second = 1000
user_messages_burst = 1000
"""


def install(inside: Box, repository: upgraded.Repository, package: Path) -> None:
    printed = upgraded.from_repository(inside, repository, package)
    must("chatctl setup-link" in printed, "the package tells three next steps", printed)
    state = inside.run("systemctl", "show", "chatd", "-p", "ActiveState,StatusText,Type,User")
    must("ActiveState=active" in state, "it runs as soon as it is installed", state)
    must("StatusText=Serving" in state, "systemctl status tells how it is doing", state)
    seen = inside.run("systemd-analyze", "security", "chatd.service", "--no-pager")
    level = float(seen.rsplit("chatd.service:", 1)[1].split()[0])
    must(level <= 1.5, f"its exposure is {level}, of at most 1.5", seen[-300:])
    quiet = inside.run("sh", "-c", "systemd-analyze verify --man=no chatd.service 2>&1")
    must(quiet == "", "systemd-analyze verify says nothing", quiet)
    wrong = [line for line in journal(inside).splitlines() if "Unable" in line or "Error" in line]
    must(not wrong, "its first start leaves no complaint in the journal", "\n".join(wrong))


def journalled(inside: Box) -> None:
    """Log lines are entries of the journal with fields of their own."""
    before = inside.run("cat", CONFIG)
    inside.run("sh", "-c", f"printf '\n[log]\nformat = \"journal\"\n' >> {CONFIG}")
    inside.run("systemctl", "restart", "chatd")
    until_ready(inside)
    asked = ("journalctl", "-u", "chatd", "--no-pager", "-o")
    shown = inside.run(*asked, "verbose", "CHATD_NAMESPACE=chatd.service", "PRIORITY=6")
    must("MESSAGE=ready: https://" in shown, "the journal finds lines by chatd's fields", shown)
    last = inside.run(*asked, "cat", "-n", "5")
    must("[chatd.service#info] ready" not in last, "no line is in the journal twice", last)
    inside.run("sh", "-c", f"cat > {CONFIG} <<'END'\n{before}END\nsystemctl restart chatd")
    until_ready(inside)


def forbidden(inside: Box) -> None:
    """What the sandbox forbids, tried from inside it."""
    pid = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value").strip()
    for what, command in {
        "to write outside of its folder": "touch /etc/chatd/x",
        "to read homes": "ls /root",
        "to see other processes": "ls /proc/1/fd",
        "to see devices": "ls /dev/kmsg",
    }.items():
        within = ("nsenter", "-t", pid, "-m", "-S", "0", "setpriv", "--reuid=chatd",
                  "--regid=chatd", "--clear-groups", "sh", "-c", command)  # fmt: skip
        must(inside.status(*within) != 0, f"it is not allowed {what}", command)


def restarts_nobody_notices(inside: Box, folder: Path) -> None:
    with_limits = f"cat >> {CONFIG} <<'E'\n{LIMITS}E\nsystemctl restart chatd"
    inside.run("sh", "-c", with_limits)
    until_ready(inside)
    made = "for n in $(seq 20); do chatctl user add p$n >/dev/null; chatctl token create p$n; done"
    (folder / "tokens").write_text(
        "\n".join(re.findall(r"chatd_\S+", inside.run("sh", "-c", made)))
    )
    (folder / "ca.pem").write_text(inside.run("cat", "/etc/chatd/tls/ca.pem"))

    def restart() -> None:
        pid = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value")
        inside.run("systemctl", "reload", "chatd")
        time.sleep(1)
        again = inside.run("systemctl", "show", "chatd", "-p", "MainPID,ActiveState")
        must(pid.strip() in again and "=active" in again, "a reload is the same process", again)
        began = time.monotonic()
        inside.run("systemctl", "restart", "chatd")
        took = time.monotonic() - began
        say(f"systemctl restart with {CROWD} people there took", f"{took:.1f} s")

    unnoticed(inside, folder, restart, 45)


def unnoticed(inside: Box, folder: Path, doing: Callable[[], None], seconds: int) -> None:
    """People talk for so long, and nobody loses anything by what is done meanwhile."""
    crowd = inside.start_here(sys.executable, "-m", "tests.rigs.restart_crowd",
                              str(folder / "ca.pem"), str(folder / "tokens"),
                              "--people", str(CROWD), "--seconds", str(seconds))  # fmt: skip
    assert crowd.stdout is not None
    line = crowd.stdout.readline()
    if line.strip() != "talking":
        raise Failed(line + crowd.stdout.read())
    time.sleep(3)
    doing()
    printed = crowd.stdout.read()
    if crowd.wait() != 0:
        raise Failed(printed)
    told = json.loads(printed.strip().splitlines()[-1])
    back = told.pop("back")
    must(len(back) == CROWD, "everybody had to come back once", f"{len(back)} times, {told}")
    must(back[-1] <= 12, f"all are back after {back[-1]} s, half after {back[CROWD // 2]}", "")
    must(told["refused"] == 0, "no connection was refused meanwhile", str(told))
    must(
        told["missing"] == told["doubled"] == 0,
        f"of {told['sent']} messages to each nothing is lost or doubled",
        str(told),
    )


def hangs(inside: Box) -> None:
    """The watchdog, provoked."""
    inside.run("sh", "-c", "mkdir -p /etc/systemd/system/chatd.service.d; printf "
               "'[Service]\\nWatchdogSec=6\\n' > /etc/systemd/system/chatd.service.d/x.conf; "
               "systemctl daemon-reload; systemctl restart chatd")  # fmt: skip
    until_ready(inside)
    time.sleep(8)
    before = inside.run("systemctl", "show", "chatd", "-p", "NRestarts", "--value").strip()
    must(before == "0", "healthy, it is left alone for longer than its watchdog waits", before)
    pid = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value").strip()
    inside.run("kill", "-STOP", pid)
    began = time.monotonic()
    while inside.run("systemctl", "show", "chatd", "-p", "NRestarts", "--value").strip() == "0":
        if time.monotonic() - began > 20:
            raise Failed(f"a process that hangs is not restarted:\n{journal(inside)}")
        time.sleep(0.2)
    say("one that hangs is killed and started anew after", f"{time.monotonic() - began:.1f} s")
    until_ready(inside)


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
    inside.run("systemctl", "enable", "--now", "chatd-backup.timer")
    listed = inside.run("systemctl", "list-timers", "--no-pager", "chatd-backup.timer")
    must("chatd-backup.timer" in listed, "enabled, it has its next hour", listed)
    for _ in range(2):
        inside.run("systemctl", "start", name)
        time.sleep(1.1)
    listed = inside.run("chatctl", "backup", "list", "/var/backups/chatd")
    must("-changes.tar" in listed, "a full backup and one of changes are made", listed)
    inside.run("systemctl", "stop", "chatd")
    lost = ("/etc/chatd/secrets", CONFIG, "/var/lib/chatd/chatd.db")
    inside.run("rm", "-rf", *lost)
    restored = inside.run("chatctl", "backup", "restore", "/var/backups/chatd", "--replace")
    inside.run("systemctl", "start", "chatd", check=False)
    until_ready(inside)
    must("Restored" in restored, "what was lost is back, with owners and modes", restored)


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
    looked = ("journalctl", "-u", name, "--no-pager", "-o", "cat")
    ended = inside.status("systemctl", "start", name)
    must(ended == 0, "the security check finds nothing wrong", inside.run(*looked))
    sandbox = "ok    sandbox        an own user, no new rights, few system calls"
    must(sandbox in inside.run(*looked), "it sees the daemon's sandbox", inside.run(*looked))
    # As docs/operating.md has it, but for the mail.
    units = "/etc/systemd/system"
    tell = 'ExecStart=/bin/sh -c "journalctl -u %%i -n 50 -o cat > /run/told"'
    inside.run(
        "sh", "-c",
        f"mkdir {units}/{name}.d;"
        f" printf '[Unit]\nOnFailure=tell-me@%%n.service\n' > {units}/{name}.d/tell.conf;"
        f" printf '[Service]\nType=oneshot\n{tell}\n' > {units}/tell-me@.service;"
        " systemctl daemon-reload",
    )  # fmt: skip
    inside.run("chmod", "755", "/var/lib/chatd")
    ended = inside.status("systemctl", "start", name)
    told = inside.run(*looked)
    must(ended != 0 and "$ chmod go-rwx /var/lib/chatd" in told, "a fault fails it", told)
    began = time.monotonic()
    while inside.status("grep", "-q", "chmod", "/run/told") != 0 and time.monotonic() < began + 10:
        time.sleep(0.1)
    told = inside.run("cat", "/run/told")
    must("chmod go-rwx" in told, "and OnFailure= tells of it", told)
    inside.run("chmod", "700", "/var/lib/chatd")


def from_environment(inside: Box, folder: str) -> None:
    """The same service without the package: ``folder`` has its environment for /opt/chatd."""
    inside.run("cp", "-a", f"/shared/{folder}", "/opt/chatd")
    chatctl = "/opt/chatd/bin/chatctl"
    would = inside.run(chatctl, "install-service", "--dry-run")
    must("Nothing was changed." in would, "install-service tells first what it would do", would)
    there = inside.status("ls", "/etc/systemd/system/chatd.service")
    must(there != 0, "and does nothing of it", "")
    told = inside.run(chatctl, "install-service")
    must("setup-link" in told, "then it does, and tells three next steps", told)
    until_ready(inside, chatctl="/usr/local/bin/chatctl")
    state = inside.run("systemctl", "show", "chatd", "-p", "ActiveState,User,ExecStart")
    must("User=chatd" in state and "/opt/chatd/bin" in state, "the service runs", state)
    seen = inside.run("systemd-analyze", "security", "chatd.service", "--no-pager")
    level = float(seen.rsplit("chatd.service:", 1)[1].split()[0])
    must(level <= 1.5, f"its exposure is {level}, of at most 1.5", seen[-300:])
    inside.run(chatctl, "install-service", "--remove")
    gone = inside.status("systemctl", "cat", "chatd.service")
    kept = inside.run("ls", CONFIG, "/var/lib/chatd/chatd.db")
    must(gone != 0 and "chatd.db" in kept, "removed, it leaves configuration and data", kept)


def environment(package: Path, into: Path) -> str:
    """The package's environment as one in /opt/chatd, below ``into``; its name there."""
    made = into / "opt-chatd"
    shutil.rmtree(made, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        deb.run("dpkg-deb", "-x", package, folder)
        shutil.copytree(Path(folder) / deb.HOME, made, symlinks=True)
    for path in (made / "bin").iterdir():
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes().replace(b"#!/usr/lib/chatd/", b"#!/opt/chatd/")
            path.write_bytes(text)
    shutil.copytree(ROOT / "systemd", made / "share" / "chatd" / "systemd")
    return made.name


def removed(inside: Box) -> None:
    inside.run("sh", "-c", "dpkg -r chatd 2>&1")
    kept = inside.run("ls", "/etc/chatd/chatd.toml", "/var/lib/chatd/chatd.db")
    must("chatd.db" in kept, "removed, it leaves configuration and data", kept)
    inside.run("sh", "-c", "dpkg -P chatd 2>&1")
    left = inside.run(
        "sh", "-c", "ls -d /etc/chatd /var/lib/chatd* /usr/lib/chatd 2>/dev/null", check=False
    )
    must(left == "", "purged, it leaves nothing", left)


def quality(package: Path) -> None:
    """Debian's own rules; what they find and why it stays is in packaging/deb/lintian-overrides."""
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", package],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    must(done.returncode == 0, "lintian finds no error", done.stdout + done.stderr)


def walk(inside: Box, repository: upgraded.Repository, package: Path, folder: Path) -> None:
    install(inside, repository, package)
    journalled(inside)
    forbidden(inside)
    restarts_nobody_notices(inside, folder)
    following = upgraded.next_version(package, folder)
    upgraded.upgraded_unnoticed(
        inside,
        repository,
        (package, following),
        lambda doing: unnoticed(inside, folder, doing, 60),
    )
    upgraded.back_again(inside, repository, package)
    upgraded.instance(inside)
    looked_after(inside)
    backed_up(inside)
    opened_to_others(inside, folder)
    renewed(inside, folder)
    by_itself(inside, folder)
    credentials(inside)
    hangs(inside)
    removed(inside)


def main() -> int:
    try:
        package = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else deb.build()
        quality(package)
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            shared = folder / "shared"
            shared.mkdir()
            repository = upgraded.Repository(shared, folder / "gpg")
            try:
                repository.offer(package)
                opt = environment(package, shared)
                with box(shared, folder) as inside:
                    walk(inside, repository, package, folder)
                    from_environment(inside, opt)
            finally:
                repository.close()
    except (CannotBuild, deb.CannotBuild, Failed) as wrong:
        print(f"chatd: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
