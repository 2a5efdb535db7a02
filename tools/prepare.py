"""Sets up all that a make target needs: system packages, virtual environment, pinned dependencies.

    tools/bootstrap PROFILE      one of: run dev test javascript bench durability deb apt systemd
                                 tls fresh

Standard library only. When nothing is to be done it says nothing and takes a tenth of a second.
Progress goes to standard error, the output of pip and apt to var/log/bootstrap.log. Standard output
carries the words for CHATD_TESTS_WITHOUT: tests that this machine cannot run, separated by commas.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import javascript
from tools.environment import Environment, SetupError
from tools.system import (
    ARCHIVE,
    BROWSER,
    COMPILER,
    DEBOOTSTRAP,
    FAKETIME,
    FILESYSTEM,
    FIREFOX,
    GPG,
    LINTIAN,
    LOAD,
    MAN,
    NODE,
    NSPAWN,
    PACKAGING,
    PEBBLE,
    PHP,
    POWER,
    PROMTOOL,
    SHELLS,
    STRACE,
    TESTSSL,
    TMUX,
    UNITS,
    VENV,
    Machine,
    Need,
    apt_line,
    install,
    missing,
    this_machine,
)

LOG = Path("var/log/bootstrap.log")


@dataclass(frozen=True)
class Profile:
    """`requirements`: a file of requirements/; `should`: without it some tests are left out."""

    requirements: str
    must: tuple[Need, ...] = ()
    should: tuple[Need, ...] = ()


PROFILES = {
    "run": Profile("run.txt"),
    "dev": Profile("dev.txt"),
    "test": Profile(
        "dev.txt",
        should=(
            BROWSER,
            FIREFOX,
            STRACE,
            FAKETIME,
            LOAD,
            TMUX,
            PHP,
            PROMTOOL,
            PEBBLE,
            NODE,
            SHELLS,
            MAN,
            UNITS,
        ),
    ),
    "javascript": Profile("dev.txt", must=(NODE,)),
    "bench": Profile("dev.txt", must=(LOAD,)),
    "durability": Profile("dev.txt", must=(POWER, FILESYSTEM, COMPILER)),
    "deb": Profile("dev.txt", must=(PACKAGING,)),
    "apt": Profile("dev.txt", must=(PACKAGING, ARCHIVE, GPG)),
    "systemd": Profile(
        "dev.txt", must=(PACKAGING, DEBOOTSTRAP, NSPAWN, LINTIAN, ARCHIVE, GPG, PEBBLE)
    ),
    "tls": Profile("dev.txt", must=(TESTSSL,)),
    "fresh": Profile("run.txt", must=(DEBOOTSTRAP,)),
}


def say(line: str) -> None:
    print(f"chatd: {line}", file=sys.stderr, flush=True)


def left_out(
    needs: Sequence[Need], machine: Machine, *, chosen: frozenset[str], ci: bool
) -> list[Need]:
    """Install what of `needs` is missing; return what tests must do without.

    `chosen`: words of CHATD_TESTS_WITHOUT the user set; not installed, not asked about.
    `ci`: then a test left out is a failure (SetupError).
    """
    wanted = [need for need in needs if need.name not in chosen]
    without = [need for need in needs if need.name in chosen]
    lacking = install(wanted, machine)
    if lacking:
        machine.say(f"missing from the system; to install it: {apt_line(lacking)}")
    without += lacking
    if without:
        tests = ", ".join(need.serves for need in without)
        if ci:
            raise SetupError(f"with CI=true no test may be left out, but these would be: {tests}")
        machine.say(f"left out without it: {tests}")
    return without


def require(needs: Sequence[Need], machine: Machine) -> None:
    """Install what of `needs` is missing, or raise SetupError with the line to type."""
    lacking = install(needs, machine)
    if lacking:
        reasons = ", ".join(dict.fromkeys(need.serves for need in lacking))
        raise SetupError(f"{reasons}: something of Debian's is missing; type: {apt_line(lacking)}")


def page_checks(root: Path, environment: Environment, *, must: bool) -> list[Need]:
    """Install what looks at the page's JavaScript; return what tests must do without."""
    if javascript.is_ready(root):
        return []
    say("installing what checks the page's JavaScript")
    if javascript.build(root, environment.log):
        return []
    failure = f"npm could not install it: the reason is at the end of {LOG}"
    if must:
        raise SetupError(f"{NODE.serves}: {failure}")
    say(f"{failure}; left out without it: {NODE.serves}")
    return [NODE]


def prepare(profile: Profile, root: Path) -> str:
    """Set everything up for `profile`; return the words for CHATD_TESTS_WITHOUT."""
    environment = Environment(root, log_path=root / LOG, say=say)
    machine = this_machine(environment.log, say)
    require(profile.must, machine)
    chosen = frozenset(filter(None, os.environ.get("CHATD_TESTS_WITHOUT", "").split(",")))
    ci = os.environ.get("CI", "").lower() in ("true", "1")
    without = left_out(profile.should, machine, chosen=chosen, ci=ci)
    if NODE in (*profile.must, *profile.should) and NODE not in without:
        without += page_checks(root, environment, must=ci or NODE in profile.must)
    if not environment.is_ready(profile.requirements):
        if missing([VENV]):
            require([VENV], machine)
        environment.build(profile.requirements)
    return ",".join(need.name for need in without)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PROFILES:
        say(f"usage: tools/bootstrap PROFILE, one of: {' '.join(PROFILES)}")
        return 2
    root = Path(__file__).resolve().parent.parent
    try:
        print(prepare(PROFILES[arguments[0]], root))
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"{error.filename or root}: {error.strerror}; is the folder yours, and the disk free?")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next run starts the set-up again")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
