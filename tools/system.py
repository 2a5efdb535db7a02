"""What the targets need from Debian: named, installed where we may, else said in one line."""

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

APT_LISTS = Path("/var/lib/apt/lists")


@dataclass(frozen=True)
class Need:
    """One thing from the system; `name` is the word in CHATD_TESTS_WITHOUT."""

    name: str
    package: str
    serves: str
    is_there: Callable[[], bool]


def has_program(program: str) -> Callable[[], bool]:
    # The sbin folders are not in a plain user's PATH on Debian.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    return lambda: shutil.which(program, path=path) is not None


def has_venv() -> bool:
    """Debian splits ensurepip from Python: `venv` alone imports and then fails."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def has_compiler_or_needs_none() -> bool:
    processor = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    return " amx_tile" not in processor or has_program("gcc")()


def has_compiler_and_tls() -> bool:
    return has_program("gcc")() and Path("/usr/include/openssl/ssl.h").exists()


def has_faketime() -> bool:
    return any(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


def has_node() -> bool:
    """Node 18.18 or newer, which ESLint wants, and npm."""
    if not (has_program("node")() and has_program("npm")()):
        return False
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.fullmatch(r"v(\d+)\.(\d+)\.\d+\S*", done.stdout.strip())
    return found is not None and (int(found[1]), int(found[2])) >= (18, 18)


VENV = Need("venv", "python3-venv", "the virtual environment", has_venv)
BROWSER = Need("browser", "chromium", "the tests of the web page", has_program("chromium"))
FIREFOX = Need(
    "firefox", "firefox-esr", "the tests of the web page in Firefox", has_program("firefox-esr")
)
STRACE = Need("strace", "strace", "the tests that watch the disk writes", has_program("strace"))
FAKETIME = Need("faketime", "libfaketime", "the tests that step the clock", has_faketime)
LOAD = Need(
    "load", "gcc libc6-dev libssl-dev", "the load generator of bench/", has_compiler_and_tls
)
TMUX = Need("tmux", "tmux", "the tests of the terminal client", has_program("tmux"))
PROMTOOL = Need("promtool", "prometheus", "the tests of the alerts", has_program("promtool"))
PEBBLE = Need(
    "pebble", "pebble", "the tests of certificates by ACME", has_program("pebble-challtestsrv")
)
SHELLS = Need("shells", "zsh fish", "the tests of the completion", has_program("fish"))
MAN = Need("man", "man-db", "the tests of the manual's pages", has_program("man"))
UNITS = Need("units", "systemd", "the tests of the service's files", has_program("systemd-analyze"))
PHP = Need("php", "php-cli php-curl", "the tests of the PHP example", has_program("php"))
NODE = Need(
    "node",
    "nodejs npm",
    "the checks of the page's JavaScript and a provider to sign in at",
    has_node,
)
POWER = Need("power", "user-mode-linux", "the power cuts", has_program("linux.uml"))
FILESYSTEM = Need("filesystem", "e2fsprogs", "the power cuts", has_program("mkfs.ext4"))
# Only where the processor's registers are too wide for the kernel: see tests/rigs/uml.py.
COMPILER = Need("compiler", "gcc libc6-dev", "the power cuts", has_compiler_or_needs_none)
PACKAGING = Need("packaging", "dpkg-dev", "the Debian package", has_program("dpkg-deb"))
TESTSSL = Need("testssl", "testssl.sh", "a look at TLS from outside", has_program("testssl"))
LINTIAN = Need("lintian", "lintian", "the package's own rules", has_program("lintian"))
ARCHIVE = Need("archive", "apt-utils", "a repository for apt", has_program("apt-ftparchive"))
GPG = Need("gpg", "gnupg", "the signature of a repository", has_program("gpg"))
NSPAWN = Need(
    "nspawn", "systemd-container", "a machine with systemd", has_program("systemd-nspawn")
)
DEBOOTSTRAP = Need("debootstrap", "debootstrap", "the bare Debian tree", has_program("debootstrap"))


@dataclass(frozen=True)
class Machine:
    """The parts of the machine that decide whether we may install; tests hand in their own."""

    is_root: bool
    has_terminal: bool
    find: Callable[[str], str | None]
    run: Callable[[Sequence[str]], bool]
    ask: Callable[[str], bool]
    has_lists: Callable[[], bool]
    say: Callable[[str], None]


def this_machine(log: Callable[[], TextIO], say: Callable[[str], None]) -> Machine:
    """The real one; what apt prints goes to `log`, opened when first needed."""

    def run(command: Sequence[str]) -> bool:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        output = log()
        print("$", *command, file=output, flush=True)
        done = subprocess.run(command, stdout=output, stderr=output, env=environment, check=False)
        return done.returncode == 0

    def ask(question: str) -> bool:
        print(question, end=" ", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return Machine(
        is_root=os.geteuid() == 0,
        has_terminal=sys.stdin.isatty() and sys.stderr.isatty(),
        find=shutil.which,
        run=run,
        ask=ask,
        has_lists=lambda: any(APT_LISTS.glob("*_Packages*")),
        say=say,
    )


def apt_line(needs: Sequence[Need]) -> str:
    """The one line to type for all of `needs`."""
    return "apt-get install -y --no-install-recommends " + " ".join(_packages(needs))


def missing(needs: Sequence[Need]) -> list[Need]:
    return [need for need in needs if not need.is_there()]


def install(needs: Sequence[Need], machine: Machine) -> list[Need]:
    """Install what of `needs` is missing, if we may; return what is missing still."""
    lacking = missing(needs)
    if not lacking or machine.find("apt-get") is None:
        return lacking
    packages = ", ".join(_packages(lacking))
    prefix: list[str] = []
    if not machine.is_root:
        if not machine.has_terminal or machine.find("sudo") is None:
            return lacking
        purposes = ", ".join(dict.fromkeys(need.serves for need in lacking))
        if not machine.ask(f"chatd: install {packages} with sudo apt-get, for {purposes}? [y/N]"):
            return lacking
        prefix = ["sudo"]
    machine.say(f"installing from Debian: {packages}")
    command = [*prefix, *apt_line(lacking).split()]
    update = [*prefix, "apt-get", "update"]
    if not machine.has_lists():
        machine.run(update)
        machine.run(command)
    elif not machine.run(command):
        # Old lists name files that the mirror no longer has.
        machine.run(update)
        machine.run(command)
    return missing(lacking)


def _packages(needs: Sequence[Need]) -> list[str]:
    return list(dict.fromkeys(need.package for need in needs))
