"""What concerns the server as a whole, as it is typed; what it does is loaded when it is asked
for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatd.admin.answering import Exit, No, done, note
from chatd.admin.declaring import command, dry_run
from chatd.admin.numbers import whole
from chatd.admin.office_commands import action
from chatd.admin.shells import SHELLS
from chatd.admin.where import config_of

if TYPE_CHECKING:
    from chatd.config.settings_store import Storage


def beginning(commands: Any) -> None:
    """The configuration, and commands about it."""
    quickstart = command(
        commands, "quickstart", _quickstart, "make a folder to serve this machine from"
    )
    quickstart.add_argument("folder", type=Path, help="where; what is there is kept")
    quickstart.add_argument("--port", type=whole(1, 65_535), help="on localhost (8443)")
    setup = command(
        commands,
        "setup",
        _setup,
        "open a server to others under a name, or make its first configuration",
    )
    setup.add_argument("host", nargs="?", help="such as chat.example.org; asks for what is missing")
    setup.add_argument(
        "--here", action="store_true", help="the first configuration, for this machine alone"
    )
    setup.add_argument("--certificate", default="", metavar="FILE", help="PEM, with its chain")
    setup.add_argument("--key", default="", metavar="FILE", help="PEM")
    setup.add_argument(
        "--behind-proxy", action="store_true", help="a web server on this machine ends TLS"
    )
    setup.add_argument(
        "--acme", action="store_true", help="chatd gets its certificate by itself (Let's Encrypt)"
    )
    setup.add_argument(
        "--agree-to-terms", action="store_true", help="with --acme: to the authority's, read before"
    )
    setup.add_argument(
        "--contact", default="", metavar="MAIL", help="with --acme: where the authority may write"
    )
    setup.add_argument(
        "--instance", metavar="NAME", help="one of several on this machine, for chatd@NAME.service"
    )
    setup.add_argument("--port", type=whole(1, 65_535), default=8443, help="on localhost (8443)")
    setup.add_argument("--quiet", action="store_true", help="say nothing but what went wrong")
    command(commands, "check", _check, "say what is wrong with the configuration")
    command(commands, "verify", _verify, "look whether a stopped daemon's data is sound")
    command(commands, "settings", _settings, "list every setting with unit and default")


def running(commands: Any) -> None:
    """The daemon as it runs."""
    reload = action(
        commands,
        "reload",
        "reload",
        "have the daemon read its configuration again, and say what changed",
    )
    dry_run(reload, "only say what would change, and what waits for a restart")
    reseal = action(
        commands, "reseal", "reseal", "after accounts.secret_file became another: seal anew with it"
    )
    dry_run(reseal, "only say how many there are")
    action(commands, "status", "status", "what the daemon is doing")
    debug = command(commands, "token-debug", _token_debug, "say why a site's token is refused")
    debug.add_argument(
        "file", type=Path, nargs="?", help="with the token in it; else standard input is read"
    )


def installing(commands: Any) -> None:
    """What becomes part of the machine."""
    completion = command(
        commands, "completion", _completion, "print what lets a shell complete chatctl's words"
    )
    completion.add_argument("shell", choices=SHELLS)
    service = command(
        commands,
        "install-service",
        _install_service,
        "make a service of this virtual environment, as the package does",
    )
    service.add_argument("--remove", action="store_true", help="take it away; what it keeps stays")
    service.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="of another system (/)"
    )
    dry_run(service)


def _quickstart(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from chatd.admin import local_ca, quickstart
    from chatd.admin.answers import Configured

    try:
        made = quickstart.quickstart(
            options.folder, options.port, now=datetime.now(UTC), names=local_ca.host_names()
        )
    except quickstart.QuickstartError as error:
        raise No(str(error), "setup") from None
    for text in made.notes:
        note(options, f"chatd: {text}")
    return done(options, Configured(str(made.config), list(made.notes)), ())


def _setup(options: argparse.Namespace) -> int:
    from chatd.admin import setup
    from chatd.admin.answers import Configured

    if (options.host is None) != options.here:
        raise No("either a host, such as chat.example.org, or --here.", "usage", Exit.USAGE)
    place = setup.Place(port=options.port)
    if options.instance is not None:
        try:
            place = setup.Place.instance(options.instance, options.port)
        except setup.SetupError as error:
            raise No(str(error), "usage", Exit.USAGE) from None
    elif options.config is not None and options.config.parent != place.folder:
        folder = options.config.parent
        place = setup.Place(folder, folder / "state", group=None, port=options.port)
    asks = not (options.quiet or options.json)
    try:
        notes = setup.run(
            options.host,
            place,
            setup.Means(
                certificate=options.certificate,
                key=options.key,
                behind_proxy=options.behind_proxy,
                acme=options.acme,
                agreed=options.agree_to_terms,
                contact=options.contact,
            ),
            asks=asks,
        )
    except setup.SetupError as error:
        raise No(str(error), "setup") from None
    lines = [] if options.quiet else list(notes)
    if options.host is not None and not options.quiet:
        said = "" if options.instance is None else f" --config {place.config}"
        lines.append(
            f"Next: systemctl restart {place.unit}; systemctl status {place.unit};"
            f" chatctl{said} setup-link"
        )
    return done(options, Configured(str(place.config), notes), lines)


def _settings(options: argparse.Namespace) -> int:
    from dataclasses import fields

    from chatd.admin.answers import SettingRow
    from chatd.config.reload import at_once
    from chatd.config.settings import describe, kinds, type_name

    if not options.json:
        return done(options, [], [describe()])
    rows = [
        SettingRow(
            section,
            item.name,
            type_name(item.type),
            getattr(kind(), item.name),
            item.metadata["unit"],
            item.metadata["doc"],
            at_once(section, item.name),
        )
        for section, kind in kinds()
        for item in fields(kind)
    ]
    return done(options, rows, ())


def _check(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from chatd.config.reading import ConfigError, load
    from chatd.config.safety import unsafe
    from chatd.edge import tls_files

    path = config_of(options)
    try:
        settings = load(path)
        wrong = [f"{path}: {text}" for text in unsafe(settings)]
        named = settings.tls.certificate and settings.tls.key and not settings.acme.domains
        if named and not settings.tls.terminated:
            chain, key = Path(settings.tls.certificate), Path(settings.tls.key)
            tls_files.load(chain, key, datetime.now(UTC))
        if (short := _short_of_disk(settings.store)) is not None:
            # That does not make the configuration wrong.
            note(options, short)
    except tls_files.TlsFilesError as error:
        wrong.append(f"{path}: {error}")
    except ConfigError as error:
        wrong = str(error).splitlines()
    return _found(options, path, wrong, Exit.CONFIGURATION)


def _short_of_disk(store: "Storage") -> str | None:
    from chatd.store.space import free_and_total

    folder = Path(store.path)
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        free, total = free_and_total(there)
    except OSError:
        return None  # the daemon says so in its own words
    floor = max(store.free_bytes, int(total * store.free_percent / 100))
    if free >= floor:
        return None
    return (
        f"{folder}: {free // 2**20} MiB of {total // 2**20} are free there, and {floor // 2**20}"
        " have to stay free (store.free_bytes, free_percent): nothing new would be stored. Make"
        " room, or set less."
    )


def _verify(options: argparse.Namespace) -> int:
    from chatd.config.reading import load
    from chatd.store.verify import faults

    folder = Path(load(config_of(options)).store.path)
    wrong = [f"{folder}: {fault}" for fault in faults(folder)]
    if wrong:
        wrong.append("chatctl: the data is damaged; restore the last backup.")
    return _found(options, folder, wrong, Exit.WRONG)


def _found(options: argparse.Namespace, path: Path, wrong: list[str], exit: Exit) -> int:
    from chatd.admin.answers import Checked

    wrong = list(dict.fromkeys(wrong))
    for text in wrong:
        note(options, text)
    lines = () if wrong else (f"{path}: nothing wrong.",)
    return done(options, Checked(str(path), wrong), lines, exit if wrong else Exit.DONE)


def _token_debug(options: argparse.Namespace) -> int:
    from chatd.admin import token_debug
    from chatd.config.reading import load

    path = config_of(options)
    told = token_debug.debugged(load(path), path, options.file)
    exit = Exit.DONE if told.taken else Exit.WRONG
    return done(options, told, token_debug.lines(told), exit)


def _completion(options: argparse.Namespace) -> int:
    from chatd.admin import completion
    from chatd.admin.answers_installing import Completion
    from chatd.admin.parser import parser

    script = completion.script(options.shell, parser())
    return done(options, Completion(options.shell, script), [script.rstrip("\n")])


def _install_service(options: argparse.Namespace) -> int:
    from chatd.admin import install

    return install.command(options)
