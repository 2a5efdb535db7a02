"""`chatctl install-service`: makes a service of the environment that chatctl runs in, as the
package does; and removes it again, except for what it stores."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatd.admin.answering import Exit, No, done
from chatd.admin.answers_installing import Installed
from chatd.admin.answers_installing import Step as Told
from chatd.admin.service_files import COMMANDS, LOCAL, UNITS, sources, texts

#: What the unit's sandbox hides (ProtectHome=, PrivateTmp=), or what is gone after a reboot.
HIDDEN: Final = ("/home", "/root", "/run", "/tmp", "/var/tmp")  # noqa: S108
#: The package's environment, which has its service already.
PACKAGE: Final = "/usr/lib/chatd"
SERVICES: Final = ("chatd.service", "chatd.socket", "chatd-backup.timer", "chatd-doctor.timer")
GROUP: Final = "chatd"
CONFIG: Final = "etc/chatd/chatd.toml"
SECONDS: Final = 120

FRESH: Final = (
    "chatd serves https://localhost:8443, for this machine alone. Next:",
    "  chatctl setup-link                  makes the first administrator",
    "  chatctl setup chat.example.org      opens it to others under your name",
    "  chatctl doctor                      what could be better",
)
AGAIN: Final = ("The service runs with what is here now. Next: chatctl doctor",)
ELSEWHERE: Final = ("The service starts when that system does.",)
REMOVED: Final = (
    "Configuration, data, backups and the user chatd stay:",
    "  /etc/chatd /var/lib/chatd /var/backups/chatd",
)


@dataclass(frozen=True, slots=True)
class Step:
    """``what`` is done with ``path``, and what does it."""

    what: str
    path: str
    carry_out: Callable[[], object]


def command(options: argparse.Namespace) -> int:
    root = options.root.resolve()
    after: tuple[str, ...]
    if options.remove:
        steps = list(removing(root))
        after = REMOVED if steps else ("Nothing of it is there.",)
    else:
        _check(Path(sys.prefix))
        fresh = not (root / CONFIG).exists()
        steps = list(installing(root, Path(sys.prefix)))
        after = (FRESH if fresh else AGAIN) if _live(root) else ELSEWHERE
    if not options.dry_run:
        if root == Path("/") and os.geteuid() != 0:
            raise No("only root can do that: sudo chatctl …", "not-allowed", Exit.NOT_ALLOWED)
        for step in steps:
            step.carry_out()
    verb = "would " if options.dry_run else ""
    lines = [f"{verb}{step.what:<7} {step.path}" for step in steps]
    lines += ["Nothing was changed."] if options.dry_run else [*([""] if lines else []), *after]
    told = Installed(
        [Told(step.what, step.path) for step in steps],
        [] if options.dry_run else [line.strip() for line in after],
        options.dry_run,
    )
    return done(options, told, lines)


def _check(environment: Path) -> None:
    """Checks that the service could run from there."""
    if sys.prefix == sys.base_prefix:
        raise No(
            "this chatctl is in no virtual environment. Make one and install chatd there: python3"
            " -m venv /opt/chatd",
            "setup",
        )
    if str(environment) == PACKAGE:
        raise No("the package has its service already: systemctl status chatd", "setup")
    hidden = next((name for name in HIDDEN if environment.is_relative_to(name)), None)
    if hidden is not None:
        raise No(
            f"the service could not see {environment}: its sandbox hides {hidden}. Install chatd"
            " in an environment elsewhere: python3 -m venv /opt/chatd",
            "setup",
        )
    closed = [path for path in (environment, *environment.parents) if is_closed(path)]
    if closed:
        raise No(
            f"the user chatd could not run what is in {environment}: chmod o+x {closed[-1]}",
            "setup",
        )


def is_closed(folder: Path) -> bool:
    """Whether only its owner may go through it."""
    return not folder.stat().st_mode & 1


def installing(root: Path, environment: Path) -> Iterator[Step]:
    written = dict(texts(sources(), LOCAL, str(environment)))
    for name, text in written.items():
        path = root / name
        same = path.exists() and path.read_text("utf-8") == text
        yield Step("keep" if same else "write", str(path), _writing(path, text))
    for name in COMMANDS:
        path = root / LOCAL.commands / name
        yield Step("link", str(path), _linking(path, environment / "bin" / name))
    manual = root / LOCAL.manual
    yield Step("write", f"{manual}/man[158]/chat*.gz", lambda: _write_manual(manual))
    yield _run("make the user chatd", root, "systemd-sysusers", "chatd.conf")
    yield _run("make the folders", root, "systemd-tmpfiles", "--create", "chatd.conf")
    # Twisted's list of plugins, which a service without the right to write could not make.
    yield Step("run", "twistd --help", _running(str(environment / "bin" / "twistd"), "--help"))
    config = root / CONFIG
    yield Step("keep" if config.exists() else "write", str(config), lambda: _configure(root))
    if _live(root):
        yield Step("run", "systemctl daemon-reload", _running("systemctl", "daemon-reload"))
        yield Step("run", "systemctl enable chatd", _running("systemctl", "enable", SERVICES[0]))
        yield Step("run", "systemctl restart chatd", _running("systemctl", "restart", SERVICES[0]))
    else:
        yield _run("enable the service", root, "systemctl", "enable", SERVICES[0])


def removing(root: Path) -> Iterator[Step]:
    shell = LOCAL.completions.values()
    manual = [f"{LOCAL.manual}/man{name[-1]}/{name}.gz" for name in _manual()]
    names = [*(f"{LOCAL.units}/{name}" for name in UNITS), *shell, *manual]
    names += [f"{folder}/chatd.conf" for folder in (LOCAL.sysusers, LOCAL.tmpfiles)]
    names += [f"{LOCAL.commands}/{name}" for name in COMMANDS]
    there = [root / name for name in names if os.path.lexists(root / name)]
    if _live(root) and (root / LOCAL.units / SERVICES[0]).exists():
        stop = ("systemctl", "disable", "--now", *SERVICES)
        yield Step("run", " ".join(stop), _running(*stop))
    elif there:
        yield _run("disable the service", root, "systemctl", "disable", *SERVICES)
    for path in there:
        yield Step("remove", str(path), path.unlink)
    if _live(root) and there:
        yield Step("run", "systemctl daemon-reload", _running("systemctl", "daemon-reload"))


def _manual() -> list[str]:
    from chatd.admin.manual.pages import PAGES

    return list(PAGES)


def _live(root: Path) -> bool:
    """Whether it is this machine, and systemd runs it."""
    return root == Path("/") and Path("/run/systemd/system").is_dir()


def _writing(path: Path, text: str) -> Callable[[], None]:
    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o644)

    return write


def _linking(path: Path, target: Path) -> Callable[[], None]:
    def link() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return link


def _write_manual(folder: Path) -> None:
    from chatd.admin.manual.pages import write

    write(folder)


def _run(what: str, root: Path, program: str, *words: str) -> Step:
    """One of systemd's tools, which works without a running systemd."""
    if shutil.which(program) is None:
        raise No(f"{program} is missing, to {what}: apt-get install systemd", "setup")
    line = (program, *([] if root == Path("/") else [f"--root={root}"]), *words)
    return Step("run", " ".join(line), _running(*line))


def _running(*line: str) -> Callable[[], None]:
    def run() -> None:
        ended = subprocess.run(  # noqa: S603 - the words are ours
            line, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if ended.returncode != 0:
            said = (ended.stderr or ended.stdout).strip()
            raise No(f"`{' '.join(line)}` failed: {said[-2000:]}", "setup")

    return run


def _configure(root: Path) -> None:
    from chatd.admin.setup import Place, SetupError, here

    folder = root / "etc/chatd"
    try:
        here(Place(folder) if root == Path("/") else Place(folder, group=_group(root)))
    except SetupError as error:
        raise No(str(error), "setup") from None


def _group(root: Path) -> int | None:
    """The number of the group in another system."""
    lines = (root / "etc/group").read_text("utf-8").splitlines()
    rows = [line.split(":") for line in lines]
    return next((int(row[2]) for row in rows if row[0] == GROUP), None)
