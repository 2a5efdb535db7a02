"""The package on a machine with a real systemd: installed, restarted under people, hung, removed.

    sudo python3 -m tests.rigs.installed [PACKAGE]           (make systemd)

Builds the package, boots a box (tests/rigs/box.py), and prints a line for each thing tried.
The first that fails ends it, with what was seen. What the documents tell an operator to type there
is typed from them; at the end none of it may be left (tests/handbook/register.py). With a PACKAGE
the lines that build one are left out, and that is no fault then.
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

from tests.handbook.register import SYSTEMD
from tests.rigs import upgraded
from tests.rigs.alerted import changed, looked_into, owned, trusted
from tests.rigs.box import Box, Failed, box
from tests.rigs.by_itself import by_itself
from tests.rigs.certified import asked, by_certbot, credentials, opened_to_others, renewed
from tests.rigs.handbook import block, left
from tests.rigs.looked_after import backed_up, looked_after
from tests.rigs.seen import CONFIG, journal, must, say, until_ready
from tests.rigs.tree import CannotBuild
from tests.rigs.without_package import from_environment, prepared
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
    told = inside.run("sh", "-ec", block("operating.md#begin"))
    must("#setup=" in told, "checked and enabled, it gives the first link", told)


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


def removed(inside: Box) -> None:
    inside.run("sh", "-c", "dpkg -r chatd 2>&1")
    kept = inside.run("ls", "/etc/chatd/chatd.toml", "/var/lib/chatd/chatd.db")
    must("chatd.db" in kept, "removed, it leaves configuration and data", kept)
    inside.run("sh", "-c", "dpkg -P chatd 2>&1")
    left = inside.run(
        "sh", "-c", "ls -d /etc/chatd /var/lib/chatd* /usr/lib/chatd 2>/dev/null", check=False
    )
    must(left == "", "purged, it leaves nothing", left)


def built(repository: upgraded.Repository) -> Path:
    """The package, by the lines that build it and its repository on this machine."""
    make, _ = block("operating.md#install").splitlines()
    subprocess.run(["sh", "-ec", make], cwd=ROOT, check=True)
    return repository.built()


def without_repository(inside: Box) -> None:
    """Once more, by the package's file alone; then removed."""
    _, install = block("operating.md#install").splitlines()
    typed = f"export DEBIAN_FRONTEND=noninteractive; cd /shared; exec 2>&1; {install}"
    printed = inside.run("sh", "-ec", typed)
    must("chatctl setup-link" in printed, "the package's file installs, too", printed)
    until_ready(inside)
    removed(inside)


def audited(folder: Path) -> None:
    """What the package brings along, asked for vulnerabilities on this machine, which reaches an
    index."""
    *made, ask = (
        block(
            "packages.md#what-the-package-brings-along",
            libraries=str(ROOT / "requirements" / "run.txt"),
        )
        .replace("/tmp/audit", str(folder / "audit"))
        .splitlines()
    )
    subprocess.run(["sh", "-ec", "\n".join(made)], check=True, capture_output=True)
    done = subprocess.run(["sh", "-ec", ask], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    # 1: it found some. This is about the line; what it finds is for `make lock`.
    must(done.returncode in (0, 1) and "vulnerabilit" in told, "pip-audit answers", told)


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
    looked_into(inside)
    changed(inside)
    trusted(inside)
    owned(inside)
    looked_after(inside)
    backed_up(inside)
    opened_to_others(inside, folder)
    asked(inside, folder)
    by_certbot(inside, folder)
    renewed(inside, folder)
    by_itself(inside, folder)
    credentials(inside)
    hangs(inside)
    removed(inside)
    without_repository(inside)


def main() -> int:
    given = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    try:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            shared = folder / "shared"
            shared.mkdir()
            repository = upgraded.Repository(shared, folder / "gpg")
            try:
                package = given or built(repository)
                quality(package)
                repository.offer(package)
                (shared / "dist").mkdir()
                shutil.copy(package, shared / "dist")
                prepared(shared)
                with box(shared, folder) as inside:
                    walk(inside, repository, package, folder)
                    from_environment(inside)
            finally:
                repository.close()
            audited(folder)
        if given is None:
            must(
                not left(SYSTEMD),
                "all that is registered to this rig was typed",
                str(left(SYSTEMD)),
            )
    except (CannotBuild, deb.CannotBuild, Failed, subprocess.CalledProcessError) as wrong:
        print(f"chatd: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
