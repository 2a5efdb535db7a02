"""The package from a repository of its own, and on to the next version and back: what is tried in
the box of tests/rigs/installed.py. The next version is this one with one more step of the schema.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from chatd.store.migrate import backup_path, steps
from chatd.store.names import FILE
from tests.rigs.box import Box, Failed
from tests.rigs.handbook import block, command
from tests.rigs.seen import must, until_ready
from tools import apt

ROOT = Path(__file__).parents[2]
STATE = Path("/var/lib/chatd")
QUIET = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q")


class Repository:
    """``folder`` is the box's /shared; ``home`` gpg's folder with a key for this once."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._target = folder / "apt"
        self._home = home
        home.mkdir(mode=0o700)
        self._key = apt.throw_away_key(home)

    def built(self) -> Path:
        """The package, by the lines that lay a repository of it out; that is offered then."""
        environment = {**os.environ, "GNUPGHOME": str(self._home)}
        listed = subprocess.run(
            ["gpg", "--with-colons", "--list-keys"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        [fingerprint] = re.findall(r"^fpr:+(\w+):$", listed.stdout, re.MULTILINE)
        typed = block("packages.md#a-repository-for-apt", key=fingerprint)
        subprocess.run(["sh", "-ec", typed], cwd=ROOT, env=environment, check=True)
        shutil.rmtree(self._target, ignore_errors=True)
        shutil.copytree(ROOT / "dist" / "apt", self._target)
        [package] = (ROOT / "dist").glob("chatd_*.deb")
        return package

    def offer(self, *packages: Path) -> None:
        apt.repository(self._target, packages, self._key, self._home)

    def tampered(self) -> None:
        """Somebody else's hand in what was signed."""
        for index in self._target.rglob("Packages*"):
            index.unlink()
        [plain] = self._target.glob("dists/*/main/binary-*")
        (plain / "Packages").write_text("Package: chatd\nVersion: 9\n")

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", self._home, "--kill", "all"], check=False)
        shutil.rmtree(self._target, ignore_errors=True)


def next_version(package: Path, folder: Path) -> Path:
    """The package with a higher number and one more step of the schema."""
    root = folder / "next"
    subprocess.run(["dpkg-deb", "-R", package, root], check=True)
    [migrations] = root.glob("usr/lib/chatd/lib/python3*/site-packages/chatd/store/migrations")
    number = len(steps()) + 1
    (migrations / f"{number:04d}_next.sql").write_text("create table next_version (n integer);\n")
    control = root / "DEBIAN" / "control"
    text, changed = re.subn(r"(?m)^(Version: .+)$", r"\1+next", control.read_text())
    assert changed == 1
    control.write_text(text)
    made = folder / "chatd_next.deb"
    build = ("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build")
    subprocess.run([*build, root, made], check=True, capture_output=True)
    return made


def version_of(package: Path) -> str:
    asked = subprocess.run(
        ["dpkg-deb", "-f", package, "Version"], check=True, capture_output=True, text=True
    )
    return asked.stdout.strip()


def from_repository(inside: Box, repository: Repository, package: Path) -> str:
    """What the installation printed."""
    update = ("sh", "-c", "apt-get -q update 2>&1")
    typed = block("packages.md#a-repository-for-apt/2", repository="file:/shared/apt")
    parts = re.fullmatch(r"(install .*?\n)(cat .*?\nEND\n)(.*)", typed, re.DOTALL)
    assert parts is not None
    key, listed, install = parts.groups()
    inside.run("sh", "-c", f"rm -f /etc/apt/sources.list; {listed}")
    refused = inside.run(*update, check=False)
    must("NO_PUBKEY" in refused or "not signed" in refused, "apt wants the key first", refused)
    inside.run("sh", "-c", f"cd /shared/apt; {key}")
    repository.tampered()
    refused = inside.run(*update, check=False)
    must("chatd" not in known(inside), "what was changed after the signature is refused", refused)
    repository.offer(package)
    seen = inside.run(*update)
    must(not re.search(r"^[WE]:", seen, re.M), "with it apt takes the repository", seen)
    return inside.run("sh", "-c", f"export DEBIAN_FRONTEND=noninteractive; exec 2>&1; {install}")


def upgraded_unnoticed(
    inside: Box,
    repository: Repository,
    packages: tuple[Path, Path],
    unnoticed: Callable[[Callable[[], None]], None],
) -> None:
    """By unattended-upgrades, under people."""
    old, new = packages
    repository.offer(old, new)
    inside.run(*QUIET, "update")
    would = inside.run("sh", "-c", block("packages.md#a-repository-for-apt/3"))
    must(
        "Packages that will be upgraded: chatd" in would, "unattended-upgrades would take it", would
    )
    before = configuration(inside)

    def upgrade() -> None:
        done = inside.run("sh", "-c", "unattended-upgrade -v 2>&1")
        must("All upgrades installed" in done, "and takes it", done)

    unnoticed(upgrade)
    must(installed_version(inside) == version_of(new), "the next version is installed", "")
    must(configuration(inside) == before, "the configuration is what it was, byte by byte", "")
    log = inside.run("sh", "-c", "cat /var/log/unattended-upgrades/*dpkg.log /var/log/apt/term.log")
    must("onfiguration file" not in log, "dpkg asked nothing about files", log)
    copy = backup_path(STATE / FILE, len(steps()))
    schemas = [schema(inside, path) for path in (STATE / FILE, copy)]
    must(
        schemas == [len(steps()) + 1, len(steps())],
        "the store is of the next schema, beside it a copy made before",
        str(schemas),
    )


def back_again(inside: Box, repository: Repository, old: Path) -> None:
    """The version before refuses such a store, names the copy, and serves it; that it is not the
    newest is told, until the newer one is withdrawn."""
    copy = backup_path(STATE / FILE, len(steps())).name
    typed = block("packages.md#back-to-the-version-before/2", version=version_of(old), copy=copy)
    downgrade, after = typed.split("\n", 1)
    inside.run("sh", "-c", f"export DEBIAN_FRONTEND=noninteractive; {downgrade} 2>&1")
    told = inside.run("journalctl", "-u", "chatd", "--no-pager", "-o", "cat", "-n", "40")
    must("was written by a newer chatd" in told, "a downgrade refuses the newer store", told)
    must(copy in told, "and names the copy", told)
    inside.run("sh", "-c", f"set -e\n{after}")
    until_ready(inside)
    must(schema(inside, STATE / FILE) == len(steps()), "with the copy in place it serves", "")
    newer = f"{version_of(old)}+next is there"
    told = inside.run("chatctl", "doctor", "--security", "--quick", check=False)
    must(newer in told, "the security check tells that a newer one is there", told)
    repository.offer(old)
    inside.run("apt-get", "-q", "update")
    told = inside.run("chatctl", "doctor", "--security", "--quick", check=False)
    must(newer not in told, "and no more once it is withdrawn", told)


def instance(inside: Box) -> None:
    """A second chatd beside the first, by chatd@.service."""
    link = inside.run("sh", "-c", "set -e\n" + block("packages.md#several-servers-on-one-machine"))
    must("https://localhost:9443/#setup=" in link, "its first administrator gets a link", link)
    both = inside.run("systemctl", "is-active", "chatd", "chatd@team", check=False).split()
    must(both == ["active", "active"], "an instance runs beside the first", str(both))
    config = "/etc/chatd/team/chatd.toml"
    first = users(inside)
    inside.run("chatctl", "--config", config, "user", "add", "only-there")
    there = users(inside, "--config", config)
    must(
        there == ["only-there"] and "only-there" not in first, "with people of its own", str(there)
    )
    process = ("systemctl", "show", "chatd@team", "-p", "MainPID", "--value")
    before = inside.run(*process)
    inside.run("systemctl", "restart", "chatd")
    after = inside.run(*process)
    must(before == after, "a restart of one is none of the other", f"{before} {after}")
    backups = "/var/backups/chatd-team"
    inside.run("sh", "-c", "set -e\n" + block("packages.md#several-servers-on-one-machine/2"))
    inside.run("systemctl", "start", "chatd-backup@team")
    listed = inside.run("chatctl", "--config", config, "backup", "list", backups)
    must(".tar" in listed, "its backup is of its own", listed)
    quiet = inside.run("sh", "-c", "systemd-analyze verify --man=no chatd@team.service 2>&1")
    must(quiet == "", "systemd-analyze verify says nothing of it", quiet)
    opened = command("chatctl setup chat.example.org --instance team --behind-proxy --port 9443")
    inside.run("sh", "-ec", f"{opened}\nsystemctl restart chatd@team")
    until_ready(inside, options=("--config", config))
    told = inside.run("cat", config)
    must('public_url = "https://chat.example.org"' in told, "it is opened behind a proxy", told)


def known(inside: Box) -> str:
    """What apt knows it could install."""
    return inside.run("apt-cache", "pkgnames", "chatd")


def users(inside: Box, *options: str) -> list[str]:
    """Their names."""
    told = json.loads(inside.run("chatctl", *options, "--json", "user", "list"))
    return [str(row["name"]) for row in told["done"]]


def installed_version(inside: Box) -> str:
    return inside.run("dpkg-query", "-W", "-f", "${Version}", "chatd")


def configuration(inside: Box) -> str:
    return inside.run(
        "sh", "-c", "cd /etc/chatd; find . -type f | sort | xargs sha256sum; ls -lR ."
    )


def schema(inside: Box, path: Path) -> int:
    """Of a store, read without its write-ahead log being touched."""
    code = (
        "import sys; sys.path.insert(0, '/usr/lib/chatd/lib/python3.11/site-packages');"
        f"import apsw; print(apsw.Connection({str(path)!r}).pragma('user_version'))"
    )
    asked = inside.run("runuser", "-u", "chatd", "--", "/usr/lib/chatd/bin/python", "-c", code)
    try:
        return int(asked)
    except ValueError:
        raise Failed(f"{path}: {asked}") from None
