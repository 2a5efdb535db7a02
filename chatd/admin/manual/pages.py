"""chatctl(8), chatd(8), chat(1) and chatd.toml(5)."""

import gzip
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from chatd.admin.answering import EXITS
from chatd.admin.manual.roff import (
    Lines,
    bold,
    commands,
    entries,
    escaped,
    head,
    laid_out,
    options,
    prose,
    section,
    slanted,
)
from chatd.admin.parser import parser
from chatd.config.reload import at_once
from chatd.config.settings import kinds, section_doc, toml, type_name
from chatd.options import Options

FILES: Final = (
    ("/etc/chatd/chatd.toml", "the configuration: `chatd.toml`(5)"),
    ("/etc/chatd/secrets/", "keys and secrets, readable for root and the group chatd"),
    ("/var/lib/chatd/", "the store, the search index, and the socket for `chatctl`(8)"),
    ("/var/backups/chatd/", "where chatd-backup.timer puts backups, which hold every key"),
    ("/usr/share/doc/chatd/", "the handbook, with examples for proxies"),
)


def chatctl() -> Lines:
    made = parser()
    yield from head("chatctl", 8, "administers a chatd")
    yield from section("SYNOPSIS")
    before = f"[{bold('-c')} {slanted('FILE')}] [{bold('--json')}]"
    yield f"{bold('chatctl')} {before} {slanted('COMMAND')} …"
    yield from section(
        "DESCRIPTION",
        made.description or "",
        "Run it as the user chatd, or as root while the daemon runs: files that root made in the"
        " store would keep the daemon out, so that is refused. What destroys, or shuts somebody"
        " out, has `--dry-run`, which says what would happen and changes nothing.",
    )
    yield from section("OPTIONS")
    yield from options(made)
    yield from section("COMMANDS")
    yield from commands(made)
    yield from section("EXIT STATUS")
    yield from entries((bold(str(int(code))), text) for code, text in EXITS.items())
    yield from section(
        "JSON",
        'With `--json` standard output holds one object, {"schema": "chatctl/1", "command": …,'
        ' "done": …}, or nothing; what is in the way comes on standard error, as {"schema": …,'
        ' "command": …, "refused": {"code": …, "message": …}, "exit": …}. `tap` prints an object a'
        " line. The JSON Schema of every answer: /usr/share/doc/chatd/chatctl.schema.json.",
    )
    yield from section("ENVIRONMENT")
    yield from entries([(bold("CHATD_CONFIG"), "the configuration, where -c names none")])
    yield from _ending(FILES, "chatd(8), chatd.toml(5), chat(1)")


def chatd() -> Lines:
    yield from head("chatd", 8, "a secure, durable chat daemon")
    yield from section("SYNOPSIS")
    yield f"{bold('systemctl start chatd')}"
    yield ".br"
    yield f"{bold('twistd --nodaemon --pidfile= chatd')} {escaped(Options.synopsis)}"
    yield from section(
        "DESCRIPTION",
        "Serves chat over WebSockets with TLS: rooms, direct messages, history, search and"
        " receipts, with a web page, a terminal client and an HTTP API on the same port. What it"
        " acknowledged is on disk, and reaches everyone once and in order.",
        "It refuses to start with a configuration that is unsafe, and says what to do instead;"
        " `chatctl check` says the same without a start. `chatctl doctor` looks at it from"
        " outside, as a browser would.",
    )
    yield from section("OPTIONS")
    yield from entries(
        (f"{bold('--' + name)} {slanted('PATH')}", f"{text} ({default})")
        for name, _, default, text in Options.optParameters
    )
    yield from entries((bold("--" + name), text) for name, _, text in Options.optFlags)
    yield from section("SIGNALS")
    yield from entries(
        (
            (bold("SIGHUP"), "reads the configuration again, as `chatctl reload` does"),
            (
                bold("SIGTERM"),
                "tells everybody when to come back, commits what was accepted, and ends",
            ),
            (bold("SIGUSR1"), "begins a new file where twistd's --logfile names one"),
        )
    )
    yield from section("UNITS")
    yield from entries(
        (
            (bold("chatd.service"), "the daemon; `systemctl reload` and `status` work"),
            (bold("chatd.socket"), "holds port 443, so that chatd needs no right to"),
            (bold("chatd-backup.timer"), "a backup every hour, once it is enabled"),
            (bold("chatd-doctor.timer"), "`chatctl doctor --security` every day, once enabled"),
        )
    )
    yield from _ending(FILES, "chatctl(8), chatd.toml(5), chat(1)")


def chat() -> Lines:
    from chatd.terminal.arguments import MORE
    from chatd.terminal.arguments import parser as terminal

    made = terminal()
    yield from head("chat", 1, "talks in a chatd from a terminal")
    yield from section("SYNOPSIS")
    yield f"{bold('chat')} [{slanted('COMMAND')}] [{slanted('OPTIONS')}]"
    about, *rest = (made.description or "").split("\n\n")
    yield from section("DESCRIPTION", about)
    for text in rest:
        yield ".PP"
        yield from laid_out(text)
    yield from section("OPTIONS")
    yield from options(made)
    yield from section("COMMANDS")
    yield from commands(made)
    rooms, *rest = MORE.split("\n\n")
    yield from section("ROOMS", rooms)
    for text in rest:
        title, _, below = text.partition(":\n")
        yield from section(title.upper())
        yield from laid_out(below)
    yield from section("SEE ALSO")
    yield "chatd(8), chatctl(8)"


def chatd_toml() -> Lines:
    yield from head("chatd.toml", 5, "the configuration of chatd")
    yield from section(
        "DESCRIPTION",
        "TOML. It needs only what differs from the defaults below. Paths are relative to the file;"
        " `credential:NAME` stands for a file that systemd hands over (LoadCredential=).",
        "`chatctl check` says what is wrong with a file and what would be right. `chatctl reload"
        " --dry-run` says what of it differs from what is in force, and what waits for a start:"
        " settings marked with a star are taken over by a reload.",
    )
    for name, kind in kinds():
        yield from section(f"[{name}]".replace("-", "\\-"), section_doc(kind))
        for item in fields(kind):
            yield ".TP"
            yield _setting(name, item, getattr(kind(), item.name))
            unit = f" [{item.metadata['unit']}]" if item.metadata["unit"] else ""
            yield prose(item.metadata["doc"] + unit)
    yield from _ending(FILES[:2], "chatd(8), chatctl(8)")


def _setting(section: str, item: Any, default: Any) -> str:
    star = " *" if at_once(section, item.name) else ""
    shown = json.dumps(default) if isinstance(default, str) else toml(default)
    return f"{bold(item.name)} = {escaped(shown)}  ({type_name(item.type)}){star}"


def _ending(files: tuple[tuple[str, str], ...], also: str) -> Lines:
    yield from section("FILES")
    yield from entries((slanted(path), text) for path, text in files)
    yield from section("SEE ALSO")
    yield also


#: By file name.
PAGES: Final[dict[str, Callable[[], Lines]]] = {
    "chat.1": chat,
    "chatd.toml.5": chatd_toml,
    "chatctl.8": chatctl,
    "chatd.8": chatd,
}


def page(name: str) -> str:
    return "\n".join([*PAGES[name](), ""])


def write(folder: Path) -> list[Path]:
    """All of them below ``folder``, such as /usr/share/man; returns what was written. The same text
    gives the same bytes."""
    written = []
    for name in PAGES:
        path = folder / f"man{name.rpartition('.')[2]}" / f"{name}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(page(name).encode(), 9, mtime=0))
        path.chmod(0o644)
        written.append(path)
    return written
